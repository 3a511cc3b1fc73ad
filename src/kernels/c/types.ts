// How a type is written: one spelling for each, so that equal text means the same type.

/** Names that mean the same in every kernel (include/linux/types.h, include/uapi/asm-generic/int-ll64.h). Other typedefs stay as written. */
const SAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    u8: "__u8 uint8_t u_int8_t",
    u16: "__u16 uint16_t u_int16_t",
    u32: "__u32 uint32_t u_int32_t",
    u64: "__u64 uint64_t u_int64_t",
    s8: "__s8 int8_t",
    s16: "__s16 int16_t",
    s32: "__s32 int32_t",
    s64: "__s64 int64_t",
    bool: "_Bool",
    size_t: "__kernel_size_t",
    ssize_t: "__kernel_ssize_t",
    "unsigned char": "u_char unchar",
    "unsigned short": "u_short ushort",
    "unsigned int": "u_int uint",
    "unsigned long": "u_long ulong",
  }).flatMap(([name, others]) => others.split(" ").map((other) => [other, name] as const)),
);

export const QUALIFIERS: ReadonlyMap<string, string> = new Map([
  ["const", "const"],
  ["__const", "const"],
  ["__const__", "const"],
  ["volatile", "volatile"],
  ["__volatile", "volatile"],
  ["__volatile__", "volatile"],
  ["restrict", ""],
  ["__restrict", ""],
  ["__restrict__", ""],
  ["_Atomic", "_Atomic"],
]);

const ARITHMETIC: ReadonlySet<string> = new Set(
  "void char short int long signed unsigned float double _Bool bool __signed__ __signed __int128 _Complex".split(" "),
);

export const isArithmetic = (token: string): boolean => ARITHMETIC.has(token);

/** `long unsigned int` and its kin in one order: sign, size, base; `int` and `signed` only where nothing else is said. */
export const arithmetic = (words: readonly string[]): string => {
  const of = (word: string): number => words.filter((each) => each === word).length;
  const unsigned = of("unsigned") > 0 ? "unsigned " : "";
  if (of("char") > 0) return unsigned + (of("signed") + of("__signed__") + of("__signed") > 0 ? "signed char" : "char");
  if (of("short") > 0) return `${unsigned}short`;
  if (of("double") > 0) return of("long") > 0 ? "long double" : "double";
  if (of("__int128") > 0) return `${unsigned}__int128`;
  if (of("long") > 0) return unsigned + (of("long") > 1 ? "long long" : "long");
  const other = words.find((word) => word === "void" || word === "float" || word === "bool" || word === "_Bool");
  return other === undefined ? `${unsigned}int` : other === "_Bool" ? "bool" : other;
};

export const named = (name: string): string => SAME.get(name) ?? name;

/** What a declarator makes of its base type, from the name outwards. */
export type Derivation =
  | { readonly kind: "pointer"; readonly qualifiers: readonly string[] }
  | { readonly kind: "array"; readonly size: string }
  /** No parameters where one of them is not understood, as a macro that stands for some. */
  | { readonly kind: "function"; readonly parameters: readonly string[] | undefined };

export interface Type {
  readonly base: string;
  readonly qualifiers: readonly string[];
  readonly derivations: readonly Derivation[];
}

const grouped = (inner: string): string => (inner.startsWith("*") ? `(${inner})` : inner);

/**
 * A type name as C writes it without a name in it: `int (*)(struct device *, void *)`, `const char * const []`. Undefined where a part of it is not
 * understood.
 */
export const typeText = ({ base, qualifiers, derivations }: Type): string | undefined => {
  let inner = "";
  for (const derivation of derivations) {
    if (derivation.kind === "array") inner = `${grouped(inner)}[${derivation.size}]`;
    else if (derivation.kind === "function" && derivation.parameters === undefined) return undefined;
    else if (derivation.kind === "function") inner = `${grouped(inner)}(${derivation.parameters!.join(", ")})`;
    else {
      const words = derivation.qualifiers.join(" ");
      inner = `*${words && ` ${words}`}${words && inner && !inner.startsWith("(") ? " " : ""}${inner}`;
    }
  }
  return [...qualifiers, base, inner].filter(Boolean).join(" ");
};

/** As a parameter is passed: arrays and functions become pointers, qualifiers of the value itself do not count (C11 6.7.6.3). */
export const asParameter = ({ base, qualifiers, derivations }: Type): Type => {
  const [first, ...rest] = derivations;
  if (first === undefined) return { base, qualifiers: [], derivations };
  const pointer = { kind: "pointer", qualifiers: [] } as const;
  return { base, qualifiers, derivations: first.kind === "function" ? [pointer, first, ...rest] : [pointer, ...rest] };
};
