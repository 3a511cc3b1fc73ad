import type { Finding, Report, RuleText, SubjectReport, UseRow, WaivedFinding } from "../findings/model.ts";
import { compareFindings } from "../findings/order.ts";
import type { Kernel, KernelExport } from "../kernels/model.ts";
import { needs } from "../policy/fields.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import type { Subject, Use } from "../usage/model.ts";
import type { Context, KernelView, Sibling } from "./context.ts";
import { gapFinding, useFinding, type JudgedUse } from "./finding.ts";
import { gapsOf } from "./gaps.ts";
import { compileMatch } from "./match.ts";
import { compilePromises, type Verdict } from "./promises.ts";
import { compileWaivers } from "./waivers.ts";

export interface LintInput {
  readonly subjects: readonly Subject[];
  readonly kernels: readonly Kernel[];
  readonly policy: ResolvedPolicy;
  /** ISO day that waivers are held against. */
  readonly today: string;
}

/** A finding and what it was found on, for the waivers. */
interface Found {
  readonly finding: Finding;
  readonly contexts: readonly Context[];
}

const siblingsOf = (subjects: readonly Subject[]): ReadonlyMap<string, Sibling> =>
  new Map(subjects.flatMap((subject) => subject.exports.map((each) => [each.name, { subject, export: each }] as const)));

const siblingExport = ({ subject, export: { name, type, namespace } }: Sibling): KernelExport => ({
  name,
  type,
  exporter: subject.name,
  crc: 0,
  ...(namespace !== undefined && { namespace }),
});

const judge = (
  subject: Subject,
  use: Use,
  kernels: readonly Kernel[],
  sibling: Sibling | undefined,
  promised: (context: Context) => Verdict,
): JudgedUse => {
  const views = kernels.map((kernel): KernelView => {
    const found = use.kind === "symbol" ? (kernel.find(use.name) ?? (sibling && siblingExport(sibling))) : undefined;
    return { kernel, ...(found && { found }) };
  });
  const view = views.find((each) => each.found) ?? views[0];
  const seen: Context = { subject, use, ...(sibling && { sibling }), ...(view && { view }) };
  const verdict = promised(seen);
  return { use, verdict, views, context: { ...seen, level: verdict.level } };
};

const rowOf = ({ use, verdict, context, views }: JudgedUse): UseRow => {
  const found = views.find((view) => view.found)?.found;
  return {
    kind: use.kind,
    name: use.name,
    weak: use.weak,
    origin: use.origin,
    level: verdict.level,
    ...(context.sibling && { sibling: context.sibling.subject.name }),
    ...(found && { exportType: found.type, exporter: found.exporter }),
    ...(found?.namespace !== undefined && { namespace: found.namespace }),
  };
};

/** A rule's findings on a subject's uses: once each, or once for all the kernels it holds on. */
const findUses = (rule: ResolvedRule, subject: Subject, uses: readonly JudgedUse[]): Found[] => {
  const test = compileMatch(rule.match);
  const perKernel = needs(rule.match, "kernel");
  return uses.flatMap((judged): Found[] => {
    if (!perKernel) return test(judged.context) ? [{ finding: useFinding(rule, judged, subject, []), contexts: [judged.context] }] : [];
    const contexts = judged.views.map((view) => ({ ...judged.context, view })).filter(test);
    return contexts.length > 0
      ? [
          {
            finding: useFinding(
              rule,
              judged,
              subject,
              contexts.map((each) => each.view),
            ),
            contexts,
          },
        ]
      : [];
  });
};

const findGaps = (rule: ResolvedRule, subject: Subject, kernels: readonly Kernel[]): Found[] => {
  const test = compileMatch(rule.match);
  const gaps = kernels.flatMap((kernel) => gapsOf(subject, kernel)).filter(({ gap }) => test({ subject, gap }));
  return [...new Set(gaps.map(({ gap }) => gap))].map((gap) => ({
    finding: gapFinding(
      rule,
      subject,
      gaps.filter((each) => each.gap === gap),
    ),
    contexts: [{ subject, gap }],
  }));
};

const textOf = ({ id, title, message, words, why, instead, references, aboutGaps }: ResolvedRule): RuleText => ({
  id,
  title,
  message,
  words,
  ...(why !== undefined && { why }),
  ...(instead !== undefined && { instead }),
  references,
  aboutGaps,
});

/** Judges subjects against kernels by a policy. Pure: the same input gives the same report. */
export const lint = ({ subjects, kernels, policy, today }: LintInput): Report => {
  const siblings = siblingsOf(subjects);
  const promised = compilePromises(policy.promises);
  const waive = compileWaivers(policy.waivers, today);
  const rules = policy.rules.filter((rule) => rule.severity !== "off");
  const findings: Finding[] = [];
  const waived: WaivedFinding[] = [];
  const reports: SubjectReport[] = [];
  for (const subject of subjects) {
    const uses = subject.uses.map((use) => {
      const sibling = use.kind === "symbol" ? siblings.get(use.name) : undefined;
      return judge(subject, use, kernels, sibling?.subject === subject ? undefined : sibling, promised);
    });
    reports.push({ name: subject.name, path: subject.path, uses: uses.map(rowOf) });
    for (const rule of rules) {
      for (const { finding, contexts } of rule.aboutGaps ? findGaps(rule, subject, kernels) : findUses(rule, subject, uses)) {
        const waiver = waive(rule.id, contexts);
        if (waiver) waived.push({ finding, ...waiver });
        else findings.push(finding);
      }
    }
  }
  const used = new Set([...findings, ...waived.map((each) => each.finding)].map((finding) => finding.rule));
  return {
    subjects: reports,
    kernels: kernels.map(({ name, source, size, hasCrcs }) => ({ name, source, exports: size, hasCrcs })),
    findings: findings.sort(compareFindings),
    waived: waived.sort((a, b) => compareFindings(a.finding, b.finding)),
    problems: [],
    rules: Object.fromEntries(policy.rules.filter((rule) => used.has(rule.id)).map((rule) => [rule.id, textOf(rule)])),
  };
};
