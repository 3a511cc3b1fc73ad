import type { Btf } from "./btf.ts";
import { enter, isEllipsis, type Writer } from "./shape.ts";

// The types of BTF as C, for people, and as the kernel's headers spell them.

/** A type in C without a name: `const char *`, `u8 [16]`, `int (*)(struct inode *)`. Typedefs keep their names. */
export const typeText = (btf: Btf, id: number): string => declare({ btf, parts: 0 }, id, "", 0);

/**
 * A function's type in C without the names of its parameters: `int (struct mnt_idmap *, struct inode *, umode_t)`; of a func or a func-proto.
 * What qualifies a parameter itself is left out, as it is no part of a function's type (C11 6.7.6.3).
 */
export const prototypeText = (btf: Btf, id: number): string => typeText(btf, btf.kindOf(id) === "func" ? btf.targetOf(id) : id);

/** One spelling for what compilers and authors call by several names (include/linux/types.h): equal text is the same type. */
const SAME: ReadonlyMap<string, string> = new Map(
  (
    [
      ["u8", "__u8", "uint8_t", "u_int8_t"],
      ["u16", "__u16", "uint16_t", "u_int16_t"],
      ["u32", "__u32", "uint32_t", "u_int32_t"],
      ["u64", "__u64", "uint64_t", "u_int64_t"],
      ["s8", "__s8", "int8_t"],
      ["s16", "__s16", "int16_t"],
      ["s32", "__s32", "int32_t"],
      ["s64", "__s64", "int64_t"],
      ["bool", "_Bool"],
      ["size_t", "__kernel_size_t"],
      ["ssize_t", "__kernel_ssize_t"],
      ["short", "short int"],
      ["unsigned short", "short unsigned int"],
      ["long", "long int"],
      ["unsigned long", "long unsigned int"],
      ["long long", "long long int"],
      ["unsigned long long", "long long unsigned int"],
    ] as const
  ).flatMap(([name, ...others]) => others.map((other) => [other, name] as const)),
);

const join = (...words: readonly string[]): string => words.filter((word) => word !== "").join(" ");

/** Writes the type around a declarator, from the inside out, as C declares. */
const declare = (writer: Writer, id: number, declarator: string, depth: number): string => {
  enter(writer, depth);
  const { btf } = writer;
  const kind = btf.kindOf(id);
  const next = (inner: string): string => declare(writer, btf.targetOf(id), inner, depth + 1);
  switch (kind) {
    case "struct":
    case "union":
    case "enum":
    case "enum64":
    case "fwd": {
      const keyword = kind === "fwd" ? (btf.isUnion(id) ? "union" : "struct") : kind === "enum64" ? "enum" : kind;
      return join(keyword, btf.nameOf(id) === "" ? "{...}" : btf.nameOf(id), declarator);
    }
    case "void":
      return join("void", declarator);
    case "const":
    case "volatile":
    case "restrict": {
      const [target, qualifiers] = unqualified(btf, id);
      // The qualifiers of a pointer stand behind its star, those of any other type before its words.
      const isPointer = btf.kindOf(target) === "ptr";
      const inner = isPointer ? join("", ...qualifiers, declarator) : declarator;
      const text = declare(writer, target, isPointer ? ` ${inner}` : inner, depth + 1);
      return isPointer ? text : join(...qualifiers, text);
    }
    case "ptr":
      return next(`*${declarator}`);
    case "array":
      return next(`${grouped(declarator)}[${btf.lengthOf(id)}]`);
    case "func-proto": {
      const parameters = btf
        .parameters(id)
        .map((each) => (isEllipsis(each) ? "..." : declare(writer, unqualified(btf, each.type)[0], "", depth + 1)));
      return next(`${grouped(declarator)}(${parameters.length === 0 ? "void" : parameters.join(", ")})`);
    }
    case "func":
    case "var":
    case "decl-tag":
    case "type-tag":
      return next(declarator);
    default: {
      const name = btf.nameOf(id);
      return join(SAME.get(name) ?? name, declarator);
    }
  }
};

/** What an array or a function is written behind: a pointer to it needs parentheses. */
const grouped = (declarator: string): string => (declarator.startsWith("*") ? `(${declarator})` : declarator);

/** The type behind qualifiers and tags, and the qualifiers, always in the same order. */
const unqualified = (btf: Btf, id: number): readonly [number, readonly string[]] => {
  const found = new Set<string>();
  for (;;) {
    const kind = btf.kindOf(id);
    if (kind !== "const" && kind !== "volatile" && kind !== "restrict" && kind !== "type-tag") {
      return [id, ["const", "volatile", "restrict"].filter((each) => found.has(each))];
    }
    found.add(kind);
    id = btf.targetOf(id);
  }
};
