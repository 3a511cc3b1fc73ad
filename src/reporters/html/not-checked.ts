import type { Report } from "../../findings/model.ts";
import { messageOf } from "../../findings/message.ts";
import { GAPS, type Gap } from "../../shared/vocabulary.ts";
import { kernelText, notSeenText, problemPlace, problemText } from "../closing.ts";
import { standingOf } from "./answers.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { mark } from "./marks.ts";
import { counted, listed } from "./words.ts";

/** Findings on gaps that are named here; all stand among the findings. */
const MOST = 12;

/** Subjects that are named behind a gap. */
const NAMED = 3;

/** Gaps of which no finding speaks, each with the kernels and the subjects it concerns. */
const silentGaps = ({ subjects, findings }: Report): readonly Markup[] => {
  const told = new Set(findings.flatMap(({ gap, kernels }) => (gap ? kernels.map((kernel) => `${gap} ${kernel}`) : [])));
  const found = new Map<Gap, { readonly kernels: Set<string>; readonly subjects: Set<string> }>();
  for (const { name, verdicts } of subjects) {
    for (const { kernel, answers } of verdicts.map(standingOf)) {
      for (const gap of answers.flatMap(({ gaps }) => gaps)) {
        if (told.has(`${gap} ${kernel}`)) continue;
        const of = found.get(gap) ?? { kernels: new Set(), subjects: new Set() };
        found.set(gap, of);
        of.kernels.add(kernel);
        of.subjects.add(name);
      }
    }
  }
  return [...found].map(([gap, { kernels, subjects: concerned }]) => {
    const names = [...concerned];
    const who =
      subjects.length === 1 || names.length === subjects.length
        ? ""
        : ` (${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""})`;
    return html`<li>${listed([...kernels])}: ${GAPS[gap]}${who}</li>`;
  });
};

const problems = (report: Report): readonly Markup[] =>
  report.problems.map(
    (problem) => html`<li class="error"><b>Not read:</b> <code>${problemPlace(problem)}</code>: ${problemText(problem)}</li>`,
  );

/** What no verdict of this page covers. Always there: something is always unseen. */
export const notChecked = (report: Report): Piece => {
  const gaps = report.findings.filter(({ gap }) => gap !== undefined);
  const shown = gaps.slice(0, MOST);
  const hasModules = report.subjects.some(({ kind }) => kind === "module");
  return html`<section class="gaps" aria-labelledby="not-checked">
    <h2 id="not-checked">${mark("not-checked")}Not checked</h2>
    <ul>
      ${problems(report)} ${report.kernels.length === 0 && kernelText(report).map((sentence) => html`<li>${sentence}</li>`)}
      ${shown.map((finding) => html`<li><a href="#f-${finding.fingerprint}">${messageOf(finding, report.rules[finding.rule]!)}</a></li>`)}
      ${
        gaps.length > shown.length &&
        html`<li><a href="#findings">${counted(gaps.length - shown.length, "finding")} more</a> of what could not be checked</li>`
      }
      ${silentGaps(report)}
      ${
        report.shard &&
        html`<li>
          This is share ${report.shard.share} of ${report.shard.of} of a run: the other subjects are in the reports of the others.
        </li>`
      }
      ${notSeenText(report).map((sentence) => html`<li>${sentence}</li>`)}
      ${hasModules && html`<li>That every symbol is still there does not say that a source builds.</li>`}
    </ul>
  </section>`;
};
