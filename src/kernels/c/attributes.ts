// Words between a declaration's own that do not change its type: the compiler's attributes, and the kernel's macros for them.

import type { Certainty } from "./branches.ts";
import type { Options } from "./condition.ts";
import { afterGroup, isWord, tokensOf } from "./lex.ts";
import { type Definition, parseDefine } from "./macros.ts";
import { readUnits } from "./units.ts";

/** A macro that stands for attributes only. */
interface Attribute {
  /** Written with arguments: `__printf(1, 2)`. */
  readonly call: boolean;
  /** The keywords among the attributes: `__always_inline` leaves `inline`. */
  readonly keywords: readonly string[];
}
export type Attributes = ReadonlyMap<string, Attribute>;

const CALL = { call: true, keywords: [] } as const;
const PLAIN = { call: false, keywords: [] } as const;
const INLINE = { call: false, keywords: ["inline"] } as const;

/** What the compiler itself gives; x86's named address spaces are behind `__percpu` (arch/x86/include/asm/percpu.h). */
const BUILT_IN: Attributes = new Map<string, Attribute>([
  ["__attribute__", CALL],
  ["__attribute", CALL],
  ["__declspec", CALL],
  ["_Alignas", CALL],
  ["_Pragma", CALL],
  ["asm", CALL],
  ["__asm__", CALL],
  ["__asm", CALL],
  ["__extension__", PLAIN],
  ["__seg_gs", PLAIN],
  ["__seg_fs", PLAIN],
  ["__inline", INLINE],
  ["__inline__", INLINE],
]);

const KEYWORDS: ReadonlySet<string> = new Set(["static", "extern", "inline", "const", "volatile", "register"]);
const MAX_BODY = 400;
/** How long a chain of macros is followed: the kernel's are settled in three rounds. */
const MAX_ROUNDS = 50;

/** The keywords a macro's body leaves; undefined where it is more than attributes, as far as they are known. */
const keywordsOf = (body: readonly string[], known: (word: string) => Attribute | undefined): readonly string[] | undefined => {
  const keywords: string[] = [];
  for (let at = 0; at < body.length;) {
    const token = body[at]!;
    if (KEYWORDS.has(token)) {
      keywords.push(token);
      at++;
      continue;
    }
    const attribute = known(token);
    if (attribute === undefined || (attribute.call && body[at + 1] !== "(")) return undefined;
    keywords.push(...attribute.keywords);
    at = attribute.call ? afterGroup(body, at + 1) : at + 1;
  }
  return keywords;
};

interface Candidate {
  readonly call: boolean;
  readonly body: readonly string[];
}

const NO_ATTRIBUTE = [";"] as const;

const collect = ({ name, parameters, body }: Definition, found: Map<string, Candidate[]>): void => {
  // Most macros are numbers and expressions: nothing to look into.
  const hopeless = body.length > MAX_BODY || /^\s*[^\sA-Za-z_/\\]/.test(body);
  const entry = { call: parameters !== undefined, body: hopeless ? NO_ATTRIBUTE : tokensOf(body) };
  const known = found.get(name);
  if (known === undefined) found.set(name, [entry]);
  else known.push(entry);
};

/** Follows macros through macros until nothing new is an attribute. A macro counts only if each of its definitions does. */
const settle = (found: ReadonlyMap<string, readonly Candidate[]>, base: Attributes): Attributes => {
  const attributes = new Map(base);
  const known = (word: string): Attribute | undefined => attributes.get(word);
  for (let before = -1, round = 0; before !== attributes.size && round < MAX_ROUNDS; round++) {
    before = attributes.size;
    for (const [name, candidates] of found) {
      if (attributes.has(name)) continue;
      const keywords = candidates.map(({ body }) => keywordsOf(body, known));
      if (keywords.some((each) => each === undefined)) continue;
      // `static` in one configuration only, as INDIRECT_CALLABLE_SCOPE, is none.
      const [first = [], ...others] = keywords as readonly (readonly string[])[];
      attributes.set(name, { call: candidates[0]!.call, keywords: first.filter((word) => others.every((each) => each.includes(word))) });
    }
  }
  return attributes;
};

/**
 * The attribute macros of a tree: macros with an empty or `__attribute__` body, followed through aliases. Definitions for assembler, C++ and sparse,
 * and those that the configuration rules out, do not count.
 */
export const learnAttributes = (headers: Iterable<string>, config: Options = new Map()): Attributes => {
  const found = new Map<string, Candidate[]>();
  const define = (definition: Definition, certainty: Certainty): void => {
    if (certainty > 0) collect(definition, found);
  };
  for (const text of headers) readUnits(text, config, { bodies: false, unit: () => {}, define });
  return settle(found, BUILT_IN);
};

/** The same with the macros of one more file, as they stand after `#define`. */
export const withOwn = (attributes: Attributes, definitions: readonly string[]): Attributes => {
  const found = new Map<string, Candidate[]>();
  for (const text of definitions) {
    const definition = parseDefine(text);
    if (definition !== undefined) collect(definition, found);
  }
  return settle(found, attributes);
};

/** The tokens without attributes; with no attributes given, without the compiler's own. */
export const withoutAttributes = (tokens: readonly string[], attributes: Attributes): readonly string[] => {
  const kept: string[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at]!;
    const attribute = isWord(token) ? (attributes.get(token) ?? BUILT_IN.get(token)) : undefined;
    if (attribute === undefined || (attribute.call && tokens[at + 1] !== "(")) {
      kept.push(token);
      at++;
      continue;
    }
    kept.push(...attribute.keywords);
    at = attribute.call ? afterGroup(tokens, at + 1) : at + 1;
  }
  return kept;
};
