import type { Finding } from "../findings/model.ts";
import { needs } from "../policy/fields.ts";
import type { ResolvedRule } from "../policy/model.ts";
import type { Subject } from "../usage/model.ts";
import type { Context } from "./context.ts";
import { remarkFinding, useFinding } from "./finding.ts";
import type { JudgedUse } from "./judge.ts";
import { compileMatch } from "./match.ts";
import type { Remark } from "./remarks.ts";

/** A finding and what it was found on, for the waivers. */
export interface Found {
  readonly finding: Finding;
  readonly contexts: readonly Context[];
}

/** A rule made ready: a subject's uses and the remarks on it in, findings out. */
export type CompiledRule = (subject: Subject, uses: readonly JudgedUse[], remarks: readonly Remark[]) => readonly Found[];

/** A rule on remarks: one finding for each kind of remark, for all kernels it concerns. */
const remarkRule = (rule: ResolvedRule): CompiledRule => {
  const test = compileMatch(rule.match);
  const about = ({ gap, oddity }: Remark): Pick<Remark, "gap" | "oddity"> => ({ ...(gap && { gap }), ...(oddity && { oddity }) });
  return (subject, _, remarks) => {
    const matching = remarks.filter((remark) => test({ subject, ...about(remark) }));
    const kinds = new Set(matching.map(({ gap, oddity }) => gap ?? oddity));
    return [...kinds].map((kind) => {
      const same = matching.filter(({ gap, oddity }) => (gap ?? oddity) === kind);
      return { finding: remarkFinding(rule, subject, same), contexts: [{ subject, ...about(same[0]!) }] };
    });
  };
};

/** A rule on uses: one finding for a use, for all kernels the rule holds on. */
const useRule = (rule: ResolvedRule): CompiledRule => {
  const test = compileMatch(rule.match);
  const perKernel = needs(rule.match, "kernel");
  return (subject, uses) => {
    const found: Found[] = [];
    for (const judged of uses) {
      const all = perKernel ? judged.views.map((view) => ({ ...judged.context, view })) : [judged.context];
      const contexts = all.filter(test);
      if (contexts.length === 0) continue;
      const views = perKernel ? contexts.flatMap(({ view }) => view ?? []) : [];
      found.push({ finding: useFinding(rule, judged, subject, views), contexts });
    }
    return found;
  };
};

/** A rule as a function, its match compiled once. */
export const compileRule = (rule: ResolvedRule): CompiledRule => (rule.remarks ? remarkRule(rule) : useRule(rule));
