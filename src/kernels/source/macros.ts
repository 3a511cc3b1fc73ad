// The source's own macros, expanded as the C preprocessor does (C11 6.10.3): arguments first, then the result again with the macro itself left alone.

import { isWord } from "../c/lex.ts";
import type { Token } from "./tokens.ts";

export interface OwnMacro {
  readonly name: string;
  /** Absent for an object-like macro. A variadic one's last is `__VA_ARGS__` or its name. */
  readonly parameters?: readonly string[];
  readonly isVariadic: boolean;
  readonly body: readonly Token[];
  /** The undecided condition that it is defined under; 0 for none. */
  readonly cond: number;
  readonly at: number;
}

/** What `#undef` leaves, of a macro of the kernel's too. */
export const UNDEFINED = "undefined";
export type MacroTable = Map<string, OwnMacro | typeof UNDEFINED>;

const MAX_FRAMES = 200;
/** Characters of a token that `#` and `##` make: each may double what the last one made. */
const MAX_MADE = 100_000;

/** Spread, a long list would not fit on the stack. */
const append = (into: Token[], tokens: readonly Token[]): void => {
  for (const token of tokens) into.push(token);
};

const adjacent = (left: Token, right: Token): boolean => right.at === left.at + left.text.length;

/** What follows the word `define`. */
export const parseOwnMacro = (rest: readonly Token[], cond: number): OwnMacro | undefined => {
  const [head, open] = rest;
  if (head === undefined || !isWord(head.text)) return undefined;
  if (open?.text !== "(" || !adjacent(head, open)) return { name: head.text, isVariadic: false, body: rest.slice(1), cond, at: head.at };
  const close = rest.findIndex(({ text }) => text === ")");
  if (close < 0) return undefined;
  const words = rest.slice(2, close).map(({ text }) => text);
  const isVariadic = words.at(-1) === "...";
  const parameters = words.filter((word) => isWord(word));
  // gcc's `args...`: the name stands for the rest.
  if (isVariadic && (words.length === 1 || words.at(-2) === ",")) parameters.push("__VA_ARGS__");
  return { name: head.text, parameters, isVariadic, body: rest.slice(close + 1), cond, at: head.at };
};

interface Frame {
  readonly tokens: readonly Token[];
  at: number;
  readonly macro?: string;
}

export interface Budget {
  tokens: number;
}

