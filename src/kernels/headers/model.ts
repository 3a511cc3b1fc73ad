/** How sure the index is that a name is there: live under the release's own configuration, or behind a condition that could not be decided. */
export interface Entry {
  /** As a source includes it: `linux/slab.h`, `asm/unaligned.h`. */
  readonly header: string;
  /** False where an `#if` around it could not be decided; `condition` then says which. */
  readonly sure: boolean;
  readonly condition?: string;
}

/**
 * A name a header declares. Types are written as src/kernels/c writes a signature's: `int (struct socket *, int)`, `struct list_head [2]`, typedefs
 * not expanded; `?` where a type was not understood. A struct without a tag is known by what it is the type of: `struct {foo_t}` of a typedef,
 * `struct {foo.bar}` of the member `bar` of struct foo; `tag("struct", "{foo.bar}")` finds its members.
 */
export type HeaderName = Entry &
  (
    | { readonly form: "function" | "inline" | "variable" | "typedef"; readonly type: string }
    /** `of` is `enum pid_type`, or `enum` where it has no tag. */
    | { readonly form: "constant"; readonly of: string }
    | {
        readonly form: "macro";
        /** Count of the named parameters; absent where it is object-like. */
        readonly parameters?: number;
        readonly variadic: boolean;
        /** Its body is this one name. */
        readonly target?: string;
        /** Its body, where that is a member path such as `u.ip4`, or an integer. */
        readonly body?: string;
      }
  );

/** A member of a struct or union; the members of an anonymous struct or union in it are listed as its own. */
export interface Member {
  readonly name: string;
  readonly type: string;
  readonly sure: boolean;
}

export type Tag = Entry & {
  readonly tag: "struct" | "union" | "enum";
  readonly name: string;
  /** In the order of the text; none of an enum, whose constants are names of their own. */
  readonly members: readonly Member[];
  /** False where it is only declared, as `struct foo;`. */
  readonly isWhole: boolean;
};

/** What the headers of one release declare. */
export interface ReleaseHeaders {
  readonly release: string;
  /** LINUX_VERSION_CODE. */
  readonly version: number;
  readonly arch: string;
  /** How many names its headers declare, how many structs, unions and enums, and how many headers there are. */
  readonly counts: { readonly names: number; readonly tags: number; readonly headers: number };
  /** Declarations of every form, the most public header's first. */
  names(name: string): readonly HeaderName[];
  tag(kind: "struct" | "union" | "enum", name: string): Tag | undefined;
  /** Whether `#include <path>` finds something. */
  hasHeader(path: string): boolean;
  /**
   * The headers a header includes itself, surely or perhaps, under the names `hasHeader` takes. What Kbuild includes in every file
   * (linux/compiler-version.h, linux/kconfig.h, linux/compiler_types.h) is in no header's list.
   */
  includes(path: string): readonly string[];
  /** An option of the release's configuration, as `CONFIG_SMP`. */
  config(option: string): "y" | "m" | string | undefined;
  readonly kbuild: { readonly honoursExtraCflags: boolean };
  /** Whether the kernel exports it; undefined where that is not known. */
  isExported(name: string): boolean | undefined;
}
