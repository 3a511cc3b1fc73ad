// What stands between the braces of a struct, a union or an enum.

import { type Attributes, withoutAttributes } from "./attributes.ts";
import { namesOfDeclaration } from "./declaration.ts";
import { type Budget, type Expandables, expand } from "./expand.ts";
import { afterGroup, isWord } from "./lex.ts";

export interface DeclaredMember {
  /** Empty for an unnamed member of a type with a tag, whose members are then those of the outer one (gcc's -fms-extensions). */
  readonly name: string;
  readonly type: string;
  /** What it hangs on, where that is not decided. */
  readonly condition?: string;
}

export interface DeclaredTag {
  readonly tag: "struct" | "union" | "enum";
  /** `{outer.name}` where it has none: what the member `name` of `outer` is, or the typedef `name`. */
  readonly name: string;
  /** Absent where it is only declared. */
  readonly members?: readonly DeclaredMember[];
}

interface DeclaredConstant {
  readonly name: string;
  /** `enum x`, or `enum`. */
  readonly of: string;
  readonly condition?: string;
}

/** What of a tree is needed to understand a declaration. */
export interface Knowledge {
  readonly attributes: Attributes;
  /** Function-like macros, and others that hold whole declarations. */
  readonly macros: Expandables;
  /** What of the file's macros may still be expanded. */
  readonly budget: Budget;
  /** Whether a name is a function-like macro, also where it is defined in several ways and expanded in none. */
  isMacro(name: string): boolean;
}

/** What is found on the way. */
export interface Found {
  readonly tags: DeclaredTag[];
  readonly constants: DeclaredConstant[];
}

/** Structs in structs, and macros that make members: deeper than this nothing is read. */
const MAX_DEPTH = 24;

type Kind = DeclaredTag["tag"];
const isKind = (token: string | undefined): token is Kind => token === "struct" || token === "union" || token === "enum";

/** Stands for a type without a tag until the name that it is known by is read. */
const UNNAMED = "__unnamed__";

interface Aggregate {
  readonly kind: Kind;
  readonly name: string;
  readonly body: readonly string[];
}

/** `struct COMMON;` and `struct tag COMMON;` where the macro is all that stands between braces. */
const withBraces = (tokens: readonly string[], { macros }: Knowledge): readonly string[] => {
  for (let at = 1; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (!isWord(token) || !(isKind(tokens[at - 1]) || (isKind(tokens[at - 2]) && isWord(tokens[at - 1])))) continue;
    const macro = macros(token);
    if (macro?.parameters === undefined && macro?.body[0] === "{") return [...tokens.slice(0, at), ...macro.body, ...tokens.slice(at + 1)];
  }
  return tokens;
};

const isMark = (token: string): boolean => token.startsWith("#");

/** Where an attribute at `at` ends, or `at`. */
const afterAttribute = (tokens: readonly string[], at: number, { attributes }: Knowledge): number => {
  const token = tokens[at];
  if (!isWord(token) || withoutAttributes([token, "(", ")"], attributes).length === 3) return at;
  return tokens[at + 1] === "(" && withoutAttributes([token], attributes).length > 0 ? afterGroup(tokens, at + 1) : at + 1;
};

/** The tokens with each `struct foo { … }` as `struct foo`, and what stood between the braces. */
const withoutBodies = (
  tokens: readonly string[],
  knowledge: Knowledge,
): { readonly tokens: readonly string[]; readonly aggregates: readonly Aggregate[] } => {
  const kept: string[] = [];
  const aggregates: Aggregate[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!;
    if (!isKind(token)) {
      if (!isMark(token)) kept.push(token);
      at++;
      continue;
    }
    let next = at + 1;
    for (let after = next; (after = afterAttribute(tokens, next, knowledge)) > next; next = after)
      if (tokens[after] !== "{" && !isWord(tokens[after])) break;
    const hasTag = isWord(tokens[next]);
    const tag = tokens[next];
    let open = hasTag ? next + 1 : next;
    for (let after = open; (after = afterAttribute(tokens, open, knowledge)) > open;) open = after;
    // `enum foo : u8 {`
    if (token === "enum" && tokens[open] === ":") while (open < tokens.length && tokens[open] !== "{" && tokens[open] !== ";") open++;
    const isWhole = tokens[open] === "{" && (hasTag || open >= next);
    kept.push(token);
    if (!isWhole) {
      at++;
      continue;
    }
    const end = afterGroup(tokens, open);
    const name = hasTag ? tag! : `${UNNAMED}${aggregates.length}`;
    aggregates.push({ kind: token, name, body: tokens.slice(open + 1, end - 1) });
    kept.push(name);
    at = end;
  }
  return { tokens: kept, aggregates };
};

