// Nothing is wrong: 7.x exports the symbol for this module by name ("module:autofs4").
#include <linux/fs.h>
#include <linux/module.h>

static int __init start(void)
{
	return __kernel_write(NULL, NULL, 0, NULL);
}
module_init(start);

MODULE_LICENSE("GPL");
