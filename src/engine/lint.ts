import type { Base, Finding, Report, RuleText, SubjectReport, WaivedFinding } from "../findings/model.ts";
import { compareFindings } from "../findings/order.ts";
import type { Kernel } from "../kernels/model.ts";
import type { Baseline } from "../policy/baseline.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import { bareSubject } from "../usage/bare.ts";
import type { Subject } from "../usage/model.ts";
import { compileBaseline } from "./baseline.ts";
import { budgetRemarks } from "./budget.ts";
import type { Documented } from "./context.ts";
import { compileJudge, rowOf, type Common, type Ground, type JudgedUse, type SubjectJudge } from "./judge.ts";
import { remarksOn, sourceRemarks, type Remark } from "./remarks.ts";
import { compileLists, type NamedList } from "./lists.ts";
import { compileOutlook, type Past } from "./outlook.ts";
import type { Replacements } from "./replacements.ts";
import { compileRule, type CodeCheck, type Found, type JudgedPrediction } from "./rules.ts";
import { indexUses, type UseIndex } from "./use-index.ts";
import { scoresOf } from "./scores.ts";
import type { Source, SourceView } from "./source/model.ts";
import { verdictsOf } from "./verdicts.ts";
import { compileWaivers } from "./waivers.ts";

export interface LintInput {
  readonly subjects: readonly Subject[];
  readonly kernels: readonly Kernel[];
  readonly policy: ResolvedPolicy;
  /** ISO day that waivers are held against. */
  readonly today: string;
  /** The subjects of the manifest that the project committed, if it names one. */
  readonly committed?: readonly Subject[];
  /** What was accepted when abi-lint was adopted. */
  readonly baseline?: Baseline;
  /** The functions of the policy's rules written in TypeScript, by their ids. */
  readonly code?: ReadonlyMap<string, CodeCheck>;
  /** The kernel that a subject was built on, or the nearest that is known. */
  readonly builtOn?: (subject: Subject) => Kernel | undefined;
  /** A subject's source, where it was given or stands beside it. */
  readonly sourceOf?: (subject: Subject) => Source | undefined;
  /** What took the place of interfaces that are gone, by name. */
  readonly replacements?: Replacements;
  /** The lists that the policy names, as they were read. */
  readonly lists?: readonly NamedList[];
  /** What is known of past kernels, for an outlook. */
  readonly past?: Past;
  /** What Documentation/ABI says of a file. */
  readonly documented?: (path: string) => Documented | undefined;
  /** Since which version of Linux there is an interface. */
  readonly since?: Ground["since"];
  /** The share of the subjects that is asked about; the others are what siblings and budgets are told from. */
  readonly share?: { readonly share: number; readonly of: number; readonly has: (subject: Subject) => boolean };
  /** Whether every input could be read; left out, they could. */
  readonly complete?: boolean;
}

const textOf = ({ id, title, message, words, why, instead, references, remarks }: ResolvedRule): RuleText => ({
  id,
  title,
  message,
  words,
  ...(why !== undefined && { why }),
  ...(instead !== undefined && { instead }),
  references,
  remarks,
});

/** The subject of findings about the policy itself. */
const POLICY = bareSubject("policy", "module", "");

const releaseOf = (vermagic: string | undefined): string | undefined => vermagic?.split(" ", 1)[0];

/** Whether a name's fate on a kernel is told by the source itself: all of it was read, or the name is among what was found to break. */
const toldBy =
  (views: readonly SourceView[]) =>
  (kernel: Kernel, name: string): boolean => {
    const view = views.find((each) => each.kernel === kernel);
    return view?.state === "read" && (view.isWhole || view.predictions.some(({ prediction: { names } }) => names.includes(name)));
  };

const predictionsOf = ({ base }: Source, views: readonly SourceView[], { judge }: SubjectJudge): readonly JudgedPrediction[] =>
  views.flatMap((view) =>
    view.state === "unknown"
      ? []
      : view.predictions.map(({ prediction, use }) => ({ prediction, base, kernel: view.kernel, judged: judge(use) })),
  );

const whyBase = ({ vermagic }: Subject, kernel: Kernel): Base["because"] =>
  vermagic === undefined ? "first" : releaseOf(vermagic) === releaseOf(kernel.vermagic) ? "built" : "nearest";

/** What the judge needs of a run's input. */
export const groundOf = ({
  kernels,
  policy,
  committed,
  builtOn,
  documented,
  since,
  lists = [],
}: Pick<LintInput, "kernels" | "policy" | "committed" | "builtOn" | "documented" | "since" | "lists">): Ground => ({
  kernels,
  promises: policy.promises,
  isBinary: policy.isBinary,
  ...(lists.length > 0 && { lists: compileLists(lists) }),
  ...(committed && { committed }),
  ...(builtOn && { builtOn }),
  ...(documented && { documented }),
  ...(since && { since }),
});

/** For a policy that asks for a vendor's list and names none. */
const NO_LIST: Remark = { gap: "no-list", names: [] };

