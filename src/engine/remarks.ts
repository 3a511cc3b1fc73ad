import type { PolicyLine } from "../findings/model.ts";
import type { Kernel } from "../kernels/model.ts";
import type { Placeholder } from "../policy/placeholders.ts";
import type { BaselineState, BudgetState, Gap, Oddity, RebuildState, WaiverState } from "../shared/vocabulary.ts";
import type { JudgedUse } from "./judge.ts";
import type { Subject } from "../usage/model.ts";
import type { NotRead } from "../kernels/source/model.ts";
import { gapOf, type SourceView } from "./source/model.ts";
import { blindTo, crcGap, judges } from "./comparable.ts";
import { checksModuleNamespaces, MODULE_PREFIX } from "./predicates/namespace-access.ts";
import { refusersOf } from "./licence.ts";

/** Something to say of a subject as a whole, on a kernel where one is concerned, and of which names (none: of all). */
export interface Remark {
  readonly gap?: Gap;
  readonly oddity?: Oddity;
  readonly waiver?: WaiverState;
  readonly budget?: BudgetState;
  readonly baseline?: BaselineState;
  readonly kernel?: Kernel;
  readonly names: readonly string[];
  /** The line of the policy that it is about, and what that line says. */
  readonly place?: PolicyLine;
  readonly facts?: Readonly<Partial<Record<Placeholder, string>>>;
}

/** What a remark is, as a rule asks for it. */
export const stateOf = ({
  gap,
  oddity,
  waiver,
  budget,
  baseline,
}: Remark): Pick<Remark, "gap" | "oddity" | "waiver" | "budget" | "baseline"> => ({
  ...(gap && { gap }),
  ...(oddity && { oddity }),
  ...(waiver && { waiver }),
  ...(budget && { budget }),
  ...(baseline && { baseline }),
});

/**
 * Why CRCs of a subject and a kernel cannot be compared. A weak symbol carries none by design
 * (modpost skips it), and what neither side knows is another rule's affair.
 */
const crcGaps = (subject: Subject, uses: readonly JudgedUse[], kernel: Kernel, base: Kernel | undefined): readonly Remark[] => {
  const symbols = uses.filter(({ use }) => use.kind === "symbol" && !use.weak);
  if (symbols.length === 0) return [];
  const gap = crcGap(subject, kernel, base);
  if (gap) return [{ gap, kernel, names: [] }];
  const built: string[] = [];
  const offered: string[] = [];
  for (const { use, views } of symbols) {
    const view = views.find((each) => each.kernel === kernel);
    if (!view?.found || view.fromSibling) continue;
    if (use.crc === undefined) built.push(use.name);
    else if (view.found.crc === 0) offered.push(use.name);
  }
  const remarks: Remark[] = [];
  if (built.length > 0) remarks.push({ gap: "use-without-crc", kernel, names: built });
  if (offered.length > 0) remarks.push({ gap: "export-without-crc", kernel, names: offered });
  return remarks;
};

const GAP_OF = {
  unknown: "rebuild-unknown",
  unclear: "rebuild-unclear",
  foreign: "other-module",
  adapts: "source-adapts",
} as const satisfies Partial<Record<RebuildState, Gap>>;

/** What could not be told of the source's fate on a kernel, and of which symbols. */
const rebuildGaps = (uses: readonly JudgedUse[], kernel: Kernel): readonly Remark[] => {
  const named = new Map<RebuildState, string[]>();
  for (const { use, views } of uses) {
    const state = use.kind === "symbol" ? views.find((view) => view.kernel === kernel)?.rebuild.state : undefined;
    if (state === undefined || !(state in GAP_OF)) continue;
    const names = named.get(state);
    if (names) names.push(use.name);
    else named.set(state, [use.name]);
  }
  return Object.entries(GAP_OF).flatMap(([state, gap]) => {
    const names = named.get(state as RebuildState);
    return names ? [{ gap, kernel, names }] : [];
  });
};

