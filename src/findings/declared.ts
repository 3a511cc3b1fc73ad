// What the headers of releases say of one thing that a source writes: a name, a struct or a member of one, a header.

/** What one release says of it. */
export type DeclaredMark =
  /** Declared as it was first seen. */
  | "as-first"
  /** Declared in another way than it was first seen. */
  | "changed"
  | "absent"
  /** It is not known what the headers of this release declare. */
  | "unread";

/** What of a list came, went and changed since the span before. */
export interface ListChange {
  readonly gone: readonly string[];
  readonly come: readonly string[];
  readonly changed: readonly string[];
}

/** What some releases in a row say of it. */
export interface DeclaredSpan {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Of what has members, or includes others. */
  readonly change?: ListChange;
}

export interface DeclaredTimeline {
  /** As a person names it: `struct block_device.bd_inode`, `in_irq`, `linux/blkdev.h`. */
  readonly name: string;
  /** Oldest first. */
  readonly series: readonly { readonly name: string; readonly marks: readonly DeclaredMark[] }[];
  /** Those of all releases that were read, absence among them. */
  readonly spans: readonly DeclaredSpan[];
  /** What took its place. */
  readonly replacement?: string;
}
