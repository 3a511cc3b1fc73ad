import { MAX_UNITS } from "../../shared/limits.ts";
import { abbreviationTables, type AbbreviationTable } from "./abbreviations.ts";
import { cursorAt, skip, u16, u8 } from "./cursor.ts";
import type { Sizes } from "./forms.ts";
import { field, offsetField, type Data, type DebugSections } from "./sections.ts";

/** A unit of .debug_info: its header, and where the rest of it is found. */
export interface Unit extends Sizes {
  readonly index: number;
  readonly sections: DebugSections;
  /** The .debug_info it stands in, and all units of that section. */
  readonly data: Data;
  readonly neighbours: readonly Unit[];
  /** Offsets of the header, of the first entry and of the end. */
  readonly start: number;
  readonly root: number;
  readonly end: number;
  readonly abbreviations: AbbreviationTable;
}

// DWARF 5, section 7.5.1.
const DW_UT_TYPE = 2;
const DW_UT_SKELETON = 4;
const DW_UT_SPLIT_COMPILE = 5;
const DW_UT_SPLIT_TYPE = 6;

/** The length of a unit or a table: 32-bit, or 64-bit after 0xffffffff (DWARF 5, section 7.4). */
export const initialLength = (data: Data, at: number): { readonly length: number; readonly offset: number; readonly next: number } => {
  const length = field(data, at, 4);
  if (length < 0xffff_fff0) return { length, offset: 4, next: at + 4 };
  if (length !== 0xffff_ffff) data.fail(at, `a length of 0x${length.toString(16)}, which is reserved`);
  return { length: field(data, at + 4, 8), offset: 8, next: at + 12 };
};

const readSection = (sections: DebugSections, data: Data, tablesOf: ReturnType<typeof abbreviationTables>, all: Unit[]): void => {
  const units: Unit[] = [];
  for (let start = 0; start + 4 <= data.size;) {
    const { length, offset, next } = initialLength(data, start);
    const end = next + length;
    if (!(end <= data.size)) data.fail(start, `a unit of ${length} bytes, ${data.size - next} left`);
    const cursor = cursorAt(data, next, end);
    // Some linkers pad with zeros.
    if (length === 0) {
      start = end;
      continue;
    }
    const version = u16(cursor);
    if (version < 2 || version > 5) data.fail(next, `DWARF version ${version} (2 to 5 expected)`);
    const type = version >= 5 ? u8(cursor) : 0;
    const before = version >= 5 ? u8(cursor) : 0;
    const abbreviations = offsetField(data, skip(cursor, offset), offset);
    const address = version >= 5 ? before : u8(cursor);
    if (address !== 4 && address !== 8) data.fail(next, `addresses of ${address} bytes (4 or 8 expected)`);
    if (type === DW_UT_SKELETON || type === DW_UT_SPLIT_COMPILE) skip(cursor, 8);
    if (type !== DW_UT_TYPE && type !== DW_UT_SPLIT_TYPE && cursor.at < end) {
      const sizes = { version, address, offset };
      if (all.length === MAX_UNITS) data.fail(start, `more than ${MAX_UNITS} units`);
      const unit: Unit = {
        ...sizes,
        index: all.length,
        sections,
        data,
        neighbours: units,
        start,
        root: cursor.at,
        end,
        abbreviations: tablesOf(abbreviations, sizes),
      };
      units.push(unit);
      all.push(unit);
    }
    start = end;
  }
};

/**
 * The units of all .debug_info, type units left out: nobody's code is in them.
 * @throws InputError for a version or a length that makes no sense.
 */
export const readUnits = (sections: DebugSections): readonly Unit[] => {
  const units: Unit[] = [];
  let tablesOf: ReturnType<typeof abbreviationTables> | undefined;
  for (const data of sections.all("info")) {
    tablesOf ??= abbreviationTables(sections, sections.need("abbrev", data, 0));
    readSection(sections, data, tablesOf, units);
  }
  return units;
};

/** The unit that holds a byte of the same .debug_info. */
export const unitAt = ({ neighbours: units }: Unit, offset: number): Unit | undefined => {
  let [low, high] = [0, units.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (units[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  const unit = units[low];
  return unit && unit.start <= offset ? unit : undefined;
};
