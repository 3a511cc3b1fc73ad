// The text that makefiles work on: words, patterns and lists (GNU make's manual, Functions for Transforming Text).

/** A word whose presence hangs on what is not known begins with this; a text that is not known holds UNKNOWN. */
export const UNSURE = "\u0002";
export const UNKNOWN = "\u0001";
/** Where the source's top folder stands, for makefiles that want absolute names. */
export const TOP = "/-top-";
/** Where the kernel's does. */
export const KERNEL = "/-kernel-";

export const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
export const bare = (word: string): string => (word.startsWith(UNSURE) ? word.slice(1) : word);

/** The end of the `$(…)` whose bracket stands at `open`. */
export const closing = (text: string, open: number): number => {
  const [from, to] = text[open] === "(" ? ["(", ")"] : ["{", "}"];
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === from) depth++;
    else if (text[at] === to && --depth === 0) return at;
  }
  return -1;
};

export const splitCommas = (text: string, most: number): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length && parts.length < most - 1; at++) {
    const code = text[at];
    if (code === "(" || code === "{") depth++;
    else if (code === ")" || code === "}") depth--;
    else if (code === "," && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
};

/** One word through `%` patterns. */
const patternOf = (pattern: string): ((word: string) => string | undefined) => {
  const at = pattern.indexOf("%");
  if (at < 0) return (word) => (word === pattern ? "" : undefined);
  const [head, tail] = [pattern.slice(0, at), pattern.slice(at + 1)];
  return (word) =>
    word.length >= head.length + tail.length && word.startsWith(head) && word.endsWith(tail)
      ? word.slice(head.length, word.length - tail.length)
      : undefined;
};

export const onWords = (text: string, change: (word: string) => string): string =>
  words(text)
    .map((word) => (word.startsWith(UNSURE) ? UNSURE + change(word.slice(1)) : change(word)))
    .join(" ");

export const patsubst = (pattern: string, into: string, text: string): string => {
  const match = patternOf(pattern);
  return onWords(text, (word) => {
    const stem = match(word);
    return stem === undefined ? word : into.replace("%", stem);
  });
};

export const filtered = (patterns: string, text: string, keep: boolean): string => {
  const matches = words(patterns).map(patternOf);
  return words(text)
    .filter((word) => matches.some((match) => match(bare(word)) !== undefined) === keep)
    .join(" ");
};

export const dirOf = (word: string): string => (word.includes("/") ? word.slice(0, word.lastIndexOf("/") + 1) : "./");

export const isUnknown = (text: string): boolean => text.includes(UNKNOWN) || text.includes(UNSURE);
