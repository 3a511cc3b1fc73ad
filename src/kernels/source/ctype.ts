// C types as a tree: what src/kernels/c/types.ts writes as text, for code that takes them apart.

import { arithmetic, type Derivation, isArithmetic, named, QUALIFIERS, typeText } from "../c/types.ts";
import { isWord, tokensOf } from "../c/lex.ts";

export type CType =
  /** `unsigned int`, `struct foo`, `foo_t`. */
  | { readonly kind: "base"; readonly name: string; readonly isConst: boolean }
  | { readonly kind: "pointer"; readonly to: CType; readonly isConst: boolean }
  | { readonly kind: "array"; readonly of: CType; readonly size: string }
  | {
      readonly kind: "function";
      readonly returns: CType;
      /** Absent where one of them is not understood. */
      readonly parameters?: readonly CType[];
      readonly isVariadic: boolean;
    };

export const base = (name: string, isConst = false): CType => ({ kind: "base", name, isConst });
export const pointerTo = (to: CType, isConst = false): CType => ({ kind: "pointer", to, isConst });
export const INT = base("int");

/** The type as src/kernels/c writes it; `?` for parameters that are not understood. */
export const showType = (type: CType): string => {
  const derivations: Derivation[] = [];
  let inner = type;
  for (; inner.kind !== "base";) {
    if (inner.kind === "pointer") {
      derivations.push({ kind: "pointer", qualifiers: inner.isConst ? ["const"] : [] });
      inner = inner.to;
    } else if (inner.kind === "array") {
      derivations.push({ kind: "array", size: inner.size });
      inner = inner.of;
    } else {
      const parameters = inner.parameters?.map(showType) ?? ["?"];
      derivations.push({
        kind: "function",
        parameters: [...(parameters.length === 0 && !inner.isVariadic ? ["void"] : parameters), ...(inner.isVariadic ? ["..."] : [])],
      });
      inner = inner.returns;
    }
  }
  return typeText({ base: inner.name, qualifiers: inner.isConst ? ["const"] : [], derivations }) ?? "?";
};

/** A type without the qualifiers of the value itself. */
export const unqualified = (type: CType): CType =>
  (type.kind === "base" || type.kind === "pointer") && type.isConst ? { ...type, isConst: false } : type;

/** As a parameter or value is passed: arrays and functions become pointers (C11 6.3.2.1, 6.7.6.3). */
export const decayed = (type: CType): CType =>
  type.kind === "array" ? pointerTo(type.of) : type.kind === "function" ? pointerTo(type) : unqualified(type);

const MAX_DEPTH = 24;

interface Cursor {
  readonly tokens: readonly string[];
  at: number;
}

const suffixes = (cursor: Cursor, depth: number): ((type: CType) => CType) | undefined => {
  const { tokens } = cursor;
  const token = tokens[cursor.at];
  if (token === "[") {
    const parts: string[] = [];
    let nested = 0;
    for (cursor.at++; cursor.at < tokens.length && (nested > 0 || tokens[cursor.at] !== "]"); cursor.at++) {
      if (tokens[cursor.at] === "[") nested++;
      if (tokens[cursor.at] === "]") nested--;
      parts.push(tokens[cursor.at]!);
    }
    cursor.at++;
    const more = suffixes(cursor, depth);
    return (of) => ({ kind: "array", of: more?.(of) ?? of, size: parts.join(" ") });
  }
  if (token !== "(") return undefined;
  cursor.at++;
  const parameters: CType[] = [];
  let isVariadic = false;
  let understood = true;
  while (cursor.at < tokens.length && tokens[cursor.at] !== ")") {
    if (tokens[cursor.at] === "...") {
      isVariadic = true;
      cursor.at++;
    } else {
      const type = readType(cursor, depth + 1);
      if (type === undefined) understood = false;
      else parameters.push(type);
      if (type === undefined) {
        let nested = 0;
        for (; cursor.at < tokens.length; cursor.at++) {
          if (tokens[cursor.at] === "(") nested++;
          else if (tokens[cursor.at] === ")" && nested-- === 0) break;
          else if (tokens[cursor.at] === "," && nested === 0) break;
        }
      }
    }
    if (tokens[cursor.at] === ",") cursor.at++;
    else if (tokens[cursor.at] !== ")") break;
  }
  cursor.at++;
  const only = parameters.length === 1 && parameters[0]!.kind === "base" && parameters[0]!.name === "void";
  return (returns) => ({ kind: "function", returns, ...(understood && { parameters: only ? [] : parameters }), isVariadic });
};

