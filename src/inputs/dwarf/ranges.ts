import { FORM, SLOT } from "./constants.ts";
import { cursorAt, skip, u8, uleb, type Cursor } from "./cursor.ts";
import { lebOf, type Die } from "./die.ts";
import { NOWHERE, type Place } from "./places.ts";
import { field, offsetField, type Data } from "./sections.ts";
import type { Unit } from "./units.ts";
import { addressOf, endOf, indexedAddress, offsetOf, type Bases } from "./values.ts";

/** Takes the half-open ranges of code one by one. */
export type Emit = (low: Place, high: Place) => void;

// DWARF 5, section 7.25.
const RLE_END_OF_LIST = 0;
const RLE_BASE_ADDRESSX = 1;
const RLE_STARTX_ENDX = 2;
const RLE_STARTX_LENGTH = 3;
const RLE_OFFSET_PAIR = 4;
const RLE_BASE_ADDRESS = 5;
const RLE_START_END = 6;
const RLE_START_LENGTH = 7;

/** A LEB128 that the linker may fill in. */
const ulebField = (cursor: Cursor): number => {
  const at = cursor.at;
  const value = uleb(cursor);
  const fixups = cursor.data.fixups();
  return fixups?.leb ? fixups.apply(at, value) : value;
};

const countEntry = (data: Data, at: number): void => {
  if (++data.entries > data.size) data.fail(at, "range lists that overlap");
};

/** DWARF 2 to 4: pairs of addresses in .debug_ranges, up to a pair of zeros (DWARF 4, section 2.17.3). */
const readOld = (unit: Unit, data: Data, offset: number, start: Place, emit: Emit): void => {
  const cursor = cursorAt(data, offset);
  const none = unit.address === 8 ? 2 ** 64 : 2 ** 32 - 1;
  let base = start;
  for (;;) {
    countEntry(data, cursor.at);
    const low = field(data, skip(cursor, unit.address), unit.address);
    const high = field(data, skip(cursor, unit.address), unit.address);
    if (low === 0 && high === 0) return;
    if (low === none) base = high;
    else emit(base + low, base + high);
  }
};

/** DWARF 5: entries of several kinds in .debug_rnglists. */
const readNew = (unit: Unit, bases: Bases, data: Data, offset: number, start: Place, emit: Emit): void => {
  const cursor = cursorAt(data, offset);
  const address = (): Place => field(data, skip(cursor, unit.address), unit.address);
  const indexed = (): Place => indexedAddress(unit, bases, uleb(cursor), unit.root);
  let base = start;
  for (;;) {
    const at = cursor.at;
    countEntry(data, at);
    const kind = u8(cursor);
    if (kind === RLE_END_OF_LIST) return;
    if (kind === RLE_BASE_ADDRESS) base = address();
    else if (kind === RLE_BASE_ADDRESSX) base = indexed();
    else if (kind === RLE_OFFSET_PAIR) {
      const low = base + ulebField(cursor);
      emit(low, base + ulebField(cursor));
    } else if (kind === RLE_START_LENGTH || kind === RLE_STARTX_LENGTH) {
      const low = kind === RLE_START_LENGTH ? address() : indexed();
      emit(low, low + ulebField(cursor));
    } else if (kind === RLE_START_END || kind === RLE_STARTX_ENDX) {
      const low = kind === RLE_START_END ? address() : indexed();
      emit(low, kind === RLE_START_END ? address() : indexed());
    } else data.fail(at, `range list entry of kind ${kind}`);
  }
};

/** The offset of a range list: itself, or its number in the unit's table of offsets. */
const listOffset = (unit: Unit, bases: Bases, die: Die): number | undefined => {
  const at = die.at[SLOT.ranges]!;
  if (die.form[SLOT.ranges] !== FORM.rnglistx) return offsetOf(unit, die, SLOT.ranges);
  const lists = unit.sections.need("rnglists", unit.data, at);
  return bases.rnglists + offsetField(lists, bases.rnglists + lebOf(unit, at, false) * unit.offset, unit.offset);
};

/**
 * The code an entry covers: DW_AT_low_pc and DW_AT_high_pc, or the list of DW_AT_ranges.
 * @param base What the list's offsets count from: the unit's DW_AT_low_pc.
 */
export const rangesOf = (unit: Unit, bases: Bases, base: Place, die: Die, emit: Emit): void => {
  const offset = die.at[SLOT.ranges] === 0 ? undefined : listOffset(unit, bases, die);
  const only: Emit = (low, high) => {
    if (low >= 0 && low < high) emit(low, high);
  };
  if (offset !== undefined) {
    const data = unit.sections.need(unit.version >= 5 ? "rnglists" : "ranges", unit.data, die.at[SLOT.ranges]!);
    if (unit.version >= 5) readNew(unit, bases, data, offset, base, only);
    else readOld(unit, data, offset, base, only);
    return;
  }
  if (die.at[SLOT.highPc] === 0) return;
  const low = addressOf(unit, bases, die, SLOT.lowPc) ?? NOWHERE;
  if (low >= 0) only(low, endOf(unit, bases, die, low));
};
