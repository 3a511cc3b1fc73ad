import { fingerprintOf } from "../findings/fingerprint.ts";
import type { Evidence, Finding, FindingSeverity, Place } from "../findings/model.ts";
import { fieldsOf } from "../policy/fields.ts";
import type { ResolvedRule } from "../policy/model.ts";
import type { Placeholder } from "../policy/schema.ts";
import type { Subject, Use } from "../usage/model.ts";
import type { Context, KernelView } from "./context.ts";
import type { GapFact } from "./gaps.ts";
import { refusersOf } from "./licence.ts";
import type { Verdict } from "./promises.ts";

/** A use with everything the engine learnt about it. */
export interface JudgedUse {
  readonly use: Use;
  readonly verdict: Verdict;
  readonly context: Context;
  /** One for each kernel asked about. */
  readonly views: readonly KernelView[];
}

type Facts = { readonly [P in Placeholder]?: string };

/** The source lines that took the use, or the subject itself where none is known. */
const placesOf = (subject: Subject, use: Use | undefined): readonly Place[] => {
  const places = (use?.sites ?? []).flatMap((site): Place[] => {
    if (site.file === undefined || site.line === undefined) return [];
    return [
      { file: site.file, line: site.line, column: site.column ?? 1, ...(site.function !== undefined && { function: site.function }) },
    ];
  });
  return places.length > 0 ? places : [{ file: subject.path, line: subject.line, column: subject.column }];
};

const promiseEvidence = ({ level, by, source, at }: Verdict): Evidence[] =>
  at ? [{ kind: "promise", level, ...(by !== undefined && { by }), ...(source !== undefined && { source }), at }] : [];

/** What each kernel says, and beside it the facts of the module that the rule compared. */
const kernelEvidence = (rule: ResolvedRule, subject: Subject, use: Use, views: readonly KernelView[]): Evidence[] => {
  const asked = new Set(fieldsOf(rule.match));
  const evidence = views.map(({ kernel, found }): Evidence => {
    if (!found) return { kind: "absent", kernel: kernel.name, source: kernel.source };
    if (asked.has("crc") && use.crc !== undefined) return { kind: "crc", kernel: kernel.name, built: use.crc, kernelCrc: found.crc };
    const { type, exporter, namespace } = found;
    return { kind: "export", kernel: kernel.name, type, exporter, ...(namespace !== undefined && { namespace }) };
  });
  if (asked.has("refused-by")) evidence.push({ kind: "licence", tags: subject.licences });
  if (asked.has("namespace-access")) evidence.push({ kind: "imports", namespaces: subject.imports });
  return evidence;
};

const severityOf = (rule: ResolvedRule): FindingSeverity => rule.severity as FindingSeverity;

/** A rule's verdict on a use, for the kernels it holds on (none: it does not depend on a kernel). */
export const useFinding = (rule: ResolvedRule, judged: JudgedUse, subject: Subject, views: readonly KernelView[]): Finding => {
  const { use, verdict } = judged;
  const found = (views.length > 0 ? views : judged.views).find((view) => view.found)?.found;
  const kernels = views.map((view) => view.kernel.name);
  const facts: Facts = {
    name: use.name,
    kind: use.kind,
    subject: subject.name,
    level: verdict.level,
    kernels: kernels.join(", "),
    "export-type": found?.type ?? "",
    exporter: found?.exporter ?? "",
    namespace: found?.namespace ?? "",
    licences: subject.licences.length > 0 ? subject.licences.join(", ") : "none",
    "refused-by": refusersOf(subject.licences).join(" and "),
  };
  return {
    rule: rule.id,
    severity: severityOf(rule),
    subject: subject.name,
    interface: { kind: use.kind, name: use.name },
    level: verdict.level,
    kernels,
    facts,
    evidence: [...kernelEvidence(rule, subject, use, views), ...promiseEvidence(verdict)],
    places: placesOf(subject, use),
    fingerprint: fingerprintOf(rule.id, subject.name, `${use.kind} ${use.name}`, kernels),
  };
};

/** A rule's verdict on what could not be checked, for the kernels it could not be checked on. */
export const gapFinding = (rule: ResolvedRule, subject: Subject, gaps: readonly GapFact[]): Finding => {
  const kernels = gaps.map(({ kernel }) => kernel.name);
  const { gap } = gaps[0]!;
  const count = Math.max(...gaps.map(({ names }) => names.length));
  const facts: Facts = { subject: subject.name, gap, kernels: kernels.join(", "), count: String(count) };
  return {
    rule: rule.id,
    severity: severityOf(rule),
    subject: subject.name,
    gap,
    kernels,
    facts,
    evidence: gaps
      .filter(({ names }) => names.length > 0)
      .map(({ kernel, names }) => ({ kind: "unchecked", kernel: kernel.name, names: names.slice(0, 5), count: names.length })),
    places: placesOf(subject, undefined),
    fingerprint: fingerprintOf(rule.id, subject.name, gap, kernels),
  };
};
