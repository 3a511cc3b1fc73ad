import type { Abbreviation } from "./abbreviations.ts";
import { SLOT, TAG } from "./constants.ts";
import { cursorAt, uleb, type Cursor } from "./cursor.ts";
import { newDie, readAttributes, type Die } from "./die.ts";
import { take } from "./forms.ts";
import { addRange, newRanges, type Ranges } from "./intervals.ts";
import type { Place } from "./places.ts";
import { rangesOf } from "./ranges.ts";
import type { Root } from "./root.ts";
import { storageOf } from "./storage.ts";
import type { Unit } from "./units.ts";

/** The functions of a unit, and their inlined copies, by number in the order of the file; and its variables with storage. */
export interface Scan {
  /** Offset of each function's entry in .debug_info. */
  readonly functions: number[];
  /** The function that an inlined copy stands in, or -1. */
  readonly callers: number[];
  /** How many functions an inlined copy stands in. */
  readonly depths: number[];
  readonly ranges: Ranges;
  /** Where each variable is stored, and the offset of its entry. */
  readonly variables: { readonly places: Place[]; readonly entries: number[] };
}

/** Bounds on what compilers nest: blocks in blocks, and inlined calls in inlined calls. */
const MAX_NESTING = 10_000;
const MAX_INLINED = 256;

/** Entries whose children hold neither code nor storage. */
const CLOSED: ReadonlySet<number> = new Set([TAG.arrayType, TAG.enumerationType, TAG.subroutineType, TAG.callSite, TAG.gnuCallSite]);
const CLOSED_IN_C: ReadonlySet<number> = new Set([TAG.structureType, TAG.unionType]);

const scanFunction = (root: Root, at: number, die: Die, enclosing: number, found: Scan): number => {
  root.unit.sections.keep(1, root.unit.data, at);
  const number = found.functions.push(at) - 1;
  const caller = die.tag === TAG.inlinedSubroutine ? enclosing : -1;
  const depth = caller < 0 ? 0 : found.depths[caller]! + 1;
  if (depth > MAX_INLINED) root.unit.data.fail(at, `inlined calls ${depth} deep`);
  found.callers.push(caller);
  found.depths.push(depth);
  rangesOf(root.unit, root.bases, root.base, die, (low, high) => addRange(found.ranges, low, high, number));
  return number;
};

/** Moves to the entry after the children. */
const skipChildren = (unit: Unit, cursor: Cursor, shape: Abbreviation, die: Die): void => {
  const at = cursor.at;
  readAttributes(unit, cursor, shape, die);
  const sibling = unit.start + unit.data.view.getUint32(die.at[SLOT.sibling]!, unit.data.little);
  if (sibling < cursor.at || sibling > unit.end)
    unit.data.fail(at, `its next entry is at ${sibling} (${cursor.at} to ${unit.end} expected)`);
  cursor.at = sibling;
};

/**
 * Reads through a unit once, for its functions and variables.
 * @throws InputError where entries are cut short, have unknown abbreviations or nest beyond reason.
 */
export const scanUnit = (root: Root): Scan => {
  const { unit, isC } = root;
  const found: Scan = { functions: [], callers: [], depths: [], ranges: newRanges(), variables: { places: [], entries: [] } };
  const cursor = cursorAt(unit.data, unit.root, unit.end);
  const die = newDie();
  const stack: number[] = [];
  let enclosing = -1;
  do {
    const at = cursor.at;
    const code = uleb(cursor);
    if (code === 0) {
      enclosing = stack.pop() ?? -1;
      continue;
    }
    const shape = unit.abbreviations.get(code);
    if (!shape) return unit.data.fail(at, `an entry with abbreviation ${code}, which does not exist`);
    let inside = enclosing;
    if (shape.tag === TAG.subprogram || shape.tag === TAG.inlinedSubroutine) {
      readAttributes(unit, cursor, shape, die);
      inside = scanFunction(root, at, die, enclosing, found);
    } else if (shape.tag === TAG.variable && shape.located) {
      readAttributes(unit, cursor, shape, die);
      const place = storageOf(root, die);
      if (place !== undefined) {
        unit.sections.keep(1, unit.data, at);
        found.variables.places.push(place);
        found.variables.entries.push(at);
      }
    } else if (shape.sibling && (CLOSED.has(shape.tag) || (isC && CLOSED_IN_C.has(shape.tag)))) {
      skipChildren(unit, cursor, shape, die);
      continue;
    } else {
      for (const step of shape.plan) take(cursor, step, unit);
    }
    if (!shape.children) continue;
    if (stack.push(enclosing) > MAX_NESTING) unit.data.fail(at, `entries nested ${stack.length} deep`);
    enclosing = inside;
  } while (stack.length > 0 && cursor.at < unit.end);
  return found;
};
