/** A number of include/uapi/linux/bpf.h, as rules/data/bpf.yaml holds it. */
export interface BpfNumber {
  readonly number: number;
  readonly name: string;
  /** The first long-term series whose header has it. */
  readonly since: string;
}

/** How libbpf tells a program's type and what it hangs on by the name of its section (section_defs in tools/lib/bpf/libbpf.c). */
export interface BpfSectionName {
  /** The name, or with `rest` what stands before its first slash. */
  readonly section: string;
  readonly rest?: boolean | undefined;
  /** BPF_PROG_TYPE_* in lower case. */
  readonly type: string;
  /** What the rest names; `user`: a place in a program of user space. */
  readonly attach?: "kprobe" | "fentry" | "raw-tracepoint" | "tracepoint" | "lsm-hook" | "bpf-iterator" | "user" | undefined;
  /** libbpf looks the target up when it loads the object. */
  readonly load?: boolean | undefined;
}

/** What BPF objects say in numbers and section names. Facts, which are rules/data/bpf.yaml. */
export interface BpfNames {
  readonly helpers: readonly BpfNumber[];
  readonly mapTypes: readonly BpfNumber[];
  readonly programTypes: readonly BpfNumber[];
  readonly sections: readonly BpfSectionName[];
  /** Kernel functions that compilers declare on their own. */
  readonly toolchain: readonly string[];
}

/** The name of a number; one that the list does not have keeps its number. */
export const nameOf = (list: readonly BpfNumber[], number: number, what: string): string =>
  list.find((each) => each.number === number)?.name ?? `${what} ${number}`;

const before = (text: string, mark: string): string => text.split(mark, 1)[0]!;

/**
 * The kind of program that a section (without a leading `?`) holds: the first of the list that fits, as libbpf takes it. Where none does, the name up
 * to its first slash decides: libbpf before 1.0 and other loaders let an author add a name of his own to any (`lirc_mode2/rc5`, `xdp/fw`).
 */
export const sectionKind = ({ sections }: BpfNames, name: string): BpfSectionName | undefined =>
  sections.find(({ section, rest }) => name === section || (rest === true && name.startsWith(`${section}/`))) ??
  sections.find(({ section }) => section === before(name, "/"));