type Condition = string | undefined;

/** Pieces of a body between separators that no bracket holds, each with the condition that it begins under: up to the first mark, `outer`. */
const pieces = (
  body: readonly string[],
  separator: string,
  outer: Condition,
): readonly { readonly tokens: readonly string[]; readonly condition: Condition }[] => {
  const found: { tokens: string[]; condition: Condition }[] = [];
  let tokens: string[] = [];
  let condition = outer;
  let next = outer;
  let depth = 0;
  for (const token of [...body, separator]) {
    if (isMark(token)) next = token.slice(1) || undefined;
    if (token === "(" || token === "[" || token === "{") depth++;
    else if (token === ")" || token === "]" || token === "}") depth--;
    if (depth <= 0 && token === separator) {
      if (tokens.length > 0) found.push({ tokens, condition });
      tokens = [];
      condition = next;
    } else if (tokens.length > 0) tokens.push(token);
    else if (!isMark(token)) {
      tokens.push(token);
      condition = next;
    }
  }
  return found;
};

/** A piece with a macro outside of brackets, expanded: `DECLARE_BITMAP(map, 8)`, `u8 UNSAFE(name)`. What else it holds stays as it is written. */
const expanded = (tokens: readonly string[], { attributes, macros, budget }: Knowledge): readonly string[] | undefined => {
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token === "[" || token === "{" || token === "(") {
      at = afterGroup(tokens, at) - 1;
      continue;
    }
    const macro = isWord(token) && !attributes.has(token) ? macros(token) : undefined;
    if (macro === undefined || (macro.parameters !== undefined && tokens[at + 1] !== "(")) continue;
    const end = macro.parameters === undefined ? at + 1 : afterGroup(tokens, at + 1);
    const made = expand(tokens.slice(at, end), macros, budget);
    return made === undefined ? undefined : [...tokens.slice(0, at), ...made, ...tokens.slice(end)];
  }
  return undefined;
};

