import {
  BASELINE_STATES,
  BTF_STATES,
  BUDGET_STATES,
  CONFIDENCES,
  CONFIRMATIONS,
  GAPS,
  INTERFACE_KINDS,
  keysOf,
  LEVELS,
  ODDITIES,
  ORIGINS,
  PREDICTIONS,
  REBUILD_STATES,
  SIGHTINGS,
  SUBJECT_KINDS,
  WAIVER_STATES,
} from "../shared/vocabulary.ts";

// The vocabulary of `match`: the closed list of facts that promises, rules and waivers may ask for.
// Each is one predicate file in src/engine/predicates/. The documentation and the JSON Schema come from here.

/** What a field speaks of: a use alone, its subject, what one kernel says of it, what is predicted of a source there, or a remark on the subject as a whole. */
export type Scope = "use" | "subject" | "kernel" | "prediction" | "remark";

/** What a policy may ask of a field: globs, true or false, or one of a closed list of words. */
type Takes = "globs" | "flag" | readonly [string, ...string[]];

interface Field {
  readonly scope: Scope;
  readonly takes: Takes;
  readonly doc: string;
}

export const FIELDS = {
  kind: { scope: "use", takes: keysOf(INTERFACE_KINDS), doc: "the kind of the interface" },
  name: { scope: "use", takes: "globs", doc: "the name of the interface (globs)" },
  weak: { scope: "use", takes: "flag", doc: "whether the loader may leave it unresolved" },
  origin: { scope: "use", takes: keysOf(ORIGINS), doc: "who wrote the use: the module's author or the toolchain" },
  level: { scope: "use", takes: keysOf(LEVELS), doc: "the level of the promise that decided (not in promises)" },
  provider: { scope: "use", takes: ["kernel", "sibling"], doc: "sibling: another module of the same run exports it" },
  module: { scope: "subject", takes: "globs", doc: "the name of the module that takes it (globs)" },
  licence: { scope: "subject", takes: "globs", doc: "any MODULE_LICENSE of the module (globs)" },
  intree: { scope: "subject", takes: "flag", doc: "whether the module says it was built in the kernel's tree" },
  exported: { scope: "kernel", takes: "flag", doc: "whether the kernel, or a sibling, exports the name" },
  exporter: { scope: "kernel", takes: "globs", doc: "vmlinux or the path of the exporting module (globs)" },
  "export-type": { scope: "kernel", takes: ["EXPORT_SYMBOL", "EXPORT_SYMBOL_GPL"], doc: "how it is exported" },
  namespace: { scope: "kernel", takes: "globs", doc: "the namespace it is exported in (globs)" },
  "namespace-access": {
    scope: "kernel",
    takes: ["none", "imported", "missing", "allowed", "restricted"],
    doc: "none: no namespace; imported, missing: the module does or does not import it; allowed, restricted: a module: namespace that does or does not name it",
  },
  "refused-by": {
    scope: "kernel",
    takes: ["modpost", "loader"],
    doc: "who refuses a GPL-only export to the module's licences: modpost wants every tag compatible, the loader the first",
  },
  crc: { scope: "kernel", takes: ["same", "differs", "not-comparable"], doc: "the module's CRC beside the kernel's" },
  rebuild: {
    scope: "kernel",
    takes: keysOf(REBUILD_STATES),
    doc: "whether what the source wrote still builds there, as far as exports and headers tell",
  },
  list: { scope: "use", takes: "globs", doc: "any of the vendor's lists (`lists:` in the policy) that it is on, by name (globs)" },
  listed: {
    scope: "use",
    takes: ["all", "some", "none"],
    doc: "on how many of the vendor's lists in force it is (those that no other list comes after); without lists nothing is said",
  },
  "list-crc": {
    scope: "use",
    takes: ["same", "differs", "not-comparable"],
    doc: "the module's CRC beside those of the lists that it is on",
  },
  "list-dropped": { scope: "use", takes: "flag", doc: "on a list, and not on the one that comes after it" },
  protected: { scope: "use", takes: "flag", doc: "on a list of exports that only signed modules may use (`is: protected`)" },
  denied: { scope: "use", takes: "flag", doc: "on a list of symbols not to be used (`is: denied`)" },
  "promise-range": {
    scope: "kernel",
    takes: ["inside", "outside"],
    doc: "whether the kernel is among those that the promise names (`kernels:` of the promise)",
  },
  signed: { scope: "subject", takes: "flag", doc: "whether the module carries a signature" },
  binary: {
    scope: "subject",
    takes: "flag",
    doc: "whether the policy says that the module is shipped as it was built (binary: true)",
  },
  new: {
    scope: "use",
    takes: "flag",
    doc: "whether the committed manifest (`manifest:` in the policy) lacks it; without one nothing is new",
  },
  door: { scope: "use", takes: "globs", doc: "for a name reached at run time: any of what it is handed to (globs)" },
  seen: { scope: "use", takes: keysOf(SIGHTINGS), doc: "for a name reached at run time: how sure that is" },
  subject: { scope: "subject", takes: keysOf(SUBJECT_KINDS), doc: "what is checked: a module, a BPF object, a program or a source" },
  how: { scope: "use", takes: "globs", doc: "of a BPF object: how it attaches, any of kretprobe, fexit, tp_btf, … (globs)" },
  guarded: {
    scope: "use",
    takes: "flag",
    doc: "of a BPF object: whether a kernel may lack it without harm (weak, asked for, of a flavour, optional)",
  },
  btf: { scope: "kernel", takes: keysOf(BTF_STATES), doc: "what the kernel's BTF says of a use of a BPF object" },
  documented: {
    scope: "use",
    takes: ["stable", "testing", "obsolete", "removed", "no"],
    doc: "the folder of Documentation/ABI that has a file of /proc, /sys or debugfs",
  },
  prediction: {
    scope: "prediction",
    takes: keysOf(PREDICTIONS),
    doc: "what stands in a module's source that will not compile on the kernel",
  },
  confidence: { scope: "prediction", takes: keysOf(CONFIDENCES), doc: "how sure that is" },
  confirmation: { scope: "prediction", takes: keysOf(CONFIRMATIONS), doc: "what a compiler said of it (--confirm)" },
  gap: {
    scope: "remark",
    takes: keysOf(GAPS),
    doc: "what could not be checked on a kernel",
  },
  waiver: { scope: "remark", takes: keysOf(WAIVER_STATES), doc: "what is wrong with a waiver" },
  baseline: { scope: "remark", takes: keysOf(BASELINE_STATES), doc: "what is wrong with a line of the baseline" },
  budget: { scope: "remark", takes: keysOf(BUDGET_STATES), doc: "what a budget of uses says" },
  oddity: { scope: "remark", takes: keysOf(ODDITIES), doc: "what of the module does not add up" },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof FIELDS;

type Asked<T extends Takes> = T extends "globs"
  ? string | readonly string[]
  : T extends "flag"
    ? boolean
    : T extends readonly string[]
      ? T[number] | readonly T[number][]
      : never;

/** A match as it stands in a policy: several keys mean all, a list means any, `unless` excludes. */
export type Match = { readonly [F in FieldName]?: Asked<(typeof FIELDS)[F]["takes"]> | undefined } & {
  readonly unless?: Match | undefined;
  readonly any?: readonly Match[] | undefined;
  readonly all?: readonly Match[] | undefined;
  readonly not?: Match | undefined;
};

const COMBINERS = ["unless", "any", "all", "not"] as const;

/** Every field a match names, at any depth. */
export const fieldsOf = (match: Match): FieldName[] =>
  Object.entries(match).flatMap(([key, value]) => {
    if (!(COMBINERS as readonly string[]).includes(key)) return [key as FieldName];
    return (Array.isArray(value) ? (value as Match[]) : [value as Match]).flatMap(fieldsOf);
  });

/** Whether a match needs a fact of this scope. */
export const needs = (match: Match, scope: Scope): boolean => fieldsOf(match).some((field) => FIELDS[field].scope === scope);
