import type { DeclaredMark, DeclaredSpan, DeclaredTimeline, ListChange } from "../findings/declared.ts";
import { visible } from "../shared/visible.ts";
import { folded, moreLine } from "./fold.ts";
import { painter } from "./paint.ts";
import type { Dress } from "./reporter.ts";

const MARKS = {
  "as-first": ["●", "declared"],
  changed: ["◐", "declared otherwise than at first"],
  absent: ["○", "absent"],
  unread: ["·", "its headers are not known"],
} as const satisfies Record<DeclaredMark, readonly [string, string]>;

const WORDS = { gone: "gone", come: "new", changed: "changed" } as const satisfies Record<keyof ListChange, string>;

const WIDTH = Math.max(...Object.values(WORDS).map((word) => word.length)) + 2;

/** What of a list a terminal shows. */
const MOST = 12;

const changeLines = (change: ListChange | undefined, dress: Dress): readonly string[] =>
  (Object.keys(WORDS) as (keyof ListChange)[]).flatMap((which) => {
    const [shown, hidden] = folded(change?.[which] ?? [], dress.fold, MOST);
    return [...shown, ...moreLine(hidden)].map((each, index) => `${(index === 0 ? WORDS[which] : "").padEnd(WIDTH)}${each}`);
  });

/** When it was so, by the first and the last release that was read. */
const timeOf = ({ from, to }: DeclaredSpan, index: number, count: number): string =>
  count === 1 ? "" : index === 0 ? `to ${to}` : index === count - 1 ? `from ${from}` : from === to ? from : `${from} to ${to}`;

/** What the headers of each release say of one thing, for people: presence at a glance, then each form and when it was the one. */
export const declaredText = ({ name, series, spans, replacement }: DeclaredTimeline, dress: Dress): string => {
  const seen = new Set(series.flatMap(({ marks }) => marks));
  const legend = (Object.keys(MARKS) as DeclaredMark[]).filter((mark) => seen.has(mark)).map((mark) => MARKS[mark].join(" "));
  const strip = series.map((each) => `${each.name} ${each.marks.map((mark) => MARKS[mark][0]).join("")}`).join("  ");
  const times = spans.map((span, index) => timeOf(span, index, spans.length));
  const width = Math.max(...times.map((time) => time.length));
  const rows = spans.flatMap(({ text, change }, index) =>
    [text, ...changeLines(change, dress)].map(
      (line, at) => `${(at === 0 ? times[index]! : "").padEnd(width)}${width > 0 ? "  " : ""}${line}`,
    ),
  );
  const lines = [`${strip}    ${legend.join("  ")}`, ...rows, ...(replacement === undefined ? [] : [`instead: ${replacement}`])];
  return `${[painter(dress.color)("bold", visible(name)), ...lines.map((line) => `  ${visible(line)}`)].join("\n")}\n`;
};
