// What a line hangs on, where its #if cannot be decided: the conditions as they are written, those of the branches before it denied.

import type { Value } from "./branches.ts";
import { tokensOf } from "./lex.ts";

/** One #if … #endif: the undecided conditions of the branches so far, and of the present one. What is presumed is not said. */
export interface Level {
  readonly before: readonly string[];
  readonly now?: string;
  /** What the next branch denies. */
  readonly denied?: string;
}

/** Longer than any of the kernel's; a bound on what hostile input makes of its conditions. */
const MAX_TEXT = 400;
/** More terms than so many characters hold. */
const MAX_TERMS = MAX_TEXT / 4;

/** The condition that an #if, #ifdef, #elif … states, in one spelling. */
export const conditionOf = (kind: string, rest: string): string => {
  const tokens = tokensOf(rest);
  if (kind.endsWith("def")) return `${kind.endsWith("ndef") ? "!" : ""}defined(${tokens[0] ?? ""})`;
  return tokens
    .join(" ")
    .replace(/(\w|!) \(/g, "$1(")
    .replaceAll("( ", "(")
    .replaceAll(" )", ")")
    .replaceAll("! ", "!");
};

const isOneTerm = (text: string): boolean => /^!?[\w]+(\([\w, ]*\))?$/.test(text);
const opposite = (text: string): string => (isOneTerm(text) ? (text.startsWith("!") ? text.slice(1) : `!${text}`) : `!(${text})`);

const isSaid = (value: Value): boolean => value === undefined || value === "presumed not";
/** What the branches behind this one hang on: that a presumed one does not hold. */
const denies = (value: Value): boolean => value === undefined || value === "presumed";

const levelOf = (before: readonly string[], value: Value, text: () => string): Level => ({
  before,
  ...(isSaid(value) && { now: text() }),
  ...(denies(value) && { denied: text() }),
});

export const openLevel = (value: Value, text: () => string): Level => levelOf([], value, text);

export const nextLevel = ({ before, denied: last }: Level, value: Value, text: () => string): Level =>
  levelOf(last === undefined || before.length === MAX_TERMS ? before : [...before, last], value, text);

/** The terms of all levels, as many as are shown: a line may hang on thousands. */
const firstTerms = (levels: readonly Level[]): readonly string[] => {
  const terms: string[] = [];
  let length = 0;
  const isFull = (term: string): boolean => (length += terms[terms.push(term) - 1]!.length + 4) > MAX_TEXT + 4 && terms.length > 1;
  for (const { before, now } of levels) if (before.some((each) => isFull(opposite(each))) || (now !== undefined && isFull(now))) break;
  return terms;
};

/** All that the present line hangs on. */
export const undecided = (levels: readonly Level[]): string | undefined => {
  const terms = firstTerms(levels);
  if (terms.length === 0) return undefined;
  const text =
    terms.length === 1
      ? terms[0]!
      : terms.map((term) => (/\|\||\?/.test(term) && !term.startsWith("!(") ? `(${term})` : term)).join(" && ");
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
};
