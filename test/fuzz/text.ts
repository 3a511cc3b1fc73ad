import { GROWN, several, type Mutate } from "./bytes.ts";
import type { Random } from "./random.ts";

/** Words that mean something to a reader of YAML, to JavaScript's objects, to a terminal or to a number. */
const WORDS = [
  "__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "length", "null", "~", "true", "no", "NaN", ".inf", "-.inf", ".nan", "0x10", "0o7", "1e999", "-0",
  "1_000", "99999999999999999999", "4294967296", "9007199254740993", "-1", "0", "1", "2026-11-23", "2026-13-45", "\u001b[31m", "\u202e", "\ufeff", "\u0000", "\u2028",
  "é", "漢", "💥", "\\", "\\u0000", "%s", "$&", "..", "/etc/passwd", "a".repeat(300), "{}", "[]", "[[", "{{", "<<", "!!binary aGk=", "!!set", "!!js/function x", "&a", "*a",
  "*", "**", "?", "[a-z]", "[z-a]", "[!a]", "{a,b}", "{1..9999}", "(a+)+", "@(a|b)", "!(a)", "+(a)", "\\d", "|", ">", "|-", "--- ", "...", "%YAML 1.2", "#", ": ", "- ", "? ",
  "#if", "#endif", "#else", "#define X(a) a a", "#ifdef X", "/*", "*/", "//", "\"", "'", "\\\n", "__attribute__((", "EXPORT_SYMBOL(", "typeof(", "struct {", "static inline", "(*", ")(",
]; // prettier-ignore
const SIGNS = "{}[]()<>:,;#&*!|>'\"%@`\\-?=./$^~+ \t\r\n";

/** Words, numbers, quoted texts and signs, and the blanks between them: joined again they are the text. */
const tokensOf = (text: string): string[] => text.match(/"(?:[^"\\\n]|\\.)*"|[\w.$]+|\s+|[^\w\s]/g) ?? [];

const changeTokens = (random: Random, text: string, other: string): string => {
  const tokens = tokensOf(text);
  const at = random.below(tokens.length);
  const count = 1 + random.below(random.pick([1, 3, 12]));
  switch (random.below(6)) {
    case 0:
      tokens.splice(at, count);
      break;
    case 1:
      tokens.splice(at, 0, ...tokens.slice(at, at + count));
      break;
    case 2:
      tokens[at] = random.pick(WORDS);
      break;
    case 3: {
      // What stands in quotes stays there.
      const old = tokens[at] ?? "";
      tokens[at] = old.startsWith('"') ? JSON.stringify(random.pick(WORDS)) : `${old}${random.pick(WORDS)}`;
      break;
    }
    case 4: {
      const to = random.below(tokens.length);
      [tokens[at], tokens[to]] = [tokens[to] ?? "", tokens[at] ?? ""];
      break;
    }
    default: {
      const theirs = tokensOf(other);
      const from = random.below(theirs.length);
      tokens.splice(at, random.below(2) * count, ...theirs.slice(from, from + count));
    }
  }
  return tokens.join("");
};

const changeLines = (random: Random, text: string, other: string): string => {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const count = 1 + random.below(random.pick([1, 4, 20]));
  switch (random.below(7)) {
    case 0:
      lines.splice(at, count);
      break;
    case 1:
      lines.splice(at, 0, ...lines.slice(at, at + count));
      break;
    case 2:
      lines.splice(random.below(lines.length), 0, ...lines.splice(at, count));
      break;
    case 3:
      lines[at] = `${random.pick(["  ", "\t", "    ", "- ", "- - ", " "])}${lines[at] ?? ""}`;
      break;
    case 4:
      lines[at] = (lines[at] ?? "").replace(/^\s+/, "");
      break;
    case 5:
      lines[at] = `${lines[at] ?? ""}${random.pick(["\r", "\\", " \t", " # x", "\0", ":", " &a", " *a"])}`;
      break;
    default: {
      const theirs = other.split("\n");
      const from = random.below(theirs.length);
      lines.splice(at, random.below(2) * count, ...theirs.slice(from, from + count));
    }
  }
  return lines.join("\n");
};

