// Symbols of two namespaces, of which one is imported.
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
MODULE_INFO(import_ns, "CRYPTO_INTERNAL");
