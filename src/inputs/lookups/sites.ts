import type { Owner } from "../elf/owners.ts";
import { isCode, isData, type Image } from "./image.ts";
import type { Architecture } from "./step.ts";
import { sectionOfBase, type Place } from "./values.ts";

/** Bytes from an operand's relocation to the end of its instruction, at most: its addend is that much less than the place. */
const MAX_BIAS = 8;

/** From a place to the functions whose code names it, and perhaps to some that name another just before it. */
export const siteIndex = (image: Image): ((place: Place) => readonly Owner[]) => {
  const sites = new Map<string, { offset: number; section: number; at: number }[]>();
  for (const section of image.relocated.filter(isCode)) {
    const filled = image.filled(section)!;
    for (let i = 0; i < filled.count; i++) {
      const { base, offset, at } = filled.at(i);
      const list = sites.get(base);
      const site = { offset, section: section.index, at };
      if (list) list.push(site);
      else sites.set(base, [site]);
    }
  }
  for (const list of sites.values()) list.sort((a, b) => a.offset - b.offset);
  return ({ base, offset }) => {
    const list = sites.get(base) ?? [];
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
  for (const section of image.relocated) {
    if (!isCode(section) && !isData(section)) continue;
    const filled = image.filled(section)!;
    for (let i = 0; i < filled.count; i++) {
      const reference = filled.at(i);
      const target = sectionOfBase(reference.base);
      if (target === undefined || !isCode(image.elf.sections[target]!)) continue;
      const set = entries.get(reference.base) ?? new Set();
      entries.set(reference.base, set);
      for (const offset of architecture.targetsOf(reference)) set.add(offset);
    }
  }
  return entries;
};
