import type { UseRow } from "../findings/model.ts";
import type { Kernel, KernelExport } from "../kernels/model.ts";
import type { ResolvedPromise } from "../policy/model.ts";
import type { Subject, Use } from "../usage/model.ts";
import type { Context, KernelView, Sibling } from "./context.ts";
import { compilePromises, type Verdict } from "./promises.ts";

/** A use with everything the engine learnt about it. */
export interface JudgedUse {
  readonly use: Use;
  readonly verdict: Verdict;
  readonly context: Context;
  /** One for each kernel asked about. */
  readonly views: readonly KernelView[];
}

const siblingExport = ({ subject, export: { name, type, namespace } }: Sibling): KernelExport => ({
  name,
  type,
  exporter: subject.name,
  crc: 0,
  ...(namespace !== undefined && { namespace }),
});

/**
 * Judges uses: who provides each on which kernel, and who promised it. Of the modules of one run each may use what another exports;
 * only true exports count, not a function that merely has the name.
 * @param committed the subjects of the committed manifest, against which a use is new or not.
 */
export const compileJudge = (
  subjects: readonly Subject[],
  kernels: readonly Kernel[],
  promises: readonly ResolvedPromise[],
  committed: readonly Subject[] | undefined,
): ((subject: Subject, use: Use) => JudgedUse) => {
  const siblings = new Map<string, Sibling>();
  for (const subject of subjects) for (const each of subject.exports) siblings.set(each.name, { subject, export: each });
  const promised = compilePromises(promises);
  const keyOf = (subject: Subject, { kind, name }: Use): string => `${subject.name} ${kind} ${name}`;
  const agreed = committed && new Set(committed.flatMap((subject) => subject.uses.map((use) => keyOf(subject, use))));
  return (subject, use) => {
    const known = use.kind === "symbol" ? siblings.get(use.name) : undefined;
    const sibling = known?.subject === subject ? undefined : known;
    const views = kernels.map((kernel): KernelView => {
      const own = use.kind === "symbol" ? kernel.find(use.name) : undefined;
      const found = own ?? (sibling && siblingExport(sibling));
      return { kernel, ...(found && { found }), fromSibling: own === undefined && found !== undefined };
    });
    const view = views.find((each) => each.found) ?? views[0];
    const seen: Context = {
      subject,
      use,
      ...(sibling && { sibling }),
      ...(view && { view }),
      ...(agreed && { isNew: !agreed.has(keyOf(subject, use)) }),
    };
    const verdict = promised(seen);
    return { use, verdict, views, context: { ...seen, level: verdict.level } };
  };
};

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
    ...(context.sibling && { sibling: context.sibling.subject.name }),
    ...(found && { exportType: found.type, exporter: found.exporter }),
    ...(found?.namespace !== undefined && { namespace: found.namespace }),
  };
};
