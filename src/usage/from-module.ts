import { modinfoValues } from "../inputs/modinfo.ts";
import type { ModuleFacts } from "../inputs/module.ts";
import { MODULE_LAYOUT } from "../shared/module-layout.ts";
import type { Sighting, Site } from "../shared/vocabulary.ts";
import type { Subject, Use } from "./model.ts";
import type { SymbolNames } from "./names.ts";
import { odditiesOf } from "./oddities.ts";
import { siteOf } from "./sites.ts";
import { sourceRoot, type SourceRoot } from "./source-root.ts";

/** Names compare as the symbol table spells them, not as a language would sort them. */
const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

const moduleName = (modinfoName: string | undefined, path: string): string =>
  modinfoName ??
  path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/\.(ko|o)(\..*)?$/, "")
    .replaceAll("-", "_");

const sitesBySymbol = ({ sites }: ModuleFacts, root: SourceRoot): ReadonlyMap<string, readonly Site[]> => {
  const found = new Map<string, Site[]>();
  for (const site of sites) {
    const list = found.get(site.symbol);
    if (list) list.push(siteOf(site, root));
    else found.set(site.symbol, [siteOf(site, root)]);
  }
  return found;
};

/**
 * One use for each name that is reached at run time, as sure as its surest sighting. Where the name is not in the module
 * the use is of what it is handed to.
 */
const lookedUp = ({ lookups }: ModuleFacts, root: SourceRoot): readonly Use[] => {
  const uses = new Map<string, Use & { sites: Site[] }>();
  for (const { door, name, kind, evidence, site } of lookups) {
    const seen: Sighting = name === undefined ? "unknown" : evidence;
    const key = `${kind} ${seen} ${name ?? door}`;
    const use = uses.get(key) ?? {
      kind: kind === "module" ? "module-request" : "private",
      name: name ?? door,
      weak: false,
      origin: "author",
      seen,
      sites: [],
    };
    // The chain leads to the door, not to another spelling of the name.
    const { written: _, ...place } = siteOf(site, root);
    use.sites.push({ ...place, door });
    uses.set(key, use);
  }
  return [...uses.values()];
};

/** One use for each symbol that is not the module's own. */
const usesOf = (facts: ModuleFacts, names: SymbolNames): Use[] => {
  const crcs = new Map(facts.modversions.versions.map((each) => [each.name, each.crc]));
  const root = sourceRoot(
    facts.sources.map(({ file }) => file),
    facts.sources.map(({ directory }) => directory),
  );
  const sites = sitesBySymbol(facts, root);
  const uses = facts.undefinedSymbols.map(({ name, weak }): Use => {
    const crc = crcs.get(name);
    const places = sites.get(name);
    if (!places) return names.plainUse(facts.arch, name, weak, crc);
    // Assembler in an inline function leaves no chain: what has no line is judged as without debug information.
    const written = names.writtenFor(
      name,
      places.some((site) => site.line !== undefined),
    );
    return {
      kind: "symbol",
      name,
      weak,
      origin: names.isToolchain(facts.arch, name) ? "toolchain" : "author",
      ...(crc !== undefined && { crc }),
      ...(written && { written }),
      sites: places,
    };
  });
  const layout = crcs.get(MODULE_LAYOUT);
  if (layout !== undefined && !uses.some((use) => use.name === MODULE_LAYOUT))
    uses.push(names.plainUse(facts.arch, MODULE_LAYOUT, false, layout));
  for (const { spelled, name } of facts.livepatchSymbols) {
    uses.push({ kind: "private", name, weak: false, origin: "author", seen: "struct", sites: sites.get(spelled) ?? [] });
  }
  uses.push(...lookedUp(facts, root));
  return uses.sort(byName);
};

/** What a module's facts mean: its name, licences and namespaces out of modinfo, and its uses. */
export const subjectFromModule = (facts: ModuleFacts, path: string, names: SymbolNames): Subject => {
  const values = (key: string): readonly string[] => modinfoValues(facts.modinfo, key);
  const vermagic = values("vermagic")[0];
  return {
    name: moduleName(values("name")[0], path),
    kind: "module",
    path,
    line: 1,
    column: 1,
    arch: facts.arch,
    licences: values("license"),
    ...(vermagic !== undefined && { vermagic }),
    depends: values("depends")
      .flatMap((list) => list.split(","))
      .filter((name) => name !== ""),
    imports: values("import_ns"),
    intree: values("intree").includes("Y"),
    signed: facts.signature !== undefined,
    modversions: facts.modversions.form,
    oddities: odditiesOf(facts),
    modinfo: facts.modinfo.map(({ text }) => (text.includes("=") ? text : `${text}=`)),
    exports: facts.exports.toSorted(byName),
    uses: usesOf(facts, names),
  };
};
