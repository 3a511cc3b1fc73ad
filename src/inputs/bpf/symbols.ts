import type { Elf, Section } from "../elf/elf.ts";
import { openSymbols, type ElfSymbol } from "../elf/symbols.ts";

const NONE: readonly ElfSymbol[] = [];

/** The symbols of a BPF object: all of them are looked at. */
export interface BpfSymbols {
  /** In the order of the table, so that a relocation's number is an index. */
  readonly all: readonly ElfSymbol[];
  /** Those that a section defines. */
  in(section: Section): readonly ElfSymbol[];
}

/** Reads the symbol table; undefined where there is none. @throws InputError where entries, links or names lie out of range. */
export const readSymbols = (elf: Elf): BpfSymbols | undefined => {
  const table = openSymbols(elf);
  if (!table) return undefined;
  const all = Array.from({ length: table.count }, (_, index) => table.at(index));
  const bySection = new Map<number, ElfSymbol[]>();
  for (const symbol of all) {
    const list = bySection.get(symbol.section);
    if (list) list.push(symbol);
    else bySection.set(symbol.section, [symbol]);
  }
  return { all, in: ({ index }) => bySection.get(index) ?? NONE };
};
