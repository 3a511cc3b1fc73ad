// A function that nobody exports, and a GPL-only symbol under a proprietary licence.
#include <linux/ktime.h>
#include <linux/module.h>

int exported_by_nobody(void);

static int __init start(void)
{
	return exported_by_nobody() + (ktime_get() == 0);
}
module_init(start);

MODULE_LICENSE("Proprietary");
