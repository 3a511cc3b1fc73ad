import * as z from "zod";

// The forms of `abi-lint kernel … --format json` (version 1); published as rules/schema/kernel-list.json, kernel-show.json, kernel-diff.json
// and kernel-severities.json.

const count = z.int().min(0);

const Config = z
  .strictObject({
    modversions: z.boolean().meta({ description: "CONFIG_MODVERSIONS" }),
    generator: z.enum(["genksyms", "gendwarfksyms"]).optional().meta({ description: "what makes the CRCs" }),
    trimmed: z.boolean().meta({ description: "CONFIG_TRIM_UNUSED_KSYMS" }),
    compiler: z.string().optional().meta({ description: "CONFIG_CC_VERSION_TEXT" }),
  })
  .meta({ description: "what the .config says; absent where none was read" });

const Known = z.strictObject({
  name: z.string(),
  origin: z.enum(["shipped", "imported"]),
  file: z.string().meta({ description: "where it is kept" }),
  about: z.string().meta({ description: "what it was made from and how" }),
  package: z.string().optional(),
  arch: z.string().optional(),
  uname: z.string().optional().meta({ description: "what uname -r says there" }),
  vermagic: z.string().optional().meta({ description: "what a module must say to be loaded there" }),
  config: Config.optional(),
  exports: count,
  crcs: z.boolean().meta({ description: "whether its exports carry CRCs" }),
  headers: z.boolean().meta({ description: "whether it is known what its headers offer" }),
});

export const JsonKernelList = z.strictObject({
  kernels: z.literal(1).meta({ description: "version of this format" }),
  releases: z.array(Known),
});
export type JsonKernelList = z.output<typeof JsonKernelList>;

export const JsonKernel = Known.extend({
  kernel: z.literal(1).meta({ description: "version of this format" }),
  counts: z.strictObject({
    types: z.record(z.string(), count).meta({ description: "exports by type; the empty one is that of a Module.symvers of three columns" }),
    namespaces: z.record(z.string(), count).meta({ description: "exports by namespace, of those that are in one" }),
    vmlinux: count.meta({ description: "exports of the kernel itself" }),
    modules: count.meta({ description: "modules that export something" }),
    crcs: count.meta({ description: "exports with a CRC" }),
    signatures: count.meta({ description: "exports whose type is known" }),
  }),
  declared: z
    .strictObject({
      names: count.meta({ description: "functions, inlines, macros, constants, variables and typedefs" }),
      tags: count.meta({ description: "structs, unions and enums" }),
      headers: count,
    })
    .optional()
    .meta({ description: "what its headers declare; absent where only what they offer by name is known, or nothing" }),
});
export type JsonKernel = z.output<typeof JsonKernel>;

const Side = z.strictObject({
  name: z.string(),
  file: z.string(),
  arch: z.string().optional(),
  exports: count,
  crcs: z.boolean(),
  generator: z.enum(["genksyms", "gendwarfksyms"]).optional(),
  headers: z.boolean(),
});

const Export = z.strictObject({
  name: z.string(),
  type: z.string(),
  exporter: z.string(),
  namespace: z.string().optional(),
  crc: z.string().optional(),
});

const facts = (changed: string) =>
  z.strictObject({
    known: count.meta({ description: "exports of which it is known on both" }),
    changed: z
      .array(z.strictObject({ name: z.string(), from: z.string(), to: z.string() }))
      .meta({ description: `${changed}; an empty text is "none"` }),
  });

export const JsonKernelDiff = z.strictObject({
  kernelDiff: z.literal(1).meta({ description: "version of this format" }),
  before: Side,
  after: Side,
  for: z
    .strictObject({ modules: z.array(z.string()), uses: count })
    .optional()
    .meta({ description: "the modules whose uses were looked at; absent where all exports were" }),
  kept: count.meta({ description: "exports that both have" }),
  removed: z.array(
    Export.extend({
      now: z
        .strictObject({ form: z.enum(["function", "variable", "inline", "macro", "alias"]), header: z.string() })
        .optional()
        .meta({ description: "what the later headers offer under that name" }),
    }),
  ),
  added: z.array(Export),
  facts: z.strictObject({
    type: facts("EXPORT_SYMBOL and its kind"),
    namespace: facts("the namespace it is exported in"),
    exporter: facts("the module that exports it"),
    signature: facts("its type, normalised"),
    crc: facts("its CRC"),
  }),
  crcGap: z
    .enum(["before-without-crcs", "after-without-crcs", "other-generator", "other-architecture"])
    .optional()
    .meta({ description: "why no CRC of the two is comparable" }),
  rust: z
    .strictObject({ before: count, after: count, left: count })
    .meta({ description: "names made by rustc, which change with it: how many each has, how many of them are not compared here" }),
  neither: z.array(z.string()).meta({ description: "uses that neither exports" }),
});
export type JsonKernelDiff = z.output<typeof JsonKernelDiff>;

const Taker = JsonKernelDiff.shape.for;

const SeverityRule = z.strictObject({
  line: z.int().min(1),
  kind: z.enum(["module", "namespace", "symbol"]),
  pattern: z.string(),
  verdict: z.enum(["PASS", "FAIL"]),
});

const Aside = z.strictObject({ name: z.string(), from: z.string(), to: z.string() });

export const JsonKernelSeverities = z.strictObject({
  kernelSeverities: z.literal(1).meta({ description: "version of this format" }),
  before: Side,
  after: Side,
  for: Taker,
  rules: z.strictObject({ file: z.string(), count }).meta({ description: "the severity file" }),
  fails: z.boolean().meta({ description: "whether any change is not tolerated" }),
  changes: z
    .array(
      z.strictObject({
        kind: z.enum(["added", "removed", "crc", "type"]),
        name: z.string(),
        tolerated: z
          .enum(["by-rules", "implicitly", "not"])
          .meta({ description: "implicitly: a symbol more, or a restriction less, asks nothing new of a module" }),
        rule: SeverityRule.optional().meta({ description: "the first rule that matches; absent where none does, which is FAIL" }),
        from: Export.optional().meta({ description: "the export before; absent where it was added" }),
        to: Export.optional().meta({ description: "the export after; absent where it was removed" }),
      }),
    )
    .meta({ description: "additions, removals, then what changed, each by name" }),
  toleratedByRules: z
    .strictObject({ additions: count, removals: count, modifications: count })
    .meta({ description: "symbols; one with two changes counts where the rules tolerate both" }),
  moved: z.array(Aside).meta({ description: "exports of another module than before; not judged by severities" }),
  namespaces: z
    .array(Aside)
    .meta({ description: 'exports in another namespace than before, an empty text is "none"; not judged by severities' }),
  notCompared: z
    .strictObject({ crcs: count, types: count })
    .meta({ description: "exports of both kernels of which neither has a CRC, or one has no type" }),
  misread: z.array(SeverityRule).meta({
    description: "rules that are matched against namespaces for the want of a small letter, and name a symbol: they match nothing",
  }),
});
export type JsonKernelSeverities = z.output<typeof JsonKernelSeverities>;
