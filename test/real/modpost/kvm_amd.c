// The list says kvm-amd: alike for the loader, another name for modpost.
#include <linux/module.h>

extern unsigned int halt_poll_ns;

static int __init start(void)
{
	return halt_poll_ns;
}
module_init(start);

MODULE_LICENSE("GPL");
