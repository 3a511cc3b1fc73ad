import { SHF_ALLOC, SHF_EXECINSTR, isRealIndex, sectionBytes, SHT_NOBITS, type Elf, type Section } from "../elf/elf.ts";
import { ownersOf, type Owners } from "../elf/owners.ts";
import { relocationTables, type Relocations } from "../elf/relocations.ts";
import { STT_FUNC, type SymbolTable } from "../elf/symbols.ts";
import type { Code, Reference } from "./step.ts";
import { sectionBase, symbolBase, type Place } from "./values.ts";

// include/uapi/linux/elf.h
const SHF_WRITE = 1;
const SHF_STRINGS = 0x20;
const R_386_32 = 1;

export const isCode = ({ flags }: Section): boolean => (flags & (SHF_ALLOC | SHF_EXECINSTR)) === (SHF_ALLOC | SHF_EXECINSTR);
export const isWritable = ({ flags }: Section): boolean => (flags & SHF_WRITE) !== 0;
export const isStrings = ({ flags }: Section): boolean => (flags & SHF_STRINGS) !== 0;
/** What holds a module's own variables and constants; not what the build keeps about its code. */
export const isData = ({ name, flags }: Section): boolean =>
  (flags & SHF_ALLOC) !== 0 && /^(?:\.init|\.exit|\.ref|\.meminit|\.devinit)?\.(?:rodata|data)(?:\.|$)/.test(name);

/** The relocations of one section, by their places. */
export interface Filled {
  readonly section: Section;
  readonly count: number;
  /** In the order of their places. */
  at(position: number): Reference;
  /** Its place, its type and what it refers to alone. */
  placeAt(position: number): number;
  typeAt(position: number): number;
  baseAt(position: number): string;
  /** The first position whose place is not before `offset`. */
  from(offset: number): number;
  find(offset: number): Reference | undefined;
}

/** A module's sections, relocations and functions, each read when it is asked for. */
export interface Image {
  readonly elf: Elf;
  readonly symbols: SymbolTable;
  readonly functions: Owners;
  /** The sections that are loaded and relocated. */
  readonly relocated: readonly Section[];
  /** The positions of a section's relocations that refer to a base, in order. */
  positionsOf(section: Section, base: string): readonly number[];
  filled(section: Section): Filled | undefined;
  code(section: Section): Code;
  bytes(section: Section): Uint8Array;
}

const once = <T>(make: (section: Section) => T): ((section: Section) => T) => {
  const made = new Map<Section, T>();
  return (section) => {
    if (!made.has(section)) made.set(section, make(section));
    return made.get(section)!;
  };
};

type NamedPlace = Place & { readonly name: string };

/** Names a place: an undefined symbol's own, else bytes in a section. */
const placeOf = (elf: Elf, symbols: SymbolTable, index: number): NamedPlace => {
  const { name, value, section } = symbols.at(index);
  return isRealIndex(section) && elf.sections[section]
    ? { base: sectionBase(section), offset: value, name }
    : { base: symbolBase(index), offset: 0, name };
};

/** Several tables of one section as one. */
const joined = (tables: readonly [Relocations, ...Relocations[]]): Relocations => {
  const [first, ...others] = tables;
  if (others.length === 0) return first;
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  const all = {
    target: first.target,
    count,
    offsets: new Float64Array(count),
    symbols: new Uint32Array(count),
    types: new Uint32Array(count),
    addends: new Float64Array(count),
  };
  let at = 0;
  for (const table of tables) {
    for (const column of ["offsets", "symbols", "types", "addends"] as const) all[column].set(table[column], at);
    at += table.count;
  }
  return all;
};

const filledBy = (
  elf: Elf,
  tables: readonly Relocations[],
  section: Section,
  placeOf: (index: number) => NamedPlace,
): Filled | undefined => {
  const [table, ...others] = tables;
  if (!table) return undefined;
  const { count, offsets, types, addends, symbols: indexes } = joined([table, ...others]);
  // The linker writes them in order; what is not is put in order here.
  const isOrdered = offsets.every((offset, i) => i === 0 || offsets[i - 1]! <= offset);
  const order = isOrdered ? undefined : Uint32Array.from(offsets, (_, i) => i).sort((a, b) => offsets[a]! - offsets[b]! || a - b);
  const indexAt = (position: number): number => (order ? order[position]! : position);
  const placeAt = (position: number): number => offsets[indexAt(position)]!;
  const inPlace = elf.arch === "i386" ? sectionBytes(elf, section) : undefined;
  const view = inPlace && new DataView(inPlace.buffer, inPlace.byteOffset, inPlace.byteLength);
  const at = (position: number): Reference => {
    const i = indexAt(position);
    const place = placeOf(indexes[i]!);
    const [where, type] = [offsets[i]!, types[i]!];
    const addend = view && type === R_386_32 && where + 4 <= view.byteLength ? view.getUint32(where, true) : addends[i]!;
    return { base: place.base, name: place.name, offset: place.offset + addend, at: where, type };
  };
  const from = (offset: number): number => {
    let [low, high] = [0, count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (placeAt(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const find = (offset: number): Reference | undefined => {
    const position = from(offset);
    return position < count && placeAt(position) === offset ? at(position) : undefined;
  };
  return {
    section,
    count,
    at,
    placeAt,
    typeAt: (position) => types[indexAt(position)]!,
    baseAt: (position) => placeOf(indexes[indexAt(position)]!).base,
    from,
    find,
  };
};

/** Opens a module for following its code. @throws InputError where relocations or symbols lie out of range, once they are asked for. */
export const openImage = (elf: Elf, symbols: SymbolTable): Image => {
  const tables = new Map<Section, { read(): Relocations }[]>();
  for (const table of relocationTables(elf)) {
    if ((table.target.flags & SHF_ALLOC) === 0 || table.target.type === SHT_NOBITS) continue;
    const same = tables.get(table.target);
    if (same) same.push(table);
    else tables.set(table.target, [table]);
  }
  const bytes = once((section) => sectionBytes(elf, section));
  const places: NamedPlace[] = [];
  const place = (index: number): NamedPlace => (places[index] ??= placeOf(elf, symbols, index));
  const filled = once((section) => {
    const mine = tables.get(section)?.map((table) => table.read()) ?? [];
    return filledBy(elf, mine, section, place);
  });
  const code = once((section): Code => {
    const content = bytes(section);
    const relocations = filled(section);
    return {
      base: sectionBase(section.index),
      bytes: content,
      view: new DataView(content.buffer, content.byteOffset, content.byteLength),
      referenceAt: (offset) => relocations?.find(offset),
    };
  });
  const positions = once((section) => {
    const found = new Map<string, number[]>();
    const { count, baseAt } = filled(section) ?? { count: 0, baseAt: () => "" };
    for (let i = 0; i < count; i++) {
      const base = baseAt(i);
      const list = found.get(base);
      if (list) list.push(i);
      else found.set(base, [i]);
    }
    return found;
  });
  return {
    elf,
    symbols,
    functions: ownersOf(elf, symbols, [STT_FUNC]),
    relocated: [...tables.keys()],
    positionsOf: (section, base) => positions(section).get(base) ?? [],
    filled,
    code,
    bytes,
  };
};
