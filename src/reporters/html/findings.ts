import { insteadOf, messageOf } from "../../findings/message.ts";
import type { Finding, Place, Report, RuleText } from "../../findings/model.ts";
import { evidenceTable, promiseLines } from "./evidence.ts";
import { visible } from "../../shared/visible.ts";
import { numbering } from "../plain.ts";
import type { FilterFacts } from "./filter.ts";
import { html, prose, type Markup, type Piece } from "./markup.ts";
import { counted, grouped } from "./words.ts";

/** Findings beyond these are counted: a page of more is no page. */
const MOST = 5000;

/** Findings of one rule that are shown before the rest is folded away. */
const SHOWN = 40;

/** More places than this are folded away. */
const PLACES = 4;

const at = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

const place = (each: Place): Markup =>
  html`<span
    ><code class="at">${at(each)}</code>${each.function !== undefined && html` in <code>${each.function}</code>`}${
      each.through && each.through.length > 0 && html`, through ${each.through.map((name) => `${name}()`).join(" → ")}`
    }</span
  >`;

const places = ([first, ...others]: readonly Place[]): Piece =>
  first && [
    place(first),
    others.length > 0 &&
      (others.length <= PLACES
        ? html`<span class="also"
            >also at ${others.map((each, index) => [index > 0 && ", ", html`<code class="at">${at(each)}</code>`])}</span
          >`
        : html`<details class="also">
            <summary>and at ${counted(others.length, "more place")}</summary>
            <ul>
              ${others.map((each) => html`<li>${place(each)}</li>`)}
            </ul>
          </details>`),
  ];

/** A message with the name it is about set as code. */
const sentence = (message: string, name: string | undefined): Piece => {
  // The message was made safe to print, and the name in it with it.
  const said = visible(name ?? "");
  const start = said === "" ? -1 : message.indexOf(said);
  return start < 0 ? message : html`${message.slice(0, start)}<code class="name">${said}</code>${message.slice(start + said.length)}`;
};

/** A finding, and what links call it. */
interface Item {
  readonly finding: Finding;
  readonly id: string;
}

/** Of two findings that are the same in all that makes an identity, the second has one of its own. */
const itemsOf = (findings: readonly Finding[]): readonly Item[] => {
  const idOf = numbering();
  return findings.map((finding) => ({ finding, id: idOf(`f-${finding.fingerprint}`) }));
};

interface Group {
  readonly rule: RuleText;
  readonly severity: Finding["severity"];
  readonly items: Item[];
}

/** Those of one rule together, in the order in which the worst of each comes. */
const groupsOf = (items: readonly Item[], { rules }: Report): readonly Group[] => {
  const groups = new Map<string, Group>();
  for (const each of items) {
    const { rule, severity } = each.finding;
    const key = `${severity} ${rule}`;
    const group = groups.get(key) ?? { rule: rules[rule]!, severity, items: [] };
    groups.set(key, group);
    group.items.push(each);
  }
  return [...groups.values()];
};

/** The lines below a finding that others may share: who promised, and what to do instead. */
interface Remedies {
  readonly promise: string;
  readonly instead: string;
}

const remedies = (finding: Finding, rule: RuleText): Remedies => ({
  promise: promiseLines(finding).join("\n"),
  instead: prose(insteadOf(finding, rule) ?? ""),
});

const remedyLines = ({ promise, instead }: Remedies): Piece => [
  instead !== "" && html`<p class="instead"><b>Instead</b> ${instead}</p>`,
  promise !== "" && html`<p class="promise">${promise}</p>`,
];

/** Where a finding is, in whose code, at which level. */
const whereOf = ({ places: where, subject, level, interface: taken, facts: { name } }: Finding, isOneOfMany: boolean): readonly Piece[] => [
  places(where),
  taken && name !== undefined && taken.name !== name && html`<span>taken as <code>${taken.name}</code></span>`,
  isOneOfMany && html`<span class="of">${subject}</span>`,
  level !== undefined && html`<span class="level ${level}">${level}</span>`,
];

const row = ({ finding, id }: Item, rule: RuleText, shared: Remedies, facts: FilterFacts): Markup => {
  const mine = remedies(finding, rule);
  const own = {
    promise: mine.promise === shared.promise ? "" : mine.promise,
    instead: mine.instead === shared.instead ? "" : mine.instead,
  };
  return html`<li class="it" id="${id}" ${facts.of(finding)}>
    <p class="message">${sentence(messageOf(finding, rule), finding.facts["name"])}</p>
    <div class="where">${whereOf(finding, facts.subjects > 1).map((piece) => [piece, " "])}</div>
    ${evidenceTable(finding)}${remedyLines(own)}
  </li> `;
};

const URL_TEXT = /^https?:\/\/\S+$/;
const reference = (text: string): Markup =>
  URL_TEXT.test(text) ? html`<li><a href="${text}" rel="noreferrer">${text}</a></li>` : html`<li>${text}</li>`;

const ruleBlock = ({ rule, severity, items }: Group, facts: FilterFacts): Markup => {
  const all = items.map(({ finding }) => remedies(finding, rule));
  const sameFor = (key: "promise" | "instead"): string => (new Set(all.map((each) => each[key])).size === 1 ? all[0]![key] : "");
  const shared = { promise: sameFor("promise"), instead: sameFor("instead") };
  const rows = items.map((each) => row(each, rule, shared, facts));
  return html`<article class="rule ${severity}">
    <header>
      <h3>${rule.title}</h3>
      <p>
        <span class="sev ${severity}">${severity}</span> ${rule.title !== rule.id && html`<code>${rule.id}</code>`}
        <span class="why">${counted(rows.length, "finding")}</span>
      </p>
    </header>
    <ol>
      ${rows.slice(0, SHOWN)}
    </ol>
    ${
      rows.length > SHOWN &&
      html`<details class="fold">
        <summary>${grouped(rows.length - SHOWN)} more of this rule</summary>
        <ol>
          ${rows.slice(SHOWN)}
        </ol>
      </details>`
    }
    <footer>
      ${remedyLines(shared)}${rule.why !== undefined && html`<p class="because">${prose(rule.why)}</p>`}${
        rule.references.length > 0 &&
        html`<ul class="references">
          ${rule.references.map(reference)}
        </ul>`
      }
    </footer>
  </article> `;
};

/** Every finding, by rule, the worst first. */
export const findings = (report: Report, facts: FilterFacts): Markup => {
  const shown = report.findings.slice(0, MOST);
  const left = report.findings.length - shown.length;
  return html`<section aria-labelledby="findings" data-list="finding">
    <h2 id="findings">Findings</h2>
    ${shown.length === 0 && html`<p>None.</p>`} ${groupsOf(itemsOf(shown), report).map((group) => ruleBlock(group, facts))}
    ${left > 0 && html`<p class="aside"><b>${counted(left, "finding")} more</b> are in the other formats alone: this page shows the worst ${MOST}.</p>`}
  </section>`;
};
