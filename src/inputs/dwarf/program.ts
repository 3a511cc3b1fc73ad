import { newDie } from "./die.ts";
import { addRange, newRanges, ownersOf } from "./intervals.ts";
import { lineTables, type LineTable } from "./lines.ts";
import { openNames, type Names } from "./names.ts";
import type { Place } from "./places.ts";
import { readRoot, type Root } from "./root.ts";
import { scanUnit, type Scan } from "./scan.ts";
import type { Data, DebugSections } from "./sections.ts";
import { readUnits } from "./units.ts";

/** An object's debug information, its parts read when they are asked for and then kept. */
export interface Program {
  readonly sections: DebugSections;
  readonly roots: readonly Root[];
  readonly names: Names;
  scanOf(root: Root): Scan;
  linesOf(root: Root): LineTable | undefined;
  /** The unit whose code is at a place. */
  rootAt(place: Place): Root | undefined;
}

/**
 * Reads the header and the root entry of each unit.
 * .debug_aranges would say which unit covers a place, but not all compilers write it, and the root entries say it too.
 * @throws InputError where one of them makes no sense.
 */
export const openProgram = (sections: DebugSections, line: Data): Program => {
  const linesOf = lineTables(sections, line);
  const covered = newRanges();
  const die = newDie();
  const roots = readUnits(sections).map((unit) => readRoot(unit, die, (low, high) => addRange(covered, low, high, unit.index)));
  // A unit that does not say what it covers is asked for its lines.
  const silent = new Set(roots.keys());
  for (const owner of covered.owners) silent.delete(owner);
  for (const index of silent) {
    for (const { low, high } of linesOf(roots[index]!)?.sequences ?? []) addRange(covered, low, high, index);
  }
  // Of two units that claim a place, the first one has it.
  const ownerAt = ownersOf(covered, (a, b) => a - b);
  const scans = new Map<Root, Scan>();
  return {
    sections,
    roots,
    names: openNames((unit) => roots[unit.index]!),
    linesOf,
    scanOf: (root) => {
      const scan = scans.get(root) ?? scanUnit(root);
      scans.set(root, scan);
      return scan;
    },
    rootAt: (place) => {
      const owner = ownerAt(place);
      return owner === undefined ? undefined : roots[owner];
    },
  };
};
