import picomatch from "picomatch";

/** Whole names, a leading dot is an ordinary character, and nothing but `* ? [] {}` is special: symbol names are full of the rest. */
const OPTIONS = { dot: true, nonegate: true, noextglob: true } as const;

/** What every name that a pattern matches begins with. */
export const literalPrefix = (pattern: string): string => /^[^*?[\]{}()!+@\\]*/.exec(pattern)![0];

/** Whether a name matches any of the patterns. Literals are looked up, globs are one regular expression together. */
export const compileGlobs = (patterns: string | readonly string[]): ((name: string) => boolean) => {
  const list = typeof patterns === "string" ? [patterns] : patterns;
  const literals = new Set(list.filter((pattern) => literalPrefix(pattern) === pattern));
  const globs = list.filter((pattern) => !literals.has(pattern)).map((pattern) => picomatch.makeRe(pattern, OPTIONS).source);
  if (globs.length === 0) return (name) => literals.has(name);
  const combined = new RegExp(globs.map((source) => `(?:${source})`).join("|"));
  return (name) => literals.has(name) || combined.test(name);
};
