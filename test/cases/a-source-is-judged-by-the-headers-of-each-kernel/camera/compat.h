#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define camera_stop(timer) timer_delete_sync(timer)
#else
#define camera_stop(timer) del_timer_sync(timer)
#endif
