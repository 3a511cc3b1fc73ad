import { painter } from "../../reporters/paint.ts";
import { visible } from "../../shared/visible.ts";
import type { Outcome } from "./outcome.ts";

/** What failed, each with its difference, and how many passed. */
export const renderOutcomes = (outcomes: readonly Outcome[], color: boolean): string => {
  const paint = painter(color);
  const failed = outcomes.filter(({ differences }) => differences.length > 0);
  const blocks = failed.map(({ at, says, differences }) =>
    [
      `${visible(at.file)}:${at.line}:${at.column}  ${paint("red", "failed")}  ${visible(says)}`,
      ...differences.map(({ kind, text }) =>
        kind === "expected" ? paint("red", `    - expected  ${text}`) : paint("green", `    + found     ${text}`),
      ),
      "",
      "",
    ].join("\n"),
  );
  return `${blocks.join("")}${outcomes.length - failed.length} passed, ${failed.length} failed\n`;
};
