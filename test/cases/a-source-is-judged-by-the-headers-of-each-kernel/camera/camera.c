#include <linux/module.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <media/v4l2-fh.h>
#include "compat.h"

struct camera {
	struct v4l2_fh fh;
	struct timer_list timer;
	char name[16];
};

static void camera_tick(struct timer_list *timer)
{
	struct camera *camera = container_of(timer, struct camera, timer);

	mod_timer(&camera->timer, jiffies + HZ);
}

static int camera_open(struct file *file, struct camera *camera)
{
	v4l2_fh_add(&camera->fh);
	file->private_data = camera;
	timer_setup(&camera->timer, camera_tick, 0);
#ifdef WITH_NAME
	strlcpy(camera->name, "camera", sizeof(camera->name));
#endif
	return 0;
}

static void camera_close(struct camera *camera)
{
	camera_stop(&camera->timer);
	v4l2_fh_del(&camera->fh);
}

MODULE_LICENSE("GPL");
