import { modinfoValues } from "../inputs/modinfo.ts";
import type { ModuleFacts } from "../inputs/module.ts";
import type { Subject, Use } from "./model.ts";

/** Names compare as the symbol table spells them, not as a language would sort them. */
const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** The loader reads this version before any symbol's: every versioned module depends on the layout of struct module (kernel/module/version.c). */
const MODULE_LAYOUT = "module_layout";

const moduleName = (modinfoName: string | undefined, path: string): string =>
  modinfoName ??
  path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/\.ko(\..*)?$/, "")
    .replaceAll("-", "_");

/** What a module's facts mean: its name, licences and namespaces out of modinfo, and one use for each symbol it leaves undefined. */
export const subjectFromModule = (facts: ModuleFacts, path: string): Subject => {
  const values = (key: string): readonly string[] => modinfoValues(facts.modinfo, key);
  const crcs = new Map(facts.modversions.versions.map((each) => [each.name, each.crc]));
  const uses = facts.undefinedSymbols.map(({ name, weak }): Use => {
    const crc = crcs.get(name);
    return { kind: "symbol", name, weak, origin: "author", ...(crc !== undefined && { crc }), sites: [] };
  });
  const layout = crcs.get(MODULE_LAYOUT);
  if (layout !== undefined && !uses.some((use) => use.name === MODULE_LAYOUT)) {
    uses.push({ kind: "symbol", name: MODULE_LAYOUT, weak: false, origin: "toolchain", crc: layout, sites: [] });
  }
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
    modinfo: facts.modinfo.map(({ key, value }) => `${key}=${value}`),
    exports: facts.exports.toSorted(byName),
    uses: uses.sort(byName),
  };
};
