import { filePath, readLineHeader } from "./line-header.ts";
import { runLineProgram } from "./line-program.ts";
import type { Sequence } from "./line-rows.ts";
import { lastAtOrBelow } from "./intervals.ts";
import type { Place } from "./places.ts";
import type { Root } from "./root.ts";
import type { Data, DebugSections } from "./sections.ts";

export interface Line {
  /** Number of the file in the unit's table. */
  readonly file: number;
  readonly line: number;
  readonly column: number;
}

/** The line table of a unit. */
export interface LineTable {
  readonly sequences: readonly Sequence[];
  find(place: Place): Line | undefined;
  /** Path of a file by its number; undefined where there is none. */
  path(file: number, directory: string | undefined): string | undefined;
}

/** Sequences in order and without overlap: one inside another is dropped, one that starts inside another is cut (as in binutils' bfd/dwarf2.c). */
const disjoint = (all: readonly Sequence[]): readonly Sequence[] => {
  const sorted = all.toSorted((a, b) => a.low - b.low || b.high - a.high);
  const kept: Sequence[] = [];
  let high = -Infinity;
  for (const each of sorted) {
    if (each.high <= high || each.high <= each.low) continue;
    kept.push(each.low < high ? { ...each, low: high } : each);
    high = each.high;
  }
  return kept;
};

const readLineTable = (sections: DebugSections, data: Data, at: number, address: number): LineTable & { readonly length: number } => {
  const header = readLineHeader(sections, data, at, address);
  const rows = runLineProgram(header);
  const sequences = disjoint(rows.sequences);
  const lows = Float64Array.from(sequences, (each) => each.low);
  const paths = new Map<number, string | undefined>();
  let folder: string | undefined;
  return {
    sequences,
    length: header.end - at,
    find: (place) => {
      const sequence = sequences[lastAtOrBelow(lows, place)];
      if (!sequence || place >= sequence.high) return undefined;
      let [low, high] = [sequence.first, sequence.last];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (rows.address(middle) <= place) low = middle + 1;
        else high = middle;
      }
      const row = low - 1;
      return row < sequence.first ? undefined : { file: rows.file(row), line: rows.line(row), column: rows.column(row) };
    },
    path: (file, directory) => {
      if (folder !== directory) paths.clear();
      folder = directory;
      if (!paths.has(file)) paths.set(file, filePath(header, file, directory));
      return paths.get(file);
    },
  };
};

/**
 * The line tables of an object, each run when it is asked for.
 * @throws InputError, later, where the programs overlap so much that running them would never end.
 */
export const lineTables = (sections: DebugSections, data: Data): ((root: Root) => LineTable | undefined) => {
  const tables = new Map<number, LineTable>();
  let budget = 4 * data.size;
  return ({ lines, unit }) => {
    if (lines === undefined) return undefined;
    const known = tables.get(lines);
    if (known) return known;
    const table = readLineTable(sections, data, lines, unit.address);
    if ((budget -= table.length) < 0) data.fail(lines, "line programs that overlap");
    tables.set(lines, table);
    return table;
  };
};
