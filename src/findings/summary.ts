import { keysOf, LEVELS, type Level } from "../shared/vocabulary.ts";
import type { FindingSeverity, Report, UseRow } from "./model.ts";

/** Findings by severity. */
export const countFindings = (report: Report): Readonly<Record<FindingSeverity, number>> => {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of report.findings) counts[severity]++;
  return counts;
};

/** What a set of uses stands on: how many at each level, and apart from them what siblings provide and what the toolchain added. */
export interface Ground {
  readonly total: number;
  readonly levels: Readonly<Record<Level, number>>;
  readonly sibling: number;
  readonly toolchain: number;
}

export const groundOf = (uses: readonly UseRow[]): Ground => {
  const levels = Object.fromEntries(keysOf(LEVELS).map((level) => [level, 0])) as Record<Level, number>;
  let [sibling, toolchain] = [0, 0];
  for (const use of uses) {
    if (use.sibling !== undefined) sibling++;
    else if (use.origin === "toolchain") toolchain++;
    else levels[use.level]++;
  }
  return { total: uses.length, levels, sibling, toolchain };
};
