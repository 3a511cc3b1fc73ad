// SPDX-License-Identifier: GPL-2.0-only
/* A module that keeps the highest value written to /dev/gauge. With ALARM it starts a program when the value rises: the change under review. */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>
#include <linux/umh.h>

static DEFINE_MUTEX(gauge_lock);
static long gauge_highest;

static void gauge_alarm(void)
{
#ifdef ALARM
	static char *arguments[] = { "/sbin/gauge-alarm", NULL };
	static char *environment[] = { "PATH=/sbin:/bin", NULL };

	call_usermodehelper(arguments[0], arguments, environment, UMH_NO_WAIT);
#endif
}

static ssize_t gauge_write(struct file *file, const char __user *data, size_t length, loff_t *at)
{
	long value;
	int wrong = kstrtol_from_user(data, length, 10, &value);

	if (wrong)
		return wrong;
	mutex_lock(&gauge_lock);
	if (value > gauge_highest) {
		gauge_highest = value;
		gauge_alarm();
	}
	mutex_unlock(&gauge_lock);
	return length;
}

static const struct file_operations gauge_operations = {
	.owner = THIS_MODULE,
	.write = gauge_write,
};

static struct miscdevice gauge_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "gauge",
	.fops = &gauge_operations,
};

module_misc_device(gauge_device);
MODULE_DESCRIPTION("keeps the highest value written to it");
MODULE_LICENSE("GPL");
