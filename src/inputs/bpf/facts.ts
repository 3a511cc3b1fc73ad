import type { CoreAccess, CoreAsk } from "../../shared/core-access.ts";

// What stands in a BPF object, before it is loaded.

/** A place in an object. File, line and column are those of .BTF.ext, as the compiler was given them. */
export interface BpfSite {
  readonly section: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** The program; absent in a subprogram, which several programs may call, and in data. */
  readonly program?: string;
  /** The function, which is the program or a subprogram. */
  readonly function?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Only programs that are not loaded unless user space says so lead here. */
  readonly optional?: true;
}

/** Where a program hangs itself on the kernel; `how` is the section's name up to its first slash. */
export type Attach =
  /** Without a target, user space chooses it at run time. A target of several functions holds `*` or `?`. */
  | {
      readonly kind: "kprobe" | "fentry" | "raw-tracepoint" | "tracepoint" | "lsm-hook" | "bpf-iterator";
      readonly how: string;
      readonly target?: string;
    }
  /** A place in a program of user space: uprobe, usdt. */
  | { readonly kind: "user"; readonly how: string }
  /** The program type says all: xdp, socket, perf_event; callbacks of struct_ops; a program that replaces another (freplace). */
  | { readonly kind: "none" };

export interface BpfProgram {
  readonly name: string;
  /** As the object spells it, with a leading `?` where it has one. */
  readonly section: string;
  /** BPF_PROG_TYPE_* in lower case; `unspec` where the section's name does not tell it and user space must. */
  readonly type: string;
  readonly attach: Attach;
  /** Not loaded unless user space says so: a `?` before its section, or used only by struct_ops variables that have one. */
  readonly optional: boolean;
  /** libbpf looks the target up when it loads the object, not when it attaches the program. */
  readonly loadsAttach: boolean;
  readonly site: BpfSite;
}

export interface BpfExtern {
  readonly name: string;
  readonly weak: boolean;
  /** The compiler declares it, not the author. */
  readonly byCompiler: boolean;
  readonly sites: readonly BpfSite[];
}

export interface BpfMap {
  /** NAME.inner for the inner map of a map of maps, as libbpf calls it. */
  readonly name: string;
  readonly type: number;
  /** `BPF_MAP_TYPE_HASH`. */
  readonly typeName: string;
  readonly inner: boolean;
  /** Described by a struct in a section `maps`, not by BTF in `.maps`. */
  readonly legacy: boolean;
  readonly site: BpfSite;
}

/** A variable of a struct_ops type, and which of its members are filled with programs. */
export interface BpfStructOps {
  readonly variable: string;
  /** Name of the struct, with its flavour. */
  readonly type: string;
  readonly callbacks: readonly { readonly member: string; readonly program: string }[];
  /** Not registered unless user space says so: a `?` before its section. */
  readonly optional: boolean;
  readonly site: BpfSite;
}

export interface BpfRelocation {
  readonly ask: CoreAsk;
  readonly access: CoreAccess;
  /** `task_struct.mm.exe_file` with the root's flavour and without its keyword, `enum_name.VALUE`, `struct task_struct`. */
  readonly name: string;
  readonly site: BpfSite;
}

export interface BpfFacts {
  readonly licence?: string;
  /** In the order of sections and of offsets in them. */
  readonly programs: readonly BpfProgram[];
  /** In the order of their numbers; `bpf_map_lookup_elem`, or `helper 999` where the list has no such number. */
  readonly helpers: readonly { readonly id: number; readonly name: string; readonly sites: readonly BpfSite[] }[];
  readonly kfuncs: readonly BpfExtern[];
  /** Variables of the kernel (.ksyms) and values that libbpf fills in (.kconfig). */
  readonly externs: readonly (BpfExtern & { readonly section: ".ksyms" | ".kconfig" })[];
  /** Those that the author declared: libbpf's own for global variables are not among them. */
  readonly maps: readonly BpfMap[];
  readonly structOps: readonly BpfStructOps[];
  /** One for each record, in the file's order. */
  readonly relocations: readonly BpfRelocation[];
  /** Calls that read kernel memory `added` bytes from a pointer, in an object without any CO-RE relocation that would adapt it. */
  readonly opaqueReads: readonly { readonly helper: string; readonly added: number; readonly site: BpfSite }[];
  /** File names of the line information. */
  readonly sources: readonly string[];
  readonly hasBtf: boolean;
}
