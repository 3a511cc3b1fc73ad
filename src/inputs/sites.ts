import { InputError } from "../shared/input-error.ts";
import type { PlaceReader } from "./debug.ts";
import type { Frame, Variable } from "./dwarf/dwarf.ts";
import { sectionNamed, type Elf } from "./elf/elf.ts";
import { relocationTables } from "./elf/relocations.ts";
import type { NameLookup } from "./lookups/doors.ts";
import { SHN_LIVEPATCH, SHN_UNDEF, type SymbolTable } from "./elf/symbols.ts";

/** One place of an object that the linker fills in with the address of an undefined symbol. */
export interface ObjectSite {
  readonly symbol: string;
  readonly section: string;
  /** Bytes from the start of the section. */
  readonly offset: number;
  /** The function or the variable of the symbol table that holds the place. */
  readonly inside?: string;
  /** For code: the inlined chain, innermost first; empty without debug information. */
  readonly frames: readonly Frame[];
  /** For data: the variable of the source that holds the pointer. */
  readonly variable?: Variable;
}

// include/uapi/linux/elf.h
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
const STT_OBJECT = 1;
const STT_FUNC = 2;

/** The functions and objects of each section in order of their place, to find the one that holds an offset. */
export const openOwners = (symbols: SymbolTable): ((section: number, offset: number) => string | undefined) => {
  const bySection = new Map<number, { value: number; size: number; name: string }[]>();
  for (let index = 1; index < symbols.count; index++) {
    const section = symbols.sectionOf(index);
    if (section === SHN_UNDEF) continue;
    const { type, value, size, name } = symbols.at(index);
    if ((type !== STT_FUNC && type !== STT_OBJECT) || size === 0) continue;
    const list = bySection.get(section);
    if (list) list.push({ value, size, name });
    else bySection.set(section, [{ value, size, name }]);
  }
  for (const list of bySection.values()) list.sort((a, b) => a.value - b.value);
  return (section, offset) => {
    const list = bySection.get(section) ?? [];
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]!.value <= offset) low = middle + 1;
      else high = middle;
    }
    const owner = list[low - 1];
    return owner && offset < owner.value + owner.size ? owner.name : undefined;
  };
};

/**
 * Every place where the object takes an undefined symbol, in the order of the relocation sections.
 * Only what is loaded counts: debug sections mention symbols, they do not use them.
 * @param wanted which symbols to place; the rest (what the toolchain adds, thousands of times) is passed over.
 */
export const findSites = (
  elf: Elf,
  symbols: SymbolTable,
  places: PlaceReader | undefined,
  wanted: (name: string) => boolean,
): readonly ObjectSite[] => {
  const names: (string | undefined)[] = [];
  for (let index = Math.max(symbols.firstGlobal, 1); index < symbols.count; index++) {
    const home = symbols.sectionOf(index);
    if (home !== SHN_UNDEF && home !== SHN_LIVEPATCH) continue;
    const { name } = symbols.at(index);
    if (name !== "" && wanted(name)) names[index] = name;
  }
  if (names.length === 0) return [];
  const ownerOf = openOwners(symbols);
  const sites: ObjectSite[] = [];
  for (const table of relocationTables(elf)) {
    if ((table.target.flags & SHF_ALLOC) === 0) continue;
    const isCode = (table.target.flags & SHF_EXECINSTR) !== 0;
    const relocations = table.read();
    for (let i = 0; i < relocations.count; i++) {
      const index = relocations.symbols[i]!;
      if (index >= symbols.count)
        throw new InputError({
          file: elf.source.name,
          offset: table.target.offset,
          section: table.target.name,
          message: `a relocation names symbol ${index} of ${symbols.count}`,
        });
      const symbol = names[index];
      if (symbol === undefined) continue;
      const offset = relocations.offsets[i]!;
      const inside = ownerOf(table.target.index, offset);
      const variable = isCode ? undefined : places?.variableAt(table.target, offset);
      sites.push({
        symbol,
        section: table.target.name,
        offset,
        ...(inside !== undefined && { inside }),
        frames: isCode ? (places?.framesAt(table.target, offset) ?? []) : [],
        ...(variable && { variable }),
      });
    }
  }
  return sites;
};

/** The place of a name that is handed over at run time, as if it were that of a relocation against it. */
export const placeIn = (elf: Elf, places: PlaceReader | undefined, { section, offset, name, function: inside }: NameLookup): ObjectSite => {
  const target = sectionNamed(elf, section);
  const isCode = target !== undefined && (target.flags & SHF_EXECINSTR) !== 0;
  const variable = target && !isCode ? places?.variableAt(target, offset) : undefined;
  return {
    symbol: name ?? "",
    section,
    offset,
    ...(inside !== undefined && { inside }),
    frames: isCode ? (places?.framesAt(target, offset) ?? []) : [],
    ...(variable && { variable }),
  };
};
