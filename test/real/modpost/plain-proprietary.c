// Nothing is wrong: a proprietary licence, and plain exports only.
#include <linux/delay.h>
#include <linux/module.h>

static int __init start(void)
{
	msleep(1);
	return 0;
}
module_init(start);

MODULE_LICENSE("Proprietary");
