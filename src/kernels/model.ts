import type { KernelBtf } from "./btf/kernel-btf.ts";
import type { ReleaseHeaders } from "./headers/model.ts";

// What a kernel offers. A kernel is asked by name and answers with facts; nothing here judges.

/** One exported symbol of one kernel. */
export interface KernelExport {
  readonly name: string;
  /** `EXPORT_SYMBOL`, `EXPORT_SYMBOL_GPL`, or one of the historical kinds; empty in the three-column form of Module.symvers. */
  readonly type: string;
  /** `vmlinux`, or the path of the exporting module without `.ko`. */
  readonly exporter: string;
  readonly namespace?: string;
  /** 0 where the kernel carries no CRC for it: not comparable, never equal. */
  readonly crc: number;
}

/** How the headers offer a name: an alias is a macro that stands for one other name. */
export type Form = "function" | "variable" | "inline" | "macro" | "alias";

/** What the headers of a kernel say of a name. */
export interface Declaration {
  readonly form: Form;
  /** As a source includes it: `linux/slab.h`. */
  readonly header: string;
  /** Types only: `int (struct socket *, struct sockaddr *, int)`. */
  readonly signature?: string;
}

/** What a kernel's headers let a module's source write. */
export interface Headers {
  find(name: string): Declaration | undefined;
  /** The inline functions and macros that mention an exported name, so that it is imported where a source writes theirs. */
  through(name: string): readonly string[];
}

/** A release a subject must work on. */
export interface Kernel {
  /** As it is printed, and named in a policy. */
  readonly name: string;
  /** The file its exports come from. */
  readonly source: string;
  /** Whether any export carries a CRC (CONFIG_MODVERSIONS). */
  readonly hasCrcs: boolean;
  readonly size: number;
  find(name: string): KernelExport | undefined;
  /** As ELF's e_machine tells it; absent where the source does not say. */
  readonly arch?: string;
  /** What a module must say in its modinfo to be loaded there. */
  readonly vermagic?: string;
  /** What made its CRCs: those of two kinds are never comparable. */
  readonly generator?: "genksyms" | "gendwarfksyms";
  /** Absent where its headers are not known. */
  readonly headers?: Headers;
  /** The normalised types that a name is declared and defined with there; none where they are not known. */
  signatures?(name: string): readonly string[];
  /** All that its headers declare, opened when it is first asked for; absent where that is not known. */
  readonly declared?: (() => ReleaseHeaders) | undefined;
  /** The kernel's own types, as BPF objects are loaded against them; absent where they are not known. */
  readonly btf?: KernelBtf;
  /** Its BTF is all that is known: nothing of its exports. */
  readonly onlyBtf?: true;
}

/** A kernel that can tell all that it exports. */
export interface ListedKernel extends Kernel {
  names(): Iterable<string>;
}
