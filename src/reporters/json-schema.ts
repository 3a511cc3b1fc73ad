import * as z from "zod";
import {
  BASELINE_STATES,
  BTF_STATES,
  CONFIRMATIONS,
  BUDGET_STATES,
  GAPS,
  GUARDS,
  INTERFACE_KINDS,
  keysOf,
  LEVELS,
  ODDITIES,
  ORIGINS,
  SEVERITIES,
  SIGHTINGS,
  SUBJECT_KINDS,
  WAIVER_STATES,
} from "../shared/vocabulary.ts";

// The form of `--format json` (version 1); published as rules/schema/report.json.

const Place = z.strictObject({
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
  function: z.string().optional(),
  through: z.array(z.string()).readonly().optional(),
});
const Level = z.enum(keysOf(LEVELS));
const Kind = z.enum(keysOf(INTERFACE_KINDS));

const Evidence = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("promise"),
    level: Level,
    by: z.string().optional(),
    source: z.string().optional(),
    at: Place.omit({ function: true, through: true }),
  }),
  z.strictObject({
    kind: z.literal("export"),
    kernel: z.string(),
    type: z.string(),
    exporter: z.string(),
    namespace: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("absent"), kernel: z.string(), source: z.string(), name: z.string().optional() }),
  z.strictObject({ kind: z.literal("signature"), kernel: z.string(), name: z.string(), signature: z.string() }),
  z.strictObject({ kind: z.literal("declared"), kernel: z.string(), name: z.string(), header: z.string() }),
  z.strictObject({ kind: z.literal("crc"), kernel: z.string(), built: z.string(), kernelCrc: z.string() }),
  z.strictObject({
    kind: z.literal("list"),
    list: z.string(),
    file: z.string(),
    line: z.int().optional(),
    crc: z.string().optional(),
    reason: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("btf"),
    kernel: z.string(),
    source: z.string(),
    state: z.enum(keysOf(BTF_STATES)),
    type: z.string().optional(),
    offset: z.int().optional(),
  }),
  z.strictObject({ kind: z.literal("compiled"), type: z.string(), offset: z.int().optional() }),
  z
    .strictObject({
      kind: z.literal("declares"),
      kernel: z.string(),
      name: z.string(),
      header: z.string().optional(),
      text: z.string().optional().meta({ description: "in C's own form: a type, or #define f(_, _)" }),
    })
    .meta({ description: "what a kernel's headers declare under the name; without a header: nothing" }),
  z.strictObject({ kind: z.literal("condition"), text: z.string(), file: z.string(), line: z.int().min(1) }),
  z.strictObject({
    kind: z.literal("compiler"),
    kernel: z.string(),
    confirmation: z.enum(keysOf(CONFIRMATIONS)),
    message: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("document"), file: z.string(), what: z.string() }),
  z.strictObject({ kind: z.literal("licence"), tags: z.array(z.string()).readonly() }),
  z.strictObject({ kind: z.literal("imports"), namespaces: z.array(z.string()).readonly() }),
  z.strictObject({ kind: z.literal("names"), kernel: z.string().optional(), names: z.array(z.string()).readonly(), count: z.int() }),
]);

const Finding = z.strictObject({
  rule: z.string(),
  severity: z.enum(SEVERITIES).exclude(["off"]),
  message: z.string(),
  instead: z.string().optional(),
  subject: z.string(),
  interface: z.strictObject({ kind: Kind, name: z.string() }).optional(),
  gap: z.enum(keysOf(GAPS)).optional().meta({ description: "what could not be checked, where the finding is about that" }),
  oddity: z.enum(keysOf(ODDITIES)).optional().meta({ description: "what does not add up, where the finding is about that" }),
  waiver: z.enum(keysOf(WAIVER_STATES)).optional(),
  budget: z.enum(keysOf(BUDGET_STATES)).optional(),
  baseline: z.enum(keysOf(BASELINE_STATES)).optional(),
  level: Level.optional(),
  kernels: z.array(z.string()),
  facts: z.record(z.string(), z.string()).readonly().meta({ description: "what the message is filled with" }),
  evidence: z.array(Evidence),
  places: z.array(Place).min(1),
  fingerprint: z.string(),
});

const Use = z.strictObject({
  kind: Kind,
  name: z.string(),
  weak: z.boolean(),
  origin: z.enum(keysOf(ORIGINS)),
  level: Level,
  seen: z.enum(keysOf(SIGHTINGS)).optional(),
  how: z.string().optional().meta({ description: "of a BPF object: how it is attached to" }),
  guarded: z.enum(keysOf(GUARDS)).optional().meta({ description: "of a BPF object: why it may be missing without harm" }),
  count: z.int().optional().meta({ description: "of a program: how often it was seen" }),
  since: z.string().optional().meta({ description: "the version of Linux that first has it" }),
  sibling: z.string().optional().meta({ description: "the module of the same run that exports it" }),
  lists: z.array(z.string()).readonly().optional().meta({ description: "the vendors' lists that have it" }),
  exportType: z.string().optional(),
  exporter: z.string().optional(),
  namespace: z.string().optional(),
});

