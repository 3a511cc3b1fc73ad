import * as z from "zod";
import type { Rates } from "./rates.ts";

const Step = z.strictObject({
  from: z.string(),
  to: z.string(),
  /** Exports of the older release. */
  count: z.number().int().min(0),
  /** Of them: removed, or of another type in the newer one. */
  broke: z.number().int().min(0),
});

/** `amd64.rates.json`. */
export const RatesFile: z.ZodType<Rates> = z.strictObject({
  about: z.string(),
  /** By the number of in-tree .c files that mention the name, from the fewest on; the steps of each are those of `all`. */
  buckets: z.array(z.strictObject({ atLeast: z.number().int().min(0), steps: z.array(Step) })).min(1),
  /** All exports. */
  all: z.array(Step),
});
