// GPL-only symbols of a namespace, under a proprietary licence and without the import: two things wrong with each.
#include <linux/dma-buf.h>
#include <linux/module.h>

static int __init start(void)
{
	dma_buf_put(dma_buf_get(0));
	return 0;
}
module_init(start);

MODULE_LICENSE("Proprietary");
