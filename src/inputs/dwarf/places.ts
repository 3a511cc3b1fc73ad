import { sectionBytes, type Elf } from "../elf/elf.ts";
import { SHN_UNDEF, type SymbolTable } from "../elf/symbols.ts";

/**
 * A byte of a section as one number: section index * 2^32 + offset. Every section of a relocatable object starts at 0; so
 * they lie side by side, an address plus a length is an address, and two addresses of one section differ by their distance.
 * Below 2^32 stand plain numbers and what belongs to no section.
 */
export type Place = number;

export const SECTION = 2 ** 32;

/** An address that is none: no section reaches below 0. */
export const NOWHERE: Place = -1;

export const placeOf = (section: number, offset: number): Place => section * SECTION + offset;

/** The offset within its section. */
export const offsetIn = (place: Place): number => place - Math.floor(place / SECTION) * SECTION;

// include/uapi/linux/elf.h; SHT_SYMTAB_SHNDX holds the section index where 16 bits do not (ELF specification, "Symbol Table").
const SHN_LORESERVE = 0xff00;
const SHN_XINDEX = 0xffff;
const SHT_SYMTAB_SHNDX = 18;

/** Where each symbol stands, looked up once: the undefined, absolute and common ones count from 0. */
export const symbolPlaces = (elf: Elf, symbols: SymbolTable): ((index: number) => Place) => {
  const places = new Float64Array(symbols.count).fill(Number.NaN);
  let wide: DataView | undefined;
  const wideIndex = (index: number): number => {
    if (!wide) {
      const section = elf.sections.find((each) => each.type === SHT_SYMTAB_SHNDX);
      const bytes = section ? sectionBytes(elf, section) : new Uint8Array(0);
      wide = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return index * 4 + 4 <= wide.byteLength ? wide.getUint32(index * 4, elf.little) : SHN_UNDEF;
  };
  return (index) => {
    const known = places[index];
    if (known !== undefined && !Number.isNaN(known)) return known;
    const symbol = symbols.at(index);
    const section = symbol.section === SHN_XINDEX ? wideIndex(index) : symbol.section < SHN_LORESERVE ? symbol.section : SHN_UNDEF;
    const place = symbol.value < SECTION ? placeOf(section, symbol.value) : NOWHERE;
    places[index] = place;
    return place;
  };
};
