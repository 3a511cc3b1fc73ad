import type { Finding, Report } from "../../findings/model.ts";
import type { Span, Timeline } from "../../findings/timeline.ts";
import type { Timelines } from "../../findings/timelines.ts";
import type { Level } from "../../shared/vocabulary.ts";
import type { FilterFacts } from "./filter.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { scaleOf, strip, stripHead, stripKey, stripWords } from "./strip.ts";
import { counted, listed } from "./words.ts";

/** Rows that are shown before the rest is folded away. */
const SHOWN = 24;

/** What the report says of a name: who takes it, at which level, and the first finding about it. */
interface About {
  readonly level?: Level;
  readonly subjects: readonly number[];
  readonly finding?: Finding;
}

const aboutNames = ({ subjects, findings }: Report): ReadonlyMap<string, About> => {
  const names = new Map<string, { level?: Level; subjects: number[]; finding?: Finding }>();
  const of = (name: string): { level?: Level; subjects: number[]; finding?: Finding } => {
    const known = names.get(name) ?? { subjects: [] };
    names.set(name, known);
    return known;
  };
  subjects.forEach(({ uses }, index) => {
    for (const { name, kind, level } of uses) {
      if (kind !== "symbol" && kind !== "private") continue;
      const about = of(name);
      about.level ??= level;
      if (about.subjects.at(-1) !== index) about.subjects.push(index);
    }
  });
  for (const finding of findings) {
    if (!finding.interface) continue;
    const about = of(finding.facts["name"] ?? finding.interface.name);
    about.finding ??= finding;
    if (finding.level !== undefined) about.level ??= finding.level;
    const taking = subjects.findIndex((subject) => subject.name === finding.subject);
    if (taking >= 0 && !about.subjects.includes(taking)) about.subjects.push(taking);
  }
  return names;
};

const spans = (all: readonly Span[], words: (value: string) => Piece): readonly Markup[] =>
  all.map(({ from, to, value }, index) => {
    const when =
      all.length === 1
        ? ""
        : index === 0
          ? `to ${to}`
          : index === all.length - 1
            ? `from ${from}`
            : from === to
              ? from
              : `${from} to ${to}`;
    return html`<div>
      ${when !== "" && html`<dt>${when}</dt>`}
      <dd>${words(value)}</dd>
    </div>`;
  });

/** What else is known of a name: its types, how and by whom it was exported where that changed, who uses it in the tree. */
const more = ({ signatures, exports, exporters, definedIn, users, replacement }: Timeline): Piece => {
  const rows = [
    ...spans(signatures, (value) => value),
    ...(exports.length > 1 ? spans(exports, (value) => value) : []),
    ...(exporters.length > 1 ? spans(exporters, (value) => `exported by ${value}`) : []),
  ];
  const lines = [
    ...(definedIn === undefined ? [] : [`defined in ${definedIn}`]),
    ...(users.length > 0 ? [`in-tree users: ${listed(users.map(({ release, files }) => `${counted(files, "file")} in ${release}`))}`] : []),
  ];
  return [
    rows.length > 0 && html`<dl class="evidence">${rows}</dl>`,
    lines.length > 0 && html`<p class="why">${lines.join("; ")}</p>`,
    replacement !== undefined && html`<p><b>Instead</b> ${replacement}</p>`,
  ];
};

const rowsTable = (chosen: readonly Timeline[], timelines: Timelines, about: ReadonlyMap<string, About>, facts: FilterFacts): Markup => {
  const scale = scaleOf(timelines.series);
  const row = (timeline: Timeline): Markup => {
    const { level, subjects = [], finding } = about.get(timeline.name) ?? {};
    const name = html`<code>${timeline.name}</code>`;
    return html`<tr class="it" ${facts.use(level ?? "unknown", subjects)}>
      <th scope="row">${finding ? html`<a href="#f-${finding.fingerprint}">${name}</a>` : name}</th>
      <td>${strip(timeline, timelines.series, scale)}</td>
      <td>
        <details>
          <summary>${stripWords(timeline, timelines.series)}</summary>
          ${more(timeline)}
        </details>
      </td>
    </tr> `;
  };
  return html`<table class="history cards">
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">
          <span class="unseen">Release by release: ${timelines.series.map(({ name }) => name).join(", ")}</span
          >${stripHead(timelines.series, scale)}
        </th>
        <th scope="col">In words</th>
      </tr>
    </thead>
    <tbody>
      ${chosen.map(row)}
    </tbody>
  </table>`;
};

/** What became of the names that matter, release by release. Nothing where no history was asked. */
export const timelines = (report: Report, facts: FilterFacts): Piece => {
  const all = report.timelines;
  if (!all || all.chosen.length === 0) return undefined;
  const about = aboutNames(report);
  const [shown, rest] = [all.chosen.slice(0, SHOWN), all.chosen.slice(SHOWN)];
  const seen = new Set(all.chosen.flatMap(({ series }) => series.flatMap(({ marks }) => marks)));
  const [first, last] = [all.series[0]?.releases[0], all.series.at(-1)?.releases.at(-1)];
  return html`<section aria-labelledby="history" data-list="history">
    <h2 id="history">What became of these names</h2>
    <p class="lead">
      In ${all.source}, ${first} to ${last}, one cell a release: the names with findings, and those that nobody promised and that were not
      always as they are. Of releases between the cells nothing is known.
    </p>
    ${stripKey(seen)} ${rowsTable(shown, all, about, facts)}
    ${
      rest.length > 0 &&
      html`<details class="fold">
        <summary>${counted(rest.length, "more name")}</summary>
        ${rowsTable(rest, all, about, facts)}
      </details>`
    }
    ${all.left > 0 && html`<p class="aside">${counted(all.left, "more name")} changed too: <code>abi-lint explain NAME</code> tells of each.</p>`}
  </section>`;
};
