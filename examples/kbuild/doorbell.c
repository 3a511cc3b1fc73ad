// SPDX-License-Identifier: GPL-2.0-only
/* A doorbell: whoever writes to /dev/doorbell is announced in the kernel's log. */
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static ssize_t doorbell_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	pr_info("doorbell: somebody is at the door\n");
	return size;
}

static const struct file_operations doorbell_operations = {
	.owner = THIS_MODULE,
	.write = doorbell_write,
};

static struct miscdevice doorbell = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "doorbell",
	.fops = &doorbell_operations,
};

#ifdef QUICKSAND
/* What no kernel ever promised: the address of a function that is not exported, found through a kprobe. */
static struct kprobe lookup = { .symbol_name = "kallsyms_lookup_name" };

static void find_lookup(void)
{
	if (register_kprobe(&lookup) == 0) {
		pr_info("doorbell: kallsyms_lookup_name is at %px\n", lookup.addr);
		unregister_kprobe(&lookup);
	}
}
#else
static void find_lookup(void)
{
}
#endif

static int __init doorbell_init(void)
{
	find_lookup();
	return misc_register(&doorbell);
}

static void __exit doorbell_exit(void)
{
	misc_deregister(&doorbell);
}

module_init(doorbell_init);
module_exit(doorbell_exit);
MODULE_DESCRIPTION("Announces who writes to /dev/doorbell");
MODULE_LICENSE("GPL");
