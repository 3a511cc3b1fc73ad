import { MAX_GLOB, MAX_GLOB_ALTERNATIVES } from "./limits.ts";

// Globs over whole names. A pattern may come from a stranger, and a backtracking regular expression takes years for `*a*a*a*a*b`:
// these are matched in time of the product of both lengths (and once more the number of folders, for a pattern with `**`).

/** One place of a pattern. */
export type GlobToken =
  | { readonly kind: "char"; readonly char: string }
  /** Any character but a slash, or one of some. */
  | { readonly kind: "one"; readonly fits: (char: string) => boolean }
  /** Anything without a slash. */
  | { readonly kind: "star" }
  /** Whole folders, or none. */
  | { readonly kind: "folders" }
  /** Anything. */
  | { readonly kind: "any" };

/** Whether a name fits, whole: the last star gives way first, then what stands for folders before it. */
export const fitsGlob = (tokens: readonly GlobToken[], name: string): boolean => {
  let [token, at] = [0, 0];
  let star: readonly [token: number, at: number] | undefined;
  let wide: readonly [token: number, at: number] | undefined;
  for (;;) {
    const each = tokens[token];
    if (!each && at === name.length) return true;
    if (each?.kind === "star") {
      star = [token++, at];
      continue;
    }
    if (each?.kind === "any" || each?.kind === "folders") {
      if (each.kind === "any" && token === tokens.length - 1) return true;
      wide = [token++, at];
      star = undefined;
      continue;
    }
    const char = name[at];
    if (each && char !== undefined && (each.kind === "char" ? each.char === char : each.fits(char))) {
      token++;
      at++;
    } else if (star && star[1] < name.length && name[star[1]] !== "/") {
      star = [star[0], star[1] + 1];
      [token, at] = [star[0] + 1, star[1]];
    } else if (wide) {
      const slash = tokens[wide[0]]!.kind === "any" ? wide[1] : name.indexOf("/", wide[1]);
      if (slash < 0 || slash >= name.length) return false;
      wide = [wide[0], slash + 1];
      star = undefined;
      [token, at] = [wide[0] + 1, slash + 1];
    } else return false;
  }
};

const SPECIAL = /[*?[\]{}\\]/;

/** What every name that a pattern matches begins with. */
export const literalPrefix = (pattern: string): string => /^[^*?[\]{}\\]*/.exec(pattern)![0];

/** A choice of characters, from behind its bracket: `[a-z]`, `[!a]`, `[^a]`; in first place a bracket closes nothing. */
const readSet = (text: string, start: number): { readonly token: GlobToken; readonly end: number } | undefined => {
  const not = text[start] === "!" || text[start] === "^";
  const first = not ? start + 1 : start;
  const end = text.indexOf("]", first + 1);
  if (end < 0) return undefined;
  const ranges: [string, string][] = [];
  for (let at = first; at < end; at++) {
    const isRange = text[at + 1] === "-" && at + 2 < end;
    ranges.push([text[at]!, text[isRange ? at + 2 : at]!]);
    if (isRange) at += 2;
  }
  const fits = (char: string): boolean => char !== "/" && ranges.some(([low, high]) => low <= char && char <= high) !== not;
  return { token: { kind: "one", fits }, end: end + 1 };
};

/** Undefined for a bracket that is never closed. */
const tokensOf = (text: string): readonly GlobToken[] | undefined => {
  const tokens: GlobToken[] = [];
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    if (char === "*") {
      let end = at + 1;
      while (text[end] === "*") end++;
      const isWhole = end - at === 2 && (at === 0 || text[at - 1] === "/");
      if (isWhole && end === text.length) tokens.push({ kind: "any" });
      else if (isWhole && text[end] === "/") {
        tokens.push({ kind: "folders" });
        end++;
      } else tokens.push({ kind: "star" });
      at = end;
    } else if (char === "[") {
      const set = readSet(text, at + 1);
      if (!set) return undefined;
      tokens.push(set.token);
      at = set.end;
    } else if (char === "?") {
      tokens.push({ kind: "one", fits: (each) => each !== "/" });
      at++;
    } else {
      if (char === "\\" && at + 1 < text.length) at++;
      tokens.push({ kind: "char", char: text[at++]! });
    }
  }
  return tokens;
};

