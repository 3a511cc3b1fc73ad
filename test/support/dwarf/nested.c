/* Chains of inlined calls, several sections of code, variables of every shape. */
#include "nested.h"

/*
 * DWARF 2 to 4 end a range list with two zeros, and binutils and elfutils take an empty range at the start of .text for that:
 * let no function start there.
 */
__asm__(".text\n\t.long 0\n");

struct entry {
	struct entry *next;
	const char *name;
	int (*call)(int);
	union {
		long number;
		char bytes[12];
	} value;
	int flags : 3;
};

typedef const struct entry entry_t;

extern int first(int), second(int);
extern int shared_counter;
int shared_counter = 7;

entry_t table[3] = { { .name = "a", .call = first }, { .name = "b", .call = second }, { .name = "c", .call = first } };
static int (*volatile matrix[2][3])(int) = { { first, second, first }, { second, 0, second } };
struct flexible {
	int count;
	int (*calls[])(int);
} flexible = { 3, { first, second, first } };
static const char *const names[] = { "one", "two" };

static int twice(int value)
{
	return first(value) + second(value + 1);
}

void *build(size_t count)
{
	static struct entry *last;
	struct entry *entry = array_allocate(count, sizeof(*entry));

	if (!entry) {
		report(names[count & 1], shared_counter);
		return last;
	}
	entry->call = matrix[count & 1][count % 3];
	entry->next = last;
	last = zero_allocate(sizeof(*entry));
	return entry;
}

int __attribute__((section(".init.text"))) start(int value)
{
	for (int i = 0; i < value; i++)
		if (guarded(twice, i) < 0)
			return guarded(table[i % 3].call, i);
	return flexible.count;
}

void __attribute__((section(".exit.text"), cold)) stop(void *entry)
{
	unlock(entry);
	warn_once(*(int *)entry);
}

int __attribute__((noinline)) rarely(int value)
{
	if (__builtin_expect(value > limit, 0)) {
		report("rare", value);
		__builtin_trap();
	}
	return guarded(first, value);
}

int recursive(int depth)
{
	return depth ? recursive(depth - 1) + second(depth) : twice(depth);
}
