import type { SubjectReport, UseRow } from "../findings/model.ts";
import { groundOf } from "../findings/summary.ts";
import { visible } from "../shared/visible.ts";
import { keysOf, LEVELS, type InterfaceKind } from "../shared/vocabulary.ts";
import { countText, kernelText, notSeenText } from "./closing.ts";
import { folded, moreLine, WHOLE } from "./fold.ts";
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

/** Kinds that a program asks for, and may be told that there is no such thing. */
const ASKED: ReadonlySet<InterfaceKind> = new Set(["syscall", "netlink", "procfs", "sysfs", "debugfs"]);

/** What of a use stands behind its name in a list. */
const notesOf = ({ weak, guarded, seen, kind }: UseRow): string => {
  const notes = [
    weak ? (ASKED.has(kind) ? "not there" : "weak") : "",
    guarded ? "guarded" : "",
    seen === "unknown" && kind !== "private" ? "chosen at run time" : "",
  ];
  const said = notes.filter((note) => note !== "");
  return said.length > 0 ? ` (${said.join(", ")})` : "";
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
    group.names.push(visible(use.name) + notesOf(use));
    groups.set(key, group);
  }
  const levels = keysOf(LEVELS) as readonly string[];
  const rank = ({ words }: { words: readonly string[] }): string => `${String(levels.indexOf(words[0]!)).padStart(2)} ${words.join(" ")}`;
  const width = Math.max(0, ...[...groups.keys()].map((key) => key.length)) + 4;
  const lines = [...groups]
    .sort(([, a], [, b]) => (rank(a) < rank(b) ? -1 : 1))
    .map(([key, { names }]) => {
      const [shown, hidden] = folded(names, dress.fold);
      return `  ${paint("bold", key.padEnd(width - 2))}${wrap([...shown, ...(hidden > 0 ? [`… and ${hidden} more`] : [])], width, dress.width)}`;
    });
  const isCut = [...groups.values()].some(({ names }) => folded(names, dress.fold)[1] > 0);
  return [...lines, ...(isCut ? [paint("dim", `  (${WHOLE})`)] : [])].join("\n");
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

/** How many of the youngest interfaces are named. */
const YOUNGEST = 3;

const versionOf = (text: string): number =>
  text.split(".").reduce((sum, part, index) => sum + Number.parseInt(part, 10) / 1000 ** index, 0);

/** What a program asks for that older kernels do not have: that an interface is kept does not say that it was always there. */
const youngText = ({ name, kind, uses }: SubjectReport): string[] => {
  if (kind !== "program") return [];
  const dated = uses.flatMap((use) => (use.since === undefined ? [] : [{ name: use.name, since: use.since }]));
  const young = dated.toSorted((a, b) => versionOf(b.since) - versionOf(a.since)).slice(0, YOUNGEST);
  return young.length > 0
    ? [`${visible(name)}: the youngest are ${young.map((each) => `${visible(each.name)} (Linux ${each.since})`).join(", ")}`]
    : [];
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

/** Lines, as many as are shown. */
const cut = (lines: readonly string[], { fold }: Dress): readonly string[] => {
  const [shown, hidden] = folded(lines, fold);
  return [...shown, ...moreLine(hidden)];
};

/** For people: findings first, worst first, each with its evidence; then what the subjects stand on; then what was not seen. */
export const text: Reporter = (report, dress) => {
  const paint = painter(dress.color);
  const blocks = [...findingBlocks(report, dress, paint)];
  if (dress.waived && report.waived.length > 0) blocks.push(waivedBlock(report, dress, paint));
  const only = report.subjects.length === 1 ? report.subjects[0] : undefined;
  if (dress.uses && only && only.uses.length > 0) blocks.push(usesText(only, dress, paint));
  const matrix = matrixText(report, dress, paint);
  if (matrix !== "") blocks.push(matrix);
  blocks.push(
    [
      ...cut(report.subjects.map(groundText), dress),
      ...(only ? outlookText(only) : []),
      ...(only ? youngText(only) : []),
      ...cut(report.subjects.flatMap(scoreText), dress),
      ...kernelText(report),
      ...notSeenText(report),
      paint("bold", countText(report)),
    ].join("\n"),
  );
  return `${blocks.join("\n\n")}\n`;
};
