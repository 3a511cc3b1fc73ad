import type { Finding } from "../findings/model.ts";
import type { Kernel } from "../kernels/model.ts";
import { needs } from "../policy/fields.ts";
import type { ResolvedRule } from "../policy/model.ts";
import type { Subject } from "../usage/model.ts";
import type { Context, KernelView } from "./context.ts";
import { remarkFinding, useFinding, type FindingGround } from "./finding.ts";
import { predictionFinding, sameCause } from "./source/finding.ts";
import type { Prediction } from "./source/model.ts";
import { sameForAll, type Common, type JudgedUse } from "./judge.ts";
import { compileMatch } from "./match.ts";
import { stateOf, type Remark } from "./remarks.ts";
import { candidates, type UseIndex } from "./use-index.ts";

/** A finding and what it was found on, for the waivers. */
export interface Found {
  readonly finding: Finding;
  readonly contexts: readonly Context[];
  /** The same for some of its kernels ("": for what depends on none), nothing where it holds on none of these. */
  only(isWanted: (kernel: string) => boolean): Found | undefined;
}

/** A finding made of parts, one for each kernel, so that it can be made of fewer. */
const foundOf = <T>(
  parts: readonly T[],
  kernelOf: (part: T) => string,
  make: (parts: readonly T[]) => Pick<Found, "finding" | "contexts">,
): Found => ({
  ...make(parts),
  only: (isWanted) => {
    const wanted = parts.filter((part) => isWanted(kernelOf(part)));
    return wanted.length > 0 ? foundOf(wanted, kernelOf, make) : undefined;
  },
});

/** What is predicted of a subject's source on a kernel, and the use that it is about. */
export interface JudgedPrediction {
  readonly prediction: Prediction;
  readonly judged: JudgedUse;
  readonly kernel: Kernel;
  /** The kernel that the source is held to build on. */
  readonly base: Kernel;
}

/** What is known of a subject, for the rules to speak of. */
export interface Ask {
  readonly base: Kernel | undefined;
  readonly uses: UseIndex;
  readonly remarks: readonly Remark[];
  readonly predictions: readonly JudgedPrediction[];
}

/** A rule made ready: a subject and what is known of it in, findings out. */
export interface CompiledRule {
  (subject: Subject, ask: Ask): readonly Found[];
  /** Of a rule on uses: whether it may hold of any subject that takes a use so. */
  readonly mayHold?: (common: Common) => boolean;
}

/** What every rule of a run has in common. */
export type RunGround = Pick<FindingGround, "replacements"> & { readonly isBinary: boolean };

/** A rule on remarks: one finding for each kind of remark, for all kernels it concerns; one for each line of the policy. */
const remarkRule = (rule: ResolvedRule, { isBinary }: RunGround): CompiledRule => {
  const test = compileMatch(rule.match);
  return (subject, { remarks }) => {
    const groups = new Map<string, Remark[]>();
    for (const remark of remarks) {
      if (!test({ subject, isBinary, ...stateOf(remark) })) continue;
      const key = JSON.stringify([stateOf(remark), remark.place]);
      const group = groups.get(key);
      if (group) group.push(remark);
      else groups.set(key, [remark]);
    }
    return [...groups.values()].map((group) =>
      foundOf(
        group,
        ({ kernel }) => kernel?.name ?? "",
        (some) => ({ finding: remarkFinding(rule, subject, some), contexts: [{ subject, isBinary, ...stateOf(some[0]!) }] }),
      ),
    );
  };
};

