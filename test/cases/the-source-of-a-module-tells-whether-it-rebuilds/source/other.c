#include <linux/module.h>
int other(void) { return no_such_thing(); }