/** What a kernel's BTF does not tell; what user space chooses at run time is said elsewhere. */
const btfGaps = (uses: readonly JudgedUse[], kernel: Kernel): readonly Remark[] => {
  const names = uses.flatMap(({ use, views }) =>
    use.seen !== "unknown" && views.find((view) => view.kernel === kernel)?.btf.state === "unknown" ? [use.name] : [],
  );
  return names.length > 0 ? [{ gap: "btf-cannot-tell", kernel, names }] : [];
};

const notReadText = ({ file, line, why, detail }: NotRead): string =>
  `${file}${line === undefined ? "" : `:${line}`} (${why}${detail === undefined ? "" : `: ${detail}`})`;

/** What could not be told of a source: on kernels whose headers are not known, and of what was not read. */
export const sourceRemarks = ({ kind }: Subject, views: readonly SourceView[], kernels: readonly Kernel[]): readonly Remark[] => {
  if (kind === "source" && views.length === 0) return kernels.map((kernel): Remark => ({ gap: "source-not-given", kernel, names: [] }));
  return views.flatMap((view): readonly Remark[] => {
    const { kernel } = view;
    if (view.state === "unknown") return [{ gap: "declarations-unknown", kernel, names: [] }];
    const gaps = ["source-not-read", "build-not-understood"] as const;
    return gaps.flatMap((gap): readonly Remark[] => {
      const names = view.notRead.filter((each) => gapOf(each) === gap).map(notReadText);
      return names.length > 0 ? [{ gap, kernel, names: [...new Set(names)] }] : [];
    });
  });
};

/** A namespace is needless where nothing that is used stands in it on any kernel asked about, or in a module of the same run. */
const needlessImports = ({ imports }: Subject, uses: readonly JudgedUse[]): readonly string[] => {
  if (imports.length === 0) return [];
  const views = uses.flatMap((judged) => judged.views);
  if (views.length === 0) return [];
  const needed = new Set([...views.map(({ found }) => found?.namespace), ...uses.map(({ context }) => context.sibling?.export.namespace)]);
  return imports.filter((namespace) => !needed.has(namespace));
};

/** modpost and the loader look at different tags, so a mixture is judged differently by them. */
const disagreeingLicences = (licences: readonly string[]): readonly string[] =>
  new Set(licences.map((tag) => refusersOf([tag]).length > 0)).size > 1 ? licences : [];

/**
 * All there is to say of a subject as a whole.
 * @param kernels all that were asked about; those that say nothing of the subject are gaps.
 */
export const remarksOn = (
  subject: Subject,
  uses: readonly JudgedUse[],
  kernels: readonly Kernel[],
  base: Kernel | undefined,
): readonly Remark[] => {
  const remarks: Remark[] = [...subject.oddities];
  const licences = disagreeingLicences(subject.licences);
  if (licences.length > 0) remarks.push({ oddity: "licences-disagree", names: licences });
  const needless = needlessImports(subject, uses);
  if (needless.length > 0) remarks.push({ oddity: "needless-import", names: needless });
  const gaps = (subject.kind === "program" ? [] : kernels).flatMap((kernel): readonly Remark[] => {
    const blind = blindTo(subject, kernel);
    if (blind) return [{ gap: blind, kernel, names: [] }];
    if (subject.kind === "source") return [];
    return subject.kind === "bpf-object" ? btfGaps(uses, kernel) : [...crcGaps(subject, uses, kernel, base), ...rebuildGaps(uses, kernel)];
  });
  const restricted = subject.imports.filter((namespace) => namespace.startsWith(MODULE_PREFIX));
  const refusing = restricted.length > 0 ? kernels.filter((kernel) => judges(subject, kernel) && checksModuleNamespaces(kernel)) : [];
  return [...remarks, ...refusing.map((kernel): Remark => ({ oddity: "restricted-import", kernel, names: restricted })), ...gaps];
};
