// A GPL-only symbol and no licence at all.
#include <linux/ktime.h>
#include <linux/module.h>

static int __init start(void)
{
	return ktime_get() == 0;
}
module_init(start);

MODULE_DESCRIPTION("A module without a licence");
