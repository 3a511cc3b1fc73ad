import { isWord, tokensOf } from "./lex.ts";

/** A macro as `#define` gives it. */
export interface Definition {
  readonly name: string;
  /** Absent for an object-like macro; the last parameter ends in "..." where it is variadic. */
  readonly parameters?: readonly string[];
  /** With continuations and comments as they stand. */
  readonly body: string;
}

const HEAD = /^\s*([A-Za-z_]\w*)(\([^()]*\))?/;

/** What follows the word `define`; undefined where no name does. */
export const parseDefine = (text: string): Definition | undefined => {
  const [head, name, list] = HEAD.exec(text) ?? [];
  if (head === undefined || name === undefined) return undefined;
  const body = text.slice(head.length);
  if (list === undefined) return { name, body };
  const inner = tokensOf(list.slice(1, -1)).join("");
  return { name, parameters: inner === "" ? [] : inner.split(","), body };
};

/** "2", or "1+" for one and any number more; gcc's `args...` is `...` with a name. */
export const arityOf = (parameters: readonly string[]): string =>
  parameters.at(-1)?.endsWith("...") ? `${parameters.length - 1}+` : String(parameters.length);

/** Words that look like calls and are none. */
const NOT_CALLED: ReadonlySet<string> = new Set(
  (
    "if for while do else switch case return sizeof typeof __typeof__ __typeof typeof_member __alignof__ _Alignof alignof offsetof defined asm __asm__ " +
    "__attribute__ _Static_assert static_assert volatile __volatile__ goto const struct union enum void int long char unsigned short _Generic"
  ).split(" "),
);

const mayBeAddressed = (before: string | undefined): boolean =>
  before === undefined || before === "return" || (!isWord(before) && !/^[\d)\]"']/.test(before));

/**
 * The identifiers that code calls or whose address it takes: followed by "(", or preceded by a unary "&". Members (`ops->fn(`) are not.
 * `own` are the names that mean something else inside: the parameters of a macro.
 */
export const mentionsOf = (tokens: readonly string[], own: ReadonlySet<string> = new Set()): readonly string[] => {
  const found = new Set<string>();
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (!isWord(token)) continue;
    const before = tokens[at - 1];
    const next = tokens[at + 1];
    const called = next === "(" && before !== "->" && before !== ".";
    const addressed = before === "&" && next !== "->" && mayBeAddressed(tokens[at - 2]);
    if ((called || addressed) && !NOT_CALLED.has(token) && !token.startsWith("__builtin_") && !own.has(token)) found.add(token);
  }
  return [...found].sort();
};

/** The one identifier an object-like macro stands for, in parentheses or not. */
export const aliasOf = (tokens: readonly string[]): string | undefined => {
  const inner = tokens.length === 3 && tokens[0] === "(" && tokens[2] === ")" ? tokens[1] : tokens.length === 1 ? tokens[0] : undefined;
  return isWord(inner) ? inner : undefined;
};