/** The brace that closes the one at `open`, and the commas between them; undefined where none does. */
const bracesAt = (text: string, open: number): { readonly commas: readonly number[]; readonly close: number } | undefined => {
  const commas: number[] = [];
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === "[") at = Math.max(at, text.indexOf("]", at + 2));
    else if (char === "{") depth++;
    else if (char === "," && depth === 1) commas.push(at);
    else if (char === "}" && --depth === 0) return { commas, close: at };
  }
  return undefined;
};

type Expanded = readonly string[] | "open" | "many";

/** What the braces of a pattern stand for; those without a comma stand for themselves. */
const expand = (text: string, from = 0): Expanded => {
  const found = /\\.|\[|\{/g;
  found.lastIndex = from;
  for (let match = found.exec(text); match; match = found.exec(text)) {
    if (match[0] === "[") {
      const close = text.indexOf("]", match.index + 2);
      if (close < 0) return "open";
      found.lastIndex = close;
    } else if (match[0] === "{") {
      const braces = bracesAt(text, match.index);
      if (!braces) return "open";
      const { commas, close } = braces;
      if (commas.length === 0) continue;
      const all: string[] = [];
      let start = match.index + 1;
      for (const end of [...commas, close]) {
        const one = expand(text.slice(0, match.index) + text.slice(start, end) + text.slice(close + 1), match.index);
        if (typeof one === "string") return one;
        all.push(...one);
        if (all.length > MAX_GLOB_ALTERNATIVES) return "many";
        start = end + 1;
      }
      return all;
    }
  }
  // `a/**` is the folder, too.
  return text.length > 3 && text.endsWith("/**") ? [text.slice(0, -3), text] : [text];
};

interface Glob {
  readonly alternatives: readonly { readonly prefix: string; readonly tokens: readonly GlobToken[] }[];
}

/** A pattern in its parts, or what is wrong with it. */
const parseGlob = (pattern: string): Glob | string => {
  if (pattern.length > MAX_GLOB) return `a pattern of ${pattern.length} characters (at most ${MAX_GLOB})`;
  const expanded = expand(pattern);
  if (expanded === "many") return `the braces of "${pattern.slice(0, 80)}" stand for more than ${MAX_GLOB_ALTERNATIVES} patterns`;
  const alternatives = expanded === "open" ? undefined : expanded.map((text) => ({ prefix: literalPrefix(text), tokens: tokensOf(text) }));
  if (!alternatives?.every(({ tokens }) => tokens)) return `a bracket of "${pattern.slice(0, 80)}" is not closed`;
  return { alternatives: alternatives as Glob["alternatives"] };
};

/** What is wrong with a pattern, if anything is. */
export const globProblem = (pattern: string): string | undefined => {
  const glob = SPECIAL.test(pattern) || pattern.length > MAX_GLOB ? parseGlob(pattern) : undefined;
  return typeof glob === "string" ? glob : undefined;
};

/**
 * Whether a name matches any of the patterns, whole: `*` and `?` are anything but a slash, `**` any folders, `[a-z]` and `[!a]` one character,
 * `{a,b}` one of several, a backslash takes what is behind it as it is. A pattern with something wrong (`globProblem`) is a name like any other.
 */
export const compileGlobs = (patterns: string | readonly string[]): ((name: string) => boolean) => {
  const list = typeof patterns === "string" ? [patterns] : patterns;
  const literals = new Set<string>();
  const globs: Glob["alternatives"][number][] = [];
  for (const pattern of list) {
    const glob = SPECIAL.test(pattern) ? parseGlob(pattern) : pattern;
    if (typeof glob === "string") literals.add(pattern);
    else globs.push(...glob.alternatives);
  }
  if (globs.length === 0) return (name) => literals.has(name);
  return (name) => literals.has(name) || globs.some(({ prefix, tokens }) => name.startsWith(prefix) && fitsGlob(tokens, name));
};
