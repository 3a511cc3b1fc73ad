import type { Report, SubjectReport } from "../../findings/model.ts";
import { groundOf, type Ground } from "../../findings/summary.ts";
import { keysOf, LEVELS } from "../../shared/vocabulary.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { counted, percent } from "./words.ts";

/** What a bar is made of: the levels, from rock to quicksand, and what no promise is asked of. */
interface Part {
  readonly key: string;
  readonly words: string;
  readonly meaning: string;
  readonly count: number;
}

const partsOf = ({ levels, sibling, toolchain }: Ground): readonly Part[] => [
  ...keysOf(LEVELS).map((level) => ({ key: level, words: level, meaning: LEVELS[level], count: levels[level] })),
  { key: "sibling", words: "from sibling modules", meaning: "exported by another module of this run", count: sibling },
  { key: "toolchain", words: "toolchain", meaning: "added by the compiler or the kernel’s build, not by the author", count: toolchain },
];

/** Who kept a promise is worth a line even where nobody did. */
const ALWAYS: ReadonlySet<string> = new Set(["stable", "vendor", "internal"]);

/** No part is drawn narrower than this share of the bar, so that one use of 500 is still seen. */
const LEAST = 0.8;

const bar = (parts: readonly Part[], total: number, name: string): Markup => {
  const drawn = parts.filter(({ count }) => count > 0);
  const wide = drawn.map(({ count }) => Math.max(LEAST, (100 * count) / Math.max(total, 1)));
  const scale =
    100 /
    Math.max(
      1,
      wide.reduce((sum, each) => sum + each, 0),
    );
  let x = 0;
  const rects = drawn.map(({ key, words, count }, index) => {
    const width = wide[index]! * scale;
    const at = x;
    x += width;
    return html`<rect class="l-${key}" x="${at.toFixed(2)}%" width="${width.toFixed(2)}%" height="100%"
      ><title>${count} ${words}</title></rect
    >`;
  });
  const text = `${name}: ${drawn.map(({ count, words }) => `${count} ${words}`).join(", ")}`;
  return html`<svg class="bar" role="img" aria-label="${text}">
    <title>${text}</title>
    ${rects}
  </svg>`;
};

const swatch = (key: string): Markup =>
  html`<svg class="swatch" aria-hidden="true"><rect class="l-${key}" width="100%" height="100%" /></svg>`;

const lists = ({ lists: scores = [] }: SubjectReport): Piece =>
  scores.length > 0 &&
  html`<p>
    On the vendors’ lists:
    ${scores.map(
      ({ list, listed, of }, index) =>
        html`${index > 0 && ", "}<code>${list}</code> ${listed} of ${counted(of, "symbol")} (${percent(listed, of)})`,
    )}.
  </p>`;

const ofOne = (subject: SubjectReport): Markup => {
  const ground = groundOf(subject.uses);
  const parts = partsOf(ground);
  return html`${bar(parts, ground.total, subject.name)}
    <ul class="parts">
      ${parts
        .filter(({ key, count }) => count > 0 || ALWAYS.has(key))
        .map(
          ({ key, words, meaning, count }) =>
            html`<li>
              ${swatch(key)}<span class="n">${count}</span><span class="pc">${percent(count, ground.total)}</span
              ><span><b>${words}</b> <span class="why">${meaning}</span></span>
            </li>`,
        )}
    </ul>
    ${lists(subject)}`;
};

/** Subjects of a run of many whose bars are shown. */
const SHOWN = 40;

const row = (subject: SubjectReport, report: Report): Markup => {
  const ground = groundOf(subject.uses);
  const parts = partsOf(ground).filter(({ count }) => count > 0);
  return html`<li class="it" data-only data-s=" ${report.subjects.indexOf(subject)} ">
    <span class="who"><bdi>${subject.name}</bdi></span
    >${bar(parts, ground.total, subject.name)}<span class="why"
      >${counted(ground.total, "use")}: ${parts.map(({ words, count }) => `${count} ${words}`).join(", ")}</span
    >${lists(subject)}
  </li> `;
};

const ofMany = (report: Report): Markup => {
  const { subjects } = report;
  const all = partsOf(groundOf(subjects.flatMap(({ uses }) => uses))).filter(({ key, count }) => count > 0 || ALWAYS.has(key));
  const rest = subjects.slice(SHOWN, 2000);
  return html`<ul class="key">
      ${all.map(
        ({ key, words, meaning }) =>
          html`<li>
            ${swatch(key)}<span><b>${words}</b> <span class="why">${meaning}</span></span>
          </li>`,
      )}
    </ul>
    <ul class="bars">
      ${subjects.slice(0, SHOWN).map((subject) => row(subject, report))}
    </ul>
    ${
      rest.length > 0 &&
      html`<details class="fold">
        <summary>${rest.length} more</summary>
        <ul class="bars">
          ${rest.map((subject) => row(subject, report))}
        </ul>
      </details>`
    }`;
};

/** Who promised what the subjects take: a bar for each, with its figures. */
export const ground = (report: Report): Piece =>
  report.subjects.length > 0 &&
  html`<section aria-labelledby="ground">
    <h2 id="ground">What ${report.subjects.length === 1 ? "it stands" : "they stand"} on</h2>
    ${report.subjects.length === 1 ? ofOne(report.subjects[0]!) : ofMany(report)}
  </section>`;