/** Splits at the commas of the outermost level. */
const splitArguments = (tokens: readonly Token[], most: number): Token[][] => {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(" || token.text === "[" || token.text === "{") depth += token.text === "(" ? 1 : 0;
    else if (token.text === ")") depth--;
    if (token.text === "," && depth === 0 && parts.length < most) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
};

const quoted = (tokens: readonly Token[]): string => JSON.stringify(tokens.map(({ text }) => text).join(" "));

/** Expands tokens into `out`. Stops, and says false, where the budget is spent. */
export const expandInto = (
  tokens: readonly Token[],
  macros: MacroTable,
  out: Token[],
  budget: Budget,
  without: readonly string[] = [],
): boolean => {
  const frames: Frame[] = [{ tokens, at: 0 }];
  const busy = new Map<string, number>(without.map((name) => [name, 1]));
  const pop = (): void => {
    const { macro } = frames.pop()!;
    if (macro !== undefined) busy.set(macro, busy.get(macro)! - 1);
  };
  for (;;) {
    const frame = frames.at(-1);
    if (frame === undefined) return true;
    const token = frame.tokens[frame.at];
    if (token === undefined) {
      pop();
      continue;
    }
    frame.at++;
    const macro = isWord(token.text) ? macros.get(token.text) : undefined;
    if (macro === undefined || macro === UNDEFINED || (busy.get(token.text) ?? 0) > 0) {
      out.push(token);
      continue;
    }
    let body: readonly Token[];
    const cond = token.cond || macro.cond;
    const placed = (each: Token): Token => ({ text: each.text, at: token.at, cond: each.cond || cond });
    if (macro.parameters === undefined) body = macro.body.map(placed);
    else {
      // The bracket may stand in a frame below: the macro's name was all that another one left.
      let level = frames.length - 1;
      while (level > 0 && frames[level]!.at >= frames[level]!.tokens.length) level--;
      const holder = frames[level]!;
      if (holder.tokens[holder.at]?.text !== "(") {
        out.push(token);
        continue;
      }
      let depth = 0;
      let end = holder.at;
      for (; end < holder.tokens.length; end++) {
        const { text } = holder.tokens[end]!;
        if (text === "(") depth++;
        else if (text === ")" && --depth === 0) break;
      }
      if (end >= holder.tokens.length) {
        out.push(token);
        continue;
      }
      const given = holder.tokens.slice(holder.at + 1, end);
      while (frames.length - 1 > level) pop();
      holder.at = end + 1;
      const result = substitute(
        macro,
        given,
        placed,
        macros,
        budget,
        [...busy].filter(([, count]) => count > 0).map(([name]) => name),
      );
      if (result === undefined) return false;
      body = result;
    }
    budget.tokens -= body.length + 1;
    if (budget.tokens < 0) return false;
    if (frames.length > MAX_FRAMES) {
      append(out, body);
      continue;
    }
    frames.push({ tokens: body, at: 0, macro: macro.name });
    busy.set(macro.name, (busy.get(macro.name) ?? 0) + 1);
  }
};

const substitute = (
  { parameters = [], isVariadic, body }: OwnMacro,
  given: readonly Token[],
  placed: (token: Token) => Token,
  macros: MacroTable,
  budget: Budget,
  busy: readonly string[],
): Token[] | undefined => {
  const raw = given.length === 0 && parameters.length === 0 ? [] : splitArguments(given, isVariadic ? parameters.length : Infinity);
  const expanded: (Token[] | undefined)[] = [];
  const argument = (index: number): readonly Token[] | undefined => {
    if (expanded[index] === undefined) {
      const into: Token[] = [];
      if (busy.length > MAX_FRAMES || !expandInto(raw[index] ?? [], macros, into, budget, busy)) return undefined;
      expanded[index] = into;
    }
    return expanded[index];
  };
  const out: Token[] = [];
  for (let at = 0; at < body.length; at++) {
    const token = body[at]!;
    const next = body[at + 1];
    const index = isWord(token.text) ? parameters.indexOf(token.text) : -1;
    if (token.text === "#" && next !== undefined && parameters.includes(next.text)) {
      const text = quoted(raw[parameters.indexOf(next.text)] ?? []);
      if (text.length > MAX_MADE) return undefined;
      out.push(placed({ ...token, text }));
      at++;
    } else if (token.text === "##") {
      if (next === undefined) continue;
      const right = parameters.includes(next.text) ? (raw[parameters.indexOf(next.text)] ?? []) : [placed(next)];
      at++;
      const left = out.at(-1);
      // `, ## __VA_ARGS__` takes the comma away where there are none.
      if (left?.text === "," && isVariadic && parameters.indexOf(next.text) === parameters.length - 1) {
        if (right.length === 0) out.pop();
        else append(out, right);
      } else if (left === undefined || right.length === 0) append(out, right);
      else {
        if (left.text.length + right[0]!.text.length > MAX_MADE) return undefined;
        out[out.length - 1] = { ...left, text: left.text + right[0]!.text };
        append(out, right.slice(1));
      }
    } else if (index < 0) out.push(placed(token));
    else if (next?.text === "##") append(out, (raw[index] ?? []).map(placed));
    else {
      const value = argument(index);
      if (value === undefined) return undefined;
      // What a macro is given stands where the source wrote it.
      append(out, value);
      budget.tokens -= value.length;
    }
    budget.tokens--;
    if (budget.tokens < 0) return undefined;
  }
  return out;
};