const state = z.enum(["yes", "no", "not-checked"]);
const gaps = z.array(z.enum(keysOf(GAPS))).readonly();
const count = z.int().min(0);

const BtfVerdict = z.strictObject({ state, missing: count, refused: count, retyped: count, untold: count, gaps });

const SourceVerdict = z.strictObject({
  state,
  causes: count.meta({ description: "what surely does not compile" }),
  undecided: count.meta({ description: "what may not" }),
  names: count.meta({ description: "header names that the source uses" }),
  untyped: count.meta({ description: "expressions whose type is not understood and was needed" }),
  gaps,
});

const ModuleVerdict = z.strictObject({
  of: z.literal("module"),
  kernel: z.string(),
  load: z
    .strictObject({
      state,
      missing: count,
      crcs: count,
      licence: count,
      namespaces: count,
      vermagic: z.enum(["fits", "differs", "not-checked"]),
      gaps,
    })
    .meta({ description: "whether the module loads as it was built; counts are of symbols" }),
  rebuild: z
    .strictObject({
      state,
      gone: count,
      changed: count,
      licence: count,
      namespaces: count,
      unclear: count,
      gaps,
      source: SourceVerdict.optional().meta({ description: "what its source tells, where that was read" }),
    })
    .meta({ description: "whether its source still builds, as far as exports and headers tell" }),
});

const Verdict = z.discriminatedUnion("of", [
  ModuleVerdict,
  z.strictObject({
    of: z.literal("bpf-object"),
    kernel: z.string(),
    load: BtfVerdict.meta({ description: "whether it loads, as far as the kernel's BTF tells; counts are of uses" }),
    attach: BtfVerdict.meta({ description: "whether there is what its programs attach to after that" }),
  }),
  z.strictObject({
    of: z.literal("source"),
    kernel: z.string(),
    rebuild: SourceVerdict.meta({ description: "whether it builds, as far as headers tell; counts are of causes" }),
  }),
]);

const Ground = z.strictObject({
  total: z.int(),
  sibling: z.int(),
  toolchain: z.int(),
  ...Object.fromEntries(keysOf(LEVELS).map((level) => [level, z.int()])),
});

const Rule = z.strictObject({
  title: z.string(),
  message: z.string().meta({ description: "template; {name} and the other placeholders stand for facts of a finding" }),
  words: z
    .record(z.string(), z.record(z.string(), z.string()).readonly())
    .readonly()
    .meta({ description: "words for the values of facts" }),
  why: z.string().optional(),
  instead: z.string().optional(),
  references: z.array(z.string()).readonly(),
  remarks: z.boolean().meta({ description: "it speaks of a subject as a whole, or of the policy" }),
});

export const JsonReport = z.strictObject({
  report: z.literal(1).meta({ description: "version of this format" }),
  shard: z
    .strictObject({ share: z.int().min(1), of: z.int().min(1), subjects: z.array(z.int().min(0)).readonly() })
    .optional()
    .meta({ description: "of a run with --shard: which share, and where its subjects stand among those of the whole run" }),
  summary: z.strictObject({ error: z.int(), warning: z.int(), note: z.int(), waived: z.int(), accepted: z.int() }),
  kernels: z.array(
    z.strictObject({ name: z.string(), source: z.string(), exports: z.int(), hasCrcs: z.boolean(), types: z.int().optional() }),
  ),
  subjects: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(keysOf(SUBJECT_KINDS)),
      path: z.string(),
      base: z
        .strictObject({ kernel: z.string(), because: z.enum(["built", "nearest", "first", "named", "silent"]) })
        .optional()
        .meta({ description: "the kernel that changes are told from, and why it is this one" }),
      outlook: z
        .strictObject({
          counted: count,
          steps: z.array(z.strictObject({ from: z.string(), to: z.string(), expected: z.number() })).readonly(),
        })
        .optional()
        .meta({
          description: "how many of its exports would have broken in past steps, at the rates of others with as many in-tree users",
        }),
      lists: z
        .array(z.strictObject({ list: z.string(), listed: count, of: count }))
        .optional()
        .meta({ description: "how many of its symbols each vendor's list has: a share, and no verdict" }),
      verdicts: z.array(Verdict),
      ground: Ground,
      uses: z.array(Use),
    }),
  ),
  rules: z.record(z.string(), Rule).meta({ description: "the words of each rule that has a finding" }),
  findings: z.array(Finding),
  waived: z.array(z.strictObject({ finding: Finding, reason: z.string(), owner: z.string(), until: z.string().optional() })),
  accepted: z.array(Finding).meta({ description: "what the baseline accepts" }),
  problems: z.array(
    z.strictObject({
      file: z.string(),
      message: z.string(),
      offset: z.int().optional(),
      section: z.string().optional(),
      line: z.int().optional(),
      column: z.int().optional(),
      source: z.string().optional(),
      hint: z.string().optional(),
    }),
  ),
});

export { Evidence as EvidenceJson, Ground as GroundJson, Place as PlaceJson, Use as UseJson };

export type JsonReport = z.output<typeof JsonReport>;
export type JsonFinding = z.output<typeof Finding>;
