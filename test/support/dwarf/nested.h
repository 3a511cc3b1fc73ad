/* Inline functions that call inline functions of another file, each with calls that leave relocations behind. */
#ifndef NESTED_H
#define NESTED_H

typedef __SIZE_TYPE__ size_t;

extern void *allocate(size_t size, int flags);
extern void report(const char *text, int value);
extern int lock(void *what), unlock(void *what);
extern int limit;

static inline __attribute__((always_inline)) void warn_once(int value)
{
	static int warned;

	if (!warned && value > limit) {
		warned = 1;
		report("too large", value);
	}
}

static inline __attribute__((always_inline)) void *zero_allocate(size_t size)
{
	warn_once((int)size);
	return allocate(size, 1);
}

static inline __attribute__((always_inline)) void *array_allocate(size_t count, size_t size)
{
	if (count > 1000)
		return 0;
	return zero_allocate(count * size);
}

static inline int guarded(int (*step)(int), int value)
{
	int result;

	lock(&limit);
	result = step(value);
	unlock(&limit);
	return result;
}

#endif
