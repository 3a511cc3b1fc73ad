import { fingerprintOf } from "../findings/fingerprint.ts";
import type { Evidence, Finding, FindingSeverity, Place } from "../findings/model.ts";
import { fieldsOf } from "../policy/fields.ts";
import type { ResolvedRule } from "../policy/model.ts";
import type { Placeholder } from "../policy/schema.ts";
import type { Subject, Use } from "../usage/model.ts";
import type { KernelView } from "./context.ts";
import type { JudgedUse } from "./judge.ts";
import { refusersOf } from "./licence.ts";
import type { Verdict } from "./promises.ts";
import { stateOf, type Remark } from "./remarks.ts";

type Facts = { readonly [P in Placeholder | "written" | "perhaps"]?: string };

/** The source lines that took the use, each once, or the subject itself where none is known. */
export const placesOf = (subject: Subject, use: Use | undefined): readonly [Place, ...Place[]] => {
  const places = new Map<string, Place>();
  for (const site of use?.sites ?? []) {
    if (site.file === undefined || site.line === undefined) continue;
    const place: Place = {
      file: site.file,
      line: site.line,
      column: site.column ?? 1,
      ...(site.function !== undefined && { function: site.function }),
      ...(site.via && { through: site.via.toReversed().map((step) => step.function ?? step.file) }),
    };
    const key = `${place.file}:${place.line}:${place.column}`;
    if (!places.has(key)) places.set(key, place);
  }
  const [first, ...others] = [...places.values()].sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  );
  return first ? [first, ...others] : [{ file: subject.path, line: subject.line, column: subject.column }];
};

const some = (names: readonly string[]): string => (names.length > 3 ? `${names.slice(0, 3).join(", ")}, …` : names.join(" or "));

/** What the source calls the use, where its places tell; else what authors write for such a symbol, one of which it will be. */
export const writtenAs = (use: Use): { readonly written?: string; readonly perhaps?: string } => {
  const seen = [...new Set(use.sites.flatMap((site) => site.written ?? []))];
  if (seen.length > 0) return { written: some(seen) };
  return use.written ? { perhaps: some(use.written) } : {};
};

export const promiseEvidence = ({ level, by, source, at }: Verdict): Evidence[] =>
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
    ...writtenAs(use),
    door: [...new Set(use.sites.flatMap((site) => site.door ?? []))].join(", ") || "a way that was not seen",
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

/** More names than this are counted, not listed. */
const MAX_NAMES = 8;

/** A rule's verdict on a subject as a whole or on a line of the policy, for the kernels it concerns. */
export const remarkFinding = (rule: ResolvedRule, subject: Subject, remarks: readonly Remark[]): Finding => {
  const kernels = remarks.flatMap(({ kernel }) => (kernel ? [kernel.name] : []));
  const first = remarks[0]!;
  const state = stateOf(first);
  const names = [...new Set(remarks.flatMap((remark) => remark.names))];
  const facts: Facts = {
    subject: subject.name,
    kernels: kernels.join(", "),
    names: names.slice(0, MAX_NAMES).join(", ") + (names.length > MAX_NAMES ? ", …" : ""),
    count: String(names.length),
    ...state,
    ...first.facts,
  };
  const evidence = remarks
    .filter((remark) => remark.names.length > 0)
    .map(({ kernel, names: list }): Evidence => {
      const shown = list.slice(0, MAX_NAMES);
      return { kind: "names", ...(kernel && { kernel: kernel.name }), names: shown, count: list.length };
    });
  const about = Object.values(state).join(" ");
  return {
    rule: rule.id,
    severity: severityOf(rule),
    subject: subject.name,
    ...state,
    kernels,
    facts,
    evidence: first.place ? [] : evidence,
    places: first.place ? [first.place] : placesOf(subject, undefined),
    fingerprint: fingerprintOf(rule.id, subject.name, first.place ? `${about} ${names.join(" ")}` : about, kernels),
  };
};
