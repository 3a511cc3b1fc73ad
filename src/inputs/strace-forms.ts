import { InputError } from "../shared/input-error.ts";
import { looksLikeSeccomp, parseSeccomp } from "./seccomp.ts";
import { parseStrace } from "./strace.ts";
import type { ProgramFacts } from "./strace-facts.ts";
import { readLine } from "./strace-line.ts";
import { hasSummary, parseStraceSummary } from "./strace-summary.ts";

/** What tells what a program takes from the kernel. */
export type ProgramForm = "strace" | "strace-summary" | "seccomp";

/** As many lines say what a text is. */
const SNIFFED = 200;

/**
 * Whether the first lines are a log's: most of them are strace's, and one is a call with its answer, one that begins a program, or the end of one.
 * The last one may be cut, where the text is the beginning of a longer one.
 */
const looksLikeStrace = (text: string): boolean => {
  const lines = text.split("\n", SNIFFED).filter((line) => line.trim() !== "");
  const read = lines.map((line) => readLine(line.replace(/\r$/, "")));
  const sure = read.some((each) => (each.form === "call" || each.form === "resumed") && each.answered !== "unseen");
  // With -ff, a thread that only ended has a file too.
  const ended = lines.some((line) => /^.{0,60}\+\+\+ (?:exited with|killed by) /.test(line.slice(0, 100)));
  const begins = read.length === 1 && read[0]!.form === "call" && read[0]!.name === "execve";
  return (sure || begins || ended) && read.filter((each) => each.form !== "foreign").length * 2 > read.length;
};

/** What a text is, by its content: of one that is long, the first 64 KiB do. Undefined where it is none of these. */
export const detectProgram = (text: string): ProgramForm | undefined => {
  if (text.includes("\0")) return undefined;
  if (looksLikeSeccomp(text)) return "seccomp";
  if (looksLikeStrace(text)) return "strace";
  return hasSummary(text) ? "strace-summary" : undefined;
};

const PARSERS = { strace: parseStrace, "strace-summary": parseStraceSummary, seccomp: parseSeccomp } as const satisfies Record<
  ProgramForm,
  (text: string, file: string) => ProgramFacts
>;

/** Reads what a text shows of a program. @throws InputError where it is none of the forms, or is cut or malformed. */
export const parseProgram = (text: string, file: string): ProgramFacts => {
  const form = detectProgram(text);
  if (form === undefined) throw new InputError({ file, line: 1, column: 1, message: "no log or table of strace, and no seccomp profile" });
  return PARSERS[form](text, file);
};