/** A rule on uses: one finding for a use, for all kernels the rule holds on. */
const useRule = (rule: ResolvedRule, { replacements }: RunGround): CompiledRule => {
  const test = compileMatch(rule.match);
  const perKernel = needs(rule.match, "kernel");
  const pick = candidates(rule.match);
  const find: CompiledRule = (subject, { base, uses }) => {
    const ground: FindingGround = { rule, subject, base, replacements };
    const found: Found[] = [];
    for (const judged of pick ? pick(uses) : uses.all) {
      if (!(perKernel ? judged.contexts.some(test) : test(judged.context))) continue;
      const contexts = perKernel ? judged.contexts.filter(test) : [judged.context];
      found.push(
        foundOf(
          contexts,
          ({ view }) => (perKernel && view ? view.kernel.name : ""),
          (some) => {
            const views = perKernel ? some.flatMap(({ view }) => view ?? []) : [];
            return { finding: useFinding(ground, judged, views), contexts: some };
          },
        ),
      );
    }
    return found;
  };
  const mayHold = ({ verdict, context, contexts }: Common): boolean =>
    verdict === undefined || (perKernel ? contexts : [context]).some((each) => sameForAll(() => test(each)) ?? true);
  // A rule about a few names is asked about these alone, which costs less than to ask it about every name.
  return pick ? find : Object.assign(find, { mayHold });
};

/** A rule on predictions: one finding for a cause, for all kernels that it is the same on. */
const predictionRule = (rule: ResolvedRule, { replacements }: RunGround): CompiledRule => {
  const test = compileMatch(rule.match);
  return (subject, { predictions }) => {
    const causes = new Map<string, { readonly each: JudgedPrediction; readonly context: Context }[]>();
    for (const each of predictions) {
      const { prediction, judged, kernel } = each;
      const seen = judged.contexts.find(({ view }) => view?.kernel === kernel) ?? judged.context;
      const context: Context = { ...seen, prediction };
      if (!test(context)) continue;
      const key = sameCause(prediction);
      const group = causes.get(key);
      if (group) group.push({ each, context });
      else causes.set(key, [{ each, context }]);
    }
    return [...causes.values()].map((group) =>
      foundOf(
        group,
        ({ each }) => each.kernel.name,
        (some) => ({
          finding: predictionFinding(
            { rule, subject, base: some[0]!.each.base, replacements },
            some[0]!.each.judged,
            some.map(({ each: { prediction, kernel } }) => ({ prediction, kernel: kernel.name })),
          ),
          contexts: some.map(({ context }) => context),
        }),
      ),
    );
  };
};

/** What a rule written in TypeScript says of a use: the kernels it is about, and values for placeholders of its own. */
export interface CodeVerdict {
  readonly judged: JudgedUse;
  readonly views: readonly KernelView[];
  readonly facts: Readonly<Record<string, string>>;
}

/** A rule written in TypeScript, as the engine asks it. */
export type CodeCheck = (subject: Subject, uses: readonly JudgedUse[]) => readonly CodeVerdict[];

/** A rule whose function finds: of its verdicts come findings like any other's. */
const codeRule =
  (rule: ResolvedRule, check: CodeCheck, { replacements }: RunGround): CompiledRule =>
  (subject, { base, uses: { all } }) =>
    (all.length > 0 ? check(subject, all) : []).map(({ judged, views, facts }) =>
      foundOf(
        views.length > 0 ? views.map((view): Context => ({ ...judged.context, view })) : [judged.context],
        ({ view }) => (views.length > 0 && view ? view.kernel.name : ""),
        (some) => {
          const finding = useFinding(
            { rule, subject, base, replacements },
            judged,
            views.length > 0 ? some.flatMap(({ view }) => view ?? []) : [],
          );
          return { finding: { ...finding, facts: { ...facts, ...finding.facts } }, contexts: some };
        },
      ),
    );

/** A rule as a function, its match compiled once; the function of one that is code is in `code`, by its id. */
export const compileRule = (rule: ResolvedRule, ground: RunGround, code?: ReadonlyMap<string, CodeCheck>): CompiledRule => {
  if (!rule.code) {
    if (rule.remarks) return remarkRule(rule, ground);
    return needs(rule.match, "prediction") ? predictionRule(rule, ground) : useRule(rule, ground);
  }
  const check = code?.get(rule.id);
  if (!check) throw new Error(`the function of the rule ${rule.id} was not handed over`);
  return codeRule(rule, check, ground);
};
