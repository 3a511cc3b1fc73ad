// Which release a source is held to build on, where nobody says: it then has to be silent there, whichever release it is compared with.

import type { ReleaseHeaders } from "../../kernels/headers/model.ts";
import type { SourceFacts } from "../../kernels/source/model.ts";
import { predict } from "./predict.ts";

export interface Seen {
  readonly headers: ReleaseHeaders;
  readonly facts: SourceFacts;
}

/** Each candidate is compared with so many others: the nearest in the list. */
const MAX_OTHERS = 4;

/**
 * The newest release on which the source has no sure prediction; of releases that all have some, the one with the fewest. Undefined where there is none.
 * @param seen the source as each release has it, newest first; the target is not among them.
 */
export const chooseBase = (seen: readonly Seen[]): Seen | undefined => {
  let best: { readonly seen: Seen; readonly sure: number } | undefined;
  for (const [index, candidate] of seen.entries()) {
    const others = seen.toSpliced(index, 1).toSorted((a, b) => Math.abs(seen.indexOf(a) - index) - Math.abs(seen.indexOf(b) - index));
    const counts = others.slice(0, MAX_OTHERS).map((other) => {
      const found = predict(other.facts, candidate.facts, other.headers, candidate.headers);
      return found.filter(({ confidence }) => confidence === "sure").length;
    });
    const sure = Math.max(0, ...counts);
    if (sure === 0) return candidate;
    if (best === undefined || sure < best.sure) best = { seen: candidate, sure };
  }
  return best?.seen;
};
