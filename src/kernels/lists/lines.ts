import { InputError, type Problem } from "../../shared/input-error.ts";
import { MAX_LINE, MAX_LINES, MAX_LIST_PROBLEMS } from "../../shared/limits.ts";

/** Warnings of one reading. Those of a kind are one note at the first line: a list of thousands of lines repeats its habits. */
export interface Notes {
  add(kind: string, line: number, message: string): void;
  all(): readonly Problem[];
}

export const openNotes = (file: string): Notes => {
  const kinds = new Map<string, { readonly line: number; readonly message: string; count: number }>();
  return {
    add(kind, line, message) {
      const known = kinds.get(kind);
      if (known) known.count++;
      else kinds.set(kind, { line, message, count: 1 });
    },
    all: () =>
      [...kinds.values()].map(({ line, message, count }) => ({
        file,
        line,
        column: 1,
        message: count === 1 ? message : `${message} (and ${count - 1} more such line${count === 2 ? "" : "s"})`,
      })),
  };
};

/** What a line made wrong, as a message, or nothing. */
type Visit = (line: string, number: number) => string | undefined;

/**
 * Hands every line to `visit`, without its line feed.
 * @param crlf where the vendor's own tool drops a carriage return before the line feed: the notes that shall say so. Elsewhere it is an error.
 * @throws InputError with at most ten wrong lines: those that `visit` refuses, and those that no text list can hold.
 */
export const eachLine = (text: string, file: string, crlf: Notes | undefined, visit: Visit): void => {
  const problems: Problem[] = [];
  // Looked for once: most lists have neither.
  const hasReturn = text.includes("\r");
  const hasNul = text.includes("\0");
  let number = 0;
  for (let start = 0; start < text.length && problems.length < MAX_LIST_PROBLEMS;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    if (++number > MAX_LINES) throw new InputError({ file, line: number, column: 1, message: `more than ${MAX_LINES} lines` });
    let line = text.slice(start, Math.min(end, start + MAX_LINE));
    start = end + 1;
    let wrong: string | undefined;
    if (line.length === MAX_LINE) wrong = `a line of ${MAX_LINE} characters or more`;
    if (hasReturn && line.endsWith("\r") && crlf) {
      crlf.add("crlf", number, "lines end with a carriage return, which the vendor's tool drops");
      line = line.slice(0, -1);
    }
    if (hasReturn && line.includes("\r")) wrong ??= "a carriage return";
    if (hasNul && line.includes("\0")) wrong ??= "a NUL byte: no text";
    wrong ??= visit(line, number);
    if (wrong !== undefined) problems.push({ file, line: number, column: 1, message: wrong, source: line.slice(0, 200) });
  }
  if (problems.length > 0) throw new InputError(problems);
};

const NAME = /^[A-Za-z_$.][\w$.]*$/;

/** What is wrong with a name as the name of a symbol: those of C, of assembly (`.TOC.`) and of rustc. */
export const nameProblem = (name: string): string | undefined => (NAME.test(name) ? undefined : `"${name.slice(0, 80)}" is no symbol name`);

/** @throws InputError where a list holds nothing: it would promise nothing, and nobody would notice. */
export const refuseEmpty = (size: number, file: string, what: string): void => {
  if (size === 0) throw new InputError({ file, line: 1, column: 1, message: `no ${what} in this list` });
};
