// Macro expansion as far as declarations need it: arguments, "#" and "##", __VA_ARGS__, and no macro inside itself (C11 6.10.3).

import { afterGroup, isWord, tokensOf } from "./lex.ts";

/** A macro to expand: absent parameters make it object-like; of a variadic one the last ends in "...". */
export interface Expandable {
  readonly parameters?: readonly string[];
  readonly body: readonly string[];
  /** Which of several definitions holds is not known: what they declare is not sure. */
  readonly isOneOfSeveral?: true;
}
/** The macros to expand, by name. */
export type Expandables = (name: string) => Expandable | undefined;

/** Macros within macros: deeper than this they stay as they are. */
const MAX_DEPTH = 20;
/** More tokens than any declaration is made of; what would be longer is not expanded. */
const MAX_TOKENS = 60_000;

/** How many tokens may still be made. */
export interface Budget {
  left: number;
}

/** More than the headers with the most tracepoints are made of. */
export const newBudget = (): Budget => ({ left: 4_000_000 });

/** The arguments of a call whose "(" is at `open`. */
const argumentsAt = (tokens: readonly string[], open: number): readonly (readonly string[])[] => {
  const end = afterGroup(tokens, open) - 1;
  const found: string[][] = [[]];
  for (let at = open + 1; at < end;) {
    if (tokens[at] === ",") {
      found.push([]);
      at++;
      continue;
    }
    // Only round brackets keep a comma: `F({1, 2})` has two arguments.
    const next = tokens[at] === "(" ? afterGroup(tokens, at) : at + 1;
    for (; at < next; at++) found.at(-1)!.push(tokens[at]!);
  }
  return found.length === 1 && found[0]!.length === 0 ? [] : found;
};

const join = (tokens: readonly (readonly string[])[]): string[] =>
  tokens.flatMap((each, index) => (index > 0 ? [",", ...each] : [...each]));

const paste = (left: string | undefined, right: string | undefined): readonly string[] => tokensOf(`${left ?? ""}${right ?? ""}`);

/** The body with its parameters replaced; arguments next to "#" or "##" go in as they are, others expanded. */
const substitute = (
  { parameters = [], body }: Expandable,
  given: readonly (readonly string[])[],
  expanded: (argument: readonly string[]) => readonly string[],
): string[] => {
  const last = parameters.at(-1);
  const rest = last?.endsWith("...") ? (last === "..." ? "__VA_ARGS__" : last.slice(0, -3)) : undefined;
  const raw = (word: string | undefined): readonly string[] | undefined => {
    if (word === undefined) return undefined;
    if (word === rest) return join(given.slice(parameters.length - 1));
    const index = parameters.indexOf(word);
    return index < 0 ? undefined : (given[index] ?? []);
  };
  const out: string[] = [];
  const push = (tokens: readonly string[]): void => {
    for (const token of tokens) out.push(token);
  };
  for (let at = 0; at < body.length; at++) {
    const token = body[at]!;
    const argument = raw(token);
    if (token === "#" && raw(body[at + 1]) !== undefined) push([`"${raw(body[++at])!.join(" ").replaceAll('"', "'")}"`]);
    else if (token === "##" && at + 1 < body.length) {
      const next = body[++at]!;
      const right = raw(next) ?? [next];
      // `, ##__VA_ARGS__`: without arguments the comma goes too.
      if (out.at(-1) === "," && next === rest) {
        if (right.length === 0) out.pop();
        else push(right);
        continue;
      }
      const pasted = paste(right.length === 0 ? "" : out.pop(), right[0]);
      push(pasted);
      push(right.slice(1));
    } else if (argument !== undefined) {
      const isPasted = body[at + 1] === "##";
      // An empty argument before "##" leaves nothing that the next token could be joined to.
      if (isPasted && argument.length === 0 && body[at + 2] !== undefined && token !== rest) {
        push(raw(body[at + 2]) ?? [body[at + 2]!]);
        at += 2;
      } else push(isPasted ? argument : expanded(argument));
    } else if (token !== "__VA_OPT__") out.push(token);
    else {
      const end = afterGroup(body, at + 1);
      if (rest !== undefined && raw(rest)!.length > 0) push(substitute({ parameters, body: body.slice(at + 2, end - 1) }, given, expanded));
      at = end - 1;
    }
  }
  return out;
};

const expandWithin = (
  tokens: readonly string[],
  macros: Expandables,
  active: ReadonlySet<string>,
  depth: number,
  budget: Budget,
): readonly string[] => {
  const out: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const macro = isWord(token) && depth < MAX_DEPTH && !active.has(token) ? macros(token) : undefined;
    if (macro === undefined || (macro.parameters !== undefined && tokens[at + 1] !== "(") || budget.left <= 0) {
      out.push(token);
      budget.left--;
      continue;
    }
    const inner = new Set([...active, token]);
    const given = macro.parameters === undefined ? [] : argumentsAt(tokens, at + 1);
    const body = substitute(macro, given, (argument) => expandWithin(argument, macros, active, depth + 1, budget));
    for (const each of expandWithin(body, macros, inner, depth + 1, budget)) out.push(each);
    if (macro.parameters !== undefined) at = afterGroup(tokens, at + 1) - 1;
  }
  return out;
};

/** The tokens with every macro of `macros` expanded; undefined where that would be more than any declaration, or than is left of a file's budget. */
export const expand = (tokens: readonly string[], macros: Expandables, whole: Budget): readonly string[] | undefined => {
  const most = Math.min(MAX_TOKENS, whole.left);
  const budget = { left: most };
  const expanded = expandWithin(tokens, macros, new Set(), 0, budget);
  whole.left -= most - budget.left;
  return budget.left > 0 ? expanded : undefined;
};
