// Functions that are declared and exported by nobody.
#include <linux/kallsyms.h>
#include <linux/module.h>

int exported_by_nobody(void);

static int __init start(void)
{
	return exported_by_nobody() + (kallsyms_lookup_name("jiffies") == 0);
}
module_init(start);

MODULE_LICENSE("GPL");
