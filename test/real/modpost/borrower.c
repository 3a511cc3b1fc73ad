// Nothing is wrong: the lender's exports, its namespace imported, this module on the lender's list.
#include <linux/module.h>

int lend_plain(void);
int lend_gpl_only(void);
int lend_namespaced(void);
int lend_by_name(void);

static int __init start(void)
{
	return lend_plain() + lend_gpl_only() + lend_namespaced() + lend_by_name();
}
module_init(start);

MODULE_LICENSE("GPL");
MODULE_INFO(import_ns, "LENDER");
