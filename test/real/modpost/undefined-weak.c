// Nothing is wrong: nobody exports the function, but it is weak.
#include <linux/module.h>

int exported_by_nobody(void) __weak;

static int __init start(void)
{
	return exported_by_nobody ? exported_by_nobody() : 0;
}
module_init(start);

MODULE_LICENSE("GPL");
