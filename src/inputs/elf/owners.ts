import { isRealIndex, type Elf } from "./elf.ts";
import type { SymbolTable } from "./symbols.ts";

/** A function or an object of the symbol table; `.cold` parts, which the compiler puts elsewhere, are functions of their own here. */
export interface Owner {
  readonly name: string;
  readonly section: number;
  readonly start: number;
  readonly end: number;
}

export interface Owners {
  /** The one that holds a byte of a section. */
  around(section: number, offset: number): Owner | undefined;
  /** Those that are called so. */
  named(name: string): readonly Owner[];
}

/** The symbols of some types (STT_FUNC, STT_OBJECT) by the bytes of the sections that they take. */
export const ownersOf = (elf: Elf, symbols: SymbolTable, types: readonly number[]): Owners => {
  const bySection = new Map<number, Owner[]>();
  for (let index = 1; index < symbols.count; index++) {
    const section = symbols.sectionOf(index);
    if (!isRealIndex(section) || !types.includes(symbols.typeOf(index))) continue;
    const { name, value, size } = symbols.at(index);
    if (size === 0) continue;
    const end = Math.min(value + size, elf.sections[section]?.size ?? 0);
    if (end <= value) continue;
    const list = bySection.get(section);
    const one = { name, section, start: value, end };
    if (list) list.push(one);
    else bySection.set(section, [one]);
  }
  for (const list of bySection.values()) list.sort((a, b) => a.start - b.start);
  // Of several names for one start (init_module beside the source's own name) the first of the table stands, which is the local one.
  const first = new Map([...bySection].map(([section, list]) => [section, list.filter(({ start }, i) => start !== list[i - 1]?.start)]));
  return {
    around: (section, offset) => {
      const list = first.get(section) ?? [];
      let [low, high] = [0, list.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (list[middle]!.start <= offset) low = middle + 1;
        else high = middle;
      }
      const last = list[low - 1];
      return last && offset < last.end ? last : undefined;
    },
    named: (name) => [...bySection.values()].flatMap((list) => list.filter((each) => each.name === name)),
  };
};