/** A function whose parameters are a macro's, `DECL_KMALLOC_PARAMS(size, bucket)`, with these in its place. */
const withParameters = (tokens: readonly string[], { attributes, macros, budget }: Knowledge): readonly string[] => {
  const at = tokens.findIndex(
    (token, index) =>
      index > 1 &&
      tokens[index + 1] === "(" &&
      isWord(token) &&
      !attributes.has(token) &&
      /^[(,]$/.test(tokens[index - 1]!) &&
      macros(token) !== undefined,
  );
  if (at < 0) return tokens;
  const end = afterGroup(tokens, at + 1);
  const made = expand(tokens.slice(at, end), macros, budget) ?? [];
  // `size_t (size)` is how such a macro keeps its argument apart.
  const isAlone = (index: number): boolean => made[index - 1] === "(" && isWord(made[index]) && made[index + 1] === ")";
  return [...tokens.slice(0, at), ...made.filter((_, index) => !isAlone(index + 1) && !isAlone(index - 1)), ...tokens.slice(end)];
};

const under = (condition: Condition): { readonly condition?: string } => (condition === undefined ? {} : { condition });

const readConstants = (body: readonly string[], of: string, outer: Condition, knowledge: Knowledge, found: Found, depth: number): void => {
  if (depth > MAX_DEPTH) return;
  for (const { tokens, condition } of pieces(body, ",", outer)) {
    const more = expanded(tokens, knowledge);
    if (more !== undefined) readConstants(more, of, condition, knowledge, found, depth + 1);
    else if (isWord(tokens[0])) found.constants.push({ name: tokens[0], of, ...under(condition) });
  }
};

/** @param known how the aggregate is known: its tag or, where it has none, the name that is made of what declares it. */
const readAggregate = (
  { kind, body }: Aggregate,
  known: string | undefined,
  outer: Condition,
  knowledge: Knowledge,
  found: Found,
  depth: number,
): readonly DeclaredMember[] => {
  if (kind === "enum") {
    readConstants(body, known === undefined || known.startsWith("{") ? "enum" : `enum ${known}`, outer, knowledge, found, depth + 1);
    if (known !== undefined) found.tags.push({ tag: kind, name: known, members: [] });
    return [];
  }
  const members = readMembers(body, known ?? "", outer, knowledge, found, depth + 1);
  if (known !== undefined) found.tags.push({ tag: kind, name: known, members });
  return members;
};

const ofOuter = (outer: string, name: string): string => `{${outer === "" ? "" : `${outer.replace(/^\{(.*)\}$/, "$1")}.`}${name}}`;

/**
 * A declaration without its bodies, the names it gives types to, and its aggregates read: unnamed ones under the name of what they are the type of.
 * @returns the members of an aggregate that the declaration gives no name to, and that are its own.
 */
export const readDeclaration = (
  given: readonly string[],
  outer: string,
  condition: Condition,
  knowledge: Knowledge,
  found: Found,
  depth = 0,
): {
  readonly declared: ReturnType<typeof namesOfDeclaration>;
  readonly loose: readonly DeclaredMember[];
  readonly tokens: readonly string[];
} => {
  if (depth > MAX_DEPTH) return { declared: [], loose: [], tokens: [] };
  const { tokens, aggregates } = withoutBodies(withBraces(given, knowledge), knowledge);
  let names = namesOfDeclaration(tokens, knowledge.attributes, aggregates.length === 0);
  if (names.some(({ signature }) => signature === undefined))
    names = namesOfDeclaration(withParameters(tokens, knowledge), knowledge.attributes);
  const loose: DeclaredMember[] = [];
  const known = new Map<string, string>();
  for (const [index, aggregate] of aggregates.entries()) {
    const owner = names.find(({ signature }) => signature?.includes(aggregate.name));
    const name = !aggregate.name.startsWith(UNNAMED) ? aggregate.name : owner && ofOuter(outer, owner.name);
    if (name !== undefined) known.set(aggregate.name, name);
    const members = readAggregate(aggregate, name, condition, knowledge, found, depth);
    if (owner === undefined && index === aggregates.length - 1) loose.push(...members);
  }
  const declared = names.map((each) => ({
    ...each,
    ...(each.signature !== undefined && { signature: each.signature.replace(/__unnamed__\d+/g, (word) => known.get(word) ?? "{}") }),
  }));
  return { declared, loose: names.length === 0 ? loose : [], tokens };
};

const readMembers = (
  body: readonly string[],
  outer: string,
  condition: Condition,
  knowledge: Knowledge,
  found: Found,
  depth: number,
): readonly DeclaredMember[] => {
  if (depth > MAX_DEPTH) return [];
  return pieces(body, ";", condition).flatMap((piece): readonly DeclaredMember[] => {
    const more = expanded(piece.tokens, knowledge);
    if (more !== undefined) return readMembers(more, outer, piece.condition, knowledge, found, depth + 1);
    const { declared, loose, tokens } = readDeclaration(piece.tokens, outer, piece.condition, knowledge, found, depth + 1);
    if (declared.length > 0) return declared.map(({ name, signature }) => ({ name, type: signature ?? "?", ...under(piece.condition) }));
    if (loose.length > 0) return loose;
    const plain = withoutAttributes(tokens, knowledge.attributes);
    return plain.length === 2 && isKind(plain[0]) && plain[0] !== "enum" && isWord(plain[1])
      ? [{ name: "", type: plain.join(" "), ...under(piece.condition) }]
      : [];
  });
};
