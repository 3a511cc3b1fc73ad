import * as z from "zod";
import { globProblem } from "../shared/glob.ts";
import { FIELDS, type Match } from "./fields.ts";

// The form of `match`, made of the vocabulary.

/** A glob over whole names. */
export const glob = z
  .string()
  .min(1)
  .refine((pattern) => globProblem(pattern) === undefined, { error: ({ input }) => globProblem(input as string) ?? "" });
const globs = z.union([glob, z.array(glob).min(1)]);
const oneOf = (values: readonly [string, ...string[]]): z.ZodType => z.union([z.enum(values), z.array(z.enum(values)).min(1)]);

const schemaOf = (takes: (typeof FIELDS)[keyof typeof FIELDS]["takes"]): z.ZodType =>
  takes === "globs" ? globs : takes === "flag" ? z.boolean() : oneOf(takes);

const shape = Object.fromEntries(
  Object.entries(FIELDS).map(([name, field]) => [name, schemaOf(field.takes).optional().meta({ description: field.doc })]),
);

export const MatchSchema: z.ZodType<Match> = z
  .strictObject({
    ...shape,
    get unless() {
      return MatchSchema.optional();
    },
    get any() {
      return z.array(MatchSchema).min(1).optional();
    },
    get all() {
      return z.array(MatchSchema).min(1).optional();
    },
    get not() {
      return MatchSchema.optional();
    },
  })
  .meta({ id: "match", description: "several keys mean all, a list means any, unless excludes" }) as unknown as z.ZodType<Match>;
