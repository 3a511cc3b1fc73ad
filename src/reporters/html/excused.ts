import { messageOf } from "../../findings/message.ts";
import type { Finding, Report } from "../../findings/model.ts";
import type { FilterFacts } from "./filter.ts";
import { evidenceTable, promiseLines } from "./evidence.ts";
import { html, type Markup, type Piece } from "./markup.ts";

const MOST = 2000;

const row = (finding: Finding, report: Report, facts: FilterFacts, agreed: Piece): Markup => {
  const { file, line, column } = finding.places[0]!;
  return html`<li class="it" ${facts.of(finding)}>
    <p class="message">${messageOf(finding, report.rules[finding.rule]!)}</p>
    <div class="where">
      <code class="at">${file}:${line}:${column}</code>
      <code>${finding.rule}</code>${facts.subjects > 1 && html` <span class="of">${finding.subject}</span>`}
    </div>
    ${agreed && html`<p>${agreed}</p>`}${evidenceTable(finding)}${promiseLines(finding).map((text) => html`<p class="promise">${text}</p>`)}
  </li> `;
};

const fold = (title: string, rows: readonly Markup[]): Piece =>
  rows.length > 0 &&
  html`<details class="fold">
    <summary>${title}</summary>
    <ol class="plain">
      ${rows.slice(0, MOST)}
    </ol>
    ${rows.length > MOST && html`<p>${rows.length - MOST} more are in the other formats alone.</p>`}
  </details>`;

/** What waivers and the baseline excuse: there to be read, folded away. */
export const excused = (report: Report, facts: FilterFacts): Piece => {
  const { waived, accepted } = report;
  if (waived.length + accepted.length === 0) return undefined;
  return html`<section aria-labelledby="excused" data-list="excused finding">
    <h2 id="excused">Agreed exceptions</h2>
    ${fold(
      `${waived.length} waived`,
      waived.map(({ finding, reason, owner, until }) =>
        row(
          finding,
          report,
          facts,
          html`<b>Waived:</b> ${reason} <span class="why">(${owner}${until !== undefined && `, until ${until}`})</span>`,
        ),
      ),
    )}
    ${fold(
      `${accepted.length} accepted by the baseline`,
      accepted.map((finding) => row(finding, report, facts, finding.kernels.length > 0 && html`Accepted on ${finding.kernels.join(", ")}`)),
    )}
  </section>`;
};
