import type { UseRow } from "../findings/model.ts";
import type { Kernel, KernelExport } from "../kernels/model.ts";
import type { ResolvedPromise } from "../policy/model.ts";
import type { InterfaceKind } from "../shared/vocabulary.ts";
import type { Subject, Use } from "../usage/model.ts";
import type { Context, Documented, KernelView, Sibling } from "./context.ts";
import { btfOf, type BtfView } from "./btf.ts";
import { crcGap, judges } from "./comparable.ts";
import type { Lists } from "./lists.ts";
import { compilePromises, type Verdict } from "./promises.ts";
import { rebuildOf, type Rebuild } from "./rebuild.ts";
import { writtenIn, type Written } from "./written.ts";

/** A use with everything the engine learnt about it. */
export interface JudgedUse {
  readonly use: Use;
  readonly verdict: Verdict;
  readonly context: Context;
  /** One for each kernel asked about. */
  readonly views: readonly KernelView[];
  /** The context with each view, for whatever asks kernel by kernel. */
  readonly contexts: readonly Context[];
}

const siblingExport = ({ subject, export: { name, type, namespace } }: Sibling): KernelExport => ({
  name,
  type,
  exporter: subject.name,
  crc: 0,
  ...(namespace !== undefined && { namespace }),
});

/** What the judge knows besides the subjects. */
export interface Ground {
  readonly kernels: readonly Kernel[];
  readonly promises: readonly ResolvedPromise[];
  /** The subjects of the committed manifest, against which a use is new or not. */
  readonly committed?: readonly Subject[];
  /** The kernel that a subject was built on, or the nearest that is known. */
  readonly builtOn?: (subject: Subject) => Kernel | undefined;
  readonly isBinary: boolean;
  /** The vendors' lists, where the policy names any. */
  readonly lists?: Lists;
  /** What Documentation/ABI says of a file. */
  readonly documented?: (path: string) => Documented | undefined;
  /** Since which version of Linux there is an interface. */
  readonly since?: (kind: InterfaceKind, name: string) => string | undefined;
}

/** One subject's judge: its kernels are those of its own machine. */
export interface SubjectJudge {
  readonly base: Kernel | undefined;
  readonly kernels: readonly Kernel[];
  judge(use: Use): JudgedUse;
}

/** A view that works out what is costly only where a rule asks for it. */
const viewOf = (
  kernel: Kernel,
  found: KernelExport | undefined,
  own: boolean,
  hasComparableCrcs: boolean,
  rebuild: () => Rebuild,
  btf: () => BtfView,
): KernelView => {
  let known: Rebuild | undefined;
  let typed: BtfView | undefined;
  return {
    kernel,
    ...(found && { found }),
    fromSibling: found !== undefined && !own,
    hasComparableCrcs,
    get rebuild() {
      return (known ??= rebuild());
    },
    get btf() {
      return (typed ??= btf());
    },
  };
};

const FILES: ReadonlySet<string> = new Set(["procfs", "sysfs", "debugfs"]);

/**
 * Judges uses: who provides each on which kernel, and who promised it. Of the modules of one run each may use what another exports;
 * only true exports count, not a function that merely has the name.
 */
export const compileJudge = (
  subjects: readonly Subject[],
  { kernels, promises, committed, builtOn, isBinary, lists, documented, since }: Ground,
): ((subject: Subject, isTold?: (kernel: Kernel, name: string) => boolean) => SubjectJudge) => {
  const siblings = new Map<string, Sibling>();
  for (const subject of subjects) for (const each of subject.exports) siblings.set(each.name, { subject, export: each });
  const promised = compilePromises(promises);
  const keyOf = (subject: Subject, { kind, name }: Use): string => `${subject.name} ${kind} ${name}`;
  const agreed = committed && new Set(committed.flatMap((subject) => subject.uses.map((use) => keyOf(subject, use))));
  return (subject, isTold) => {
    const own = kernels.filter((kernel) => judges(subject, kernel));
    // Without a word on where it was built: what its project must support first.
    const base = builtOn?.(subject) ?? own.find((kernel) => (subject.kind === "module" ? kernel.signatures : kernel.btf) !== undefined);
    const comparable = own.map((kernel) => crcGap(subject, kernel, base) === undefined);
    const judge = (use: Use): JudgedUse => {
      const known = use.kind === "symbol" ? siblings.get(use.name) : undefined;
      const sibling = known?.subject === subject ? undefined : known;
      let source: Written | undefined;
      const written = (): Written => (source ??= writtenIn(use, base));
      const views = own.map((kernel, index): KernelView => {
        const offer = use.kind === "symbol" ? kernel.find(use.name) : undefined;
        const provided = offer === undefined && sibling !== undefined;
        return viewOf(
          kernel,
          offer ?? (sibling && siblingExport(sibling)),
          offer !== undefined,
          comparable[index]!,
          () => {
            if (provided) return { state: "holds" };
            const rebuild = rebuildOf(use, base, kernel, written);
            // Who exports it is no affair of the source's.
            return rebuild.state !== "holds" && rebuild.state !== "foreign" && isTold?.(kernel, use.name) ? { state: "read" } : rebuild;
          },
          () => btfOf(use, own, kernel),
        );
      });
      const view = views.find((each) => each.found) ?? views[0];
      const first = since?.(use.kind, use.name);
      const graded = FILES.has(use.kind) ? documented?.(use.name) : undefined;
      const seen: Context = {
        subject,
        use,
        isBinary,
        ...(lists && { lists }),
        ...(sibling && { sibling }),
        ...(graded && { documented: graded }),
        ...(first !== undefined && { since: first }),
        ...(view && { view }),
        ...(agreed && { isNew: !agreed.has(keyOf(subject, use)) }),
      };
      const verdict = promised(seen);
      const context: Context = { ...seen, level: verdict.level, ...(verdict.kernels && { promisedOn: verdict.kernels }) };
      const contexts = views.map((each): Context => (each === view ? context : { ...context, view: each }));
      return { use, verdict, context, views, contexts };
    };
    return { base, kernels: own, judge };
  };
};

/** The names of the stable lists that have a symbol. */
const listsWith = (name: string, lists: Lists, offer: KernelExport | undefined): readonly string[] =>
  lists.stable.filter((each) => lists.ask(each, name, offer).isListed).map((each) => each.name);

/** A judged use as a report lists it. */
export const rowOf = ({ use, verdict, context, views }: JudgedUse): UseRow => {
  const found = views.find((view) => view.found)?.found;
  return {
    kind: use.kind,
    name: use.name,
    weak: use.weak,
    origin: use.origin,
    level: verdict.level,
    ...(use.seen && { seen: use.seen }),
    ...(use.how !== undefined && { how: use.how }),
    ...(use.guarded && { guarded: use.guarded }),
    ...(use.count !== undefined && { count: use.count }),
    ...(context.since !== undefined && { since: context.since }),
    ...(context.sibling && { sibling: context.sibling.subject.name }),
    ...(context.lists && use.kind === "symbol" && { lists: listsWith(use.name, context.lists, found) }),
    ...(found && { exportType: found.type, exporter: found.exporter }),
    ...(found?.namespace !== undefined && { namespace: found.namespace }),
  };
};
