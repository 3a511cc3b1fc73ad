#include <linux/string.h>
#define E E E E E
#define F(x) F(x) F(x)
static void b(char *to) { { { ( [ F(E) 
 strlcpy(to, "b", 2); }