/** Judges subjects against kernels by a policy. Pure: the same input gives the same report. */
export const lint = (input: LintInput): Report => {
  const { subjects, kernels, policy, today, baseline, code, past, share, replacements = new Map(), complete = true } = input;
  const { sourceOf = () => undefined } = input;
  const ground = groundOf(input);
  const judgeOf = compileJudge(subjects, ground);
  const outlookOf = past ? compileOutlook(past) : () => undefined;
  const waivers = compileWaivers(policy.waivers, policy.untrusted, today);
  const agreed = baseline && compileBaseline(baseline);
  const rules = policy.rules
    .filter((rule) => rule.severity !== "off")
    .map((rule) => ({ id: rule.id, find: compileRule(rule, { replacements, isBinary: policy.isBinary }, code) }));
  const findings: Finding[] = [];
  const waived: WaivedFinding[] = [];
  const accepted: Finding[] = [];
  const reports: SubjectReport[] = [];
  const own = (subject: Subject): boolean => share?.has(subject) ?? true;
  const settle = (rule: string, found: Found): void => {
    const waiver = waivers.excuse(rule, found.contexts);
    if (waiver) return void waived.push({ finding: found.finding, ...waiver });
    const divided = agreed?.divide(found) ?? { left: found };
    if (divided.accepted) accepted.push(divided.accepted.finding);
    if (divided.left === found) findings.push(found.finding);
    // What is left of its kernels may have a waiver that all of them had not.
    else if (divided.left) settle(rule, divided.left);
  };
  const broad = rules.flatMap(({ find }, number) => (find.mayHold ? [number] : []));
  const mayHold = (common: Common): readonly number[] => (common.rules ??= broad.filter((number) => rules[number]!.find.mayHold!(common)));
  /** The uses that each rule is asked about: of those that many subjects take alike what the rule says is known. */
  const divide = (index: UseIndex): ((number: number) => UseIndex) => {
    const asked: JudgedUse[][] = rules.map(() => []);
    for (const judged of index.all) {
      if (judged.common) for (const number of mayHold(judged.common)) asked[number]!.push(judged);
      else for (const number of broad) asked[number]!.push(judged);
    }
    return (number) => (rules[number]!.find.mayHold ? indexUses(asked[number]!) : index);
  };
  for (const subject of subjects) {
    const source = sourceOf(subject);
    const views = source ? source.views(kernels) : [];
    const judge = judgeOf(subject, views.length > 0 ? toldBy(views) : undefined);
    const base = source?.base && subject.kind === "source" ? source.base : judge.base;
    const uses = subject.uses.map(judge.judge);
    const index = indexUses(uses);
    const needsList = subject.kind === "module" && !(ground.lists && ground.lists.stable.length > 0);
    const remarks = [
      ...remarksOn(subject, uses, kernels, base),
      ...sourceRemarks(subject, views, kernels),
      ...(needsList ? [NO_LIST] : []),
    ];
    const outlook = subject.kind === "module" ? outlookOf(subject) : undefined;
    reports.push({
      name: subject.name,
      kind: subject.kind,
      path: subject.path,
      ...(base && { base: { kernel: base.name, because: (subject.kind === "source" && source?.because) || whyBase(subject, base) } }),
      ...(outlook && { outlook }),
      ...(ground.lists && subject.kind === "module" && { lists: scoresOf(uses, ground.lists) }),
      verdicts: verdictsOf(subject, uses, kernels, remarks, views),
      uses: uses.map(rowOf),
    });
    if (!own(subject)) continue;
    const ask = { base, remarks, predictions: source ? predictionsOf(source, views, judge) : [] };
    const asked = divide(index);
    for (const [number, { id, find }] of rules.entries())
      for (const found of find(subject, { ...ask, uses: asked(number) })) settle(id, found);
  }
  // What the policy says of itself is no waiver's to excuse, and no baseline's to accept.
  const stale = (complete && agreed?.remarks(subjects, kernels)) || [];
  const ofPolicy = [...waivers.remarks(complete), ...budgetRemarks(reports, policy.budget), ...stale];
  const ofNothing = { base: undefined, uses: indexUses([]), remarks: ofPolicy, predictions: [] };
  for (const { find } of rules) findings.push(...find(POLICY, ofNothing).map(({ finding }) => finding));
  const used = new Set([...findings, ...accepted, ...waived.map(({ finding }) => finding)].map(({ rule }) => rule));
  return {
    ...(share && { shard: { share: share.share, of: share.of, subjects: subjects.flatMap((each, index) => (own(each) ? [index] : [])) } }),
    subjects: reports.filter((_, index) => own(subjects[index]!)),
    kernels: kernels.map(({ name, source, size, hasCrcs, btf }) => ({
      name,
      source,
      exports: size,
      hasCrcs,
      ...(btf && { types: btf.types }),
    })),
    findings: findings.sort(compareFindings),
    waived: waived.sort((a, b) => compareFindings(a.finding, b.finding)),
    accepted: accepted.sort(compareFindings),
    problems: [],
    rules: Object.fromEntries(
      policy.rules
        .filter(({ id }) => used.has(id))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map((rule) => [rule.id, textOf(rule)]),
    ),
  };
};
