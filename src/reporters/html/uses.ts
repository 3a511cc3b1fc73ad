import type { Report, UseRow } from "../../findings/model.ts";
import { GUARDS, keysOf, LEVELS, SIGHTINGS } from "../../shared/vocabulary.ts";
import type { FilterFacts } from "./filter.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { counted, grouped } from "./words.ts";

/** Interfaces beyond these are counted: those that most subjects take come first. */
const MOST = 6000;

/** Subjects that are named behind an interface that many take. */
const NAMED = 6;

interface Taken {
  readonly row: UseRow;
  /** Numbers of the subjects that take it, each once. */
  readonly by: number[];
}

const LEVEL_ORDER: readonly string[] = keysOf(LEVELS);

/** What is the same of the same name is one row, whoever takes it. */
const takenBy = ({ subjects }: Report): readonly Taken[] => {
  const rows = new Map<string, Taken>();
  subjects.forEach(({ uses }, index) => {
    for (const row of uses) {
      const key = JSON.stringify([
        row.kind,
        row.name,
        row.level,
        row.origin,
        row.weak,
        row.sibling,
        row.seen,
        row.how,
        row.guarded,
        row.count,
        row.since,
      ]);
      const taken = rows.get(key) ?? { row, by: [] };
      rows.set(key, taken);
      if (taken.by.at(-1) !== index) taken.by.push(index);
    }
  });
  const rank = ({ row }: Taken): number => LEVEL_ORDER.indexOf(row.level);
  return [...rows.values()].sort((a, b) => rank(b) - rank(a) || (a.row.name < b.row.name ? -1 : a.row.name > b.row.name ? 1 : 0));
};

const offer = ({ kind, exportType, namespace, how }: UseRow): Piece => [
  kind === "symbol" ? (exportType ?? "") : kind,
  how !== undefined && ` (${how})`,
  namespace !== undefined && html` <span class="why">in ${namespace}</span>`,
];

const remarks = ({ weak, origin, seen, guarded, count, since, lists }: UseRow): readonly string[] => [
  ...(weak ? ["weak"] : []),
  ...(origin === "toolchain" ? ["added by the toolchain"] : []),
  ...(seen ? [SIGHTINGS[seen]] : []),
  ...(guarded ? [GUARDS[guarded]] : []),
  ...(count === undefined ? [] : [`seen ${grouped(count)} times`]),
  ...(since === undefined ? [] : [`since Linux ${since}`]),
  ...(lists && lists.length > 0 ? [`on ${lists.join(", ")}`] : []),
];

const rowOf = ({ row, by }: Taken, { subjects }: Report, facts: FilterFacts): Markup => {
  const names = by.slice(0, NAMED).map((index) => subjects[index]!.name);
  const more = by.length > NAMED ? ` and ${by.length - NAMED} more` : "";
  return html`<tr class="it" ${facts.use(row.level, by)}>
    <th scope="row"><code>${row.name}</code></th>
    <td><span class="level ${row.level}">${row.level}</span></td>
    <td>${offer(row)}</td>
    <td>${row.sibling ?? row.exporter}</td>
    ${subjects.length > 1 && html`<td>${names.join(", ")}${more}</td>`}
    <td>${remarks(row).join("; ")}</td>
  </tr> `;
};

/** Every use, findings or not. */
export const uses = (report: Report, facts: FilterFacts): Piece => {
  const all = takenBy(report);
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST);
  const isMany = report.subjects.length > 1;
  return html`<section aria-labelledby="uses" data-list="${isMany ? "interface" : "use"}">
    <h2 id="uses">Everything taken from the kernel</h2>
    <details class="fold">
      <summary>${counted(all.length, isMany ? "interface" : "use")}</summary>
      <table class="uses cards">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Level</th>
            <th scope="col">Offered as</th>
            <th scope="col">By</th>
            ${isMany && html`<th scope="col">Taken by</th>`}
            <th scope="col">Remarks</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map((taken) => rowOf(taken, report, facts))}
        </tbody>
      </table>
      ${all.length > shown.length && html`<p class="aside">${grouped(all.length - shown.length)} more are in the JSON report alone.</p>`}
    </details>
  </section>`;
};
