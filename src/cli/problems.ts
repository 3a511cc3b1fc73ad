import type { Problem } from "../shared/input-error.ts";
import { visible } from "../shared/visible.ts";

const place = ({ file, line, column, offset, section }: Problem): string => {
  if (line !== undefined) return `${visible(file)}:${line}:${column ?? 1}`;
  if (offset === undefined) return visible(file);
  return `${visible(file)}: ${section === undefined ? "" : `section ${visible(section)}, `}offset 0x${offset.toString(16)}`;
};

/** What somebody should know of an input, and what did not stop its reading. */
export const noteText = (problem: Problem): string => `abi-lint: note: ${place(problem)}: ${visible(problem.message)}\n`;

/** An input error for people: what and where, the line it stands on with a caret below, and what may have been meant. */
export const problemText = (problem: Problem): string => {
  const { message, hint, column } = problem;
  const source = problem.source?.replaceAll("\t", " ");
  const lines = [`abi-lint: error: ${place(problem)}: ${visible(message)}${hint === undefined ? "" : ` (${visible(hint)})`}`];
  if (source !== undefined && source.trim() !== "") {
    lines.push(`  | ${visible(source)}`);
    if (column !== undefined && column <= source.length + 1) lines.push(`  | ${" ".repeat(visible(source.slice(0, column - 1)).length)}^`);
  }
  return `${lines.join("\n")}\n`;
};
