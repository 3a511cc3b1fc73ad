import { bareSubject } from "./bare.ts";
import type { BpfExtern, BpfFacts, BpfRelocation, BpfSite } from "../inputs/bpf/facts.ts";
import { withoutFlavour } from "../inputs/btf/shape.ts";
import type { CoreAccess, CoreAsk } from "../shared/core-access.ts";
import type { InterfaceKind, Site } from "../shared/vocabulary.ts";
import type { Subject, Use } from "./model.ts";
import { sourceRoot, type SourceRoot } from "./source-root.ts";

/** A use while its sites are gathered. */
interface Draft {
  readonly kind: InterfaceKind;
  readonly name: string;
  weak: boolean;
  readonly origin: Use["origin"];
  readonly seen?: "unknown";
  readonly hows: Set<string>;
  readonly asks: Set<CoreAsk>;
  access?: CoreAccess;
  /** Named by a form of the type or function alone: a name that ends in `___x`. */
  isFlavour: boolean;
  /** The object asks whether it is there. */
  isAsked: boolean;
  isOptional: boolean;
  readonly sites: Site[];
}

/** What one place adds to a use. */
interface Taking {
  readonly kind: InterfaceKind;
  readonly name: string;
  readonly site?: Site;
  readonly optional?: boolean | undefined;
  readonly weak?: boolean;
  readonly byCompiler?: boolean;
  readonly isUnknown?: boolean;
  readonly how?: string;
  readonly ask?: CoreAsk;
  readonly access?: CoreAccess;
  readonly isFlavour?: boolean;
  readonly isAsked?: boolean;
}

/** One use for each kind and name: weak, guarded or optional only where each place is. */
const gather = (takings: Iterable<Taking>): readonly Use[] => {
  const drafts = new Map<string, Draft>();
  for (const { kind, name, site, weak = false, isUnknown, how, ask, access, isFlavour = false, isAsked = false, ...rest } of takings) {
    const key = `${kind} ${name}`;
    const known = drafts.get(key);
    const draft = known ?? {
      kind,
      name,
      weak,
      origin: rest.byCompiler ? ("toolchain" as const) : ("author" as const),
      ...(isUnknown && { seen: "unknown" as const }),
      hows: new Set<string>(),
      asks: new Set<CoreAsk>(),
      ...(access && { access }),
      isFlavour,
      isAsked,
      isOptional: true,
      sites: [],
    };
    draft.weak &&= weak;
    draft.isFlavour &&= isFlavour;
    draft.isAsked &&= isAsked;
    draft.isOptional &&= rest.optional === true;
    if (how !== undefined) draft.hows.add(how);
    if (ask) draft.asks.add(ask);
    // Whatever is asked, a question for all members needs them.
    if (access?.of === "type" && access.layout) draft.access = access;
    if (site) draft.sites.push(site);
    if (!known) drafts.set(key, draft);
  }
  return [...drafts.values()].map(useOf);
};

const useOf = ({ kind, name, weak, origin, seen, hows, asks, access, isFlavour, isAsked, isOptional, sites }: Draft): Use => {
  const guarded = isAsked ? "exists" : isFlavour ? "flavour" : isOptional ? "optional" : undefined;
  return {
    kind,
    name,
    weak,
    origin,
    ...(seen && { seen }),
    ...(hows.size > 0 && { how: [...hows].join(", ") }),
    ...(guarded && { guarded }),
    ...(access && { core: { asks: [...asks], access } }),
    sites,
  };
};

/** A file by its absolute path: the folder the compiler ran in is not told, and any does for what is relative to it. */
const absolute = (file: string): string => (file.startsWith("/") ? file : `/cwd/${file}`);

type SiteOf = (site: BpfSite, variable?: string) => Site;

const siteMaker =
  (root: SourceRoot): SiteOf =>
  ({ section, offset, function: own, file, line, column }, variable) => ({
    ...(file !== undefined && line !== undefined && { file: root.shown(absolute(file)), line, ...(column !== undefined && { column }) }),
    ...(own !== undefined && { function: own }),
    ...(variable !== undefined && { variable }),
    section,
    offset,
  });

/** The program types, and what the programs hang themselves on. A target that user space chooses has the section's own name, and is not known. */
function* attachments({ programs }: BpfFacts, siteOf: SiteOf): Generator<Taking> {
  for (const { type, attach, section, optional, site } of programs) {
    const place = { site: siteOf(site), optional };
    if (type === "unspec") yield { kind: "bpf-program-type", name: section.replace(/^\?(?=.)/, ""), isUnknown: true, ...place };
    else yield { kind: "bpf-program-type", name: `BPF_PROG_TYPE_${type.toUpperCase()}`, ...place };
    if (attach.kind === "none" || attach.kind === "user") continue;
    const { kind, how, target } = attach;
    yield target === undefined ? { kind, name: how, isUnknown: true, how, ...place } : { kind, name: target, how, ...place };
  }
}

