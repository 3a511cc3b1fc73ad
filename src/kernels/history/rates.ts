import * as z from "zod";

// How often exports broke in past steps from long-term release to long-term release, counted by the script that makes the history.

const Step = z.strictObject({
  from: z.string(),
  to: z.string(),
  /** Exports of the older release. */
  count: z.number().int().min(0),
  /** Of them: removed, or of another type in the newer one. */
  broke: z.number().int().min(0),
});

/** `amd64.rates.json`. */
export const RatesFile = z.strictObject({
  about: z.string(),
  /** By the number of in-tree .c files that mention the name, from the fewest on; the steps of each are those of `all`. */
  buckets: z.array(z.strictObject({ atLeast: z.number().int().min(0), steps: z.array(Step) })).min(1),
  /** All exports. */
  all: z.array(Step),
});
export type Rates = z.output<typeof RatesFile>;

/** The bucket that a number of in-tree users falls into. */
export const bucketOf = ({ buckets }: Rates, users: number): Rates["buckets"][number] | undefined =>
  buckets.findLast(({ atLeast }) => users >= atLeast);
