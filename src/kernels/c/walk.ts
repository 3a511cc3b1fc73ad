import { beginsWord, endOfComment, endOfDirective, endOfLiteral, endOfWord } from "./lex.ts";

/** Offsets rather than strings where most are not looked at: bodies of functions are nine tenths of a kernel. */
export interface Visitor {
  word(start: number, end: number): void;
  /** A number, a string or a character. */
  literal(start: number, end: number): void;
  punctuation(token: string, inFirstColumn: boolean): void;
  /** A preprocessor line from "#" to its end. False ends the walk. */
  directive(start: number, end: number): boolean;
}

/** Goes through C source once, past comments and white space. */
export const walk = (text: string, visitor: Visitor): void => {
  let lineStart = true;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === 10) lineStart = true;
    let end = at + 1;
    if (code <= 32 || code === 92) {
      at = end;
      continue;
    }
    if (code === 47 && endOfComment(text, at) > at) {
      at = endOfComment(text, at);
      continue;
    }
    if (code === 35 && lineStart) {
      end = endOfDirective(text, at);
      if (!visitor.directive(at, end)) return;
      at = end;
      continue;
    }
    const inFirstColumn = lineStart && (at === 0 || text.charCodeAt(at - 1) === 10);
    lineStart = false;
    if (beginsWord(code)) visitor.word(at, (end = endOfWord(text, at)));
    else if (code === 34 || code === 39) visitor.literal(at, (end = endOfLiteral(text, at)));
    else if (code >= 48 && code <= 57) visitor.literal(at, (end = endOfWord(text, at)));
    else {
      const next = text.charCodeAt(end);
      if ((code === 45 && next === 62) || (code === 38 && next === 38)) end++;
      else if (code === 46 && text.startsWith("...", at)) end = at + 3;
      visitor.punctuation(text.slice(at, end), inFirstColumn);
    }
    at = end;
  }
};
