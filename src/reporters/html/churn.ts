import type { Report, SubjectReport } from "../../findings/model.ts";
import type { Rate } from "../../findings/timeline.ts";
import type { FolderChurn } from "../../findings/timelines.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { counted, listed, percent } from "./words.ts";

/** Folders and subjects that are shown before the rest is folded away. */
const SHOWN = 12;

/** A share as wide as the bar goes: more is drawn as this much. */
const FULL = 30;

const outlookSentence = ({ name, outlook }: SubjectReport): Piece =>
  outlook &&
  html`<p>
    Had the ${counted(outlook.counted, "export")} that <bdi>${name}</bdi> takes broken as often as others with as many in-tree users did, it
    would have lost ${listed(outlook.steps.map(({ from, to, expected }) => `${expected.toFixed(1)} from ${from} to ${to}`))}. A count for
    all of them together: of a single one it says nothing.
  </p>`;

/** Subjects beyond these are left out. */
const MOST = 2000;

const lossTable = (subjects: readonly SubjectReport[]): Markup =>
  html`<div class="scroll" role="group" aria-label="Losses at past rates" tabindex="0">
    <table class="rates cards">
      <thead>
        <tr>
          <th scope="col">Subject</th>
          <th scope="col">Exports taken</th>
          ${subjects[0]!.outlook!.steps.map(({ from, to }) => html`<th scope="col">${from} to ${to}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${subjects.map(
          ({ name, outlook }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td data-is="Exports taken">${outlook!.counted}</td>
              ${outlook!.steps.map(({ from, to, expected }) => html`<td data-is="${from} to ${to}">${expected.toFixed(1)}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;

const outlookTable = (subjects: readonly SubjectReport[]): Piece =>
  html`<p>
      How many of the exports that each takes would have been lost, had they broken as often as others with as many in-tree users did. A
      count for all of them together: of a single one it says nothing.
    </p>
    ${lossTable(subjects.slice(0, SHOWN))}
    ${
      subjects.length > SHOWN &&
      html`<details class="fold">
        <summary>${counted(subjects.length - SHOWN, "more subject")}</summary>
        ${lossTable(subjects.slice(SHOWN, MOST))}
      </details>`
    }`;

const rate = (all: Rate, own: Rate): Markup => {
  const step = `${all.from} to ${all.to}`;
  if (all.count === 0) return html`<td data-is="${step}"><span class="why">none was there</span></td>`;
  const width = Math.min(100, (100 * ((100 * all.broke) / all.count)) / FULL).toFixed(1);
  return html`<td data-is="${step}">
    <svg class="rate" aria-hidden="true">
      <rect width="100%" height="100%" />
      <rect class="of" width="${width}%" height="100%" /></svg
    ><b>${percent(all.broke, all.count)}</b>
    <span class="why">${all.broke} of ${all.count}; of those taken ${own.broke} of ${own.count}</span>
  </td>`;
};

const folderTable = (folders: readonly FolderChurn[]): Markup =>
  html`<div class="scroll" role="group" aria-label="Folders of the kernel" tabindex="0">
    <table class="rates cards">
      <thead>
        <tr>
          <th scope="col">Folder</th>
          <th scope="col">Taken</th>
          ${folders[0]!.all.map(({ from, to }) => html`<th scope="col">${from} to ${to}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${folders.map(
          ({ folder, taken, all, own }) =>
            html`<tr>
              <th scope="row"><code>${folder}</code></th>
              <td data-is="Taken">${taken}</td>
              ${all.map((each, index) => rate(each, own[index]!))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;

/** How fast the ground moves: what past steps would have cost each subject, and how many exports of the folders that it takes from broke in them. */
export const churn = (report: Report): Piece => {
  const subjects = report.subjects.filter(({ outlook }) => outlook !== undefined);
  const folders = report.timelines?.folders ?? [];
  if (subjects.length === 0 && folders.length === 0) return undefined;
  const [shown, rest] = [folders.slice(0, SHOWN), folders.slice(SHOWN)];
  return html`<section aria-labelledby="churn">
    <h2 id="churn">How fast this ground moves</h2>
    ${subjects.length === 1 ? outlookSentence(subjects[0]!) : subjects.length > 1 && outlookTable(subjects)}
    ${
      shown.length > 0 &&
      html`<p>
          By the folder of the kernel that defines what is taken: how many of all its exports went, without an inline or a macro in their
          place, or changed their type. The bars end at ${FULL} %.
        </p>
        ${folderTable(shown)}${
          rest.length > 0 &&
          html`<details class="fold">
            <summary>${counted(rest.length, "more folder")}</summary>
            ${folderTable(rest)}
          </details>`
        }`
    }
  </section>`;
};
