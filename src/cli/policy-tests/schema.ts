import * as z from "zod";
import { ManifestSubject } from "../../inputs/manifest.ts";
import { ExampleHeaders, ExampleLists, ExampleSource } from "../../policy/schema.ts";
import { SEVERITIES } from "../../shared/vocabulary.ts";

// The form of `*.test.yaml`, and of the scene that a case of it and an example of a rule have in common.

const text = z.string().min(1);

const Subject = ManifestSubject.partial({ name: true, kind: true });

/** What a kernel of a scene says of one name. */
const SceneName = z.strictObject({
  name: text,
  exported: z.boolean().optional().meta({ description: "false: only its headers have the name" }),
  form: z.enum(["function", "variable", "inline", "macro", "alias"]).optional().meta({ description: "function where left out" }),
  header: text.optional().meta({ description: "the header that declares it; where no name has one, the kernel's headers are not known" }),
  signature: text.optional().meta({ description: "its normalised type: int (struct socket *, struct sockaddr *, int)" }),
  type: z
    .enum(["EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL", "EXPORT_SYMBOL_GPL_FUTURE", "EXPORT_UNUSED_SYMBOL", "EXPORT_UNUSED_SYMBOL_GPL"])
    .optional()
    .meta({ description: "EXPORT_SYMBOL where left out" }),
  exporter: text.optional().meta({ description: "vmlinux where left out" }),
  namespace: text.optional(),
  btf: text
    .optional()
    .meta({ description: "its type in the kernel's BTF; where no name has one, the BTF is not known, where all have one nothing else is" }),
  offset: z.int().min(0).optional().meta({ description: "of a field in BTF: bytes from the start of the structure" }),
  crc: z
    .string()
    .regex(/^0x[0-9a-f]{1,8}$/, "expected a CRC such as 0x0012ab34")
    .optional()
    .meta({ description: "none where left out: not comparable, never equal" }),
});

const scene = {
  subject: Subject.meta({ description: "a subject of a manifest; name and kind may be left out" }),
  source: ExampleSource.optional(),
  headers: ExampleHeaders.optional(),
  siblings: z.array(Subject).optional().meta({ description: "other modules of the same run" }),
  kernels: z.record(z.string(), z.array(SceneName)).optional().meta({ description: "what each kernel exports and declares" }),
  lists: ExampleLists.optional(),
  documented: z
    .record(z.string(), z.enum(["stable", "testing", "obsolete", "removed"]))
    .optional()
    .meta({ description: "files that Documentation/ABI speaks of, and in which of its folders" }),
  committed: z.array(text).optional().meta({ description: "symbols that the committed manifest has" }),
};

/** What is judged in an example of a rule; its other keys are the rule file's affair. */
export const Scene = z.object(scene);

const name = text.optional().meta({ description: "the interface, or what could not be checked or does not add up (globs)" });

const Expected = z.strictObject({
  rule: text,
  name,
  severity: z.enum(SEVERITIES).exclude(["off"]).optional(),
  line: z.int().min(1).optional().meta({ description: "a line that it stands at" }),
});

const Case = z
  .strictObject({
    says: text.meta({ description: "what the case shows" }),
    ...scene,
    today: z.iso.date("expected a day such as 2027-03-31").optional().meta({ description: "the day that waivers are held against" }),
    finds: z.array(Expected).optional().meta({ description: "what must be found of the subject, all of it; [] for nothing" }),
    others: z.literal("allowed").optional().meta({ description: "whatever else is found is no fault" }),
    not: z
      .array(z.strictObject({ rule: text, name }))
      .optional()
      .meta({ description: "what must not be found" }),
  })
  .refine(({ finds, not }) => finds !== undefined || not !== undefined, {
    path: ["says"],
    message: "this case expects nothing: say what it finds (finds: [] for nothing), or what it must not find",
  });

export const TestFile = z.strictObject({
  $schema: z.string().optional(),
  test: z.literal(1).meta({ description: "version of this format" }),
  policy: text.optional().meta({ description: "a preset by name, a file by path; the nearest abi-lint.yaml where left out" }),
  cases: z.array(Case).min(1),
});

export type SceneName = z.output<typeof SceneName>;
export type SceneLists = z.output<typeof ExampleLists>;
export type Case = z.output<typeof Case>;
export type Expected = z.output<typeof Expected>;