/** An abstract declarator: what it makes of the type before it. */
const declarator = (cursor: Cursor, depth: number): ((type: CType) => CType) => {
  const { tokens } = cursor;
  let pointers: (type: CType) => CType = (type) => type;
  while (tokens[cursor.at] === "*") {
    cursor.at++;
    let isConst = false;
    for (; QUALIFIERS.has(tokens[cursor.at] ?? ""); cursor.at++) if (QUALIFIERS.get(tokens[cursor.at]!) === "const") isConst = true;
    const before = pointers;
    pointers = (type) => pointerTo(before(type), isConst);
  }
  let group: ((type: CType) => CType) | undefined;
  const next = tokens[cursor.at + 1];
  if (tokens[cursor.at] === "(" && (next === "*" || next === "(" || next === "[") && depth < MAX_DEPTH) {
    cursor.at++;
    group = declarator(cursor, depth + 1);
    if (tokens[cursor.at] === ")") cursor.at++;
  }
  const suffix = depth < MAX_DEPTH ? suffixes(cursor, depth) : undefined;
  return (type) => {
    const outer = suffix?.(pointers(type)) ?? pointers(type);
    return group?.(outer) ?? outer;
  };
};

const readType = (cursor: Cursor, depth: number): CType | undefined => {
  const { tokens } = cursor;
  if (depth > MAX_DEPTH) return undefined;
  let isConst = false;
  const words: string[] = [];
  let name = "";
  for (; cursor.at < tokens.length; cursor.at++) {
    const token = tokens[cursor.at]!;
    const qualifier = QUALIFIERS.get(token);
    if (qualifier !== undefined) isConst ||= qualifier === "const";
    else if (isArithmetic(token)) words.push(token);
    else if (name !== "" || words.length > 0 || !isWord(token)) break;
    else if (token === "struct" || token === "union" || token === "enum") {
      name = `${token} ${isWord(tokens[cursor.at + 1]) ? tokens[++cursor.at] : "{}"}`;
      // `struct {}`: one without a tag, as the index writes it.
      if (tokens[cursor.at + 1] === "{") for (cursor.at++; cursor.at < tokens.length && tokens[cursor.at] !== "}";) cursor.at++;
    } else if (token === "typeof" || token === "__typeof__") {
      let nested = 0;
      const parts: string[] = [];
      for (cursor.at++; cursor.at < tokens.length; cursor.at++) {
        if (tokens[cursor.at] === "(" && nested++ === 0) continue;
        if (tokens[cursor.at] === ")" && --nested === 0) break;
        parts.push(tokens[cursor.at]!);
      }
      name = `typeof(${parts.join(" ")})`;
    } else name = named(token);
  }
  if (name === "" && words.length === 0) return undefined;
  return declarator(cursor, depth)(base(name === "" ? named(arithmetic(words)) : name, isConst));
};

const parsed = new Map<string, CType | undefined>();
const MAX_PARSED = 200_000;

/** A type text of an index; undefined where it is not one. */
export const parseType = (text: string): CType | undefined => {
  if (parsed.has(text)) return parsed.get(text);
  const cursor = { tokens: tokensOf(text), at: 0 };
  const type = readType(cursor, 0);
  const whole = cursor.at >= cursor.tokens.length ? type : undefined;
  if (parsed.size > MAX_PARSED) parsed.clear();
  parsed.set(text, whole);
  return whole;
};
