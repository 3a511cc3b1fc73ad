// A symbol of a namespace that is not imported, weak: the kernel has it, so weakness does not help.
#include <linux/dma-buf.h>
#include <linux/module.h>

void dma_buf_put(struct dma_buf *dmabuf) __weak;

static int __init start(void)
{
	if (dma_buf_put)
		dma_buf_put(NULL);
	return 0;
}
module_init(start);

MODULE_LICENSE("GPL");
