import type { WaivedFinding } from "../findings/model.ts";
import type { Match } from "../policy/fields.ts";
import type { ResolvedWaiver } from "../policy/model.ts";
import type { Context } from "./context.ts";
import { compileMatch } from "./match.ts";
import type { Remark } from "./remarks.ts";

export interface Waivers {
  /** Which waiver, if any, excuses a finding: of its rule, still in force, and matching on every kernel the finding is about. */
  excuse(rule: string, contexts: readonly Context[]): Omit<WaivedFinding, "finding"> | undefined;
  /**
   * What is wrong with the waivers themselves, once all findings have been asked about.
   * @param complete whether every input was read: of those that were not nobody knows which waivers they need.
   */
  remarks(complete: boolean): readonly Remark[];
}

/** Keys in order, so that two ways to write one match are one text. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** Whether a match names what it excuses: an interface, or for a remark the gap or the oddity. */
const namesSomething = ({ name, gap, oddity, all }: Match): boolean => {
  const names = typeof name === "string" ? [name] : (name ?? []);
  if (names.length > 0 && names.every((each) => /[^*?]/.test(each as string))) return true;
  return gap !== undefined || oddity !== undefined || (all ?? []).some(namesSomething);
};

const remark = (waiver: NonNullable<Remark["waiver"]>, { rule, match, owner, until, at }: ResolvedWaiver): Remark => ({
  waiver,
  // What a waiver excuses tells it from its neighbours, however its lines move.
  names: [rule, canonical(match)],
  place: at,
  facts: { rule, owner, ...(until !== undefined && { until }) },
});

/** What `abi-lint import` writes where it knows no owner. */
const NO_OWNER = "?";

/**
 * @param today ISO day; a waiver holds through its `until`.
 * @param untrusted waivers of a change that the trusted copy of the policy does not have: they excuse nothing.
 */
export const compileWaivers = (waivers: readonly ResolvedWaiver[], untrusted: readonly ResolvedWaiver[], today: string): Waivers => {
  const isExpired = ({ until }: ResolvedWaiver): boolean => until !== undefined && until < today;
  const inForce = new Map<string, { readonly waiver: ResolvedWaiver; readonly test: (context: Context) => boolean }[]>();
  for (const waiver of waivers) {
    if (isExpired(waiver)) continue;
    const entry = { waiver, test: compileMatch(waiver.match) };
    const list = inForce.get(waiver.rule);
    if (list) list.push(entry);
    else inForce.set(waiver.rule, [entry]);
  }
  const used = new Set<ResolvedWaiver>();
  return {
    excuse: (rule, contexts) => {
      const waiver = inForce.get(rule)?.find(({ test }) => contexts.every(test))?.waiver;
      if (!waiver) return undefined;
      used.add(waiver);
      const { reason, owner, until } = waiver;
      return { reason, owner, ...(until !== undefined && { until }) };
    },
    remarks: (complete) => {
      const seen = new Set<string>();
      const remarks: Remark[] = untrusted.map((waiver) => remark("untrusted", waiver));
      for (const waiver of waivers) {
        const key = canonical([waiver.rule, waiver.match]);
        if (isExpired(waiver)) remarks.push(remark("expired", waiver));
        else if (seen.has(key)) remarks.push(remark("duplicate", waiver));
        else if (complete && !used.has(waiver)) remarks.push(remark("unused", waiver));
        if (waiver.owner === NO_OWNER) remarks.push(remark("unfinished", waiver));
        if (!namesSomething(waiver.match)) remarks.push(remark("over-broad", waiver));
        seen.add(key);
      }
      return remarks;
    },
  };
};
