import type { Owner } from "../elf/owners.ts";
import { isCode, isData, type Image } from "./image.ts";
import type { Architecture } from "./step.ts";
import { sectionBase, type Place } from "./values.ts";

/** Bytes from an operand's relocation to the end of its instruction, at most: its addend is that much less than the place. */
const MAX_BIAS = 8;

/** Where code refers to bytes of a base. */
interface Site {
  readonly offset: number;
  readonly section: number;
  readonly at: number;
}

/** From a place to the functions whose code names it, and perhaps to some that name another just before it. */
export const siteIndex = (image: Image): ((place: Place) => readonly Owner[]) => {
  const sections = image.relocated.filter(isCode);
  const known = new Map<string, readonly Site[]>();
  const sitesOf = (base: string): readonly Site[] => {
    const before = known.get(base);
    if (before) return before;
    const sites = sections.flatMap((section) => {
      const filled = image.filled(section)!;
      return image
        .positionsOf(section, base)
        .map((i): Site => ({ offset: filled.at(i).offset, section: section.index, at: filled.placeAt(i) }));
    });
    sites.sort((a, b) => a.offset - b.offset);
    known.set(base, sites);
    return sites;
  };
  return ({ base, offset }) => {
    const list = sitesOf(base);
    let [low, high] = [0, list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]!.offset < offset - MAX_BIAS) low = middle + 1;
      else high = middle;
    }
    const found = new Set<Owner>();
    for (; low < list.length && list[low]!.offset <= offset; low++) {
      const around = image.functions.around(list[low]!.section, list[low]!.at);
      if (around) found.add(around);
    }
    return [...found];
  };
};

/** By section, the places in code that other sections' code or tables may jump to: there registers may hold something else besides. */
export const entryIndex = (image: Image, architecture: Architecture): ReadonlyMap<string, ReadonlySet<number>> => {
  const entries = new Map<string, Set<number>>();
  const targets = new Set(image.elf.sections.filter(isCode).map(({ index }) => sectionBase(index)));
  for (const section of image.relocated) {
    if (!isCode(section) && !isData(section)) continue;
    const filled = image.filled(section)!;
    for (let i = 0; i < filled.count; i++) {
      const base = filled.baseAt(i);
      if (!targets.has(base)) continue;
      const set = entries.get(base) ?? new Set();
      entries.set(base, set);
      for (const offset of architecture.targetsOf(filled.at(i))) set.add(offset);
    }
  }
  return entries;
};
