// The closed word lists that manifests, policies and reports share (they are also the words of the documentation).

/** What the kernel offers and a subject may take. The value says what it means. */
export const INTERFACE_KINDS = {
  symbol: "a name the module loader resolves: an exported function or variable",
  private: "a kernel function or variable that is not exported, reached by its name at run time",
  "module-request": "another module, asked for by its name or alias at run time",
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
  "bpf-program-type": "a BPF program type and the context that its programs get",
  "bpf-iterator": "a kernel object that a BPF iterator walks",
  "struct-ops": "a kernel operations table that BPF implements, or one of its callbacks",
  "kernel-type": "a kernel type that a BPF object or a source names",
  "enum-value": "a value of a kernel enumeration that a BPF object asks for",
  "kernel-variable": "a kernel variable that a BPF object names",
  kconfig: "a configuration value that a BPF object asks for",
  header: "a kernel header that a source includes",
  "header-function": "a function or variable that kernel headers declare, inline or not",
  macro: "a macro of kernel headers",
  constant: "an enumeration constant of kernel headers",
  "struct-member": "a member of a structure that kernel headers declare",
  "kbuild-variable": "a variable of a makefile that Kbuild reads",
} as const satisfies Record<string, string>;
export type InterfaceKind = keyof typeof INTERFACE_KINDS;

/** What is checked. */
export const SUBJECT_KINDS = {
  module: "a kernel module",
  "bpf-object": "a BPF object, before it is loaded",
  program: "a program, as a log of its system calls shows it",
  source: "the source of modules, as their makefiles compile it",
} as const satisfies Record<string, string>;
export type SubjectKind = keyof typeof SUBJECT_KINDS;

/** Why a use of a BPF object may be missing on a kernel without harm. */
export const GUARDS = {
  exists: "the object asks whether it is there",
  flavour: "one of several forms of a type that the object has (its name ends in ___…)",
  optional: "in programs alone that are not loaded unless user space says so (a ? before their section)",
} as const satisfies Record<string, string>;
export type Guard = keyof typeof GUARDS;

/** What a kernel's BTF says of a use of a BPF object. */
export const BTF_STATES = {
  same: "there, as the object or the first kernel has it",
  moved: "a field at another offset, which CO-RE finds",
  retyped: "a field, function or tracepoint with another type",
  refused: "a field whose type libbpf refuses",
  absent: "not in this BTF: removed, configured out, inlined, or in a module that was not given",
  unknown: "nothing of it can be told from BTF",
} as const satisfies Record<string, string>;
export type BtfState = keyof typeof BTF_STATES;

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

/** How sure it is that a name is reached at run time. */
export const SIGHTINGS = {
  call: "the call and the name that is handed to it were both seen",
  struct: "a structure that is handed over holds the name",
  string: "only the name was seen, in a module that can look names up",
  unknown: "the call was seen, the name is made at run time",
} as const satisfies Record<string, string>;
export type Sighting = keyof typeof SIGHTINGS;

/** What could not be checked of a subject on a kernel. */
export const GAPS = {
  "kernel-without-crcs": "the kernel carries no CRCs",
  "module-without-crcs": "the module carries no CRCs",
  "use-without-crc": "the module carries no CRC for symbols that the kernel exports",
  "export-without-crc": "the kernel carries no CRC for symbols that the module uses",
  "other-generator": "the CRCs of the two were made by different programs",
  "other-architecture": "the kernel is one of another machine",
  "rebuild-unknown": "the kernel's headers or types are not known, so that nothing tells whether the source still builds",
  "no-list": "the policy asks for a vendor's list and names none",
  "source-adapts": "the source has code of its own for other kernels where it uses what changed",
  "other-module": "what no kernel that was asked exports, nor a module that was given",
  "rebuild-unclear": "it depends on which of several names the source wrote, or on what it does with a value",
  "kernel-without-btf": "the kernel's BTF is not known, so that nothing tells whether a BPF object holds there",
  "kernel-without-exports": "only the kernel's BTF is known, so that nothing tells whether a module loads there",
  "declarations-unknown": "what the kernel's headers declare is not known, so that nothing tells whether a source builds there",
  "source-not-given": "a manifest lists what a source takes, not what it does with it: nothing tells whether it builds there",
  "source-not-read": "files of a source that were not read, or no makefile that says which there are",
  "build-not-understood": "parts of a source's makefiles that were not understood",
  "btf-cannot-tell": "what BTF does not hold: files of configuration, the format of events, targets chosen at run time",
} as const satisfies Record<string, string>;
export type Gap = keyof typeof GAPS;

/** Whether what a source wrote is still there on a kernel. */
export const REBUILD_STATES = {
  holds: "it is there, or its absence is not the source's affair",
  gone: "neither exported nor in any header",
  unexported: "declared, but no longer exported: modpost refuses it",
  changed: "its type changed so that calls no longer fit",
  unclear: "it depends on which of several names the source wrote, or on what it does with a value",
  unknown: "the kernel's headers or types are not known",
  adapts: "it broke, but the source has code of its own for other kernels there",
  read: "its source was read, which tells more",
  foreign: "neither this kernel nor the one it was built on exports it, nor a module that was given",
} as const satisfies Record<string, string>;
export type RebuildState = keyof typeof REBUILD_STATES;

