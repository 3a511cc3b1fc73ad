import type { Finding, Report, RuleText, SubjectReport, WaivedFinding } from "../findings/model.ts";
import { compareFindings } from "../findings/order.ts";
import type { Kernel } from "../kernels/model.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import type { Subject } from "../usage/model.ts";
import { compileJudge, rowOf } from "./judge.ts";
import { remarksOn } from "./remarks.ts";
import { compileRule } from "./rules.ts";
import { compileWaivers } from "./waivers.ts";

export interface LintInput {
  readonly subjects: readonly Subject[];
  readonly kernels: readonly Kernel[];
  readonly policy: ResolvedPolicy;
  /** ISO day that waivers are held against. */
  readonly today: string;
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

/** Judges subjects against kernels by a policy. Pure: the same input gives the same report. */
export const lint = ({ subjects, kernels, policy, today }: LintInput): Report => {
  const judge = compileJudge(subjects, kernels, policy.promises);
  const waive = compileWaivers(policy.waivers, today);
  const rules = policy.rules.filter((rule) => rule.severity !== "off").map((rule) => ({ id: rule.id, find: compileRule(rule) }));
  const findings: Finding[] = [];
  const waived: WaivedFinding[] = [];
  const reports: SubjectReport[] = [];
  for (const subject of subjects) {
    const uses = subject.uses.map((use) => judge(subject, use));
    const remarks = remarksOn(subject, kernels);
    reports.push({ name: subject.name, path: subject.path, uses: uses.map(rowOf) });
    for (const { id, find } of rules) {
      for (const { finding, contexts } of find(subject, uses, remarks)) {
        const waiver = waive(id, contexts);
        if (waiver) waived.push({ finding, ...waiver });
        else findings.push(finding);
      }
    }
  }
  const used = new Set([...findings, ...waived.map(({ finding }) => finding)].map(({ rule }) => rule));
  return {
    subjects: reports,
    kernels: kernels.map(({ name, source, size, hasCrcs }) => ({ name, source, exports: size, hasCrcs })),
    findings: findings.sort(compareFindings),
    waived: waived.sort((a, b) => compareFindings(a.finding, b.finding)),
    problems: [],
    rules: Object.fromEntries(policy.rules.filter(({ id }) => used.has(id)).map((rule) => [rule.id, textOf(rule)])),
  };
};
