import type { Report, SubjectReport, UseRow } from "../findings/model.ts";
import { groundOf } from "../findings/summary.ts";
import { visible } from "../shared/visible.ts";
import { keysOf, LEVELS, type InterfaceKind, type Level, type SubjectKind } from "../shared/vocabulary.ts";
import type { JsonComparison } from "./comparison-schema.ts";
import { painter, type Paint } from "./paint.ts";
import type { Reporter } from "./reporter.ts";

/** Levels that somebody keeps. */
const KEPT: ReadonlySet<Level> = new Set(["stable", "vendor"]);

const KIND_WORDS = { module: "module", "bpf-object": "BPF object", program: "program", source: "source" } as const satisfies Record<
  SubjectKind,
  string
>;

/** What counts as a subject's own dependency: neither a sibling's export nor what the toolchain added. */
const isOwn = (use: UseRow): boolean => use.sibling === undefined && use.origin !== "toolchain";

const kindsOf = (uses: readonly UseRow[]): ReadonlyMap<InterfaceKind, Partial<Record<Level, number>>> => {
  const kinds = new Map<InterfaceKind, Partial<Record<Level, number>>>();
  for (const { kind, level } of uses.filter(isOwn)) {
    const levels = kinds.get(kind) ?? {};
    levels[level] = (levels[level] ?? 0) + 1;
    kinds.set(kind, levels);
  }
  return kinds;
};

/** Of the uses that its author took, how many somebody promised to keep: a share, and no verdict. */
const keptOf = (uses: readonly UseRow[]): { readonly kept: number; readonly of: number } => {
  const own = uses.filter(isOwn);
  return { kept: own.filter(({ level }) => KEPT.has(level)).length, of: own.length };
};

interface Row {
  readonly label: string;
  readonly cells: readonly string[];
  readonly strong?: boolean;
}

const number = (count: number): string => (count === 0 ? "-" : String(count));

/** Each kind that any of the subjects takes, and the levels it is at, one row a level. */
const kindRows = (subjects: readonly SubjectReport[]): readonly Row[] => {
  const counted = subjects.map(({ uses }) => kindsOf(uses));
  const pairs = keysOf(LEVELS).flatMap((level) => {
    const kinds = new Set(counted.flatMap((each) => [...each].filter(([, levels]) => levels[level]).map(([kind]) => kind)));
    return [...kinds].sort().map((kind) => ({ level, kind }));
  });
  return pairs.map(({ level, kind }) => ({
    label: `${level.padEnd(9)} ${kind}`,
    cells: counted.map((each) => number(each.get(kind)?.[level] ?? 0)),
  }));
};

const percent = (part: number, of: number): string => (of === 0 ? "-" : `${((100 * part) / of).toFixed(0)} %`);

const rowsOf = (subjects: readonly SubjectReport[]): readonly (readonly Row[])[] => {
  const grounds = subjects.map(({ uses }) => groundOf(uses));
  const always = new Set<Level>(["stable", "internal"]);
  const levels = keysOf(LEVELS).filter((level) => always.has(level) || grounds.some((ground) => ground.levels[level] > 0));
  const counts = (label: string, count: (ground: (typeof grounds)[number]) => number): Row[] =>
    grounds.some((ground) => count(ground) > 0) ? [{ label, cells: grounds.map((ground) => number(count(ground))) }] : [];
  return [
    [{ label: "", cells: subjects.map(({ kind }) => KIND_WORDS[kind]) }],
    [
      ...levels.map((level) => ({ label: level, cells: grounds.map((ground) => number(ground.levels[level])), strong: true })),
      ...counts("from sibling modules", ({ sibling }) => sibling),
      ...counts("toolchain", ({ toolchain }) => toolchain),
    ],
    [{ label: "kept by somebody", cells: subjects.map(({ uses }) => percent(keptOf(uses).kept, keptOf(uses).of)), strong: true }],
    kindRows(subjects),
  ];
};

const table = (subjects: readonly SubjectReport[], paint: Paint): string => {
  const blocks = rowsOf(subjects);
  const rows = blocks.flat();
  const names = subjects.map(({ name }) => visible(name));
  const label = Math.max(...rows.map((row) => row.label.length));
  const widths = names.map((name, index) => Math.max(name.length, ...rows.map((row) => row.cells[index]!.length)));
  const line = ({ label: text, cells, strong = false }: Row): string => {
    const padded = cells.map((cell, index) => cell.padStart(widths[index]!)).join("   ");
    return `  ${paint(strong ? "bold" : "reset", text.padEnd(label))}   ${padded}`.trimEnd();
  };
  return [[line({ label: "", cells: names, strong: true }), ...blocks[0]!.map(line)], ...blocks.slice(1).map((block) => block.map(line))]
    .map((block) => block.join("\n"))
    .join("\n\n");
};

/** Subjects side by side, by promise: a column each, and a row for each level and for each kind of interface at it. */
export const comparisonText: Reporter = ({ subjects }, dress) => {
  const paint = painter(dress.color);
  const note =
    "Counts are of interfaces, each once. Kept by somebody: stable or vendor, of those that the author took. A log shows only what was run: a lower bound.";
  return `${table(subjects, paint)}\n\n  ${paint("dim", note)}\n`;
};

/** The same for other programs; its form is rules/schema/comparison.json. */
export const comparisonJson: Reporter = ({ subjects }: Report) => {
  const document: JsonComparison = {
    comparison: 1,
    subjects: subjects.map(({ name, kind, path, uses }) => {
      const { total, levels, sibling, toolchain } = groundOf(uses);
      return {
        name,
        kind,
        path,
        ground: { total, sibling, toolchain, ...levels },
        ...keptOf(uses),
        kinds: Object.fromEntries([...kindsOf(uses)].sort(([a], [b]) => (a < b ? -1 : 1))),
      };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};

export const COMPARISONS = { text: comparisonText, json: comparisonJson } as const satisfies Record<string, Reporter>;
