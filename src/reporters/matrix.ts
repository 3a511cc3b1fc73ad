import type { Base, KernelVerdict, LoadVerdict, RebuildVerdict, Report, SubjectReport } from "../findings/model.ts";
import { visible } from "../shared/visible.ts";
import type { Gap } from "../shared/vocabulary.ts";
import { plural, type Paint } from "./paint.ts";

/** Subjects of a run of many that are listed one by one. */
const MAX_SUBJECTS = 40;

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

const rebuildText = ({ state, gone, changed, licence, namespaces, unclear, gaps }: RebuildVerdict): string => {
  const against = counted([
    [gone, "gone", "gone"],
    [changed, "changed", "changed"],
    [licence, "GPL-only", "GPL-only"],
    [namespaces, "namespace"],
  ]);
  const open = unclear > 0 ? (state === "yes" ? ` (${unclear} unclear)` : `, ${unclear} unclear`) : "";
  return wordsOf(state, against, gaps) + open;
};

const COLORS = { yes: "green", no: "red", "not-checked": "yellow" } as const;

type Cell = { readonly text: string; readonly state: LoadVerdict["state"] };
const cellsOf = ({ load, rebuild }: KernelVerdict): readonly [Cell, Cell] => [
  { text: loadText(load), state: load.state },
  { text: rebuildText(rebuild), state: rebuild.state },
];

const ROWS = ["loads as built", "rebuilds (exports)"] as const;

const baseText = ({ kernel, because }: Base): string =>
  ({
    built: `What changed is told from ${visible(kernel)}, on which it was built.`,
    nearest: `What changed is told from ${visible(kernel)}, the nearest known to the kernel it was built on.`,
    first: `What changed is told from ${visible(kernel)}: on which kernel it was built is not known.`,
  })[because];

/** One subject: kernels side by side where they fit, else one below the other. */
const subjectMatrix = ({ verdicts, base }: SubjectReport, width: number, paint: Paint): string => {
  const columns = verdicts.map((verdict) => ({ name: visible(verdict.kernel), cells: cellsOf(verdict) }));
  const widthOf = ({ name, cells }: (typeof columns)[number]): number => Math.max(name.length, ...cells.map(({ text }) => text.length));
  const label = Math.max(...ROWS.map((row) => row.length));
  const note = base === undefined || verdicts.every(({ kernel }) => kernel === base.kernel) ? "" : `  ${baseText(base)}`;
  const total = columns.reduce((sum, column) => sum + 3 + widthOf(column), 2 + label);
  const pad = (cell: Cell, size: number): string => paint(COLORS[cell.state], cell.text) + " ".repeat(Math.max(0, size - cell.text.length));
  const lines: string[] =
    total <= width
      ? [
          `  ${" ".repeat(label)}${columns.map((column) => `   ${column.name.padEnd(widthOf(column))}`).join("")}`.trimEnd(),
          ...ROWS.map((row, index) =>
            `  ${row.padEnd(label)}${columns.map((column) => `   ${pad(column.cells[index]!, widthOf(column))}`).join("")}`.trimEnd(),
          ),
        ]
      : transposed(columns, pad);
  return [...lines, ...(note === "" ? [] : [paint("dim", note)])].join("\n");
};

const transposed = (
  columns: readonly { readonly name: string; readonly cells: readonly [Cell, Cell] }[],
  pad: (cell: Cell, size: number) => string,
): string[] => {
  const names = Math.max(...columns.map(({ name }) => name.length));
  const loads = Math.max(ROWS[0].length, ...columns.map(({ cells }) => cells[0].text.length));
  return [
    `  ${" ".repeat(names)}   ${ROWS[0].padEnd(loads)}   ${ROWS[1]}`,
    ...columns.map(({ name, cells: [load, rebuild] }) => `  ${name.padEnd(names)}   ${pad(load, loads)}   ${pad(rebuild, 0)}`.trimEnd()),
  ];
};

const isClean = ({ load, rebuild }: KernelVerdict): boolean => load.state === "yes" && rebuild.state === "yes";

/** The worst first. */
const ORDER = ["no", "not-checked", "yes"] as const satisfies readonly LoadVerdict["state"][];

const RUN_LABEL = "loads/rebuilds";

/** Many subjects: one line each, for those that do not load and build everywhere. */
const runMatrix = ({ subjects, kernels }: Report, paint: Paint): string => {
  const open = subjects.filter(({ verdicts }) => !verdicts.every(isClean));
  const shown = open.slice(0, MAX_SUBJECTS);
  const names = Math.max(RUN_LABEL.length, ...shown.map(({ name }) => visible(name).length));
  const cell = ({ load, rebuild }: KernelVerdict): Cell => {
    const short = (state: LoadVerdict["state"]): string => (state === "not-checked" ? "?" : state);
    return {
      text: `${short(load.state)}/${short(rebuild.state)}`,
      state: ORDER.find((state) => load.state === state || rebuild.state === state)!,
    };
  };
  const widths = kernels.map(({ name }) => Math.max(visible(name).length, 7));
  const lines = shown.map(({ name, verdicts }) => {
    const cells = verdicts.map((verdict, index) => {
      const { text, state } = cell(verdict);
      return `   ${paint(COLORS[state], text)}${" ".repeat(Math.max(0, widths[index]! - text.length))}`;
    });
    return `  ${visible(name).padEnd(names)}${cells.join("")}`.trimEnd();
  });
  const head = `  ${RUN_LABEL.padEnd(names)}${kernels.map(({ name }, index) => `   ${visible(name).padEnd(widths[index]!)}`).join("")}`;
  const clean = subjects.length - open.length;
  const rest = [
    ...(open.length > shown.length ? [`${open.length - shown.length} more like these`] : []),
    ...(clean > 0 ? [`${plural(clean, "module")} load and rebuild on ${kernels.length === 1 ? "it" : "all"}`] : []),
  ];
  return [...(lines.length > 0 ? [head.trimEnd(), ...lines] : []), ...(rest.length > 0 ? [`  ${rest.join("; ")}.`] : [])].join("\n");
};

/** Subject by kernel: whether it loads as it was built, and whether its source builds anew. Empty where no kernel was asked about. */
export const matrixText = (report: Report, width: number, paint: Paint): string => {
  const [first] = report.subjects;
  if (report.kernels.length === 0 || !first) return "";
  return report.subjects.length === 1 ? subjectMatrix(first, width, paint) : runMatrix(report, paint);
};
