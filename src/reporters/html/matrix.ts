import type { Base, Report, SubjectReport } from "../../findings/model.ts";
import { GAPS, type SubjectKind } from "../../shared/vocabulary.ts";
import { standingOf, worstOf, type Answer, type Standing, type State } from "./answers.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { mark } from "./marks.ts";
import { grouped } from "./words.ts";

/** Rows of a run of many that are shown at once; the others are folded away, and from the last on only counted. */
const SHOWN = 60;
const MOST = 2000;

const ANSWERS = { yes: "yes", no: "no", "not-checked": "not checked" } as const;

const because = ({ because: reasons, gaps, state }: Answer): Piece => {
  // Beside what stands against it, what could not be looked at is no reason.
  const open = state === "no" ? [] : gaps;
  const why = [...reasons, ...open.filter((gap) => gap !== "rebuild-unclear").map((gap) => GAPS[gap])];
  return why.length > 0 && html` <span class="why">${why.join(", ")}</span>`;
};

const answer = (each: Answer): Markup =>
  html`<b class="${each.state}">${(each.state === "yes" && each.yes) || ANSWERS[each.state]}</b>${because(each)}`;

const standing = ({ state, words }: Standing): Markup => html`<span class="standing ${state}">${mark(state)}${words}</span>`;

const baseText = ({ kernel, because: why }: Base, kind: SubjectKind): Markup => {
  if (kind === "bpf-object") return html`Functions and tracepoints are told from ${kernel}, fields from what the object was compiled with.`;
  return {
    built: html`What changed is told from ${kernel}, on which it was built.`,
    nearest: html`What changed is told from ${kernel}, the nearest known to the kernel it was built on.`,
    first: html`What changed is told from ${kernel}: on which kernel it was built is not known.`,
    named: html`What changed is told from ${kernel}, on which it is said to build.`,
    silent: html`What changed is told from ${kernel}, the newest known on which nothing of it is found to break.`,
  }[why];
};

/** One subject: a row for each kernel, its questions apart. */
const ofOne = ({ verdicts, base, kind }: SubjectReport): Markup => {
  const standings = verdicts.map(standingOf);
  const questions = standings[0]?.answers ?? [];
  return html`<div class="scroll" role="group" aria-label="Kernel by kernel" tabindex="0">
      <table class="matrix cards">
        <thead>
          <tr>
            <th scope="col">Kernel</th>
            <th scope="col">Verdict</th>
            ${questions.map(({ question }) => html`<th scope="col">${question}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${standings.map(
            (each) =>
              html`<tr>
                <th scope="row">${each.kernel}</th>
                <td>${standing(each)}</td>
                ${each.answers.map((one) => html`<td data-is="${one.question}">${answer(one)}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${base && html`<p class="aside">${baseText(base, kind)}</p>`}`;
};

/** Where every answer is yes and nothing is to be added, the verdict says it all. */
const isPlain = ({ answers }: Standing): boolean => answers.every(({ state, because: reasons }) => state === "yes" && reasons.length === 0);

const cell = (each: Standing): Markup =>
  html`<td data-is="${each.kernel}">
    ${standing(each)}${
      !isPlain(each) &&
      html`<ul>
        ${each.answers.map((one) => html`<li>${one.question}: ${answer(one)}</li>`)}
      </ul>`
    }
  </td>`;

/** How many subjects of the run hold on a kernel. */
const summary = (kernel: number, { subjects }: Report): string => {
  const states = subjects.flatMap(({ verdicts }) => (verdicts[kernel] ? [standingOf(verdicts[kernel]).state] : []));
  const count = (state: State): number => states.filter((each) => each === state).length;
  const parts = [
    [count("yes"), count("yes") === 1 ? "holds" : "hold"],
    [count("no"), count("no") === 1 ? "does not" : "do not"],
    [count("not-checked"), "not checked"],
  ] as const;
  return parts.flatMap(([number, words]) => (number > 0 ? [`${grouped(number)} ${words}`] : [])).join(", ");
};

const manyTable = (subjects: readonly SubjectReport[], report: Report): Markup =>
  html`<div class="scroll" role="group" aria-label="Each subject on each kernel" tabindex="0">
    <table class="matrix many cards">
      <thead>
        <tr>
          <th scope="col">Subject</th>
          ${report.kernels.map(({ name }, index) => html`<th scope="col"><b>${name}</b> ${summary(index, report)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${subjects.map(
          (subject) =>
            html`<tr class="it" data-only data-s=" ${report.subjects.indexOf(subject)} ">
              <th scope="row">${subject.name}</th>
              ${subject.verdicts.map((each) => cell(standingOf(each)))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;

const ofMany = (report: Report): Markup => {
  const asked = report.subjects.filter(({ verdicts }) => verdicts.length > 0).slice(0, MOST);
  const left = report.subjects.filter(({ verdicts }) => verdicts.length > 0).length - asked.length;
  const open = asked.filter((subject) => worstOf(subject) !== "yes");
  const shown = open.length + Math.min(asked.length - open.length, 12) <= SHOWN && asked.length <= SHOWN ? asked : open.slice(0, SHOWN);
  const rest = asked.filter((subject) => !shown.includes(subject));
  return html`${shown.length > 0 && manyTable(shown, report)}
  ${
    rest.length > 0 &&
    html`<details class="fold">
      <summary>${grouped(rest.length)} ${open.length > shown.length ? "more" : "that hold on every kernel"}</summary>
      ${manyTable(rest, report)}
    </details>`
  }
  ${left > 0 && html`<p class="aside">${left} more are in the JSON report alone.</p>`}`;
};

/** Subject by kernel: what each question was answered. Nothing where no kernel was asked about. */
export const matrix = (report: Report): Piece => {
  const { subjects, kernels } = report;
  const asked = subjects.filter(({ verdicts }) => verdicts.length > 0);
  if (kernels.length === 0 || asked.length === 0) return undefined;
  const kinds = new Set(asked.map(({ kind }) => kind));
  return html`<section aria-labelledby="kernels">
    <h2 id="kernels">Kernel by kernel</h2>
    ${subjects.length === 1 ? ofOne(subjects[0]!) : ofMany(report)}
    <p class="aside">
      ${kinds.has("module") && "A module holds where it loads as it was built, or where its source still builds anew as far as exports and headers tell. "}
      ${kinds.has("source") && "A source holds where nothing in it is found that a kernel’s headers no longer offer: that is not yet a build. "}
      ${kinds.has("bpf-object") && "A BPF object holds where it loads and its programs find what they attach to, as far as the kernel’s BTF tells."}
    </p>
  </section>`;
};
