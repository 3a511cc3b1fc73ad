// C source as lines of tokens, each with its place. A file is split once, whatever release then reads it.

import { beginsWord, endOfComment, endOfDirective, endOfLiteral, endOfWord } from "../c/lex.ts";

export interface Token {
  readonly text: string;
  /** Packed: see `placeOf`. Of an expanded macro: where the source calls it. */
  readonly at: number;
  /** The undecided condition around it; 0 for none. */
  readonly cond: number;
}

const COLUMNS = 2 ** 14;
const LINES = 2 ** 24;
const MAX_COLUMN = COLUMNS - 1;

export const packPlace = (file: number, line: number, column: number): number =>
  (file * LINES + line) * COLUMNS + Math.min(column, MAX_COLUMN);
export const unpackPlace = (at: number): { readonly file: number; readonly line: number; readonly column: number } => ({
  file: Math.floor(at / COLUMNS / LINES),
  line: Math.floor(at / COLUMNS) % LINES,
  column: at % COLUMNS,
});

/** Tokens up to the next directive, or one directive. */
export type Chunk =
  | { readonly kind: "code"; readonly tokens: readonly Token[] }
  | { readonly kind: "directive"; readonly name: string; readonly rest: readonly Token[]; readonly at: number; readonly text: string };

const LONG = new Set(["<<=", ">>=", "..."]);
const PAIRS = new Set("-> ++ -- << >> <= >= == != && || += -= *= /= %= &= ^= |= ##".split(" "));

/** Where the lexer stands: line counting is by the way. */
interface Cursor {
  line: number;
  lineStart: number;
}

/** Appends the tokens of text[start, end). A macro's `(` that follows its name without a space is told by its column. */
const lexInto = (text: string, start: number, end: number, file: number, cursor: Cursor, out: Token[]): void => {
  for (let at = start; at < end;) {
    const code = text.charCodeAt(at);
    if (code === 10) {
      cursor.line++;
      cursor.lineStart = ++at;
      continue;
    }
    if (code <= 32 || code === 92) {
      at++;
      continue;
    }
    const line = cursor.line;
    const column = at - cursor.lineStart + 1;
    let stop = at + 1;
    if (code === 47 && (stop = endOfComment(text, at)) > at) {
      for (let next = text.indexOf("\n", at); next >= 0 && next < stop; next = text.indexOf("\n", next + 1)) {
        cursor.line++;
        cursor.lineStart = next + 1;
      }
      at = stop;
      continue;
    }
    if (beginsWord(code)) stop = endOfWord(text, at);
    else if (code === 34 || code === 39) stop = endOfLiteral(text, at);
    else if ((code >= 48 && code <= 57) || (code === 46 && text.charCodeAt(at + 1) >= 48 && text.charCodeAt(at + 1) <= 57)) {
      stop = endOfWord(text, at);
      while (text[stop] === "." && stop < end) stop = endOfWord(text, stop);
    } else if (LONG.has(text.slice(at, at + 3))) stop = at + 3;
    else if (PAIRS.has(text.slice(at, at + 2))) stop = at + 2;
    else stop = at + 1;
    out.push({ text: text.slice(at, stop), at: packPlace(file, line, column), cond: 0 });
    at = stop;
  }
};

const NEXT_DIRECTIVE = /^[ \t]*#/gm;

/**
 * Splits a file. Comments and literals that hold a `#` at the start of a line are told apart by going through the text once.
 * @param file the number that its places carry.
 */
export const splitSource = (text: string, file: number): readonly Chunk[] => {
  const chunks: Chunk[] = [];
  const cursor: Cursor = { line: 1, lineStart: 0 };
  let code: Token[] = [];
  const flush = (): void => {
    if (code.length > 0) chunks.push({ kind: "code", tokens: code });
    code = [];
  };
  const [opens, closes] = [finder(text, "/*"), finder(text, "*/")];
  let at = 0;
  while (at < text.length) {
    NEXT_DIRECTIVE.lastIndex = at;
    let hash = -1;
    for (let found = NEXT_DIRECTIVE.exec(text); found !== null; found = NEXT_DIRECTIVE.exec(text)) {
      // Is it inside a comment that began since? Only a full walk tells; comments are looked for from `at`.
      const open = insideComment(text, at, found.index, opens, closes);
      if (open === undefined) {
        hash = found.index + found[0].length - 1;
        break;
      }
      NEXT_DIRECTIVE.lastIndex = lineAfter(text, open);
    }
    const end = hash < 0 ? text.length : hash;
    lexInto(text, at, end, file, cursor, code);
    if (hash < 0) break;
    flush();
    const stop = endOfDirective(text, hash);
    const tokens: Token[] = [];
    const line = cursor.line;
    const column = hash - cursor.lineStart + 1;
    lexInto(text, hash + 1, stop, file, cursor, tokens);
    const name = tokens[0]?.text ?? "";
    chunks.push({
      kind: "directive",
      name,
      rest: tokens.slice(1),
      at: packPlace(file, line, column),
      text: text.slice(hash, Math.min(stop, hash + 400)),
    });
    at = stop;
  }
  flush();
  return chunks;
};

/** The start of the line behind an offset; a comment that ends there may be followed by a directive on the next line only. */
const lineAfter = (text: string, at: number): number => {
  const end = text.indexOf("\n", Math.max(at - 1, 0));
  return end < 0 ? text.length : end + 1;
};

/** Where a text next has a word. Asked with offsets that mostly grow, it goes through each stretch of the text once. */
const finder = (text: string, word: string): ((from: number) => number) => {
  let asked = 0;
  let next = text.indexOf(word);
  return (from) => {
    if (from < asked) return text.indexOf(word, from);
    if (next >= 0 && next < from) next = text.indexOf(word, from);
    asked = from;
    return next;
  };
};

/** The end of the comment that an offset lies in, where one began at or behind `from`. */
const insideComment = (
  text: string,
  from: number,
  offset: number,
  opens: (from: number) => number,
  closes: (from: number) => number,
): number | undefined => {
  // The next "/*" before the offset that no literal holds. Literals are rare: they are walked only where a comment may be open.
  let at = from;
  for (;;) {
    const open = opens(at);
    if (open < 0 || open >= offset) return undefined;
    const close = closes(open + 2);
    const end = close < 0 ? text.length : close + 2;
    if (end > offset) return inLiteralOrLineComment(text, from, open) ? undefined : end;
    at = end;
  }
};

const inLiteralOrLineComment = (text: string, from: number, open: number): boolean => {
  const line = Math.max(text.lastIndexOf("\n", open) + 1, from);
  for (let at = line; at < open;) {
    const code = text.charCodeAt(at);
    if (code === 34 || code === 39) {
      at = endOfLiteral(text, at);
      if (at > open) return true;
    } else if (code === 47 && text.charCodeAt(at + 1) === 47) return true;
    else at++;
  }
  return false;
};
