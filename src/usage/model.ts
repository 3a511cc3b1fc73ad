import type { CoreAccess, CoreAsk } from "../shared/core-access.ts";
import type { Guard, InterfaceKind, Oddity, Origin, Sighting, Site, SubjectKind } from "../shared/vocabulary.ts";

// The model every input becomes and the engine judges: a subject and what it takes from the kernel. Types only.

/** One subject's dependency on one interface. */
export interface Use {
  readonly kind: InterfaceKind;
  readonly name: string;
  /** A weak symbol: the loader leaves it zero where nothing provides it. Of a program: what it asked for and never got where it ran. */
  readonly weak: boolean;
  readonly origin: Origin;
  /** The CRC the subject was built against (modversions), if it carries one. */
  readonly crc?: number;
  /** What authors write where the headers make this symbol of it; one site may say which. */
  readonly written?: readonly string[];
  /** For a name reached at run time: how sure that is. */
  readonly seen?: Sighting;
  /** Of a BPF object: how it is attached to (`kretprobe`, `fexit`), as the section's name says; several, separated by ", ". */
  readonly how?: string;
  /** Of a BPF object: why it may be missing without harm. */
  readonly guarded?: Guard;
  /** Of a BPF object: what its CO-RE relocations ask the kernel's types. */
  readonly core?: { readonly asks: readonly CoreAsk[]; readonly access: CoreAccess };
  /** Of a program: how often it was seen; its sites are the first ones. */
  readonly count?: number;
  readonly sites: readonly Site[];
}

/** A symbol that a subject offers to others. */
export interface Export {
  readonly name: string;
  readonly type: "EXPORT_SYMBOL" | "EXPORT_SYMBOL_GPL";
  readonly namespace?: string;
}

/** What is checked, as its file or a manifest of it describes it. */
export interface Subject {
  readonly name: string;
  readonly kind: SubjectKind;
  /** The file it was read from or exported from, as findings name it. */
  readonly path: string;
  /** Where the subject itself stands, for findings with no better place: 1:1 of a binary, its line in a hand-written manifest. */
  readonly line: number;
  readonly column: number;
  /** Of the module itself: decompressed, without an appended signature. */
  readonly sha256?: string;
  readonly arch?: string;
  /** Every licence tag, in order. */
  readonly licences: readonly string[];
  readonly vermagic?: string;
  /** Modules it needs, as modpost noted them. */
  readonly depends: readonly string[];
  /** Namespaces it imports. */
  readonly imports: readonly string[];
  /** Absent where a hand-written manifest does not say. */
  readonly intree?: boolean;
  readonly signed?: boolean;
  readonly modversions?: "basic" | "extended" | "none";
  /** What of the file itself does not add up, with the names it concerns. */
  readonly oddities: readonly { readonly oddity: Oddity; readonly names: readonly string[] }[];
  /** Every `.modinfo` string, `key=value`, in order. */
  readonly modinfo: readonly string[];
  readonly exports: readonly Export[];
  readonly uses: readonly Use[];
}
