import type { WaivedFinding } from "../findings/model.ts";
import type { ResolvedWaiver } from "../policy/model.ts";
import type { Context } from "./context.ts";
import { compileMatch } from "./match.ts";

/**
 * Which waiver, if any, excuses a finding: of its rule, still in force, and matching on every kernel the finding is about.
 * @param today ISO day; a waiver holds through its `until`.
 */
export const compileWaivers = (
  waivers: readonly ResolvedWaiver[],
  today: string,
): ((rule: string, contexts: readonly Context[]) => Omit<WaivedFinding, "finding"> | undefined) => {
  const inForce = waivers
    .filter(({ until }) => until === undefined || today <= until)
    .map((waiver) => ({ waiver, test: compileMatch(waiver.match) }));
  return (rule, contexts) => {
    const waiver = inForce.find((each) => each.waiver.rule === rule && contexts.every(each.test))?.waiver;
    if (!waiver) return undefined;
    const { reason, owner, until } = waiver;
    return { reason, owner, ...(until !== undefined && { until }) };
  };
};
