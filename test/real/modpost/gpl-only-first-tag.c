// A GPL-only symbol under two licences, the first of them proprietary: gcc writes them into .modinfo last to first.
#include <linux/ktime.h>
#include <linux/module.h>

static int __init start(void)
{
	return ktime_get() == 0;
}
module_init(start);

MODULE_LICENSE("GPL");
MODULE_LICENSE("Proprietary");
