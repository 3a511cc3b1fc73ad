// Nothing is wrong: both namespaces are imported.
#include <crypto/internal/cipher.h>
#include <linux/dma-buf.h>
#include <linux/module.h>

static int __init start(void)
{
	dma_buf_put(dma_buf_get(0));
	return crypto_cipher_setkey(NULL, NULL, 0);
}
module_init(start);

MODULE_LICENSE("GPL");
// MODULE_IMPORT_NS() took a bare word before 6.13; this is what it writes, then and now.
MODULE_INFO(import_ns, "CRYPTO_INTERNAL");
MODULE_INFO(import_ns, "DMA_BUF");
