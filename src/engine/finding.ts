import { fingerprintOf } from "../findings/fingerprint.ts";
import type { Evidence, Finding, FindingSeverity, Place } from "../findings/model.ts";
import { fieldsOf } from "../policy/fields.ts";
import type { ResolvedRule } from "../policy/model.ts";
import type { Placeholder } from "../policy/placeholders.ts";
import type { Subject, Use } from "../usage/model.ts";
import type { Kernel, KernelExport } from "../kernels/model.ts";
import type { Context, KernelView } from "./context.ts";
import type { Lists, NamedList } from "./lists.ts";
import type { JudgedUse } from "./judge.ts";
import { refusersOf } from "./licence.ts";
import { headerEvidence } from "./source/declared.ts";
import type { Verdict } from "./promises.ts";
import { appliesTo, replacementText, type Replacements } from "./replacements.ts";
import { stateOf, type Remark } from "./remarks.ts";

export type Facts = { readonly [P in Placeholder | "written" | "perhaps"]?: string };

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

/** Where Documentation/ABI speaks of a file. */
export const documentEvidence = ({ documented }: Context): Evidence[] =>
  documented ? [{ kind: "document", file: documented.file, what: documented.what }] : [];

export const promiseEvidence = ({ level, by, source, at }: Verdict): Evidence[] =>
  at ? [{ kind: "promise", level, ...(by !== undefined && { by }), ...(source !== undefined && { source }), at }] : [];

const exportEvidence = (kernel: string, { type, exporter, namespace }: KernelExport): Evidence => ({
  kind: "export",
  kernel,
  type,
  exporter,
  ...(namespace !== undefined && { namespace }),
});

/** What a kernel says of a use: how it exports it, or that it does not. */
export const offerEvidence = ({ kernel: { name, source }, found }: KernelView): Evidence =>
  found ? exportEvidence(name, found) : { kind: "absent", kernel: name, source };

/** What a kernel says to the question whether the source behind a use still builds there. */
const rebuildEvidence = (view: KernelView): Evidence => {
  const { kernel, rebuild } = view;
  const { name, source } = kernel;
  switch (rebuild.state) {
    case "changed":
      return { kind: "signature", kernel: name, name: rebuild.name, signature: rebuild.to };
    case "unexported":
      return { kind: "declared", kernel: name, name: rebuild.name, header: rebuild.header };
    case "gone":
      return { kind: "absent", kernel: name, source, name: rebuild.name };
    default:
      return offerEvidence(view);
  }
};

/** What a kernel's BTF has of a use. */
export const btfEvidence = ({ kernel, btf }: KernelView): Evidence => {
  const at = { kind: "btf", kernel: kernel.name, source: kernel.btf?.file ?? kernel.source, state: btf.state } as const;
  switch (btf.state) {
    case "same":
      return { ...at, ...(btf.type !== undefined && btf.type !== "" && { type: btf.type }) };
    case "moved":
      return { ...at, type: btf.type, offset: btf.to };
    case "retyped":
    case "refused":
      return { ...at, type: btf.to };
    default:
      return at;
  }
};

/** What there was before: what the object was compiled with, or what the first kernel has. */
export const compiledEvidence = ({ core }: Use, views: readonly KernelView[], base: Kernel | undefined): Evidence[] => {
  if (core?.access.of === "field")
    return [{ kind: "compiled", type: core.access.steps.at(-1)?.type ?? core.access.root, offset: core.access.offset }];
  const changed = views.map(({ btf }) => btf).find(({ state }) => state === "retyped");
  return changed?.state === "retyped" && base
    ? [{ kind: "btf", kernel: base.name, source: base.btf?.file ?? base.source, state: "same", type: changed.from }]
    : [];
};

/** What each kernel says, and beside it the facts of the module that the rule compared. */
const kernelEvidence = (
  rule: ResolvedRule,
  subject: Subject,
  { use, context }: JudgedUse,
  base: Kernel | undefined,
  views: readonly KernelView[],
): Evidence[] => {
  const asked = new Set(fieldsOf(rule.match));
  const evidence = views.flatMap((view): Evidence | readonly Evidence[] => {
    const { kernel, found } = view;
    const declares = headerEvidence(use, kernel);
    if (declares) return declares;
    if (asked.has("rebuild")) return rebuildEvidence(view);
    if (asked.has("btf")) return btfEvidence(view);
    if (found && asked.has("crc") && use.crc !== undefined)
      return { kind: "crc", kernel: kernel.name, built: use.crc, kernelCrc: found.crc };
    return offerEvidence(view);
  });
  if (asked.has("rebuild")) evidence.unshift(...baseEvidence(views, base));
  if (asked.has("btf")) evidence.unshift(...compiledEvidence(use, views, base));
  evidence.push(...listEvidence(asked, use, context));
  if (asked.has("refused-by")) evidence.push({ kind: "licence", tags: subject.licences });
  if (asked.has("namespace-access")) evidence.push({ kind: "imports", namespaces: subject.imports });
  return evidence;
};

/** The lists that a rule asked about, each with the line that has the symbol. */
const listEvidence = (asked: ReadonlySet<string>, use: Use, { lists, view }: Context): Evidence[] =>
  listsAsked(asked, lists).map((named): Evidence => {
    const { entry, isListed } = lists!.ask(named, use.name, view?.found);
    return {
      kind: "list",
      list: named.name,
      file: named.list.file,
      ...(isListed && entry && { line: entry.line }),
      ...(isListed && entry?.crc !== undefined && entry.crc !== 0 && { crc: entry.crc }),
      ...(isListed && entry?.reason !== undefined && { reason: entry.reason }),
    };
  });

