import type { Mark, Timeline } from "../../findings/timeline.ts";
import type { Timelines } from "../../findings/timelines.ts";
import { html, raw, type Markup } from "./markup.ts";

// A line of cells, one for each release. The height of a cell says how much of the name is there, a hatching that its type changed: no colour is needed to read it.

/** In the order of their heights. */
export const MARKS = {
  "as-first": "exported",
  changed: "exported, with another type",
  header: "an inline or a macro of the headers",
  unexported: "declared, not exported",
  absent: "absent",
} as const satisfies Record<Mark, string>;

const HEIGHT = 14;
const GAP = 6;
/** A series is never narrower than its name. */
const NARROWEST = 22;

type Series = Timelines["series"];

/** Where the series stand, in pixels from the left. */
interface Scale {
  readonly cell: number;
  readonly starts: readonly number[];
  readonly width: number;
}

export const scaleOf = (series: Series): Scale => {
  const count = series.reduce((sum, { releases }) => sum + releases.length, 0);
  const cell = Math.max(3, Math.min(9, Math.floor(260 / Math.max(count, 1))));
  const starts: number[] = [];
  let x = 0;
  for (const { releases } of series) {
    starts.push(x);
    x += Math.max(NARROWEST, releases.length * cell) + GAP;
  }
  return { cell, starts, width: Math.max(x - GAP, 1) };
};

/** Runs of the same value: where each begins, and behind its end. */
const runsOf = (marks: readonly Mark[]): readonly { readonly mark: Mark; readonly from: number; readonly to: number }[] => {
  const runs: { mark: Mark; from: number; to: number }[] = [];
  marks.forEach((mark, index) => {
    const last = runs.at(-1);
    if (last?.mark === mark) last.to = index;
    else runs.push({ mark, from: index, to: index });
  });
  return runs;
};

/** The cells of one name. The words beside it say the same. */
export const strip = (timeline: Timeline, series: Series, { cell, starts, width }: Scale): Markup => {
  const lines = timeline.series.flatMap(({ marks }, index) =>
    runsOf(marks).map(({ mark, from, to }) => {
      const [first, last] = [series[index]?.releases[from] ?? "", series[index]?.releases[to] ?? ""];
      const when = first === last ? first : `${first} to ${last}`;
      const path = `M${(starts[index] ?? 0) + from * cell} ${HEIGHT / 2}h${(to - from + 1) * cell - 1}`;
      return html`<path class="k-${mark}" d="${path}"><title>${when}: ${MARKS[mark]}</title></path>`;
    }),
  );
  return html`<svg class="strip c${cell}" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" aria-hidden="true">
    ${lines}
  </svg>`;
};

/** The names of the series above the cells. */
export const stripHead = (series: Series, { starts, width }: Scale): Markup =>
  html`<svg class="strip" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" aria-hidden="true">
    ${series.map(({ name }, index) => html`<text x="${starts[index]!}" y="11">${name}</text>`)}
  </svg>`;

/** What the cells mean, and the hatching that they are filled with. */
export const stripKey = (seen: ReadonlySet<Mark>): Markup =>
  html`<svg class="defs" aria-hidden="true">
      <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="under" width="4" height="4" />
        <rect class="over" width="2" height="4" />
      </pattern>
    </svg>
    <ul class="key">
      ${(Object.keys(MARKS) as Mark[])
        .filter((mark) => seen.has(mark))
        .map(
          (mark) =>
            html`<li>
              <svg class="strip c9" width="26" height="${HEIGHT}" aria-hidden="true">
                ${raw(`<path class="k-${mark}" d="M0 ${HEIGHT / 2}h26"/>`)}</svg
              >${MARKS[mark]}
            </li>`,
        )}
    </ul>`;

/** The same in words: `exported to 6.1.0-56, absent from 6.12.94`. */
export const stripWords = (timeline: Timeline, series: Series): string => {
  const releases = series.flatMap((each) => each.releases);
  const runs = runsOf(timeline.series.flatMap(({ marks }) => marks));
  const at = (index: number): string => releases[index] ?? "?";
  if (runs.length === 1) return `${MARKS[runs[0]!.mark]} throughout`;
  return runs
    .map(({ mark, from, to }, index) => {
      if (index === 0) return `${MARKS[mark]} to ${at(to)}`;
      if (index === runs.length - 1) return `${MARKS[mark]} from ${at(from)}`;
      return `${MARKS[mark]} ${from === to ? `in ${at(from)}` : `${at(from)} to ${at(to)}`}`;
    })
    .join("; ");
};