/** What stands in a source that will not compile on a kernel. */
export const PREDICTIONS = {
  "header-gone": "a header that it includes is not there",
  "include-lost": "what it uses is there, and its includes no longer lead to it",
  "name-gone": "a function, macro, constant or type is in no header",
  "argument-count": "a call gives more or fewer arguments than are wanted",
  "argument-type": "an argument is of another type than is wanted",
  "return-type": "a result is of another type than it is taken for",
  "member-gone": "a structure has no such member",
  "member-type": "a member is of another type than it is used as",
  "callback-type": "a function that the kernel is to call has another type than is wanted",
  redefinition: "it defines what a header that it includes defines, too",
  "not-exported": "what it calls is declared and not exported: modpost refuses it",
  "flag-ignored": "its makefile sets flags that Kbuild no longer reads",
} as const satisfies Record<string, string>;
export type PredictionKind = keyof typeof PREDICTIONS;

/** How sure it is that what a source does will not compile. */
export const CONFIDENCES = {
  sure: "what the compiler reads is known, and it will not take it",
  undecided: "whether it is compiled, or fits, hangs on what the source does not say",
} as const satisfies Record<string, string>;
export type Confidence = keyof typeof CONFIDENCES;

/** What a compiler said of a prediction (--confirm). */
export const CONFIRMATIONS = {
  confirmed: "a compiler refused it there",
  "not-confirmed": "a compiler read the file and had nothing against it",
  "not-reached": "a compiler ended before it, or was not asked",
} as const satisfies Record<string, string>;
export type Confirmation = keyof typeof CONFIRMATIONS;

/** What of a subject does not add up, or is missing. */
export const ODDITIES = {
  "unused-crc": "a CRC for a symbol that is not used",
  "conflicting-crc": "two CRCs for one symbol",
  "licences-disagree": "licence tags of which one is GPL-compatible and another is not",
  "needless-import": "an imported namespace in which no kernel has a symbol that is used",
  "restricted-import": "an import of a namespace that lists the modules it is for: no import opens it",
  "no-licence": "no MODULE_LICENSE",
  "common-symbol": "an uninitialised common symbol, which the loader refuses",
  "this-module": "not exactly one struct module",
  "no-debug-information": "no debug information to say at which source lines symbols are used",
  "compiled-offsets": "kernel memory is read at offsets that were compiled in: nothing adapts them to another kernel",
  "names-only": "a table of counts: no arguments, so that requests, ioctls and paths are not known",
  "permission-not-use": "a list of what is allowed, not of what is used",
  "paths-unknown": "paths relative to a descriptor that the log does not name",
} as const satisfies Record<string, string>;
export type Oddity = keyof typeof ODDITIES;

/** What is wrong with a waiver. */
export const WAIVER_STATES = {
  expired: "its last day is over",
  unused: "no finding needed it",
  "over-broad": "it names no interface and excuses whatever comes",
  duplicate: "another waiver excuses the same",
  unfinished: "it has no owner yet",
  untrusted: "the trusted copy of the policy does not have it",
} as const satisfies Record<string, string>;
export type WaiverState = keyof typeof WAIVER_STATES;

/** What is wrong with a line of the baseline. */
export const BASELINE_STATES = {
  stale: "no finding needs it",
} as const satisfies Record<string, string>;
export type BaselineState = keyof typeof BASELINE_STATES;

/** What a budget of uses says. */
export const BUDGET_STATES = {
  exceeded: "there are more uses of the level than agreed",
  slack: "there are fewer, so that the budget may be lowered",
} as const satisfies Record<string, string>;
export type BudgetState = keyof typeof BUDGET_STATES;

/** A step of an inlined chain that lies outside the module's own source. */
export interface ChainStep {
  readonly function?: string;
  /** Relative to the kernel's tree where that can be told. */
  readonly file: string;
  readonly line: number;
}

/** One place where a subject takes an interface. */
export interface Site {
  /** Path relative to the module's source root. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  readonly function?: string;
  /** The variable that holds the pointer, where data refers to the interface. */
  readonly variable?: string;
  /** What the name was handed to, for a name reached at run time. */
  readonly door?: string;
  /** The condition on the kernel's version under which the source has it: `compat.h:12 #if LINUX_VERSION_CODE < …`. */
  readonly guard?: string;
  /** The name the author wrote there, where a header made another of it. */
  readonly written?: string;
  /** From the place of the relocation outward to the module's own line: the header functions in between. */
  readonly via?: readonly ChainStep[];
  /** The section of the object and the byte in it that the linker fills in. */
  readonly section?: string;
  readonly offset?: number;
}
