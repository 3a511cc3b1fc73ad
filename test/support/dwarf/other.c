/* A second unit for objects that are linked of several, with functions of the same header. */
#include "nested.h"

__asm__(".text\n\t.long 0\n");

extern void *build(size_t count);
static long total;
long *const total_address = &total;

void *rebuild(size_t count)
{
	void *built = build(count);

	total += count;
	return built ? built : array_allocate(count, 3);
}
