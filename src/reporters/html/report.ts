import type { KernelReport, Report } from "../../findings/model.ts";
import type { Reporter } from "../reporter.ts";
import { churn } from "./churn.ts";
import { excused } from "./excused.ts";
import { filter, filterFactsOf } from "./filter.ts";
import { findings } from "./findings.ts";
import { ground } from "./ground.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { markShapes } from "./marks.ts";
import { matrix } from "./matrix.ts";
import { notChecked } from "./not-checked.ts";
import { page } from "./page.ts";
import { timelines } from "./timelines.ts";
import { uses } from "./uses.ts";
import { verdict } from "./verdict.ts";
import { counted, listed, short } from "./words.ts";

/** A part of the page: its heading's id, what the contents call it, and itself, if there is anything in it. */
interface Part {
  readonly id: string;
  readonly title: string;
  readonly body: Piece;
}

const titleOf = ({ subjects }: Report): string =>
  subjects.length === 1 ? short(subjects[0]!.name, 56) : counted(subjects.length, "subject");

const eyebrow = ({ subjects, kernels }: Report): Markup => {
  const [first] = subjects;
  const what =
    subjects.length === 1 && first ? html`<bdi>${first.name}</bdi> <code>${first.path}</code>` : counted(subjects.length, "subject");
  return html`<p class="eyebrow"><b>abi-lint</b> ${what}${kernels.length > 0 && ` against ${listed(kernels.map(({ name }) => name))}`}</p>`;
};

const contents = (parts: readonly Part[]): Markup =>
  html`<nav aria-label="Contents">
    <ul>
      ${parts.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
  </nav>`;

const known = ({ exports, hasCrcs, types }: KernelReport): string =>
  [
    ...(exports > 0 || types === undefined ? [`${counted(exports, "export")}${hasCrcs ? "" : ", no CRCs"}`] : []),
    ...(types === undefined ? [] : [`${counted(types, "type")} of BTF`]),
  ].join(", ");

/** Where the facts come from. */
const origins = ({ kernels }: Report): Piece =>
  kernels.length > 0 &&
  html`<h2>The kernels</h2>
    <ul class="plain">
      ${kernels.map((kernel) => html`<li><b>${kernel.name}</b> ${known(kernel)} <span class="why">${kernel.source}</span></li>`)}
    </ul>`;

/** For people, in a browser or on paper: one file that needs nothing else. The verdict first, then what it rests on, then all that was found. */
export const htmlReport: Reporter = (report, { version }) => {
  const facts = filterFactsOf(report);
  const isThere = ({ body }: Part): boolean => body !== undefined && body !== false;
  const first = [
    { id: "kernels", title: "Kernel by kernel", body: matrix(report) },
    { id: "ground", title: "Ground", body: ground(report) },
    { id: "not-checked", title: "Not checked", body: notChecked(report) },
  ].filter(isThere);
  const lists = [
    { id: "findings", title: "Findings", body: findings(report, facts) },
    { id: "excused", title: "Agreed exceptions", body: excused(report, facts) },
    { id: "history", title: "History", body: timelines(report, facts) },
    { id: "churn", title: "Churn", body: churn(report) },
    { id: "uses", title: "Everything taken", body: uses(report, facts) },
  ].filter(isThere);
  return page(
    `abi-lint: ${titleOf(report)}`,
    html`${markShapes}
      <header>${eyebrow(report)} ${verdict(report)} ${contents([...first, ...lists])}</header>
      <main>
        ${first.map(({ body }) => body)}
        <div class="lists">${filter(report)} ${lists.map(({ body }) => body)}</div>
      </main>
      <footer>
        ${origins(report)}
        <p class="why">
          Made by abi-lint${version !== undefined && ` ${version}`} from these inputs alone: the same inputs give the same page.
          <code>--format json</code> has all of it for programs, <code>abi-lint explain NAME</code> more about one name.
        </p>
      </footer>`,
  );
};
