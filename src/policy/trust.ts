import type { ResolvedPolicy } from "./model.ts";
import type { WaiverFile } from "./schema.ts";

/** What makes a waiver the same agreement: all that it says. */
const termsOf = ({ rule, match = {}, reason, owner, until }: WaiverFile): string =>
  JSON.stringify([rule, reason, owner, until ?? "", Object.entries(match).sort(([a], [b]) => (a < b ? -1 : 1))]);

/**
 * A policy whose waivers count only where the trusted copy (the target branch's) has them: a change cannot excuse itself.
 * Those that it alone has, or has changed, are kept apart.
 */
export const trustWaivers = (policy: ResolvedPolicy, trusted: readonly WaiverFile[]): ResolvedPolicy => {
  const agreed = new Set(trusted.map(termsOf));
  const isAgreed = (waiver: ResolvedPolicy["waivers"][number]): boolean => agreed.has(termsOf(waiver as WaiverFile));
  return { ...policy, waivers: policy.waivers.filter(isAgreed), untrusted: policy.waivers.filter((waiver) => !isAgreed(waiver)) };
};
