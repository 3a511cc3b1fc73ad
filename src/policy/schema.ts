import * as z from "zod";
import { INTERFACE_KINDS, keysOf, LEVELS, SEVERITIES } from "../shared/vocabulary.ts";
import { glob, MatchSchema } from "./match-schema.ts";

// The form of a policy file, a preset, a file of promises and a rule file.

/** A vendor's list: its file, or more about it. */
const ListBlock = z.union([
  z.string().min(1),
  z.strictObject({
    file: z.string().min(1).meta({ description: "the list in the vendor's own format, or a folder of Red Hat's kabi-module/kabi_<arch>" }),
    is: z
      .enum(["stable", "protected", "denied"])
      .optional()
      .meta({ description: "stable: kept; protected: for signed modules alone; denied: not to be used; what the file is where left out" }),
    release: z
      .union([z.string().min(1), z.number().transform(String)])
      .optional()
      .meta({ description: "the minor release that is asked about, where the list has ranges" }),
    after: z.string().min(1).optional().meta({ description: "the list that it comes after" }),
  }),
]);

const Severity = z.enum(SEVERITIES);
const text = z.string().min(1);

/** A kernel release: YAML's number 6.1 and the string "6.10" alike. */
const Release = z.union([text, z.number().transform(String)]);

const WaiverBlock = z.strictObject({
  rule: text,
  match: MatchSchema.optional(),
  reason: text,
  owner: text,
  until: z.iso.date("expected a day such as 2027-03-31").optional().meta({ description: "the last day it holds" }),
});

/** The most uses of a level that all subjects together may have. */
const Budget = z.partialRecord(z.enum(keysOf(LEVELS)), z.int().min(0)).meta({ description: "may fall, may not rise" });

/** Vendors' lists as an example or a case writes them: symbols by name, with a CRC or a reason where they have one. */
export const ExampleLists = z
  .record(
    z.string(),
    z.strictObject({
      symbols: z.record(z.string(), z.strictObject({ crc: text.optional(), reason: text.optional() })),
      is: z.enum(["stable", "protected", "denied"]).optional(),
      after: text.optional(),
    }),
  )
  .meta({ description: "vendors' lists" });

/** The source of a subject, and what kernels' headers declare, as an example or a case writes them: texts of C and of makefiles by path. */
export const ExampleSource = z.record(z.string(), z.string()).meta({ description: "the files of the subject's source, by path" });
export const ExampleHeaders = z
  .record(z.string(), z.record(z.string(), z.string()))
  .meta({ description: "the headers of each kernel: texts by path; on the first the source is held to build" });

const Example = z.strictObject({
  says: text.meta({ description: "what the example shows" }),
  subject: z.record(z.string(), z.unknown()).meta({ description: "a subject of a manifest; name and kind may be left out" }),
  source: ExampleSource.optional(),
  headers: ExampleHeaders.optional(),
  siblings: z.array(z.record(z.string(), z.unknown())).optional().meta({ description: "other modules of the same run" }),
  kernels: z
    .record(
      z.string(),
      z.array(
        z.strictObject({
          name: text,
          type: text.optional(),
          exporter: text.optional(),
          namespace: text.optional(),
          crc: text.optional(),
          exported: z.boolean().optional(),
          form: text.optional(),
          header: text.optional(),
          signature: text.optional(),
          btf: text.optional(),
          offset: z.int().min(0).optional(),
        }),
      ),
    )
    .optional()
    .meta({ description: "what each kernel exports and declares" }),
  binary: z.boolean().optional().meta({ description: "as in a policy" }),
  committed: z.array(text).optional().meta({ description: "symbols that the committed manifest has" }),
  lists: ExampleLists.optional(),
  documented: z.record(z.string(), z.enum(["stable", "testing", "obsolete", "removed"])).optional(),
  promised: z
    .strictObject({ level: z.enum(keysOf(LEVELS)), kernels: z.array(text).optional() })
    .optional()
    .meta({ description: "a promise of the project's own on every use, in place of those that are shipped" }),
  waivers: z.array(WaiverBlock).optional(),
  untrusted: z.array(WaiverBlock).optional().meta({ description: "waivers that the trusted copy of the policy lacks" }),
  budget: Budget.optional(),
  baseline: z.array(z.array(z.string()).length(5)).optional().meta({ description: "accepted: rule, module, kind, name, kernel" }),
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

const RuleBlock = z.strictObject(ruleFields);

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

const PromiseBlock = z.strictObject({
  level: z.enum(keysOf(LEVELS)),
  match: MatchSchema,
  by: text.optional().meta({ description: "who promises" }),
  source: text.optional().meta({ description: "the document that says so" }),
  kernels: z
    .union([glob, z.array(glob).min(1)])
    .optional()
    .meta({ description: "the kernels that it is kept on (globs over their names); all where left out" }),
  why: text.optional(),
});

export const PolicyFile = z.strictObject({
  $schema: z.string().optional(),
  extends: z.array(text).optional().meta({ description: "presets by name, files by path; later wins; [recommended] where left out" }),
  manifest: text.optional().meta({ description: "the manifest that the project committed: what it has agreed to lean on" }),
  kernels: z
    .array(Release)
    .optional()
    .meta({ description: "releases by name (6.1: the newest known), imported kernels, Module.symvers files or folders that hold one" }),
  btf: z
    .record(z.string(), z.union([text, z.array(text).min(1)]))
    .optional()
    .meta({ description: "kernels' BTF by kernel, for BPF objects: a raw BTF file or a vmlinux, then modules that hold their own" }),
  lists: z
    .record(z.string(), ListBlock)
    .optional()
    .meta({ description: "vendors' lists by names of your own, each in the vendor's own format" }),
  binary: z.boolean().optional().meta({ description: "true: the modules are shipped as they were built and must load, not only build" }),
  code: z.array(z.string().regex(/\.ts$/, "expected the path of a .ts file")).min(1).optional().meta({
    description: "rules written in TypeScript: paths, * in the last part; only in the project's own file, run only with --allow-code",
  }),
  promises: z.array(PromiseBlock).optional(),
  rules: z.record(z.string(), z.union([Severity, RuleBlock])).optional(),
  waivers: z.array(WaiverBlock).optional(),
  budget: Budget.optional(),
});

const Identity = z.tuple(
  [
    text,
    z.string(),
    z.enum([...keysOf(INTERFACE_KINDS), "gap", "oddity"]),
    z.string(),
    z.union([z.string(), z.number().transform(String)]),
  ],
  "expected [rule, module, kind, name, kernel]",
);

/** `abi-lint.baseline.yaml`: the identities of accepted findings. */
export const BaselineFile = z.strictObject({
  baseline: z.literal(1).meta({ description: "version of this format" }),
  accepted: z
    .array(Identity)
    .nullable()
    .transform((list) => list ?? [])
    .meta({ description: "[rule, module, kind, name, kernel]; the kernel is empty where the finding depends on none" }),
});

export type Example = z.output<typeof Example>;

/** A waiver as it stands in a file. */
export type WaiverFile = z.output<typeof WaiverBlock>;
