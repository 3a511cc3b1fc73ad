// A GPL-only symbol under a proprietary licence, weak: the kernel has it, so weakness does not help.
#include <linux/ktime.h>
#include <linux/module.h>

ktime_t ktime_get(void) __weak;

static int __init start(void)
{
	return ktime_get && ktime_get() == 0;
}
module_init(start);

MODULE_LICENSE("Proprietary");
