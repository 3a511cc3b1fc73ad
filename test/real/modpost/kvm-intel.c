// The module is on the list, but imports it: such namespaces cannot be imported, not even by those they name.
#include <linux/module.h>

extern unsigned int halt_poll_ns;

static int __init start(void)
{
	return halt_poll_ns;
}
module_init(start);

MODULE_LICENSE("GPL");
MODULE_INFO(import_ns, "module:kvm-amd,kvm-intel");
