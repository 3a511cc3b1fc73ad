import type { Finding } from "../findings/model.ts";
import type { Kernel } from "../kernels/model.ts";
import type { Baseline, Identity } from "../policy/baseline.ts";
import type { Subject } from "../usage/model.ts";
import type { Remark } from "./remarks.ts";
import type { Found } from "./rules.ts";

const keyOf = (identity: Identity): string => JSON.stringify(identity);

/** What a finding is about, for each of its kernels. What the policy says of itself has no identity: it is mended, not accepted. */
export const identitiesOf = ({ rule, subject, interface: taken, gap, oddity, kernels }: Finding): readonly Identity[] => {
  const [kind, name] = taken ? [taken.kind, taken.name] : gap ? ["gap", gap] : ["oddity", oddity];
  if (name === undefined) return [];
  return (kernels.length > 0 ? kernels : [""]).map((kernel): Identity => [rule, subject, kind as Identity[2], name, kernel]);
};

/** A finding divided: what the baseline accepts of it, and what is left. */
export interface Divided {
  readonly accepted?: Found;
  readonly left?: Found;
}

/** Whether a run can tell of an identity: its module and its kernel were looked at. */
export const compileScope = (subjects: readonly Subject[], kernels: readonly Kernel[]): ((identity: Identity) => boolean) => {
  const modules = new Set(subjects.map(({ name }) => name));
  const releases = new Set(["", ...kernels.map(({ name }) => name)]);
  return ([, subject, , , kernel]) => modules.has(subject) && releases.has(kernel);
};

export interface Acceptance {
  divide(found: Found): Divided;
  /** The lines that no finding needs, once all have been divided; of modules and kernels that were not looked at nobody knows. */
  remarks(subjects: readonly Subject[], kernels: readonly Kernel[]): readonly Remark[];
}

/** A baseline made ready. */
export const compileBaseline = ({ accepted }: Baseline): Acceptance => {
  const known = new Set(accepted.map(({ identity }) => keyOf(identity)));
  const needed = new Set<string>();
  return {
    divide: (found) => {
      const agreed = identitiesOf(found.finding).filter((identity) => known.has(keyOf(identity)));
      if (agreed.length === 0) return { left: found };
      for (const identity of agreed) needed.add(keyOf(identity));
      const on = new Set(agreed.map(([, , , , kernel]) => kernel));
      const [taken, left] = [found.only((kernel) => on.has(kernel)), found.only((kernel) => !on.has(kernel))];
      return { ...(taken && { accepted: taken }), ...(left && { left }) };
    },
    remarks: (subjects, kernels) => {
      const isTold = compileScope(subjects, kernels);
      return accepted
        .filter(({ identity }) => isTold(identity) && !needed.has(keyOf(identity)))
        .map(({ identity, at }): Remark => {
          const [rule, subject, kind, name, kernel] = identity;
          return {
            baseline: "stale",
            names: [...identity],
            place: at,
            facts: { rule, subject, kind, name, kernels: kernel || "any kernel" },
          };
        });
    },
  };
};

/** What a baseline becomes after a run. */
export interface Update {
  /** Lines that findings still need, and lines of modules or kernels that were not looked at. */
  readonly kept: readonly Identity[];
  readonly dropped: readonly Identity[];
  /** What findings need and the baseline does not accept. */
  readonly fresh: readonly Identity[];
  /** How many are kept because their module or kernel was not looked at. */
  readonly untold: number;
}

/**
 * Holds a baseline against the findings of a run without it.
 * @param isTold whether the run can tell of an identity.
 */
export const updateBaseline = ({ accepted }: Baseline, findings: readonly Finding[], isTold: (identity: Identity) => boolean): Update => {
  const found = new Map(findings.flatMap(identitiesOf).map((identity) => [keyOf(identity), identity]));
  const known = new Map(accepted.map(({ identity }) => [keyOf(identity), identity]));
  const [kept, dropped]: [Identity[], Identity[]] = [[], []];
  let untold = 0;
  for (const [key, identity] of known) {
    if (!isTold(identity)) untold++;
    (found.has(key) || !isTold(identity) ? kept : dropped).push(identity);
  }
  return { kept, dropped, fresh: [...found].filter(([key]) => !known.has(key)).map(([, identity]) => identity), untold };
};
