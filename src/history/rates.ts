import type { Rates } from "../kernels/history/rates.ts";
import type { Facts } from "../kernels/history/read.ts";
import { GROUPS, isBroken, SERIES, stepsOf } from "./churn.ts";

/** How often exports went, without an inline function or a macro in their place, or changed their type in the steps from each series to the next (of each its newest release), by in-tree users. */
export const ratesOf = (facts: Facts, headers: Facts): Rates => {
  const forms = headers.table("headers");
  // What became an inline function or a macro is there for a source as it was.
  const isOffered = (name: string, release: number): boolean =>
    /^(inline|macro|alias)$/.test(forms.find(name)?.value("form", release) ?? "");
  const newest = SERIES.map((series) => facts.releases.findLastIndex((each) => each.series === series)).filter((release) => release >= 0);
  const steps = newest.slice(1).map((to, index) => {
    const from = newest[index]!;
    // A prototype that one of the two releases does not tell is neither kept nor broken.
    const exports = stepsOf(facts, from, to).filter(({ isUnknown }) => !isUnknown);
    return { from: facts.releases[from]!.name, to: facts.releases[to]!.name, release: to, exports };
  });
  const count = (atLeast: number, below: number): Rates["all"] =>
    steps.map(({ from, to, release, exports }) => {
      const group = exports.filter(({ users }) => users >= atLeast && users < below);
      return {
        from,
        to,
        count: group.length,
        broke: group.filter((each) => isBroken(each) && !(each.isRemoved && isOffered(each.row.name, release))).length,
      };
    });
  return {
    about:
      "exports that went, without an inline function or macro in their place, or changed their type, by the number of in-tree .c files that mention them; counted by npm run history",
    buckets: GROUPS.map(({ from }, index) => ({ atLeast: from, steps: count(from, GROUPS[index + 1]?.from ?? Infinity) })),
    all: count(0, Infinity),
  };
};
