import { readArguments } from "./strace-arguments.ts";

// One line of a log, in the forms that strace's options give it (strace(1); src/syscall.c and src/strace.c of strace 6.1).

/**
 * Where the answer to a call is: in this line; in a later one (`<unfinished ...>`); or nowhere to be seen, because something else was printed in
 * between, or the line is cut.
 */
type Answered = "here" | "later" | "unseen";

interface Answer {
  readonly answered: Answered;
  /** Whether the kernel's own answer is known: not `= ?`, and not one that strace made up. */
  readonly isKnown: boolean;
  /** `ENOENT`; absent where the call succeeded. */
  readonly error?: string;
}

/** What a line says; `pid` as it begins with it, empty where it does not. */
export type StraceLine =
  | ({ readonly form: "call"; readonly pid: string; readonly name: string; readonly list: readonly string[] } & Answer)
  | ({ readonly form: "resumed"; readonly pid: string; readonly name: string } & Answer)
  /** A signal, an exit, a process that comes or goes, a line of a stack (-k) or of a dump (-e write=). */
  | { readonly form: "note" }
  | { readonly form: "foreign" };

// [pid N] or N (-f), with <comm> (-Y); the time (-t, -tt, -ttt, -r, -t -r); [address] (-i), [number] (-n), [context] (--secontext).
const PREFIX =
  /(?:\[pid +(\d{1,7})(?:<[^>]{0,64}>)?\] |(\d{1,7})(?:<[^>]{0,64}>)? +)?(?:\d\d:\d\d:\d\d(?:\.\d{1,9})? |\d{9,12}(?:\.\d{1,9})? )?(?:\(\+ {0,9}\d{1,9}\.\d{1,9}\) | {0,9}\d{1,9}\.\d{1,9} )?(?:\[[^\]]{1,200}\] )*/y;
const CALL = /([a-z_][a-z0-9_]{0,63})\(/y;
const RESUMED = /<\.\.\. ([a-z_][a-z0-9_]{0,63}) resumed>/y;
const NOTE = /--- .* ---$|\+\+\+ .* \+\+\+$| > \S| \| [0-9a-f]{5,} /y;
const PROCESS = /^(?:[\w./-]{0,200}strace: )?(?:Process \d+ (?:attached|detached)|\[ Process PID=\d+ runs in )/;
/** What stands where a call's answer will come later, or never. */
const LATER = / ?<(?:unfinished|detached|pid changed to \d+) \.\.\.>$/;
/** An error comes with its text, which tells `-1 ENO` from a whole one. */
const ANSWER =
  /\s*= (?:-1 (E[A-Z0-9]{1,30}) \([^)]*\)|-1 \((errno \d+)\)|(\?)(?: E[A-Z_]{1,30} \([^)]*\))?|(?!-1\b)(?:-?\d+|0x[0-9a-f]+)(?=$|[\s<]))/y;
/** `strace -e inject`: the answer is strace's. */
const INJECTED = "(INJECTED)";
const TAIL = 60;

const match = (pattern: RegExp, line: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(line);
};

const UNSEEN: Answer = { answered: "unseen", isKnown: false };

/** What follows a call's closing parenthesis. */
const answerOf = (line: string, end: number): Answer => {
  const found = end < 0 ? null : match(ANSWER, line, end);
  if (!found) return UNSEEN;
  const error = found[1] ?? found[2];
  const isKnown = found[3] === undefined && !line.slice(-TAIL).includes(INJECTED);
  return { answered: "here", isKnown, ...(error !== undefined && { error }) };
};

/** Reads a line, in time that grows with its length alone. */
export const readLine = (line: string): StraceLine => {
  const prefix = match(PREFIX, line, 0)!;
  const pid = prefix[1] ?? prefix[2] ?? "";
  const at = prefix[0].length;
  const later = LATER.exec(line.slice(-TAIL));
  const whole = later ? line.slice(0, -later[0].length) : line;
  const call = match(CALL, whole, at);
  const resumed = call ? null : match(RESUMED, whole, at);
  const begin = call ?? resumed;
  if (!begin) return { form: match(NOTE, line, at) || match(NOTE, line, 0) || PROCESS.test(line) ? "note" : "foreign" };
  const { list, end } = readArguments(whole, at + begin[0].length);
  const answer = later ? ({ answered: "later", isKnown: false } satisfies Answer) : answerOf(line, end);
  return call ? { form: "call", pid, name: begin[1]!, list, ...answer } : { form: "resumed", pid, name: begin[1]!, ...answer };
};

/** Whether a line that no newline ends may be whole: `= 3</etc/pas` and `= 0 <0.00` are not. */
export const mayBeWhole = (line: string): boolean => {
  const read = readLine(line);
  if (read.form === "note" || (read.form !== "foreign" && read.answered === "later")) return true;
  if (read.form === "foreign" || read.answered === "unseen") return false;
  const answer = line.slice(line.lastIndexOf(" = ") + 1);
  const count = (char: string): number => answer.split(char).length;
  return count("<") === count(">") && count("(") === count(")");
};
