// A symbol that is exported for another module by name ("module:kvm"), and an import of that: only 6.12 takes it.
#include <linux/fs.h>
#include <linux/module.h>

static int __init start(void)
{
	return anon_inode_make_secure_inode(NULL, NULL, NULL) == NULL;
}
module_init(start);

MODULE_LICENSE("GPL");
MODULE_INFO(import_ns, "module:kvm");
