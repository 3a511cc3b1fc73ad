// Nothing is wrong: a GPL-only symbol under the GPL.
#include <linux/ktime.h>
#include <linux/module.h>

static int __init start(void)
{
	return ktime_get() == 0;
}
module_init(start);

MODULE_LICENSE("GPL");
