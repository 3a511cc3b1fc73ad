import { InputError } from "../shared/input-error.ts";
import { newTallies, type ProgramFacts } from "./strace-facts.ts";

/** The line that begins a table of `strace -c`, with the columns it names (-U chooses them); undefined for any other. */
const columnsOf = (line: string): readonly string[] | undefined => {
  if (line.length > 200) return undefined;
  const columns = line.replace("% time", "%time").trim().split(/\s+/);
  return columns.includes("calls") && columns.includes("syscall") ? columns : undefined;
};

const DASHES = /^-+(?: -+)*\s*$/;

/** Whether a text has a table of `strace -c`. */
export const hasSummary = (text: string): boolean => {
  const lines = text.split("\n", 2000);
  return lines.some((line, index) => columnsOf(line) !== undefined && DASHES.test(lines[index + 1] ?? ""));
};

/**
 * Reads the tables of `strace -c`: names, how often, and how often in vain. No arguments, so the facts are names only. Several tables (one for each personality)
 * count together; what stands around them is the program's own output.
 * @throws InputError where there is no table, or one ends before its sum.
 */
export const parseStraceSummary = (text: string, file: string): ProgramFacts => {
  const fail = (line: number, message: string, source?: string): never => {
    throw new InputError({ file, line, column: 1, message, ...(source !== undefined && { source: source.slice(0, 200) }) });
  };
  const tallies = newTallies();
  const lines = text.split(/\r?\n/);
  let tables = 0;
  for (let at = 0; at < lines.length; at++) {
    const columns = columnsOf(lines[at]!);
    if (!columns || !DASHES.test(lines[at + 1] ?? "")) continue;
    tables++;
    // The column of errors is the one that may be empty.
    const withoutErrors = columns.filter((column) => column !== "errors");
    for (at += 2; !DASHES.test(lines[at] ?? ""); at++) {
      const line = lines[at];
      if (line === undefined) return fail(lines.length, "the table of strace -c ends before its sum: it is cut");
      const values = line.trim().split(/\s+/);
      const names = values.length === columns.length ? columns : withoutErrors;
      const value = (column: string): string => values[names.indexOf(column)] ?? "";
      const [name, calls, errors] = [value("syscall"), value("calls"), value("errors") || "0"];
      if (
        values.length !== names.length ||
        !/^[a-z_][a-z0-9_]{0,63}$/.test(name) ||
        !/^\d{1,15}$/.test(calls) ||
        !/^\d{1,15}$/.test(errors)
      )
        return fail(at + 1, `no line of a table of strace -c (${columns.join(", ")} were expected)`, line);
      const tally = tallies.count("syscall", name, at + 1, Number(calls));
      tally.failed += Number(errors);
    }
  }
  if (tables === 0) fail(1, "no table of strace -c");
  return { file, namesOnly: true, permission: false, asked: tallies.asked(), unresolved: { count: 0, lines: [] } };
};
