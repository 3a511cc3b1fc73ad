import { InputError } from "../shared/input-error.ts";
import type { ByteSource } from "./bytes.ts";
import { openDwarf, type Dwarf, type Frame, type Variable } from "./dwarf/dwarf.ts";
import { parseElf, sectionBytes, sectionNamed, SHF_ALLOC, SHT_NOBITS, type Elf, type Section } from "./elf/elf.ts";
import { openSymbols, type SymbolTable } from "./elf/symbols.ts";

/** Debug information that can answer for the sections of an object: its own, or that of a `.debug` file beside it. */
export interface PlaceReader {
  readonly sources: Dwarf["sources"];
  framesAt(section: Section, offset: number): readonly Frame[];
  variableAt(section: Section, offset: number): Variable | undefined;
}

/** What tells builds apart: the build id, or where there is none the sizes of all that is loaded (the split file keeps them). */
const buildOf = (elf: Elf): string => {
  const note = sectionNamed(elf, ".note.gnu.build-id");
  if (note && note.type !== SHT_NOBITS) return Buffer.from(sectionBytes(elf, note)).toString("hex");
  return elf.sections.flatMap(({ flags, name, size }) => ((flags & SHF_ALLOC) === 0 ? [] : `${name}:${size}`)).join(" ");
};

/** Sections are found by their names: an object and its `.debug` file number them alike only if nothing else was stripped. */
const reader = (elf: Elf, dwarf: Dwarf): PlaceReader => {
  const indexes = new Map(elf.sections.map((each) => [each.name, each.index]));
  return {
    sources: dwarf.sources,
    framesAt: ({ name }, offset) => dwarf.framesAt(indexes.get(name) ?? 0, offset),
    variableAt: ({ name }, offset) => dwarf.variableAt(indexes.get(name) ?? 0, offset),
  };
};

/**
 * The debug information of a module, or of the file that was split off it.
 * @throws InputError where that file belongs to another build: its lines would be wrong.
 */
export const openPlaces = (elf: Elf, symbols: SymbolTable, debug: ByteSource | undefined): PlaceReader | undefined => {
  const own = openDwarf(elf, symbols);
  if (own) return reader(elf, own);
  if (!debug) return undefined;
  const split = parseElf(debug);
  if (buildOf(split) !== buildOf(elf)) {
    throw new InputError({
      file: debug.name,
      offset: 0,
      message: `debug information of another build than ${elf.source.name}`,
      hint: "their build ids or sections differ",
    });
  }
  const splitSymbols = openSymbols(split);
  const dwarf = splitSymbols && openDwarf(split, splitSymbols);
  return dwarf && reader(split, dwarf);
};
