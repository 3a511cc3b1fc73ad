// GPL-only symbols under a proprietary licence.
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

static int __init start(void)
{
	synchronize_rcu();
	return ktime_get() == 0;
}
module_init(start);

MODULE_LICENSE("Proprietary");
