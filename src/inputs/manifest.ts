import * as z from "zod";
import { validate } from "../shared/validate.ts";
import { CORE_ASKS, type CoreLayout as Layout } from "../shared/core-access.ts";
import { GUARDS, INTERFACE_KINDS, keysOf, ODDITIES, ORIGINS, SIGHTINGS, SUBJECT_KINDS } from "../shared/vocabulary.ts";
import { parseJsonOrYaml } from "../shared/json-text.ts";
import type { YamlText } from "../shared/yaml.ts";

// The manifest's form (version 1): what a subject takes from the kernel, as a file that can be committed, read and written by hand.

const crc = z
  .string()
  .regex(/^0x[0-9a-f]{8}$/, "expected a CRC such as 0x0012ab34")
  .meta({ description: "CRC the subject was built against" });

const Site = z
  .strictObject({
    file: z.string().optional(),
    line: z.int().min(1).optional(),
    column: z.int().min(1).optional(),
    function: z.string().optional(),
    variable: z.string().optional().meta({ description: "the variable that holds the pointer" }),
    door: z.string().optional().meta({ description: "what the name is handed to at run time" }),
    written: z.string().optional().meta({ description: "the name in the source" }),
    guard: z.string().optional().meta({ description: "the condition on the kernel's version under which the source has it" }),
    via: z
      .array(z.strictObject({ function: z.string().optional(), file: z.string(), line: z.int().min(0) }))
      .optional()
      .meta({ description: "header functions between, innermost first" }),
    section: z.string().optional(),
    offset: z.int().min(0).optional(),
  })
  .meta({ description: "one place where the interface is taken" });

const CoreStep = z.strictObject({
  member: z.string().optional(),
  index: z.int().min(0).optional(),
  type: z.string().meta({ description: "the shape of what is reached" }),
});

const CoreLayout: z.ZodType<Layout> = z.lazy(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.enum(["void", "float"]) }),
    z.strictObject({ kind: z.literal("int"), name: z.string(), bytes: z.int().min(0), signed: z.boolean() }),
    z.strictObject({ kind: z.literal("enum"), name: z.string(), bytes: z.int().min(0), values: z.array(z.string()) }),
    z.strictObject({
      kind: z.enum(["struct", "union"]),
      name: z.string(),
      members: z.array(z.strictObject({ name: z.string(), type: CoreLayout })).optional(),
    }),
    z.strictObject({ kind: z.literal("fwd"), name: z.string(), of: z.enum(["struct", "union"]) }),
    z.strictObject({ kind: z.literal("ptr"), to: CoreLayout }),
    z.strictObject({ kind: z.literal("array"), length: z.int().min(0), to: CoreLayout }),
    z.strictObject({ kind: z.literal("func-proto"), parameters: z.array(CoreLayout), to: CoreLayout }),
  ]),
) as unknown as z.ZodType<Layout>;

const CoreAccess = z.discriminatedUnion("of", [
  z.strictObject({
    of: z.literal("field"),
    root: z.string().min(1),
    first: z.int().min(0).optional(),
    steps: z.array(CoreStep).max(64),
    offset: z.int().min(0),
  }),
  z.strictObject({ of: z.literal("type"), root: z.string().min(1), type: z.string(), layout: CoreLayout.optional() }),
  z.strictObject({ of: z.literal("enum"), root: z.string().min(1), value: z.string() }),
]);

const UseObject = z.strictObject({
  kind: z.enum(keysOf(INTERFACE_KINDS)).optional().meta({ description: "symbol where left out" }),
  name: z.string().min(1),
  weak: z.boolean().optional(),
  origin: z.enum(keysOf(ORIGINS)).optional().meta({ description: "author where left out" }),
  crc: crc.optional(),
  written: z.array(z.string()).optional().meta({ description: "what authors write for it" }),
  seen: z.enum(keysOf(SIGHTINGS)).optional().meta({ description: "for a name reached at run time: how sure that is" }),
  how: z.string().optional().meta({ description: "of a BPF object: how it is attached to" }),
  guarded: z.enum(keysOf(GUARDS)).optional().meta({ description: "of a BPF object: why it may be missing without harm" }),
  core: z
    .strictObject({ asks: z.array(z.enum(keysOf(CORE_ASKS))).min(1), access: CoreAccess })
    .optional()
    .meta({ description: "of a BPF object: what its CO-RE relocations ask the kernel's types" }),
  count: z.int().min(1).optional().meta({ description: "of a program: how often it was seen" }),
  sites: z.array(Site).optional(),
});

const Export = z.strictObject({
  name: z.string().min(1),
  type: z.enum(["EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL"]),
  namespace: z.string().optional(),
});

/** A subject of a manifest; also what a rule's examples are written in. */
export const ManifestSubject = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(keysOf(SUBJECT_KINDS)),
  path: z.string().optional().meta({ description: "the file it was exported from, as findings name it" }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits")
    .optional(),
  arch: z.string().optional(),
  licences: z.array(z.string()).optional().meta({ description: "every MODULE_LICENSE, in order" }),
  vermagic: z.string().optional(),
  depends: z.array(z.string()).optional(),
  imports: z.array(z.string()).optional().meta({ description: "imported namespaces (import_ns)" }),
  intree: z.boolean().optional(),
  signed: z.boolean().optional(),
  modversions: z.enum(["basic", "extended", "none"]).optional(),
  oddities: z
    .array(z.strictObject({ oddity: z.enum(keysOf(ODDITIES)), names: z.array(z.string()) }))
    .optional()
    .meta({ description: "what of the file does not add up" }),
  modinfo: z.array(z.string()).optional().meta({ description: "every .modinfo string, key=value, in order" }),
  exports: z.array(Export).optional(),
  uses: z.array(z.union([z.string().min(1), UseObject])).meta({ description: "a bare string is a symbol's name" }),
});

export const Manifest = z.strictObject({
  $schema: z.string().optional(),
  manifest: z.literal(1).meta({ description: "version of this format" }),
  subjects: z.array(ManifestSubject),
});

export type ManifestFile = z.output<typeof Manifest>;
export type ManifestSubjectFile = z.output<typeof ManifestSubject>;

/** A manifest that was read, and its text for the places of what it says. */
export interface ParsedManifest {
  readonly manifest: ManifestFile;
  readonly yaml: YamlText;
}

/** Reads a manifest, JSON or YAML. @throws InputError with every problem's line and column. */
export const parseManifest = (text: string, file: string): ParsedManifest => {
  const yaml = parseJsonOrYaml(text, file);
  return { manifest: validate(yaml, Manifest), yaml };
};
