import type { Btf } from "./btf.ts";
import { InputError } from "../../shared/input-error.ts";

// The types of BTF as short texts that can be compared and committed: all that libbpf looks at when it relocates
// (tools/lib/bpf/relo_core.c), and what tells a reader that a type is another.

/** A type nested deeper, or made of more parts, is none that a compiler wrote from C. */
const MOST_NESTED = 32;
const MOST_PARTS = 10_000;

/** What writes one type: counts its parts, so that no input makes a text without end. */
export interface Writer {
  readonly btf: Btf;
  parts: number;
}

/** Counts one more part of a type at a depth of nesting. */
export const enter = (writer: Writer, depth: number): void => {
  if (depth > MOST_NESTED || ++writer.parts > MOST_PARTS) {
    throw new InputError({
      file: writer.btf.file,
      section: ".BTF",
      message: "a type is nested too deep or has too many parts to be written",
    });
  }
};

/** The type behind modifiers and typedefs (libbpf's skip_mods_and_typedefs). */
export const skipModifiers = (btf: Btf, id: number): number => {
  for (;;) {
    const kind = btf.kindOf(id);
    if (kind !== "typedef" && kind !== "const" && kind !== "volatile" && kind !== "restrict" && kind !== "type-tag") return id;
    id = btf.targetOf(id);
  }
};

/** A name without its flavour: `task_struct___old` is a form of `task_struct` (libbpf's bpf_core_essential_name_len). */
export const withoutFlavour = (name: string): string => name.replace(/^(.*[^_])___[^_].*$/s, "$1");

const named = (keyword: string, name: string): string => (name === "" ? keyword : `${keyword} ${withoutFlavour(name)}`);

/**
 * The shape of a type behind its modifiers and typedefs: `s32`, `char`, `bool`, `struct inode`, `enum` (anonymous), `SHAPE *`, `SHAPE[n]`, `fn(SHAPE, …) SHAPE`.
 * A pointer to a function or an array has that in parentheses. Types under a name are not opened, and the name is without its flavour.
 * A forward declaration is written as what it declares: no field can have its type.
 */
export const shapeOf = (btf: Btf, id: number): string => shape({ btf, parts: 0 }, id, 0);

const shape = (writer: Writer, unresolved: number, depth: number): string => {
  enter(writer, depth);
  const { btf } = writer;
  const id = skipModifiers(btf, unresolved);
  const kind = btf.kindOf(id);
  switch (kind) {
    case "int":
      return intShape(btf, id);
    case "float":
      return `float${btf.sizeOf(id) * 8}`;
    case "struct":
    case "union":
      return named(kind, btf.nameOf(id));
    case "fwd":
      return named(btf.isUnion(id) ? "union" : "struct", btf.nameOf(id));
    case "enum":
    case "enum64":
      return named("enum", btf.nameOf(id));
    case "ptr": {
      const to = shape(writer, btf.targetOf(id), depth + 1);
      return /^fn\(|\]$/.test(to) ? `(${to}) *` : to.endsWith("*") ? `${to}*` : `${to} *`;
    }
    case "array": {
      const [element, sizes] = elementOf(btf, id);
      return `${shape(writer, element, depth + 1)}${sizes.map((size) => `[${size}]`).join("")}`;
    }
    case "func":
      return shape(writer, btf.targetOf(id), depth + 1);
    case "func-proto": {
      const parameters = btf.parameters(id).map((each) => (isEllipsis(each) ? "..." : shape(writer, each.type, depth + 1)));
      return `fn(${parameters.join(", ")}) ${shape(writer, btf.targetOf(id), depth + 1)}`;
    }
    default:
      return kind;
  }
};

/** A last parameter without name and type stands for `...` (Documentation/bpf/btf.rst, BTF_KIND_FUNC_PROTO). */
export const isEllipsis = ({ name, type }: { readonly name: string; readonly type: number }): boolean => type === 0 && name === "";

/** What an array of arrays is made of in the end, and its sizes, the outermost first. */
export const elementOf = (btf: Btf, id: number): readonly [number, readonly number[]] => {
  const sizes: number[] = [];
  for (; btf.kindOf(id) === "array"; id = skipModifiers(btf, btf.targetOf(id))) sizes.push(btf.lengthOf(id));
  return [id, sizes];
};

/**
 * C leaves open whether char is signed, and the kernel's compilers changed it (-funsigned-char since Linux 6.2): it stays `char`.
 * An integer that begins within its bytes is how compilers once wrote bitfields; libbpf refuses it, and so it is told apart.
 */
const intShape = (btf: Btf, id: number): string => {
  const { bits, offset, signed, bool } = btf.intOf(id);
  if (btf.nameOf(id) === "char" && bits === 8 && offset === 0) return "char";
  return `${bool ? "bool" : `${signed ? "s" : "u"}${bits}`}${offset > 0 ? `@${offset}` : ""}`;
};

/** What a CO-RE relocation begins with: the type's own kind and name, with its flavour. libbpf looks for types of the same kind only. */
export const rootOf = (btf: Btf, id: number): string => {
  const kind = btf.kindOf(id);
  return `${kind === "enum64" ? "enum" : kind} ${btf.nameOf(id)}`;
};

/**
 * What libbpf's bpf_core_types_are_compat looks at: two types are compatible where this is the same text, and it is not "".
 * `struct`, `int`, `fwd`, `int *`, `int[]`, `fn(struct *, int) int`.
 */
export const compatOf = (btf: Btf, id: number): string => {
  const text = compat({ btf, parts: 0 }, id, 0);
  return text.includes("?") ? "" : text;
};

const compat = (writer: Writer, unresolved: number, depth: number): string => {
  enter(writer, depth);
  const { btf } = writer;
  const id = skipModifiers(btf, unresolved);
  const kind = btf.kindOf(id);
  switch (kind) {
    case "void":
    case "struct":
    case "union":
    case "enum":
    case "fwd":
      return kind;
    case "enum64":
      return "enum";
    case "int":
      return btf.intOf(id).offset === 0 ? kind : "?";
    case "ptr":
      return `(${compat(writer, btf.targetOf(id), depth + 1)})*`;
    case "array":
      return `(${compat(writer, btf.targetOf(id), depth + 1)})[]`;
    case "func-proto":
      return `fn(${btf
        .parameters(id)
        .map((each) => compat(writer, each.type, depth + 1))
        .join(", ")}) ${compat(writer, btf.targetOf(id), depth + 1)}`;
    default:
      return "?";
  }
};
