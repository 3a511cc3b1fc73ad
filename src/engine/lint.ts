import type { Finding, Report, RuleText, SubjectReport, WaivedFinding } from "../findings/model.ts";
import { compareFindings } from "../findings/order.ts";
import type { Kernel } from "../kernels/model.ts";
import type { Baseline } from "../policy/baseline.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import type { Subject } from "../usage/model.ts";
import { compileBaseline } from "./baseline.ts";
import { budgetRemarks } from "./budget.ts";
import { compileJudge, rowOf } from "./judge.ts";
import { remarksOn } from "./remarks.ts";
import { compileRule, type CodeCheck, type Found } from "./rules.ts";
import { indexUses } from "./use-index.ts";
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
const POLICY: Subject = {
  name: "policy",
  kind: "module",
  path: "",
  line: 1,
  column: 1,
  licences: [],
  depends: [],
  imports: [],
  oddities: [],
  modinfo: [],
  exports: [],
  uses: [],
};

/** Judges subjects against kernels by a policy. Pure: the same input gives the same report. */
export const lint = ({ subjects, kernels, policy, today, committed, baseline, code, complete = true }: LintInput): Report => {
  const judge = compileJudge(subjects, kernels, policy.promises, committed);
  const waivers = compileWaivers(policy.waivers, policy.untrusted, today);
  const agreed = baseline && compileBaseline(baseline);
  const rules = policy.rules.filter((rule) => rule.severity !== "off").map((rule) => ({ id: rule.id, find: compileRule(rule, code) }));
  const findings: Finding[] = [];
  const waived: WaivedFinding[] = [];
  const accepted: Finding[] = [];
  const reports: SubjectReport[] = [];
  const settle = (rule: string, found: Found): void => {
    const waiver = waivers.excuse(rule, found.contexts);
    if (waiver) return void waived.push({ finding: found.finding, ...waiver });
    const divided = agreed?.divide(found) ?? { left: found };
    if (divided.accepted) accepted.push(divided.accepted.finding);
    if (divided.left === found) findings.push(found.finding);
    // What is left of its kernels may have a waiver that all of them had not.
    else if (divided.left) settle(rule, divided.left);
  };
  for (const subject of subjects) {
    const uses = subject.uses.map((use) => judge(subject, use));
    const index = indexUses(uses);
    const remarks = remarksOn(subject, uses, kernels);
    reports.push({ name: subject.name, path: subject.path, uses: uses.map(rowOf) });
    for (const { id, find } of rules) {
      for (const found of find(subject, index, remarks)) settle(id, found);
    }
  }
  // What the policy says of itself is no waiver's to excuse, and no baseline's to accept.
  const stale = (complete && agreed?.remarks(subjects, kernels)) || [];
  const own = [...waivers.remarks(complete), ...budgetRemarks(reports, policy.budget), ...stale];
  for (const { find } of rules) findings.push(...find(POLICY, indexUses([]), own).map(({ finding }) => finding));
  const used = new Set([...findings, ...accepted, ...waived.map(({ finding }) => finding)].map(({ rule }) => rule));
  return {
    subjects: reports,
    kernels: kernels.map(({ name, source, size, hasCrcs }) => ({ name, source, exports: size, hasCrcs })),
    findings: findings.sort(compareFindings),
    waived: waived.sort((a, b) => compareFindings(a.finding, b.finding)),
    accepted: accepted.sort(compareFindings),
    problems: [],
    rules: Object.fromEntries(policy.rules.filter(({ id }) => used.has(id)).map((rule) => [rule.id, textOf(rule)])),
  };
};
