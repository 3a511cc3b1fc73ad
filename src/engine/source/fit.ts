// Whether a value of one type may stand where another is wanted (C11 6.5.16.1, with what gcc makes an error in the kernel's build).

import type { ReleaseHeaders } from "../../kernels/headers/model.ts";
import { type CType, decayed, parseType } from "../../kernels/source/ctype.ts";

/** `may-break`: an enum and another integer, which are the same type or not as the compiler picks. */
export type Fit = "fits" | "breaks" | "may-break" | "unknown";

/** Integers as gcc has them on 64 bits (include/uapi/asm-generic/int-ll64.h, posix_types.h). */
const INTEGERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    u8: "unsigned char",
    s8: "signed char",
    u16: "unsigned short",
    s16: "short",
    u32: "unsigned int",
    s32: "int",
    u64: "unsigned long long",
    s64: "long long",
    size_t: "unsigned long",
    ssize_t: "long",
    uintptr_t: "unsigned long",
    ptrdiff_t: "long",
    char: "char",
    bool: "bool",
  }),
);
const NUMBER = /^(unsigned |signed )?(char|short|int|long|long long|__int128)$|^(float|double|long double|bool)$/;
const MAX_STEPS = 24;

/** Typedefs of the release followed to their end; undefined where that is not known. */
const settle = (type: CType, headers: ReleaseHeaders): CType | undefined => {
  let now: CType | undefined = type;
  for (let step = 0; step < MAX_STEPS && now?.kind === "base"; step++) {
    const { name } = now;
    if (NUMBER.test(name) || name === "void" || /^(struct|union|enum) \S/.test(name)) return now;
    const integer = INTEGERS.get(name);
    if (integer !== undefined) return { ...now, name: integer };
    const typedefs = new Set(headers.names(name).flatMap((each) => (each.form === "typedef" ? [each.type] : [])));
    if (typedefs.size !== 1) return undefined;
    const next = parseType([...typedefs][0]!);
    if (next?.kind === "base" && next.name === name) return undefined;
    now = next;
  }
  return now;
};

const isAnonymous = (name: string): boolean => /[<{]/.test(name);

/** Whether two types are the same; qualifiers of what is passed itself do not count. */
const same = (left: CType, right: CType, headers: ReleaseHeaders, depth: number): Fit => {
  if (depth > MAX_STEPS) return "unknown";
  const [a, b] = [settle(left, headers), settle(right, headers)];
  if (a === undefined || b === undefined) {
    // The same name, whatever it stands for.
    return left.kind === "base" && right.kind === "base" && left.name === right.name ? "fits" : "unknown";
  }
  if (a.kind === "base" && b.kind === "base") {
    if (a.name === b.name) return "fits";
    if (isAnonymous(a.name) || isAnonymous(b.name)) return "unknown";
    const enums = [a.name, b.name].filter((name) => name.startsWith("enum ")).length;
    // An enum is compatible with one integer type, which the compiler picks.
    if (enums > 0)
      return /^(struct|union)|^void$/.test(enums === 2 ? "" : a.name.startsWith("enum ") ? b.name : a.name) || enums === 2
        ? "breaks"
        : "may-break";
    return "breaks";
  }
  if (a.kind === "pointer" && b.kind === "pointer") {
    const inner = same(a.to, b.to, headers, depth + 1);
    return inner === "fits" && constOf(a.to) !== constOf(b.to) ? "breaks" : inner;
  }
  if (a.kind === "array" && b.kind === "array") return same(a.of, b.of, headers, depth + 1);
  if (a.kind === "function" && b.kind === "function") return sameFunction(a, b, headers, depth + 1);
  return "breaks";
};

const constOf = (type: CType): boolean => (type.kind === "base" || type.kind === "pointer") && type.isConst;

const worst = (fits: readonly Fit[]): Fit =>
  fits.includes("breaks") ? "breaks" : fits.includes("may-break") ? "may-break" : fits.includes("unknown") ? "unknown" : "fits";

type FunctionType = Extract<CType, { kind: "function" }>;

const sameFunction = (a: FunctionType, b: FunctionType, headers: ReleaseHeaders, depth: number): Fit => {
  const returns = same(a.returns, b.returns, headers, depth);
  if (a.parameters === undefined || b.parameters === undefined) return returns === "breaks" ? "breaks" : "unknown";
  if (a.parameters.length !== b.parameters.length || a.isVariadic !== b.isVariadic) return "breaks";
  return worst([returns, ...a.parameters.map((each, index) => same(decayed(each), decayed(b.parameters![index]!), headers, depth))]);
};

const isInteger = (type: CType): boolean => type.kind === "base" && (NUMBER.test(type.name) || type.name.startsWith("enum "));
const withoutSign = (name: string): string => name.replace(/^(unsigned|signed) /, "");

/** @param isZero a constant 0, which is a null pointer too. */
export const fitsInto = (value: CType, wanted: CType, headers: ReleaseHeaders, isZero: boolean): Fit => {
  const [from, to] = [settle(decayed(value), headers), settle(decayed(wanted), headers)];
  if (from === undefined || to === undefined) return "unknown";
  if (from.kind === "base" && from.name === "void") return "breaks";
  if (to.kind === "base" && to.name === "void") return "unknown";
  if (from.kind === "pointer" && to.kind === "pointer") {
    const [a, b] = [settle(from.to, headers), settle(to.to, headers)];
    if (a === undefined || b === undefined) return "unknown";
    if ((a.kind === "base" && a.name === "void") || (b.kind === "base" && b.name === "void")) return "fits";
    // -Wno-pointer-sign (the kernel's Makefile).
    if (a.kind === "base" && b.kind === "base" && NUMBER.test(a.name) && NUMBER.test(b.name) && withoutSign(a.name) === withoutSign(b.name))
      return "fits";
    return same(a, b, headers, 0);
  }
  if (from.kind === "pointer" || to.kind === "pointer") {
    const other = from.kind === "pointer" ? to : from;
    if (isInteger(other))
      return (isZero && to.kind === "pointer") || (other.kind === "base" && other.name === "bool" && from.kind === "pointer")
        ? "fits"
        : "breaks";
    return other.kind === "base" && /^(struct|union) /.test(other.name)
      ? other.name.startsWith("union ")
        ? "unknown"
        : "breaks"
      : "unknown";
  }
  if (isInteger(from) && isInteger(to)) return "fits";
  if (from.kind === "base" && to.kind === "base") {
    if (from.name === to.name) return "fits";
    if (isAnonymous(from.name) || isAnonymous(to.name) || to.name.startsWith("union ")) return "unknown";
    return "breaks";
  }
  return "unknown";
};

/** A struct or union, after typedefs. */
export const aggregateOf = (type: CType, headers: ReleaseHeaders): string | undefined => {
  const settled = settle(type, headers);
  return settled?.kind === "base" && /^(struct|union) \S/.test(settled.name) ? settled.name : undefined;
};

/** Two types of the release's or the source's, compared as a declaration repeated would be. */
export const isSameType = (left: CType, right: CType, headers: ReleaseHeaders): Fit => same(left, right, headers, 0);
