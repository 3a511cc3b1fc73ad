import type { Finding, Report } from "../../findings/model.ts";
import { keysOf, LEVELS } from "../../shared/vocabulary.ts";
import { html, raw, type Markup, type Piece } from "./markup.ts";
import { short } from "./words.ts";

/** What the filter can tell of a row: levels by name, kernels and subjects by their numbers, since their names are anybody's. */
export interface FilterFacts {
  readonly subjects: number;
  of(finding: Finding): Markup;
  use(level: string, subjects: readonly number[]): Markup;
}

const attributes = (level: string | undefined, kernels: readonly number[], subjects: readonly number[]): Markup => {
  const some = (name: string, values: readonly number[]): string => (values.length > 0 ? ` data-${name}=" ${values.join(" ")} "` : "");
  return html`${level !== undefined && html` data-l="${level}"`}${raw(some("k", kernels) + some("s", subjects))}`;
};

export const filterFactsOf = ({ subjects, kernels }: Report): FilterFacts => {
  const numbers = (names: readonly { readonly name: string }[]): ReadonlyMap<string, readonly number[]> => {
    const of = new Map<string, number[]>();
    names.forEach(({ name }, index) => of.set(name, [...(of.get(name) ?? []), index]));
    return of;
  };
  const [ofSubject, ofKernel] = [numbers(subjects), numbers(kernels)];
  return {
    subjects: subjects.length,
    of: (finding) =>
      attributes(
        finding.level,
        finding.kernels.flatMap((name) => ofKernel.get(name) ?? []),
        ofSubject.get(finding.subject) ?? [],
      ),
    use: (level, owners) => attributes(level, [], owners),
  };
};

const select = (name: string, label: string, every: string, values: readonly string[]): Piece =>
  values.length > 1 &&
  html`<label
    >${label}
    <select name="${name}">
      <option value="">${every}</option>
      ${values.map((value) => html`<option value="${value}">${short(value, 60)}</option>`)}
    </select></label
  >`;

/** The form that narrows the lists down; without a script it does nothing and is not shown. */
export const filter = ({ subjects, kernels, findings }: Report): Markup => {
  const levels = new Set([
    ...subjects.flatMap(({ uses }) => uses.map(({ level }) => level)),
    ...findings.flatMap(({ level }) => level ?? []),
  ]);
  return html`<form id="filter" role="search" aria-label="Findings, histories and uses" hidden>
    <label class="q">Search <input type="search" name="q" placeholder="symbol, rule, file" autocomplete="off" spellcheck="false" /></label>
    ${select(
      "level",
      "Level",
      "any",
      keysOf(LEVELS).filter((level) => levels.has(level)),
    )}${select(
      "kernel",
      "Kernel",
      "any",
      kernels.map(({ name }) => name),
    )}${select(
      "subject",
      "Subject",
      "all",
      subjects.map(({ name }) => name),
    )}<button type="reset">Clear</button>
    <output name="count" aria-live="polite"></output>
  </form>`;
};
