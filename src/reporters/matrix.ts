import type {
  Base,
  BtfVerdict,
  KernelVerdict,
  LoadVerdict,
  RebuildVerdict,
  Report,
  SourceVerdict,
  SubjectReport,
} from "../findings/model.ts";
import { visible } from "../shared/visible.ts";
import type { Gap } from "../shared/vocabulary.ts";
import { folded, moreLine } from "./fold.ts";
import { plural, type Paint } from "./paint.ts";
import type { Dress } from "./reporter.ts";

const GAPS = {
  "kernel-without-crcs": "the kernel has no CRCs",
  "module-without-crcs": "the module has no CRCs",
  "use-without-crc": "CRCs missing in the module",
  "export-without-crc": "CRCs missing in the kernel",
  "other-generator": "CRCs made otherwise",
  "other-architecture": "another machine",
  "rebuild-unknown": "headers not known",
  "other-module": "exported by nobody here",
  "no-list": "",
  "source-adapts": "the source adapts itself",
  "rebuild-unclear": "",
  "kernel-without-btf": "no BTF of it",
  "kernel-without-exports": "its exports are not known",
  "btf-cannot-tell": "",
  "declarations-unknown": "what its headers declare is not known",
  "source-not-given": "the source was not given",
  "source-not-read": "not all was read",
  "build-not-understood": "",
} as const satisfies Record<Gap, string>;

const counted = (parts: readonly (readonly [number, string, string?])[]): string[] =>
  parts.filter(([count]) => count > 0).map(([count, one, many = `${one}s`]) => `${count} ${count === 1 ? one : many}`);

const wordsOf = (state: LoadVerdict["state"], against: readonly string[], gaps: readonly Gap[]): string => {
  if (state === "no") return ["no", ...against].join(", ");
  const why = gaps.map((gap) => GAPS[gap]).filter((words) => words !== "");
  return state === "yes" ? "yes" : `not checked${why.length > 0 ? `: ${why.join(", ")}` : ""}`;
};

const loadText = ({ state, missing, crcs, licence, namespaces, vermagic, gaps }: LoadVerdict): string => {
  const against = counted([
    [missing, "missing", "missing"],
    [crcs, "CRC"],
    [licence, "GPL-only", "GPL-only"],
    [namespaces, "namespace"],
  ]);
  const words = wordsOf(state, vermagic === "differs" ? [...against, "vermagic"] : against, gaps);
  return vermagic === "not-checked" && state === "yes" ? `${words} (vermagic not checked)` : words;
};

const sourceWords = ({ causes, undecided }: SourceVerdict): string[] =>
  counted([
    [causes, "cause in its source", "causes in its source"],
    [undecided, "undecided", "undecided"],
  ]);

/** Never that it builds: there is more to a build than what headers declare. */
const noDifference = ({ names, untyped }: SourceVerdict): string =>
  `no difference in ${plural(names, "name")}${untyped > 0 ? `, ${untyped} untyped` : ""}`;

const sourceText = (verdict: SourceVerdict): string => {
  const { state, gaps } = verdict;
  if (state === "yes") return noDifference(verdict);
  if (state === "no") return ["no", ...sourceWords(verdict)].join(", ");
  const why = [...gaps.map((gap) => GAPS[gap]).filter((words) => words !== ""), ...sourceWords(verdict)];
  return `not checked${why.length > 0 ? `: ${why.join(", ")}` : ""}`;
};

const rebuildText = (verdict: RebuildVerdict): string => {
  const { state, gone, changed, licence, namespaces, unclear, gaps, source } = verdict;
  const against = counted([
    [gone, "gone", "gone"],
    [changed, "changed", "changed"],
    [licence, "GPL-only", "GPL-only"],
    [namespaces, "namespace"],
  ]);
  if (source && against.length === 0 && gaps.length === 0) return sourceText(source);
  if (source) against.push(...sourceWords(source));
  const open = unclear > 0 ? (state === "yes" ? ` (${unclear} unclear)` : `, ${unclear} unclear`) : "";
  return wordsOf(state, against, gaps) + open;
};

const COLORS = { yes: "green", no: "red", "not-checked": "yellow" } as const;

const btfText = ({ state, missing, refused, retyped, untold, gaps }: BtfVerdict): string => {
  const against = counted([
    [missing, "missing", "missing"],
    [refused, "refused", "refused"],
  ]);
  const more = counted([
    [retyped, "of another type", "of another type"],
    [untold, "not told", "not told"],
  ]);
  return wordsOf(state, against, gaps) + (more.length > 0 && gaps.length === 0 ? ` (${more.join(", ")})` : "");
};

