import * as z from "zod";
import { INTERFACE_KINDS, keysOf, LEVELS, SUBJECT_KINDS } from "../shared/vocabulary.ts";
import { GroundJson } from "./json-schema.ts";

// The form of `abi-lint compare --format json` (version 1); published as rules/schema/comparison.json.

const count = z.int().min(0);

export const JsonComparison = z.strictObject({
  comparison: z.literal(1).meta({ description: "version of this format" }),
  subjects: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(keysOf(SUBJECT_KINDS)),
      path: z.string(),
      ground: GroundJson,
      kept: count.meta({ description: "uses that somebody promised to keep: stable or vendor" }),
      of: count.meta({ description: "uses that the author took" }),
      kinds: z
        .partialRecord(z.enum(keysOf(INTERFACE_KINDS)), z.partialRecord(z.enum(keysOf(LEVELS)), count))
        .meta({ description: "uses that the author took, by kind and level" }),
    }),
  ),
});

export type JsonComparison = z.output<typeof JsonComparison>;
