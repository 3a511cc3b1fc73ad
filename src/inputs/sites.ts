import { InputError } from "../shared/input-error.ts";
import { MAX_FRAMES, MAX_SITES } from "../shared/limits.ts";
import type { PlaceReader } from "./debug.ts";
import type { Frame, Variable } from "./dwarf/dwarf.ts";
import { sectionError, sectionNamed, SHF_ALLOC, SHF_EXECINSTR, type Elf } from "./elf/elf.ts";
import { ownersOf } from "./elf/owners.ts";
import { relocationTables } from "./elf/relocations.ts";
import type { NameLookup } from "./lookups/doors.ts";
import { SHN_LIVEPATCH, SHN_UNDEF, STT_FUNC, STT_OBJECT, type SymbolTable } from "./elf/symbols.ts";

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
  const owners = ownersOf(elf, symbols, [STT_FUNC, STT_OBJECT]);
  const sites: ObjectSite[] = [];
  let frames = 0;
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
      const inside = owners.around(table.target.index, offset)?.name;
      const variable = isCode ? undefined : places?.variableAt(table.target, offset);
      const chain = isCode ? (places?.framesAt(table.target, offset) ?? []) : [];
      frames += chain.length;
      if (sites.length === MAX_SITES || frames > MAX_FRAMES)
        throw sectionError(
          elf,
          table.target,
          offset,
          `more than ${MAX_SITES} places where symbols are taken, or ${MAX_FRAMES} frames at them`,
        );
      sites.push({
        symbol,
        section: table.target.name,
        offset,
        ...(inside !== undefined && { inside }),
        frames: chain,
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