type Cell = { readonly text: string; readonly state: LoadVerdict["state"] };

/** What a verdict says, by its questions in the order of `questionsOf`. */
const cellsOf = (verdict: KernelVerdict): readonly Cell[] => {
  switch (verdict.of) {
    case "module":
      return [
        { text: loadText(verdict.load), state: verdict.load.state },
        { text: rebuildText(verdict.rebuild), state: verdict.rebuild.state },
      ];
    case "bpf-object":
      return [
        { text: btfText(verdict.load), state: verdict.load.state },
        { text: btfText(verdict.attach), state: verdict.attach.state },
      ];
    case "source":
      return [{ text: sourceText(verdict.rebuild), state: verdict.rebuild.state }];
  }
};

const QUESTIONS = {
  module: ["loads as built", "rebuilds (exports)"],
  "bpf-object": ["loads (BTF)", "attaches (BTF)"],
  source: ["builds (source)"],
} as const satisfies Record<KernelVerdict["of"], readonly string[]>;

/** What a subject is asked; where its source was read for one kernel, that is what tells. */
const questionsOf = (verdicts: readonly KernelVerdict[]): readonly string[] => {
  const ofSource = verdicts.some((verdict) => verdict.of === "module" && verdict.rebuild.source !== undefined);
  return ofSource ? ["loads as built", "rebuilds (source)"] : QUESTIONS[verdicts[0]?.of ?? "module"];
};

/** A question that a kernel is asked about a subject, and what it answers. */
export type Answer = Cell & { readonly question: string };

/** What a verdict says, for formats that lay it out themselves. */
export const answersOf = (verdict: KernelVerdict): readonly Answer[] =>
  cellsOf(verdict).map((cell, index) => ({ question: questionsOf([verdict])[index]!, ...cell }));

const baseText = ({ kernel, because }: Base, of: KernelVerdict["of"]): string =>
  of === "bpf-object"
    ? `Functions and tracepoints are told from ${visible(kernel)}, fields from what the object was compiled with.`
    : {
        built: `What changed is told from ${visible(kernel)}, on which it was built.`,
        nearest: `What changed is told from ${visible(kernel)}, the nearest known to the kernel it was built on.`,
        first: `What changed is told from ${visible(kernel)}: on which kernel it was built is not known.`,
        named: `What changed is told from ${visible(kernel)}, on which it is said to build.`,
        silent: `What changed is told from ${visible(kernel)}, the newest known on which nothing of it is found to break.`,
      }[because];

/** One subject: kernels side by side where they fit, else one below the other. */
const subjectMatrix = ({ verdicts, base }: SubjectReport, width: number, paint: Paint): string => {
  const rows = questionsOf(verdicts);
  const columns = verdicts.map((verdict) => ({ name: visible(verdict.kernel), cells: cellsOf(verdict) }));
  const widthOf = ({ name, cells }: (typeof columns)[number]): number => Math.max(name.length, ...cells.map(({ text }) => text.length));
  const label = Math.max(...rows.map((row) => row.length));
  const note = base === undefined || verdicts.every(({ kernel }) => kernel === base.kernel) ? "" : `  ${baseText(base, verdicts[0]!.of)}`;
  const total = columns.reduce((sum, column) => sum + 3 + widthOf(column), 2 + label);
  const pad = (cell: Cell, size: number): string => paint(COLORS[cell.state], cell.text) + " ".repeat(Math.max(0, size - cell.text.length));
  const lines: string[] =
    total <= width
      ? [
          `  ${" ".repeat(label)}${columns.map((column) => `   ${column.name.padEnd(widthOf(column))}`).join("")}`.trimEnd(),
          ...rows.map((row, index) =>
            `  ${row.padEnd(label)}${columns.map((column) => `   ${pad(column.cells[index]!, widthOf(column))}`).join("")}`.trimEnd(),
          ),
        ]
      : transposed(columns, rows, pad);
  return [...lines, ...(note === "" ? [] : [paint("dim", note)])].join("\n");
};