const listsAsked = (asked: ReadonlySet<string>, lists: Lists | undefined): readonly NamedList[] => {
  if (!lists) return [];
  if (asked.has("protected")) return lists.of("protected");
  if (asked.has("denied")) return lists.of("denied");
  return ["list", "listed", "list-crc", "list-dropped"].some((field) => asked.has(field)) ? lists.stable : [];
};

/** What a rule's words on lists may speak of: those that lack the symbol, or for a list of what is not to be used those that have it. */
const listFacts = (asked: ReadonlySet<string>, use: Use, context: Context): Facts => {
  const evidence = listEvidence(asked, use, context).filter((each) => each.kind === "list");
  if (evidence.length === 0) return {};
  if (asked.has("list-crc")) {
    const others = evidence.filter(({ crc }) => crc !== undefined && crc !== use.crc);
    return { lists: others.map(({ list }) => list).join(", ") };
  }
  const isAgainst = asked.has("protected") || asked.has("denied");
  const concerned = evidence.filter(({ line }) => (line !== undefined) === isAgainst).map(({ list }) => list);
  const reason = evidence.find((each) => each.reason !== undefined)?.reason;
  return { lists: concerned.join(", "), reason: reason ?? "no reason is given" };
};

/** What was there on the kernel that the module was built on: the "then" of a change. */
const baseEvidence = (views: readonly KernelView[], base: Kernel | undefined): Evidence[] => {
  const rebuild = views.find((view) => view.rebuild.state !== "holds")?.rebuild;
  if (!base || !rebuild) return [];
  if (rebuild.state === "changed") return [{ kind: "signature", kernel: base.name, name: rebuild.name, signature: rebuild.from }];
  const found = rebuild.state === "gone" || rebuild.state === "unexported" ? base.find(rebuild.name) : undefined;
  return found ? [exportEvidence(base.name, found)] : [];
};

/** The names, types and replacements that a rule's words on building anew may speak of. */
const rebuildFacts = (
  views: readonly KernelView[],
  base: Kernel | undefined,
  replacements: Replacements,
): Facts & { readonly broken?: string } => {
  const rebuild = views.map((view) => view.rebuild).find(({ state }) => state !== "holds");
  if (!rebuild || !("name" in rebuild)) return {};
  const known = replacements.get(rebuild.name);
  const replacement =
    known && views.some((view) => view.rebuild.state !== "holds" && appliesTo(known, view.kernel.name)) ? known : undefined;
  return {
    broken: rebuild.name,
    base: base?.name ?? "",
    ...(rebuild.state === "changed" && { "old-type": rebuild.from, "new-type": rebuild.to }),
    ...(replacement && { replacement: replacementText(replacement) }),
  };
};

export const severityOf = (rule: ResolvedRule): FindingSeverity => rule.severity as FindingSeverity;

/** What a finding on a use is made from besides the use itself. */
export interface FindingGround {
  readonly rule: ResolvedRule;
  readonly subject: Subject;
  /** The kernel the subject was built on, or the nearest that is known. */
  readonly base: Kernel | undefined;
  readonly replacements: Replacements;
}

/** A rule's verdict on a use, for the kernels it holds on (none: it does not depend on a kernel). */
export const useFinding = (
  { rule, subject, base, replacements }: FindingGround,
  judged: JudgedUse,
  views: readonly KernelView[],
): Finding => {
  const { use, verdict } = judged;
  const found = (views.length > 0 ? views : judged.views).find((view) => view.found)?.found;
  const kernels = views.map((view) => view.kernel.name);
  const { broken, ...rebuild } = fieldsOf(rule.match).includes("rebuild") ? rebuildFacts(views, base, replacements) : {};
  const facts: Facts = {
    name: broken ?? use.name,
    // A name that the source itself has needs no second one beside it.
    ...((broken === undefined || broken === use.name) && writtenAs(use)),
    door: [...new Set(use.sites.flatMap((site) => site.door ?? []))].join(", ") || "a way that was not seen",
    kind: use.kind,
    subject: subject.name,
    level: verdict.level,
    kernels: kernels.join(", "),
    "export-type": found?.type ?? "",
    exporter: found?.exporter ?? "",
    namespace: found?.namespace ?? "",
    licences: subject.licences.length > 0 ? subject.licences.join(", ") : "none",
    "refused-by": refusersOf(subject.licences, use.weak).join(" and "),
    ...(judged.context.documented && { document: judged.context.documented.file }),
    btf: views.every(({ btf }) => btf.state === views[0]?.btf.state) ? (views[0]?.btf.state ?? "") : "differs",
    how: use.how ?? "",
    ...listFacts(new Set(fieldsOf(rule.match)), use, judged.context),
    ...rebuild,
  };
  return {
    rule: rule.id,
    severity: severityOf(rule),
    subject: subject.name,
    interface: { kind: use.kind, name: use.name },
    level: verdict.level,
    kernels,
    facts,
    evidence: [...kernelEvidence(rule, subject, judged, base, views), ...documentEvidence(judged.context), ...promiseEvidence(verdict)],
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
