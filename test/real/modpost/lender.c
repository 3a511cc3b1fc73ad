// Nothing is wrong: exports of every kind, for the borrowers beside it.
#include <linux/export.h>
#include <linux/module.h>
#include <linux/version.h>

int lend_plain(void);
int lend_gpl_only(void);
int lend_namespaced(void);
int lend_by_name(void);

int lend_plain(void)
{
	return 1;
}
EXPORT_SYMBOL(lend_plain);

int lend_gpl_only(void)
{
	return 2;
}
EXPORT_SYMBOL_GPL(lend_gpl_only);

int lend_namespaced(void)
{
	return 3;
}
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
EXPORT_SYMBOL_NS(lend_namespaced, LENDER);
#else
EXPORT_SYMBOL_NS(lend_namespaced, "LENDER");
#endif

int lend_by_name(void)
{
	return 4;
}
#if defined(EXPORT_SYMBOL_FOR_MODULES)
EXPORT_SYMBOL_FOR_MODULES(lend_by_name, "borrower,friend-*");
#elif defined(EXPORT_SYMBOL_GPL_FOR_MODULES)
EXPORT_SYMBOL_GPL_FOR_MODULES(lend_by_name, "borrower,friend-*");
#else
EXPORT_SYMBOL_GPL(lend_by_name);
#endif

MODULE_LICENSE("GPL");
