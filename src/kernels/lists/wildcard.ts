/** One place of a pattern: a character, any character, or a choice of characters. */
type Place = string | { readonly not: boolean; readonly ranges: readonly (readonly [low: string, high: string])[] };

const ANY: Place = { not: true, ranges: [] };
const NONE: Place = { not: false, ranges: [] };

const fits = (place: Place, char: string): boolean =>
  typeof place === "string" ? place === char : place.ranges.some(([low, high]) => low <= char && char <= high) !== place.not;

/** A choice of characters, from behind its bracket, and where it ends; undefined where it never does. */
const readChoice = (pattern: string, start: number): { readonly place: Place; readonly end: number } | undefined => {
  const not = pattern[start] === "^";
  let at = not ? start + 1 : start;
  const ranges: [string, string][] = [];
  let last = "";
  // In first place neither the bracket closes nor the hyphen spans.
  const first = at;
  for (; at < pattern.length && (pattern[at] !== "]" || at === first); at++) {
    let low = pattern[at]!;
    if (low === "-" && at !== first && pattern[at + 1] !== "]") {
      low = last;
      at++;
      if (at >= pattern.length) return undefined;
    }
    last = pattern[at]!;
    ranges.push([low, last]);
  }
  return at < pattern.length ? { place: { not, ranges }, end: at + 1 } : undefined;
};

/** What stands between two stars: plain text, which is found fast, or places. */
type Part = string | readonly Place[];

/** The parts of a pattern: the first is anchored, each other stands behind a star. */
const takeApart = (pattern: string): readonly [Part, ...Part[]] | undefined => {
  const parts: Place[][] = [[]];
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at++]!;
    if (char === "*") parts.push([]);
    else if (char === "?") parts.at(-1)!.push(ANY);
    else if (char === "[") {
      const choice = readChoice(pattern, at);
      if (!choice) return undefined;
      parts.at(-1)!.push(choice.place);
      at = choice.end;
    } else if (char === "\\") {
      // A backslash that escapes nothing fits no text.
      parts.at(-1)!.push(at < pattern.length ? pattern[at++]! : NONE);
    } else parts.at(-1)!.push(char);
  }
  return parts.map((places) => (places.every((place) => typeof place === "string") ? places.join("") : places)) as [Part, ...Part[]];
};

const fitsAt = (part: Part, text: string, at: number): boolean =>
  typeof part === "string"
    ? text.startsWith(part, at)
    : at + part.length <= text.length && part.every((place, index) => fits(place, text[at + index]!));

/** The first place from `at` on where a part fits; -1 for none. */
const find = (part: Part, text: string, at: number): number => {
  if (typeof part === "string") return text.indexOf(part, at);
  for (let place = at; place + part.length <= text.length; place++) if (fitsAt(part, text, place)) return place;
  return -1;
};

/** Whether a text fits, in time of the product of both lengths at most: the leftmost place of a part leaves most room for what follows. */
const matches = ([first, ...others]: readonly [Part, ...Part[]], text: string): boolean => {
  if (!fitsAt(first, text, 0)) return false;
  const last = others.pop();
  if (last === undefined) return text.length === first.length;
  let at = first.length;
  for (const part of others) {
    at = find(part, text, at);
    if (at < 0) return false;
    at += part.length;
  }
  return text.length - last.length >= at && fitsAt(last, text, text.length - last.length);
};

/**
 * Compiles a pattern as SUSE's suse-kabi-tools match it (src/text/mod.rs, after Salz's wildmat): `*` and `?` stand for anything, a slash
 * among it; `[a-c]` and `[^a-c]` for one character, where `!` is an ordinary one; a backslash for the character behind it; letter case counts.
 * Undefined for a bracket that is never closed, at which their tool stops.
 */
export const compileWildcard = (pattern: string): ((text: string) => boolean) | undefined => {
  const parts = takeApart(pattern);
  return parts && ((text) => matches(parts, text));
};

/** Whether a pattern stands for one text only. */
export const isLiteral = (pattern: string): boolean => !/[*?[\\]/.test(pattern);
