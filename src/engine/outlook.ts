import type { Outlook } from "../findings/model.ts";
import type { History } from "../kernels/history/history.ts";
import { bucketOf, type Rates } from "../kernels/history/rates.ts";
import type { Subject } from "../usage/model.ts";

/** What is known of past kernels, and how often their exports broke. */
export interface Past {
  readonly history: History;
  readonly rates: Rates;
}

/**
 * How many of a subject's dependencies would have broken in each past long-term step, had they broken as often as exports with as many in-tree users did.
 * A count for the whole module: of a single symbol it says nothing. Undefined where no use is an export of the history.
 */
export const compileOutlook = ({ history, rates }: Past): ((subject: Subject) => Outlook | undefined) => {
  const buckets = new Map<string, ReturnType<typeof bucketOf>>();
  const bucketFor = (name: string): ReturnType<typeof bucketOf> => {
    if (!buckets.has(name)) {
      const users = history
        .exported(name)
        ?.values("users")
        .findLast((each) => each !== undefined);
      buckets.set(name, users === undefined ? undefined : bucketOf(rates, Number(users)));
    }
    return buckets.get(name);
  };
  return ({ uses }) => {
    const expected = rates.all.map(() => 0);
    let counted = 0;
    for (const { kind, name, origin } of uses) {
      const bucket = kind === "symbol" && origin === "author" ? bucketFor(name) : undefined;
      if (!bucket) continue;
      counted++;
      bucket.steps.forEach(({ count, broke }, index) => (expected[index]! += count > 0 ? broke / count : 0));
    }
    return counted > 0
      ? { counted, steps: rates.all.map(({ from, to }, index) => ({ from, to, expected: Math.round(expected[index]! * 100) / 100 })) }
      : undefined;
  };
};