const transposed = (
  columns: readonly { readonly name: string; readonly cells: readonly Cell[] }[],
  rows: readonly string[],
  pad: (cell: Cell, size: number) => string,
): string[] => {
  const names = Math.max(...columns.map(({ name }) => name.length));
  const widths = rows.map((row, index) => Math.max(row.length, ...columns.map(({ cells }) => cells[index]!.text.length)));
  return [
    `  ${" ".repeat(names)}${rows.map((row, index) => `   ${row.padEnd(widths[index]!)}`).join("")}`.trimEnd(),
    ...columns.map(({ name, cells }) =>
      `  ${name.padEnd(names)}${cells.map((cell, index) => `   ${pad(cell, widths[index]!)}`).join("")}`.trimEnd(),
    ),
  ];
};

const isClean = (verdict: KernelVerdict): boolean => cellsOf(verdict).every(({ state }) => state === "yes");

/** The worst first. */
const ORDER = ["no", "not-checked", "yes"] as const satisfies readonly LoadVerdict["state"][];

/** What a run of many subjects is asked, by the kinds that are among them. */
const runWords = (
  subjects: readonly SubjectReport[],
): { readonly label: string; readonly clean: readonly [string, string]; readonly one: string } => {
  const kinds = new Set(subjects.flatMap(({ verdicts }) => verdicts.map((verdict) => verdict.of)));
  if (kinds.size === 1 && kinds.has("source"))
    return { label: "builds", clean: ["shows no difference", "show no difference"], one: "source" };
  if (kinds.size === 1 && kinds.has("module"))
    return { label: "loads/rebuilds", clean: ["loads and rebuilds", "load and rebuild"], one: "module" };
  if (kinds.size === 1) return { label: "loads/attaches", clean: ["loads and attaches", "load and attach"], one: "BPF object" };
  return { label: kinds.has("bpf-object") ? "loads/rebuilds or attaches" : "loads/rebuilds", clean: ["holds", "hold"], one: "input" };
};

/** Many subjects: one line each, for those that do not hold everywhere. */
const runMatrix = ({ subjects: all, kernels }: Report, { fold }: Dress, paint: Paint): string => {
  const subjects = all.filter(({ verdicts }) => verdicts.length > 0);
  const { label, clean: holds, one } = runWords(subjects);
  const open = subjects.filter(({ verdicts }) => !verdicts.every(isClean));
  // Where some are left out, what does not hold goes before what was not checked.
  const fails = ({ verdicts }: SubjectReport): boolean => verdicts.some((verdict) => cellsOf(verdict).some(({ state }) => state === "no"));
  const [kept, hidden] = folded([...open.filter(fails), ...open.filter((subject) => !fails(subject))], fold);
  const isKept = new Set(kept);
  const shown = open.filter((subject) => isKept.has(subject));
  const names = Math.max(label.length, ...shown.map(({ name }) => visible(name).length));
  const cell = (verdict: KernelVerdict): Cell => {
    const states = cellsOf(verdict).map(({ state }) => state);
    const short = states.map((state) => (state === "not-checked" ? "?" : state)).join("/");
    return { text: short, state: ORDER.find((state) => states.includes(state))! };
  };
  const widths = kernels.map(({ name }) => Math.max(visible(name).length, 7));
  const lines = shown.map(({ name, verdicts }) => {
    const cells = verdicts.map((verdict, index) => {
      const { text, state } = cell(verdict);
      return `   ${paint(COLORS[state], text)}${" ".repeat(Math.max(0, widths[index]! - text.length))}`;
    });
    return `  ${visible(name).padEnd(names)}${cells.join("")}`.trimEnd();
  });
  const head = `  ${label.padEnd(names)}${kernels.map(({ name }, index) => `   ${visible(name).padEnd(widths[index]!)}`).join("")}`;
  const clean = subjects.length - open.length;
  const rest = clean > 0 ? [`  ${plural(clean, one)} ${holds[clean === 1 ? 0 : 1]} on ${kernels.length === 1 ? "it" : "all"}.`] : [];
  const more = moreLine(hidden, " like these").map((line) => paint("dim", `  ${line}`));
  return [...(lines.length > 0 ? [head.trimEnd(), ...lines, ...more] : []), ...rest].join("\n");
};

/** Subject by kernel: whether it loads as it was built, and whether its source builds anew. Empty where no kernel was asked about. */
export const matrixText = (report: Report, dress: Dress, paint: Paint): string => {
  const [first] = report.subjects;
  if (report.kernels.length === 0 || !first || report.subjects.every(({ verdicts }) => verdicts.length === 0)) return "";
  return report.subjects.length === 1 ? subjectMatrix(first, dress.width, paint) : runMatrix(report, dress, paint);
};
