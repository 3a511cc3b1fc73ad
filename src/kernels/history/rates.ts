// How often exports broke in past steps from long-term release to long-term release, counted by the script that makes the history.

interface Step {
  readonly from: string;
  readonly to: string;
  /** Exports of the older release. */
  readonly count: number;
  /** Of them: removed, or of another type in the newer one. */
  readonly broke: number;
}

/** `amd64.rates.json`, whose form is in rates-schema.ts. */
export interface Rates {
  readonly about: string;
  /** By the number of in-tree .c files that mention the name, from the fewest on; the steps of each are those of `all`. */
  readonly buckets: readonly { readonly atLeast: number; readonly steps: readonly Step[] }[];
  /** All exports. */
  readonly all: readonly Step[];
}

/** The bucket that a number of in-tree users falls into. */
export const bucketOf = ({ buckets }: Rates, users: number): Rates["buckets"][number] | undefined =>
  buckets.findLast(({ atLeast }) => users >= atLeast);
