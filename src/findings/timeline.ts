// What really happened to one name from release to release, as facts; presence is known for the releases that were looked at and no others.

/** What a release says of a name. */
export type Mark =
  /** Exported, with the type it was first seen with. */
  | "as-first"
  /** Exported, with another type than it was first seen with. */
  | "changed"
  /** Not exported, but an inline function or a macro of the headers. */
  | "header"
  /** Declared, and not exported. */
  | "unexported"
  | "absent";

/** What a fact about a name was over some releases in a row. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly value: string;
}

/** How often exports of a kind broke in one past step, from long-term release to long-term release. */
export interface Rate {
  readonly from: string;
  readonly to: string;
  /** How many there were, and how many of them were removed or changed their type. */
  readonly count: number;
  readonly broke: number;
}

export interface Timeline {
  readonly name: string;
  /** What the releases are of. */
  readonly source: string;
  readonly series: readonly { readonly name: string; readonly marks: readonly Mark[] }[];
  /** The normalised types, where they are known. */
  readonly signatures: readonly Span[];
  /** `EXPORT_SYMBOL`, and the namespace. */
  readonly exports: readonly Span[];
  /** `vmlinux` or the module that exports it. */
  readonly exporters: readonly Span[];
  /** What the headers make of it: `inline, <linux/timer.h>`. */
  readonly headers: readonly Span[];
  /** The file that defines it, in the newest release that tells. */
  readonly definedIn?: string;
  /** In-tree .c files that mention it, by the newest release of each series. */
  readonly users: readonly { readonly release: string; readonly files: number }[];
  /** Of exports with about as many in-tree users, how many broke in each past step. */
  readonly rates: readonly Rate[];
  /** What took its place. */
  readonly replacement?: string;
}
