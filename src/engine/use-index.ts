import type { Match } from "../policy/fields.ts";
import { literalPrefix } from "../shared/glob.ts";
import type { JudgedUse } from "./judge.ts";

/** A subject's uses in the order of their names, so that a rule about a few names looks at these alone. */
export interface UseIndex {
  readonly all: readonly JudgedUse[];
  /** Those whose names begin with a text. */
  starting(prefix: string): readonly JudgedUse[];
}

export const indexUses = (uses: readonly JudgedUse[]): UseIndex => {
  const sorted = uses.toSorted((a, b) => (a.use.name < b.use.name ? -1 : a.use.name > b.use.name ? 1 : 0));
  const firstFrom = (name: string): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.use.name < name) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    all: sorted,
    starting: (prefix) => {
      const start = firstFrom(prefix);
      let end = start;
      while (end < sorted.length && sorted[end]!.use.name.startsWith(prefix)) end++;
      return sorted.slice(start, end);
    },
  };
};

/** Picks the uses that a match can be about at all, going by the names it asks for; the match itself still decides. Undefined: it can be about any. */
export const candidates = ({ name }: Match): ((uses: UseIndex) => Iterable<JudgedUse>) | undefined => {
  if (name === undefined) return undefined;
  const prefixes = [...new Set((typeof name === "string" ? [name] : (name as readonly string[])).map(literalPrefix))];
  if (prefixes.includes("")) return undefined;
  if (prefixes.length === 1) return (uses) => uses.starting(prefixes[0]!);
  return (uses) => new Set(prefixes.flatMap((prefix) => uses.starting(prefix)));
};
