// CO-RE: what a BPF object asks of the target kernel's types before it is loaded, as facts that a manifest can carry.

/** What a relocation asks (include/uapi/linux/bpf.h, enum bpf_core_relo_kind, in its order). */
export const CORE_ASKS = {
  "field-offset": "where a field is",
  "field-size": "how many bytes a field has",
  "field-exists": "whether there is such a field",
  "field-signed": "whether a field is signed",
  "field-lshift": "how a bitfield is cut out, from the left",
  "field-rshift": "how a bitfield is cut out, from the right",
  "local-type-id": "the object's own number of a type",
  "target-type-id": "the kernel's number of a type",
  "type-exists": "whether there is such a type",
  "type-size": "how many bytes a type has",
  "enum-exists": "whether an enumeration has such a value",
  "enum-value": "which number a value of an enumeration has",
  "type-matches": "whether a type has all members that the object knows",
} as const satisfies Record<string, string>;
export type CoreAsk = keyof typeof CORE_ASKS;

/**
 * One step from a type to what stands in it: a member by name, or an element of an array.
 * `type` is the shape of what is reached, as `shapeOf` writes it: all that decides whether a kernel's member is compatible.
 */
export interface CoreStep {
  /** Absent for an anonymous member and for an element of an array. */
  readonly member?: string;
  readonly index?: number;
  readonly type: string;
}

/**
 * What is asked for, spelt by the object's own types. `root` is the kind of the type that the relocation begins with (`enum` for an enum64 too) and its name
 * with its flavour, as `rootOf` writes it: `struct task_struct___old`, `typedef pid_t`, `int unsigned int`. Only types of that kind are looked for.
 */
export type CoreAccess =
  | {
      readonly of: "field";
      readonly root: string;
      /** Element of the root type that is reached first, where that is not 0. */
      readonly first?: number;
      readonly steps: readonly CoreStep[];
      /** Bytes from the start of the root in the object's own types; bits for a bitfield's remainder are not kept. */
      readonly offset: number;
    }
  | {
      readonly of: "type";
      readonly root: string;
      /** What decides whether the kernel's type is compatible, as `compatOf` writes it: `struct`, `int`, `(fn(struct) int)*`. */
      readonly type: string;
      /** For type-matches alone: the object's type, as far as the kernel's must have it (`layoutOf`). */
      readonly layout?: CoreLayout;
    }
  | { readonly of: "enum"; readonly root: string; readonly value: string };

/** A type with all that type-matches compares. Behind a pointer, of a struct or union there is the name alone. */
export type CoreLayout =
  | { readonly kind: "void" | "float" }
  | { readonly kind: "int"; readonly name: string; readonly bytes: number; readonly signed: boolean }
  | { readonly kind: "enum"; readonly name: string; readonly bytes: number; readonly values: readonly string[] }
  | { readonly kind: "struct" | "union"; readonly name: string; readonly members?: readonly CoreMember[] }
  /** A forward declaration. */
  | { readonly kind: "fwd"; readonly name: string; readonly of: "struct" | "union" }
  | { readonly kind: "ptr"; readonly to: CoreLayout }
  | { readonly kind: "array"; readonly length: number; readonly to: CoreLayout }
  | { readonly kind: "func-proto"; readonly parameters: readonly CoreLayout[]; readonly to: CoreLayout };

export interface CoreMember {
  /** "" where anonymous. */
  readonly name: string;
  readonly type: CoreLayout;
}
