// A GPL-only symbol under a licence that the kernel spells otherwise: "GPL v2".
#include <linux/ktime.h>
#include <linux/module.h>

static int __init start(void)
{
	return ktime_get() == 0;
}
module_init(start);

MODULE_LICENSE("GPLv2");
