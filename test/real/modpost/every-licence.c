// Nothing is wrong: every tag is one of the six that count as GPL-compatible.
#include <linux/ktime.h>
#include <linux/module.h>

static int __init start(void)
{
	return ktime_get() == 0;
}
module_init(start);

MODULE_LICENSE("GPL");
MODULE_LICENSE("GPL v2");
MODULE_LICENSE("GPL and additional rights");
MODULE_LICENSE("Dual BSD/GPL");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_LICENSE("Dual MPL/GPL");
