// What a module's source takes from kernel headers, as one release sees it. Types only: read.ts makes it, src/engine/source judges it.

import type { CType } from "./ctype.ts";

/** The files of a source tree. Paths are relative to its top, with "/". Reading is the caller's. */
export interface SourceTree {
  readonly paths: readonly string[];
  /** The text of one of `paths`, byte for byte as latin1 or UTF-8; undefined where it is no longer there. */
  text(path: string): string | undefined;
}

/** Line and column are 1-based; a tab is one column (gcc itself shows it as up to eight). */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why a use may never be compiled: the condition around it hangs on what the source does not say. */
export interface Undecided {
  /** `#ifdef HAVE_TIMER_SETUP`. */
  readonly condition: string;
  readonly place: Place;
}

interface Common {
  readonly place: Place;
  /** The outermost undecided condition around it. */
  readonly undecided?: Undecided;
}

/** A value that the source gives somewhere: its type where that is understood, and its name where it is one. */
export interface Value {
  readonly type?: CType;
  /** `0`, which fits pointers and numbers. */
  readonly isZero?: boolean;
  /** One name, as of a function. */
  readonly name?: string;
  /** What it comes from, where that is the kernel's: a call's result, or a member. */
  readonly from?: { readonly kind: "call" | "member"; readonly name: string };
}

/** One thing that the source does with the kernel's headers. */
export type SourceUse = Common &
  (
    | { readonly kind: "include"; readonly header: string; readonly quoted: boolean }
    /** A name that the source itself does not declare. */
    | { readonly kind: "name"; readonly name: string; readonly as: "call" | "value" | "type" }
    /** `struct foo`, where the source does not define it; `whole`: where a declaration would not do, and the token it stands at. */
    | { readonly kind: "tag"; readonly tag: string; readonly whole?: number }
    /** A function or macro by its name, or `struct proto_ops.bind` through a member, whose type is then given. */
    | {
        readonly kind: "call";
        readonly callee: string;
        readonly through?: CType;
        readonly values: readonly Value[];
        /** Whether a part of the argument list is compiled or not as an undecided condition has it. */
        readonly countUnsure: boolean;
        /** Where the type of a value hangs on an undecided condition. */
        readonly valuesUndecided?: Undecided;
      }
    | { readonly kind: "member"; readonly tag: string; readonly member: string }
    /** `what` is the member (`struct proto_ops.bind`), the typedef of a callback, "variable" or "return"; `isFixed`: nothing may be assigned to it. */
    | { readonly kind: "assign"; readonly to: CType; readonly what: string; readonly value: Value; readonly isFixed: boolean }
    /** A value in arithmetic, where an aggregate has no place. */
    | { readonly kind: "operand"; readonly value: Value }
  );

/** What the source declares itself and a header might, too. */
export interface OwnName {
  readonly name: string;
  readonly form: "function" | "variable" | "typedef" | "constant" | "tag" | "macro";
  readonly isStatic: boolean;
  /** A definition, not a declaration that may be repeated. */
  readonly isDefinition: boolean;
  readonly type?: CType;
  readonly place: Place;
  readonly undecided?: Undecided;
}

/** What a file is compiled with, as far as it decides what is read. Folders and files are paths in the tree. */
export interface Flags {
  /** Without a body: `-U`. */
  readonly defines: readonly { readonly name: string; readonly body?: string; readonly isSure: boolean }[];
  /** Searched before the kernel's folders: NOSTDINC_FLAGS. */
  readonly first: readonly { readonly path: string }[];
  /** Searched after them; `lost`: only EXTRA_CFLAGS has it, and this release's Kbuild ignores that. */
  readonly folders: readonly { readonly path: string; readonly lost: boolean }[];
  readonly forced: readonly string[];
  /** Macros that only EXTRA_CFLAGS defines, where this release's Kbuild ignores that. */
  readonly lostDefines: readonly string[];
}

/** A `.c` file with the own headers it includes. */
export interface SourceUnit {
  readonly file: string;
  /** What it is compiled with. */
  readonly flags: Flags;
  readonly module: string;
  /** The condition of a makefile's that it hangs on whether it is compiled at all. */
  readonly undecided?: Undecided;
  readonly uses: readonly SourceUse[];
  readonly own: readonly OwnName[];
  /** The kernel headers it reaches, directly or through others, and the token before which each is first there. */
  readonly reached: ReadonlyMap<string, number>;
  /** Macros of the kernel's that the source undefines. */
  readonly hidden: ReadonlySet<string>;
}

/** Own headers that only a flag leads to which the release's Kbuild ignores. */
export interface LostInclude {
  readonly path: string;
  readonly headers: readonly string[];
  readonly places: readonly Place[];
}

/** A file or a part of the build that was not read, and why, in words of a closed list. */
export interface NotRead {
  readonly file: string;
  readonly line?: number;
  readonly why:
    | "too-large"
    | "binary"
    | "missing"
    | "make-not-understood"
    | "too-long"
    /** Its braces do not match: what stands where is not known. */
    | "unbalanced"
    | "assembler"
    | "no-makefile"
    | "module-not-found";
  /** The part of a makefile that is not understood, or the name of what is missing. */
  readonly detail?: string;
}

/** A module's source as one release sees it. */
export interface SourceFacts {
  readonly modules: readonly string[];
  readonly units: readonly SourceUnit[];
  /** Where a makefile sets EXTRA_CFLAGS. */
  readonly extraCflags: readonly Place[];
  readonly lostIncludes: readonly LostInclude[];
  readonly notRead: readonly NotRead[];
  /** Header names used, each once. */
  readonly namesUsed: number;
  /** Expressions whose type is not understood, and were needed. */
  readonly untyped: number;
}