const NESTS: readonly (readonly [string, string])[] = [
  ["[", "]"], ["{", "}"], ["(", ")"], ["[{", "}]"], ["- ", ""], ["a: {", "}"], ["{a: ", "}"], ["!", ""], ["? ", ""], ["*", ""], ["&a ", ""], ["'", "'"], ["#if 1\n", "\n#endif"],
  ["struct a { ", " };"], ["int (*f(", "))(void)"], ["typeof(", ")"], ["a\n ", ""], ["a:\n  ", ""], ["{a,", "}"], ["<<: ", ""],
]; // prettier-ignore

/** Something opened many times over. */
const nest = (random: Random, text: string): string => {
  const [open, close] = random.pick(NESTS);
  const depth = random.pick([2, 10, 63, 64, 65, 66, 130, 999, 1001, 5000]);
  const at = random.below(text.length);
  const inner = random.once(2) ? "" : text.slice(at, at + random.below(40));
  return text.slice(0, at) + open.repeat(depth) + inner + close.repeat(random.once(3) ? 0 : depth) + text.slice(at + inner.length);
};

/** Anchors that stand for ten times the one before. */
const aliases = (random: Random): string =>
  Array.from(
    { length: 2 + random.below(10) },
    (_, i) => `a${i}: &a${i} ${i === 0 ? "x" : `[${Array.from({ length: 10 }, () => `*a${i - 1}`).join()}]`}\n`,
  ).join("");

const changeNumber = (random: Random, text: string): string => {
  const numbers = [...text.matchAll(/\d+/g)];
  if (numbers.length === 0) return text;
  const found = random.pick(numbers);
  const value = random.pick(["0", "-1", "1", "255", "65536", "2147483648", "4294967295", "4294967296", "18446744073709551616", "1e308", "0.5", "08", ""]);
  return text.slice(0, found.index) + value + text.slice(found.index + found[0].length);
}; // prettier-ignore

const changeCharacters = (random: Random, text: string): string => {
  const at = random.below(text.length);
  if (random.once(3)) return text.slice(0, at);
  if (random.once(2)) return text.slice(0, at) + SIGNS[random.below(SIGNS.length)]! + text.slice(at);
  return text.slice(0, at) + String.fromCharCode(random.once(2) ? random.below(128) : random.below(0x3000)) + text.slice(at + 1);
};

const asText = (change: (random: Random, text: string, other: string) => string): Mutate => {
  return (random, seed, others) => {
    const other = others.length > 0 ? random.pick(others) : seed;
    const text = change(random, Buffer.from(seed).toString("utf8"), Buffer.from(other).toString("utf8"));
    const bytes = new Uint8Array(Buffer.from(text.slice(0, GROWN)));
    // Bytes that are no UTF-8.
    if (random.once(50) && bytes.length > 0) bytes[random.below(bytes.length)] = 0x80 | random.below(128);
    return bytes;
  };
};

/** One change of a text of any form: of its lines, its words, its numbers, its nesting, its characters. */
export const changeText: Mutate = asText((random, text, other) => {
  const choice = random.below(20);
  if (choice < 7) return changeTokens(random, text, other);
  if (choice < 13) return changeLines(random, text, other);
  if (choice < 15) return changeNumber(random, text);
  if (choice < 18) return changeCharacters(random, text);
  if (choice < 19 || !random.once(4)) return nest(random, text);
  return aliases(random) + text;
});

/** A line, or a part of one, again and again, numbered where that makes it another one. */
export const growText: Mutate = asText((random, text) => {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const part = random.once(3) ? changeTokens(random, lines[at] ?? "", "") : (lines[at] ?? "");
  const one = random.once(2) ? `${part}\n` : part.slice(random.below(part.length));
  const times = Math.floor((1 + random.below(GROWN)) / (one.length + 4));
  const many = random.once(2) ? one.repeat(times) : Array.from({ length: times }, (_, i) => one.replace(/[A-Za-z]\w*/, `$&${i}`)).join("");
  return [...lines.slice(0, at), many, ...lines.slice(at)].join("\n");
});

export const mutateText: Mutate = several(changeText, growText);
