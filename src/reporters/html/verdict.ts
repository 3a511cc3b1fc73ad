import type { Report, SubjectReport } from "../../findings/model.ts";
import { countFindings, groundOf } from "../../findings/summary.ts";
import type { SubjectKind } from "../../shared/vocabulary.ts";
import { standingOf, worstOf, type Standing, type State } from "./answers.ts";
import { html, type Markup, type Piece } from "./markup.ts";
import { mark } from "./marks.ts";
import { counted, listed } from "./words.ts";

/** Kernels that are named before they are only counted. */
const NAMED = 4;

const everyKernel = (all: number): string => (all === 1 ? "the kernel" : all === 2 ? "both kernels" : `all ${all} kernels`);

const noKernel = (all: number): string => (all === 2 ? "either kernel" : `any of the ${all} kernels`);

/** Kernels by their names, where they are few; all of them as `every` says it. */
const kernelsText = (names: readonly string[], all: number, every: (all: number) => string): string => {
  if (names.length === all && all > 1) return every(all);
  return names.length > NAMED ? `${names.length} of ${all} kernels` : listed(names);
};

/** The verdict in a sentence, and what else there is to say in the next. */
interface Sentences {
  readonly state: State | undefined;
  readonly first: Piece;
  readonly further?: Piece;
}

/** One subject: on which kernels it does not hold, where nothing could be said, on which it holds and how. */
const ofOne = (subject: SubjectReport): Sentences => {
  const standings = subject.verdicts.map(standingOf);
  const name = html`<bdi>${subject.name}</bdi>`;
  const state = worstOf(subject);
  if (subject.kind === "program") {
    const { levels } = groundOf(subject.uses);
    return {
      state,
      first: html`${levels.stable + levels.vendor} of ${counted(subject.uses.length, "use")} of ${name} are promised by somebody`,
    };
  }
  if (state === undefined) return { state, first: html`No kernel was asked about ${name}` };
  const on = (is: (standing: Standing) => boolean, every = everyKernel): string =>
    kernelsText(
      standings.filter(is).map(({ kernel }) => kernel),
      standings.length,
      every,
    );
  const ways = [...new Set(standings.filter((each) => each.state === "yes").map(({ words }) => words))];
  const holds = ways.map((way, index) => `${index === 0 ? way : way.replace(/^holds /, "")} on ${on(({ words }) => words === way)}`);
  const hasOpen = standings.some((each) => each.state === "not-checked");
  const open = hasOpen ? `not checked on ${on((each) => each.state === "not-checked")}` : "";
  const rest = [holds.length > 0 ? listed(holds) : "", state === "no" ? open && `was ${open}` : ""].filter((each) => each !== "");
  const further = rest.length > 0 && html`It ${rest.join("; it ")}.`;
  switch (state) {
    case "yes":
      return holds.length === 1
        ? { state, first: html`${name} ${holds[0]!}` }
        : { state, first: html`${name} holds on ${on(() => true)}`, further };
    case "no":
      return { state, first: html`${name} does not hold on ${on((each) => each.state === "no", noKernel)}`, further };
    case "not-checked":
      return { state, first: html`${name} could not be checked on ${on((each) => each.state === "not-checked", noKernel)}`, further };
  }
};

/** What subjects of one kind are called, several of them. */
const NOUNS = { module: "modules", "bpf-object": "BPF objects", program: "programs", source: "sources" } as const satisfies Record<
  SubjectKind,
  string
>;

const nounOf = (subjects: readonly SubjectReport[]): string => {
  const kinds = new Set(subjects.map(({ kind }) => kind));
  return kinds.size === 1 ? NOUNS[[...kinds][0]!] : "subjects";
};

/** Many: how many hold everywhere, how many do not, of how many that is not known. */
const ofMany = (subjects: readonly SubjectReport[], kernels: number): Sentences => {
  const asked = subjects.filter(({ verdicts }) => verdicts.length > 0);
  const nouns = nounOf(asked.length > 0 ? asked : subjects);
  if (asked.length === 0) return { state: undefined, first: html`No kernel was asked about these ${subjects.length} ${nouns}` };
  const worst = asked.map(worstOf);
  const count = (state: State): number => worst.filter((each) => each === state).length;
  const [no, open, yes] = [count("no"), count("not-checked"), count("yes")];
  const all = everyKernel(kernels);
  const some = kernels === 1 ? "on it" : "on at least one kernel";
  if (yes === asked.length) return { state: "yes", first: html`All ${yes} ${nouns} hold on ${all}` };
  const held = yes > 0 ? [`${yes} ${yes === 1 ? "holds" : "hold"} on ${all}`] : [];
  const unknown = open > 0 ? [`${open} could not be checked ${some}`] : [];
  return no > 0
    ? {
        state: "no",
        first: html`${no} of ${asked.length} ${nouns} ${no === 1 ? "does" : "do"} not hold ${some}`,
        further: held.length + unknown.length > 0 && html`${listed([...held, ...unknown])}.`,
      }
    : {
        state: "not-checked",
        first: html`${open} of ${asked.length} ${nouns} could not be checked ${some}`,
        further: held.length > 0 && html`${held[0]!}.`,
      };
};

/** The first thing that is read: a sentence, and below it how many findings there are. */
export const verdict = (report: Report): Markup => {
  const { subjects, kernels, waived, accepted, problems } = report;
  const [first] = subjects;
  const {
    state,
    first: sentence,
    further,
  }: Sentences = first === undefined
    ? { state: undefined, first: "Nothing was checked" }
    : subjects.length === 1
      ? ofOne(first)
      : ofMany(subjects, kernels.length);
  const counts = countFindings(report);
  // Not checked is never passed.
  const shown = state === "yes" && problems.length > 0 ? "not-checked" : (state ?? "not-checked");
  const but = [
    ...(counts.error > 0 ? [`there ${counts.error === 1 ? "is" : "are"} ${counted(counts.error, "error")}`] : []),
    ...(problems.length > 0 ? [`${counted(problems.length, "input")} could not be read`] : []),
  ];
  const tail = state === "yes" && but.length > 0 && `, but ${listed(but)}`;
  const figures: readonly Piece[] = [
    (["error", "warning", "note"] as const).map((severity) => {
      const figure = counted(counts[severity], severity);
      return counts[severity] > 0
        ? html`<li class="sev ${severity}"><a href="#findings">${figure}</a></li>`
        : html`<li class="why">${figure}</li>`;
    }),
    waived.length > 0 && html`<li><a href="#excused">${waived.length} waived</a></li>`,
    accepted.length > 0 && html`<li><a href="#excused">${accepted.length} accepted by the baseline</a></li>`,
    problems.length > 0 && html`<li class="sev error"><a href="#not-checked">${counted(problems.length, "input")} not read</a></li>`,
  ];
  return html`<h1 class="${shown}">${mark(shown)}<span>${sentence}${tail}.</span></h1>
    ${further && html`<p class="further">${further}</p>`}
    <ul class="figures">
      ${figures}
    </ul>`;
};
