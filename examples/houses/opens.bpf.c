/*
 * What ../systemtap/opens.stp does, as a BPF object: which programs open files, and how busy the machine is. User space reads the two maps every
 * five seconds and empties them. Build: clang -g -O2 -target bpf -c opens.bpf.c
 */
typedef unsigned int u32;
typedef unsigned long u64;

#define SEC(name) __attribute__((section(name), used))
#define UINT(name, value) int(*name)[value]

char licence[] SEC("license") = "GPL";

/* BPF_MAP_TYPE_HASH and BPF_MAP_TYPE_ARRAY; helpers by their numbers in include/uapi/linux/bpf.h. */
static void *(*lookup)(void *map, const void *key) = (void *)1;
static long (*update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*get_current_comm)(void *to, u32 size) = (void *)16;

struct program {
	char name[16];
};
struct count {
	u64 opened, failed;
};

struct {
	UINT(type, 1);
	UINT(max_entries, 1024);
	struct program *key;
	struct count *value;
} opens SEC(".maps");

struct {
	UINT(type, 2);
	UINT(max_entries, 2);
	u32 *key;
	u64 *value;
} busy SEC(".maps");

static __attribute__((always_inline)) struct count *mine(void)
{
	struct program program = {};
	struct count none = {};

	get_current_comm(&program, sizeof(program));
	update(&opens, &program, &none, 1 /* BPF_NOEXIST */);
	return lookup(&opens, &program);
}

static __attribute__((always_inline)) int one_more(u32 which)
{
	u64 *count = lookup(&busy, &which);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}

SEC("fentry/do_sys_openat2")
int opened(u64 *context)
{
	struct count *count = mine();

	if (count)
		__sync_fetch_and_add(&count->opened, 1);
	return 0;
}

/* The event's format: eight bytes that all have, the system call's number, and what it returned. */
struct exit {
	u64 common;
	u64 number;
	long result;
};

SEC("tracepoint/syscalls/sys_exit_openat")
int failed(struct exit *exit)
{
	struct count *count = exit->result < 0 ? mine() : 0;

	if (count)
		__sync_fetch_and_add(&count->failed, 1);
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int started(void *context)
{
	return one_more(0);
}

SEC("raw_tp/sched_switch")
int switched(u64 *context)
{
	return one_more(1);
}
