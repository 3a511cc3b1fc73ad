// Symbols that 7.x exports for other modules by name ("module:autofs4", "module:kvm-amd,kvm-intel").
#include <linux/fs.h>
#include <linux/module.h>

extern unsigned int halt_poll_ns;

static int __init start(void)
{
	return halt_poll_ns + __kernel_write(NULL, NULL, 0, NULL);
}
module_init(start);

MODULE_LICENSE("GPL");
