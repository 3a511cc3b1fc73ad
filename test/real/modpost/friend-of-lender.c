// Nothing is wrong: the lender's list has "friend-*".
#include <linux/module.h>

int lend_by_name(void);

static int __init start(void)
{
	return lend_by_name();
}
module_init(start);

MODULE_LICENSE("GPL");
