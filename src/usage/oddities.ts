import { modinfoValues } from "../inputs/modinfo.ts";
import type { ModuleFacts } from "../inputs/module.ts";
import { MODULE_LAYOUT } from "../shared/module-layout.ts";
import type { Oddity } from "../shared/vocabulary.ts";
import type { Subject } from "./model.ts";

/** What of a module's file does not add up, by itself; what only a kernel can tell is the engine's to find. */
export const odditiesOf = (facts: ModuleFacts): Subject["oddities"] => {
  const { modversions, undefinedSymbols, commonSymbols, thisModules, sites, sources } = facts;
  const used = new Set(undefinedSymbols.map(({ name }) => name)).add(MODULE_LAYOUT);
  const crcs = new Map<string, number>();
  const conflicting = new Set<string>();
  for (const { name, crc } of modversions.versions) {
    if ((crcs.get(name) ?? crc) !== crc) conflicting.add(name);
    crcs.set(name, crc);
  }
  const found: Partial<Record<Oddity, readonly string[]>> = {
    "unused-crc": [...crcs.keys()].filter((name) => !used.has(name)),
    "conflicting-crc": [...conflicting],
    "common-symbol": commonSymbols,
    "no-licence": modinfoValues(facts.modinfo, "license").length === 0 ? ["none"] : [],
    "this-module": thisModules === 1 ? [] : [`${thisModules} sections`],
    "no-debug-information": sites.length > 0 && sources.length === 0 ? ["places are those of the module"] : [],
  };
  return Object.entries(found).flatMap(([oddity, names]) => (names.length > 0 ? [{ oddity: oddity as Oddity, names }] : []));
};
