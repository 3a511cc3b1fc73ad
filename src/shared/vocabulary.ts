// The closed word lists that manifests, policies and reports share (they are also the words of the documentation).

/** What the kernel offers and a subject may take. The value says what it means. */
export const INTERFACE_KINDS = {
  symbol: "a name the module loader resolves: an exported function or variable",
  private: "a kernel function or variable that is not exported, reached by its name at run time",
  syscall: "a system call",
  vdso: "a vDSO symbol",
  ioctl: "an ioctl request",
  "ptrace-request": "a ptrace(2) request",
  netlink: "a netlink family or message",
  procfs: "a file below /proc",
  sysfs: "a file below /sys",
  debugfs: "a file below /sys/kernel/debug or tracefs",
  tracepoint: "a trace event, by category and name",
  "raw-tracepoint": "a tracepoint's raw arguments",
  kprobe: "a kprobe or kretprobe on a function",
  fentry: "a BPF trampoline on a function (fentry, fexit, fmod_ret)",
  "lsm-hook": "an LSM hook",
  "struct-field": "a member of a kernel structure",
  kfunc: "a kernel function that BPF programs may call",
  "bpf-helper": "a BPF helper of the UAPI list",
  "bpf-map-type": "a BPF map type",
  "struct-ops": "a kernel operations table that BPF implements",
} as const satisfies Record<string, string>;
export type InterfaceKind = keyof typeof INTERFACE_KINDS;

/** Who keeps an interface, from rock to quicksand: the levels of Documentation/ABI/README and four that its users need. */
export const LEVELS = {
  stable: "promised for good: Documentation/ABI/stable or the system call interface",
  vendor: "promised by a distribution for a range of its kernels",
  testing: "documented, may still change: Documentation/ABI/testing",
  obsolete: "documented, to be removed: Documentation/ABI/obsolete",
  internal: "exported or reachable, never promised",
  private: "not exported at all: reached by a trick",
  removed: "documented as gone: Documentation/ABI/removed",
  unknown: "no promise of the policy speaks of it",
} as const satisfies Record<string, string>;
export type Level = keyof typeof LEVELS;

/** What the kernel's build wrote on the module and its author did not. */
export const ORIGINS = {
  author: "taken by the module's own source",
  toolchain: "added by the compiler or the kernel's build",
} as const satisfies Record<string, string>;
export type Origin = keyof typeof ORIGINS;

export const SEVERITIES = ["off", "note", "warning", "error"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The keys of a word list, in their order. */
export const keysOf = <T extends string>(words: Readonly<Record<T, string>>): [T, ...T[]] => Object.keys(words) as [T, ...T[]];

/** One place where a subject takes an interface. */
export interface Site {
  /** Path of the source, as the compiler wrote it or relative to the module's source root. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  readonly function?: string;
  /** The section of the object and the byte in it that the linker fills in. */
  readonly section?: string;
  readonly offset?: number;
}