/** Functions, variables and configuration values of the kernel; libbpf resolves `name___x` as `name` (its find_extern_by_name, essent_name). */
function* externs(kind: InterfaceKind, list: readonly BpfExtern[], siteOf: SiteOf): Generator<Taking> {
  for (const { name: spelled, weak, byCompiler, sites } of list) {
    const name = withoutFlavour(spelled);
    const isFlavour = name !== spelled;
    if (sites.length === 0) yield { kind, name, weak, byCompiler, isFlavour };
    for (const site of sites) {
      const place = { ...siteOf(site), ...(isFlavour && { written: spelled }) };
      yield { kind, name, weak, byCompiler, isFlavour, site: place, optional: site.optional };
    }
  }
}

function* structOps({ structOps: tables, programs }: BpfFacts, siteOf: SiteOf): Generator<Taking> {
  const starts = new Map(programs.map(({ name, site }) => [name, site]));
  for (const { variable, type: spelled, callbacks, optional, site } of tables) {
    const type = withoutFlavour(spelled);
    const common = { kind: "struct-ops", optional, isFlavour: type !== spelled } as const;
    yield { ...common, name: type, site: siteOf(site, variable) };
    for (const { member, program } of callbacks)
      yield { ...common, name: `${type}.${member}`, site: siteOf(starts.get(program) ?? site, variable) };
  }
}

/** A type without its flavour, and each step from it: what an existence question is about, and what it thereby covers. */
const pathsOf = (access: CoreAccess): readonly string[] => {
  const root = withoutFlavour(access.root);
  if (access.of === "type") return [root];
  if (access.of === "enum") return [root, `${root}.${withoutFlavour(access.value)}`];
  const paths = [root];
  for (const { member, index } of access.steps)
    if (member !== undefined || index !== undefined) paths.push(`${paths.at(-1)!}${member === undefined ? `[${index}]` : `.${member}`}`);
  return paths;
};

const isExistence = (ask: CoreAsk): boolean => ask.endsWith("-exists") || ask === "type-matches";

/** What the object asks the existence of, by its paths; flavours count for the type itself, as libbpf takes them. */
const askedFor = (relocations: readonly BpfRelocation[]): ReadonlySet<string> =>
  new Set(relocations.filter(({ ask }) => isExistence(ask)).map(({ access }) => pathsOf(access).at(-1)!));

const KINDS = { field: "struct-field", type: "kernel-type", enum: "enum-value" } as const satisfies Record<CoreAccess["of"], InterfaceKind>;

/** What CO-RE relocations ask for; the object's own numbers of its own types are nothing of the kernel's. */
function* coreUses({ relocations }: BpfFacts, asked: ReadonlySet<string>, siteOf: SiteOf): Generator<Taking> {
  for (const { ask, access, name, site } of relocations) {
    if (ask === "local-type-id") continue;
    const isWhole = access.of === "field" && access.steps.length === 0;
    yield {
      kind: isWhole ? "kernel-type" : KINDS[access.of],
      name: isWhole ? access.root : name,
      ask,
      access,
      isFlavour: withoutFlavour(access.root) !== access.root,
      isAsked: pathsOf(access).some((path) => asked.has(path)),
      site: siteOf(site),
      optional: site.optional,
    };
  }
}

/** Each use of the object, whatever its kind. */
function* takingsOf(facts: BpfFacts, siteOf: SiteOf): Generator<Taking> {
  const asked = askedFor(facts.relocations);
  yield* attachments(facts, siteOf);
  for (const { name, sites } of facts.helpers) {
    // `bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_x)` is how an object asks for a helper.
    const isAsked = asked.has(`enum bpf_func_id.${name.replace(/^bpf_/, "BPF_FUNC_")}`);
    for (const site of sites) yield { kind: "bpf-helper", name, isAsked, site: siteOf(site), optional: site.optional };
  }
  for (const { name, typeName, site } of facts.maps) yield { kind: "bpf-map-type", name: typeName, site: siteOf(site, name) };
  yield* externs("kfunc", facts.kfuncs, siteOf);
  const inSection = (section: string): readonly BpfExtern[] => facts.externs.filter((each) => each.section === section);
  yield* externs("kernel-variable", inSection(".ksyms"), siteOf);
  // LINUX_KERNEL_VERSION and its like are libbpf's own answers, no configuration of the kernel.
  const options = inSection(".kconfig").filter(({ name }) => !name.startsWith("LINUX_"));
  yield* externs("kconfig", options, siteOf);
  yield* structOps(facts, siteOf);
  yield* coreUses(facts, asked, siteOf);
}

const byKindAndName = (a: Use, b: Use): number =>
  a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

const objectName = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/(\.bpf)?\.o$/, "");

/** What a BPF object's facts mean: one use for each kind and name that it takes from the kernel. */
export const subjectFromBpf = (facts: BpfFacts, path: string): Subject => {
  const root = sourceRoot(facts.sources.map(absolute), []);
  const helpers = [...new Set(facts.opaqueReads.map(({ helper }) => helper))];
  return {
    ...bareSubject(objectName(path), "bpf-object", path),
    licences: facts.licence === undefined ? [] : [facts.licence],
    oddities: helpers.length > 0 ? [{ oddity: "compiled-offsets", names: helpers }] : [],
    uses: gather(takingsOf(facts, siteMaker(root))).toSorted(byKindAndName),
  };
};
