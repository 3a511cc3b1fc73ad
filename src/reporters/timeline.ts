import type { Mark, Span, Timeline } from "../findings/timeline.ts";
import { intervalOf } from "../shared/interval.ts";
import { visible } from "../shared/visible.ts";
import { plural } from "./paint.ts";

const MARKS = {
  "as-first": ["●", "exported"],
  changed: ["◐", "exported, its type changed"],
  header: ["◇", "an inline or a macro of the headers"],
  unexported: ["◌", "declared, not exported"],
  absent: ["○", "absent"],
} as const satisfies Record<Mark, readonly [string, string]>;

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

const interval = (part: number, whole: number): string =>
  `[${intervalOf(part, whole)
    .map((share) => (100 * share).toFixed(1))
    .join(" to ")}]`;

/** Runs of a fact: until when it was the one, from when on the other. */
const spanLines = (spans: readonly Span[], ofAll: boolean): readonly (readonly [string, string])[] =>
  spans.length === 1 && ofAll
    ? [["", spans[0]!.value]]
    : spans.map(({ from, to, value }, index): readonly [string, string] => [
        index === 0 ? `to ${to}` : index === spans.length - 1 ? `from ${from}` : from === to ? from : `${from} to ${to}`,
        value,
      ]);

/** What happened to a name, in a few lines: presence at a glance, then what changed, then who uses it in the tree. */
export const timelineLines = (timeline: Timeline): readonly string[] => {
  const { series, signatures, exports, exporters, headers, definedIn, users, rates, replacement } = timeline;
  const seen = new Set(series.flatMap(({ marks }) => marks));
  const legend = (Object.keys(MARKS) as Mark[]).filter((mark) => seen.has(mark)).map((mark) => MARKS[mark].join(" "));
  const strip = series.map(({ name, marks }) => `${name} ${marks.map((mark) => MARKS[mark][0]).join("")}`).join("  ");
  const isExported = exports.length > 0;
  const rows = [
    ...spanLines(signatures, true),
    ...(exports.length > 1 ? spanLines(exports, false) : []),
    ...(exporters.length > 1 ? spanLines(exporters, false).map(([when, who]) => [when, `exported by ${who}`] as const) : []),
    ...(headers.length > 1 || !isExported ? spanLines(headers, true) : []),
  ];
  const width = Math.max(0, ...rows.map(([when]) => when.length));
  const home = [exporters.at(-1)?.value, definedIn, isExported ? headers.at(-1)?.value.replace(/^\w+, /, "") : undefined];
  const counts = users.map(({ release, files }) => `${plural(files, "file")} in ${release}`);
  const past = rates.map(({ from, to, count, broke }) => `${percent(broke, count)} ${interval(broke, count)} from ${from} to ${to}`);
  return [
    `${strip}    ${legend.join("  ")}`,
    ...rows.map(([when, what]) => (width > 0 ? `${when.padEnd(width)}  ${what}` : what)),
    ...(isExported ? [`exported by ${home.filter((each) => each !== undefined).join(", ")}`] : []),
    ...(counts.length > 0 ? [`in-tree users: ${counts.join(", ")}`] : []),
    ...(past.length > 0 ? [`of exports with about as many, ${past.join(", ")} were gone for sources or changed their type`] : []),
    ...(replacement === undefined ? [] : [`instead: ${replacement}`]),
  ].map(visible);
};
