import { InputError } from "../shared/input-error.ts";
import { MAX_MODINFO, MAX_MODULE_SYMBOLS } from "../shared/limits.ts";
import type { ByteSource } from "./bytes.ts";
import { openPlaces, type PlaceReader } from "./debug.ts";
import { parseElf, sectionBytes, sectionError, sectionNamed, type Elf, type Section } from "./elf/elf.ts";
import { openSymbols, SHN_COMMON, SHN_LIVEPATCH, SHN_UNDEF, type SymbolTable } from "./elf/symbols.ts";
import { parseExports, type ModuleExport } from "./exports.ts";
import type { LookupDoors, NameLookup } from "./lookups/doors.ts";
import { findLookups } from "./lookups/lookups.ts";
import { parseModinfo, type ModinfoEntry } from "./modinfo.ts";
import { parseModversions, type Modversions } from "./modversions.ts";
import { isPrivateName } from "./private-names.ts";
import { parseSignature, type Signature } from "./signature.ts";
import { findSites, placeIn, type ObjectSite } from "./sites.ts";

/** A symbol that the module leaves to the loader to find. */
export interface UndefinedSymbol {
  readonly name: string;
  /** STB_WEAK: the loader leaves it zero where nothing provides it. */
  readonly weak: boolean;
}

/** What stands in a kernel module (`.ko`), nothing inferred. */
export interface ModuleFacts {
  readonly arch: string;
  readonly modinfo: readonly ModinfoEntry[];
  readonly undefinedSymbols: readonly UndefinedSymbol[];
  /** SHN_COMMON: the loader refuses a module that has any (kernel/module/main.c simplify_symbols). */
  readonly commonSymbols: readonly string[];
  /** Symbols of a livepatch, bound to code that is not exported (Documentation/livepatch/module-elf-format.rst). */
  readonly livepatchSymbols: readonly LivepatchSymbol[];
  /** How many `.gnu.linkonce.this_module` sections: the loader wants exactly one. */
  readonly thisModules: number;
  readonly modversions: Modversions;
  readonly exports: readonly ModuleExport[];
  readonly signature?: Signature;
  /** Where symbols are used, if that was asked for. */
  readonly sites: readonly ObjectSite[];
  /** What it reaches by name at run time, and where, if that was asked for. */
  readonly lookups: readonly (NameLookup & { readonly site: ObjectSite })[];
  /** The compiled files by the debug information, and the folder the compiler ran in; none without it. */
  readonly sources: PlaceReader["sources"];
}

/** `.klp.sym.OBJECT.SYMBOL,POSITION`: a symbol of a live-patched object. */
export interface LivepatchSymbol {
  /** As the symbol table spells it: what relocations name. */
  readonly spelled: string;
  readonly object: string;
  readonly name: string;
}

export interface ModuleOptions {
  /** Which symbols' places to find; left out, none are. */
  readonly placesOf?: (arch: string, name: string) => boolean;
  /** The kernel functions that reach others by name; left out, none is followed. */
  readonly doors?: LookupDoors;
  /** The `.debug` file that was split off a stripped module. */
  readonly debug?: ByteSource;
}

const livepatchSymbol = (spelled: string): LivepatchSymbol | undefined => {
  const [, object, name] = /^\.klp\.sym\.([^.]+)\.(.+),\d+$/.exec(spelled) ?? [];
  return object !== undefined && name !== undefined ? { spelled, object, name } : undefined;
};

/** The symbols that are not the module's own, without the names the loader and modpost pass over (kernel/module/main.c simplify_symbols). */
const takenSymbols = (
  symbols: SymbolTable,
  arch: string,
  refuse: (message: string) => never,
): Pick<ModuleFacts, "undefinedSymbols" | "commonSymbols" | "livepatchSymbols"> => {
  const undefinedSymbols: UndefinedSymbol[] = [];
  const commonSymbols: string[] = [];
  const livepatchSymbols: LivepatchSymbol[] = [];
  let count = 0;
  for (let index = Math.max(symbols.firstGlobal, 1); index < symbols.count; index++) {
    const section = symbols.sectionOf(index);
    if (section !== SHN_UNDEF && section !== SHN_COMMON && section !== SHN_LIVEPATCH) continue;
    if (++count > MAX_MODULE_SYMBOLS) refuse(`more than ${MAX_MODULE_SYMBOLS} symbols that are not its own`);
    if (section === SHN_UNDEF) {
      const { name, weak } = symbols.at(index);
      if (name !== "" && !isPrivateName(name, arch)) undefinedSymbols.push({ name, weak });
    } else if (section === SHN_COMMON) commonSymbols.push(symbols.nameOf(index));
    else {
      const symbol = livepatchSymbol(symbols.nameOf(index));
      if (symbol) livepatchSymbols.push(symbol);
    }
  }
  return { undefinedSymbols, commonSymbols, livepatchSymbols };
};

const openModule = (source: ByteSource): { readonly elf: Elf; readonly symbols: SymbolTable; readonly thisModules: number } => {
  const elf = parseElf(source);
  const refuse = (message: string, hint?: string): never => {
    throw new InputError({ file: source.name, offset: 0, message, ...(hint !== undefined && { hint }) });
  };
  const thisModules = elf.sections.filter((each) => each.name === ".gnu.linkonce.this_module").length;
  if (thisModules === 0 && !sectionNamed(elf, ".modinfo")) {
    refuse("not a kernel module: neither .modinfo nor .gnu.linkonce.this_module", "give the .ko, not an object it was linked from");
  }
  const symbols = openSymbols(elf) ?? refuse("no symbol table: the kernel cannot load this module");
  return { elf, symbols, thisModules };
};

const modinfoOf = (elf: Elf, section: Section): ModuleFacts["modinfo"] => {
  if (section.size > MAX_MODINFO) throw sectionError(elf, section, 0, `${section.size} bytes (at most ${MAX_MODINFO})`);
  return parseModinfo(sectionBytes(elf, section));
};

/**
 * Reads a kernel module.
 * @throws InputError for anything that is no module, is cut short or contradicts itself.
 */
export const parseModule = (source: ByteSource, { placesOf, doors, debug }: ModuleOptions = {}): ModuleFacts => {
  const { elf, symbols, thisModules } = openModule(source);
  const { arch } = elf;
  const info = sectionNamed(elf, ".modinfo");
  const signature = parseSignature(source);
  const refuse = (message: string): never => {
    throw new InputError({ file: source.name, offset: 0, message });
  };
  const taken = takenSymbols(symbols, arch, refuse);
  const places = placesOf && openPlaces(elf, symbols, debug);
  return {
    arch,
    modinfo: info ? modinfoOf(elf, info) : [],
    ...taken,
    thisModules,
    modversions: parseModversions(elf),
    exports: parseExports(elf, symbols),
    ...(signature && { signature }),
    sites: placesOf ? findSites(elf, symbols, places, (name) => placesOf(arch, name)) : [],
    lookups: (doors ? findLookups(elf, symbols, doors) : []).map((lookup) => ({ ...lookup, site: placeIn(elf, places, lookup) })),
    sources: places?.sources ?? [],
  };
};
