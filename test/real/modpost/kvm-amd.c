// Nothing is wrong: 7.x exports the symbol for this module by name ("module:kvm-amd,kvm-intel").
#include <linux/module.h>

extern unsigned int halt_poll_ns;

static int __init start(void)
{
	return halt_poll_ns;
}
module_init(start);

MODULE_LICENSE("GPL");
