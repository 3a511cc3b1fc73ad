// SPDX-License-Identifier: GPL-2.0-only
/* A tally: /proc/tally says how often it was read. */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static atomic_t reads = ATOMIC_INIT(0);

static int tally_show(struct seq_file *file, void *unused)
{
	seq_printf(file, "%d\n", atomic_inc_return(&reads));
	return 0;
}

#ifdef QUICKSAND
/* What no kernel ever promised: a probe in a function that is not exported. */
static struct kprobe probe = { .symbol_name = "do_filp_open" };

static int watch_opens(void)
{
	return register_kprobe(&probe);
}

static void unwatch_opens(void)
{
	unregister_kprobe(&probe);
}
#else
static int watch_opens(void)
{
	return 0;
}

static void unwatch_opens(void)
{
}
#endif

static int __init tally_init(void)
{
	int error = watch_opens();

	if (error)
		return error;
	if (!proc_create_single("tally", 0444, NULL, tally_show)) {
		unwatch_opens();
		return -ENOMEM;
	}
	return 0;
}

static void __exit tally_exit(void)
{
	remove_proc_entry("tally", NULL);
	unwatch_opens();
}

module_init(tally_init);
module_exit(tally_exit);
MODULE_DESCRIPTION("Counts how often /proc/tally is read");
MODULE_VERSION("1.0");
MODULE_LICENSE("GPL");
