import * as z from "zod";
import { keysOf, LEVELS, SEVERITIES } from "../shared/vocabulary.ts";
import { MatchSchema } from "./fields.ts";

// The form of a policy file, a preset, a file of promises and a rule file.

/** Placeholders that a rule's message may use, and what they stand for. */
export const PLACEHOLDERS = {
  name: "the interface, and what the source calls it where that differs",
  kind: "its kind",
  subject: "the module",
  level: "the level of its promise",
  kernels: "the kernels the finding is about",
  "export-type": "how it is exported",
  exporter: "what exports it",
  namespace: "the namespace it is exported in",
  licences: "the module's licence tags",
  "refused-by": "who refuses it: modpost, loader or modpost and loader",
  gap: "what could not be checked",
  door: "what the name is handed to at run time",
  oddity: "what does not add up",
  names: "the names concerned",
  count: "how many names are concerned",
} as const satisfies Record<string, string>;
export type Placeholder = keyof typeof PLACEHOLDERS;

const Severity = z.enum(SEVERITIES);
const text = z.string().min(1);

/** A kernel release: YAML's number 6.1 and the string "6.10" alike. */
const Release = z.union([text, z.number().transform(String)]);

const Example = z.strictObject({
  says: text.meta({ description: "what the example shows" }),
  subject: z.record(z.string(), z.unknown()).meta({ description: "a subject of a manifest; name and kind may be left out" }),
  siblings: z.array(z.record(z.string(), z.unknown())).optional().meta({ description: "other modules of the same run" }),
  kernels: z
    .record(
      z.string(),
      z.array(
        z.strictObject({ name: text, type: text.optional(), exporter: text.optional(), namespace: text.optional(), crc: text.optional() }),
      ),
    )
    .optional()
    .meta({ description: "what each kernel exports" }),
});

const ruleFields = {
  title: text.optional(),
  severity: Severity.optional(),
  match: MatchSchema.optional(),
  message: text.optional().meta({ description: "template; {name} and the other placeholders are filled in" }),
  words: z.record(z.string(), z.record(z.string(), text)).optional().meta({ description: "words for the values of a placeholder" }),
  why: text.optional(),
  instead: text.optional().meta({ description: "what to use instead" }),
  references: z.array(text).optional(),
  examples: z.strictObject({ bad: z.array(Example).min(1), good: z.array(Example).min(1) }).optional(),
};

export const RuleBlock = z.strictObject(ruleFields);

/** `rules/<id>.yaml`: one rule, whole. */
export const RuleFile = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/, "expected kebab-case"),
  ...ruleFields,
  title: text,
  severity: Severity,
  match: MatchSchema,
  message: text,
  why: text,
  references: z.array(text).min(1),
  examples: z.strictObject({ bad: z.array(Example).min(1), good: z.array(Example).min(1) }),
});

export const PromiseBlock = z.strictObject({
  level: z.enum(keysOf(LEVELS)),
  match: MatchSchema,
  by: text.optional().meta({ description: "who promises" }),
  source: text.optional().meta({ description: "the document that says so" }),
  why: text.optional(),
});

export const WaiverBlock = z.strictObject({
  rule: text,
  match: MatchSchema.optional(),
  reason: text,
  owner: text,
  until: z.iso.date("expected a day such as 2027-03-31").optional().meta({ description: "the last day it holds" }),
});

export const PolicyFile = z.strictObject({
  $schema: z.string().optional(),
  extends: z.array(text).optional().meta({ description: "presets by name, files by path; later wins; [recommended] where left out" }),
  kernels: z.array(Release).optional().meta({ description: "Module.symvers files, or folders that hold one" }),
  promises: z.array(PromiseBlock).optional(),
  rules: z.record(z.string(), z.union([Severity, RuleBlock])).optional(),
  waivers: z.array(WaiverBlock).optional(),
});

export type Example = z.output<typeof Example>;
