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
  /** What is the same for all subjects that take it alike; absent where it has places of its own. */
  readonly common?: Common;
}

/** What was found of a use, for all subjects of one machine, built on one kernel, that take it alike: a distribution's modules take the same few thousand. */
export interface Common {
  readonly seen: Omit<Context, "subject" | "isNew">;
  readonly views: readonly KernelView[];
  /** Where no promise that was asked looks at the subject. */
  readonly verdict?: Verdict;
  /** Contexts as `JudgedUse` has them, of any such subject. */
  readonly context: Context;
  readonly contexts: readonly Context[];
  /** Its line of the report, once there is one. */
  row?: UseRow;
  /** The rules that may hold, by their numbers, once they were asked. */
  rules?: readonly number[];
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

const ASKED = new Error("what differs from subject to subject was asked for");

const ask = (): never => {
  throw ASKED;
};

/** A context that stands for those of all subjects of a kind: whoever asks it for more of the subject than the kind is told by `sameForAll`. */
const anySubject = (seen: Common["seen"], kind: Subject["kind"], hasCommitted: boolean): Context => {
  const context = { ...seen, subject: new Proxy({} as Subject, { get: (_, property) => (property === "kind" ? kind : ask()) }) };
  return hasCommitted ? Object.defineProperty(context, "isNew", { get: ask, enumerable: true }) : context;
};

/** What a test says of all subjects alike; undefined where it asks for what differs from one to the other. */
export const sameForAll = <T>(test: () => T): T | undefined => {
  try {
    return test();
  } catch (error) {
    if (error === ASKED) return undefined;
    throw error;
  }
};

const inContext = (context: Context, { level, kernels }: Verdict): Context => ({
  ...context,
  level,
  ...(kernels && { promisedOn: kernels }),
});

const inViews = (context: Context, views: readonly KernelView[]): readonly Context[] =>
  views.length === 1 ? [context] : views.map((view) => (view === context.view ? context : { ...context, view }));

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
  const commons = new Map<string, Map<Use, Common>>();
  const numbers = new Map<Kernel | undefined, number>();
  const numberOf = (kernel: Kernel | undefined): number => {
    if (!numbers.has(kernel)) numbers.set(kernel, numbers.size);
    return numbers.get(kernel)!;
  };
  return (subject, isTold) => {
    const own = kernels.filter((kernel) => judges(subject, kernel));
    // Without a word on where it was built: what its project must support first.
    const base = builtOn?.(subject) ?? own.find((kernel) => (subject.kind === "module" ? kernel.signatures : kernel.btf) !== undefined);
    const comparable = own.map((kernel) => crcGap(subject, kernel, base) === undefined);
    const key = `${subject.kind} ${numberOf(base)} ${own.map((kernel, index) => `${numberOf(kernel)}${comparable[index] ? "+" : "-"}`).join(" ")}`;
    const alike = commons.get(key) ?? new Map<Use, Common>();
    commons.set(key, alike);
    const look = (use: Use, sibling: Sibling | undefined): Pick<Common, "seen" | "views"> => {
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
      const seen: Common["seen"] = {
        use,
        isBinary,
        ...(lists && { lists }),
        ...(sibling && { sibling }),
        ...(graded && { documented: graded }),
        ...(first !== undefined && { since: first }),
        ...(view && { view }),
      };
      return { seen, views };
    };
    const lookForAll = (use: Use, sibling: Sibling | undefined): Common => {
      const { seen, views } = look(use, sibling);
      const any = anySubject(seen, subject.kind, agreed !== undefined);
      const verdict = sameForAll(() => promised(any));
      const context = verdict ? inContext(any, verdict) : any;
      return { seen, views, context, contexts: inViews(context, views), ...(verdict && { verdict }) };
    };
    const judge = (use: Use): JudgedUse => {
      const known = use.kind === "symbol" ? siblings.get(use.name) : undefined;
      const isOwn = known?.subject === subject;
      // Nothing but its subject has a use with places or a source beside it, and of one subject all is its own.
      const isPlain = subjects.length > 1 && !isTold && !isOwn && use.kind === "symbol" && use.sites.length === 0;
      const common = isPlain ? (alike.get(use) ?? lookForAll(use, known)) : undefined;
      if (common) alike.set(use, common);
      const { seen, views } = common ?? look(use, isOwn ? undefined : known);
      if (common?.verdict && !agreed) {
        const context: Context = { ...common.context, subject };
        return { use, verdict: common.verdict, context, views, contexts: inViews(context, views), common };
      }
      const ofSubject: Context = { ...seen, subject, ...(agreed && { isNew: !agreed.has(keyOf(subject, use)) }) };
      const verdict = common?.verdict ?? promised(ofSubject);
      const context = inContext(ofSubject, verdict);
      return { use, verdict, context, views, contexts: inViews(context, views), ...(common && { common }) };
    };
    return { base, kernels: own, judge };
  };
};

/** The names of the stable lists that have a symbol. */
const listsWith = (name: string, lists: Lists, offer: KernelExport | undefined): readonly string[] =>
  lists.stable.filter((each) => lists.ask(each, name, offer).isListed).map((each) => each.name);

/** A judged use as a report lists it. */
export const rowOf = (judged: JudgedUse): UseRow => {
  const { common } = judged;
  return common?.verdict ? (common.row ??= lineOf(judged)) : lineOf(judged);
};

const lineOf = ({ use, verdict, context, views }: JudgedUse): UseRow => {
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
