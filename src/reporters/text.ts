import type { Report, SubjectReport, UseRow } from "../findings/model.ts";
import { countFindings, groundOf } from "../findings/summary.ts";
import { visible } from "../shared/visible.ts";
import { keysOf, LEVELS } from "../shared/vocabulary.ts";
import { matrixText } from "./matrix.ts";
import { painter, plural, type Paint } from "./paint.ts";
import type { Dress, Reporter } from "./reporter.ts";
import { findingBlocks, waivedBlock } from "./text-findings.ts";

/** Words set in lines of a width, each line but the first behind an indent. */
const wrap = (words: readonly string[], indent: number, width: number): string => {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  lines.push(line);
  return lines.join(`\n${" ".repeat(indent)}`);
};

/** What uses are listed under: who provides them, or the level and how the kernel offers them. */
const groupOf = (use: UseRow): readonly string[] => {
  if (use.sibling !== undefined) return ["from", visible(use.sibling)];
  const how = use.exportType ?? (use.kind === "symbol" ? "" : use.kind);
  return [use.level, how, visible(use.namespace ?? ""), use.origin === "toolchain" ? "toolchain" : ""].filter((word) => word !== "");
};

const LEVEL_WIDTH = Math.max(...keysOf(LEVELS).map((level) => level.length));

/** Every use of a subject, by level and by how it is exported. */
const usesText = (subject: SubjectReport, dress: Dress, paint: Paint): string => {
  const groups = new Map<string, { words: readonly string[]; names: string[] }>();
  for (const use of subject.uses) {
    const words = groupOf(use);
    // The level is a column of its own.
    const key = [words[0]!.padEnd(LEVEL_WIDTH), ...words.slice(1)].join("  ").trimEnd();
    const group = groups.get(key) ?? { words, names: [] };
    group.names.push(visible(use.name) + (use.weak ? " (weak)" : ""));
    groups.set(key, group);
  }
  const levels = keysOf(LEVELS) as readonly string[];
  const rank = ({ words }: { words: readonly string[] }): string => `${String(levels.indexOf(words[0]!)).padStart(2)} ${words.join(" ")}`;
  const width = Math.max(0, ...[...groups.keys()].map((key) => key.length)) + 4;
  return [...groups]
    .sort(([, a], [, b]) => (rank(a) < rank(b) ? -1 : 1))
    .map(([key, { names }]) => `  ${paint("bold", key.padEnd(width - 2))}${wrap(names, width, dress.width)}`)
    .join("\n");
};

const groundText = ({ name, uses }: SubjectReport): string => {
  const { total, levels, sibling, toolchain } = groundOf(uses);
  const always = new Set<string>(["stable", "vendor", "internal"]);
  const parts = keysOf(LEVELS)
    .filter((level) => levels[level] > 0 || always.has(level))
    .map((level) => `${levels[level]} ${level}`);
  if (sibling > 0) parts.push(`${sibling} from sibling modules`);
  if (toolchain > 0) parts.push(`${toolchain} toolchain`);
  return `${visible(name)}: ${plural(total, "use")}, ${parts.join(", ")}`;
};

/** What past steps would have cost: a sentence that says what it means and what it cannot see. */
const outlookText = ({ name, outlook }: SubjectReport): string[] => {
  if (!outlook) return [];
  const steps = outlook.steps.map(({ from, to, expected }) => `${expected.toFixed(1)} from ${visible(from)} to ${visible(to)}`);
  const what = `had its ${plural(outlook.counted, "export")} broken as often as others with as many in-tree users did, it would have lost`;
  return [`${visible(name)}: ${what} ${steps.join(", ")}.`];
};

/** The share of a subject's symbols on each list: a figure beside the findings, never instead of them. */
const scoreText = ({ name, lists }: SubjectReport): string[] =>
  lists && lists.length > 0
    ? [
        `${visible(name)}: on ${lists.map(({ list, listed, of }) => `${visible(list)} ${listed} of ${plural(of, "symbol")} (${((100 * listed) / Math.max(of, 1)).toFixed(1)} %)`).join(", ")}`,
      ]
    : [];

const kernelText = ({ kernels }: Report): string => {
  if (kernels.length === 0)
    return "No kernel given: whether anything loads or builds there was not judged (--kernel 6.12, or a Module.symvers).";
  return `Against ${kernels.map(({ name, exports, hasCrcs }) => `${visible(name)} (${plural(exports, "export")}${hasCrcs ? "" : ", no CRCs"})`).join(", ")}.`;
};

/** For people: findings first, worst first, each with its evidence; then what the subjects stand on; then what was not seen. */
export const text: Reporter = (report, dress) => {
  const paint = painter(dress.color);
  const blocks = [...findingBlocks(report, paint)];
  if (dress.waived && report.waived.length > 0) blocks.push(waivedBlock(report, paint));
  const only = report.subjects.length === 1 ? report.subjects[0] : undefined;
  if (dress.uses && only && only.uses.length > 0) blocks.push(usesText(only, dress, paint));
  const matrix = matrixText(report, dress.width, paint);
  if (matrix !== "") blocks.push(matrix);
  const counts = countFindings(report);
  const waived = report.waived.length > 0 ? `, ${report.waived.length} waived` : "";
  const accepted = report.accepted.length > 0 ? `, ${report.accepted.length} accepted by the baseline` : "";
  const unread = report.problems.length > 0 ? `, ${plural(report.problems.length, "input error")}` : "";
  blocks.push(
    [
      ...report.subjects.map(groundText),
      ...(only ? outlookText(only) : []),
      ...report.subjects.flatMap(scoreText),
      kernelText(report),
      "Not seen: inline functions, macros and struct members of the headers.",
      paint(
        "bold",
        `${plural(counts.error, "error")}, ${plural(counts.warning, "warning")}, ${plural(counts.note, "note")}${waived}${accepted}${unread}`,
      ),
    ].join("\n"),
  );
  return `${blocks.join("\n\n")}\n`;
};
