/* For each section name on standard input, the program type that libbpf takes it for, or -1; tab-separated. Declarations as in <bpf/libbpf.h>. */
#include <stdio.h>
#include <string.h>

enum bpf_prog_type { FIRST, LAST = 1 << 30 };
enum bpf_attach_type { FIRST_ATTACH, LAST_ATTACH = 1 << 30 };
int libbpf_prog_type_by_name(const char *name, enum bpf_prog_type *type, enum bpf_attach_type *attach);
void *libbpf_set_print(void *print);

int main(void)
{
	char name[256];

	libbpf_set_print(NULL);
	while (fgets(name, sizeof(name), stdin)) {
		enum bpf_prog_type type = 0;
		enum bpf_attach_type attach = 0;

		name[strcspn(name, "\n")] = 0;
		printf("%s\t%d\n", name, libbpf_prog_type_by_name(name, &type, &attach) ? -1 : (int)type);
	}
	return 0;
}
