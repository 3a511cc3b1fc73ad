import { FORM, SLOT } from "./constants.ts";
import { has, lebOf, type Die } from "./die.ts";
import { NOWHERE, type Place } from "./places.ts";
import { field, offsetField } from "./sections.ts";
import { stringIn } from "./strings.ts";
import type { Unit } from "./units.ts";

/** Where a unit's indexed strings, addresses and range lists start (DWARF 5, section 7.26 to 7.28: after a header of 8 or 16 bytes). */
export interface Bases {
  readonly strOffsets: number;
  readonly addr: number;
  readonly rnglists: number;
}

export const basesOf = (unit: Unit, root: Die): Bases => {
  const base = (slot: number, otherwise: number): number => offsetOf(unit, root, slot) ?? otherwise;
  const header = unit.offset === 8 ? 16 : 8;
  return {
    strOffsets: base(SLOT.strOffsetsBase, header),
    addr: base(SLOT.addrBase, header),
    rnglists: base(SLOT.rnglistsBase, header + 4),
  };
};

const FIXED: ReadonlyMap<number, number> = new Map<number, number>([
  [FORM.data1, 1],
  [FORM.data2, 2],
  [FORM.data4, 4],
  [FORM.data8, 8],
  [FORM.ref1, 1],
  [FORM.ref2, 2],
  [FORM.ref4, 4],
  [FORM.ref8, 8],
  [FORM.strx1, 1],
  [FORM.strx2, 2],
  [FORM.strx3, 3],
  [FORM.strx4, 4],
  [FORM.addrx1, 1],
  [FORM.addrx2, 2],
  [FORM.addrx3, 3],
  [FORM.addrx4, 4],
]);

/** The number that stands in an attribute's bytes. */
const numberAt = (unit: Unit, at: number, form: number): number => {
  const size = FIXED.get(form);
  return size === undefined ? lebOf(unit, at, form === FORM.sdata) : field(unit.data, at, size);
};

/** A constant; undefined where the attribute is missing or of another class. */
export const constantOf = (unit: Unit, die: Die, slot: number): number | undefined => {
  if (!has(die, slot)) return undefined;
  const form = die.form[slot]!;
  if (form === FORM.implicitConst) return die.constant[slot]!;
  const constant =
    form === FORM.udata || form === FORM.sdata || form === FORM.data1 || form === FORM.data2 || form === FORM.data4 || form === FORM.data8;
  return constant ? numberAt(unit, die.at[slot]!, form) : undefined;
};

/** An offset into another debug section: DW_FORM_sec_offset, or a plain word before DWARF 4. */
export const offsetOf = (unit: Unit, die: Die, slot: number): number | undefined => {
  if (!has(die, slot)) return undefined;
  const form = die.form[slot]!;
  if (form !== FORM.secOffset && form !== FORM.data4 && form !== FORM.data8) return undefined;
  return offsetField(unit.data, die.at[slot]!, form === FORM.secOffset ? unit.offset : FIXED.get(form)!);
};

const INDEXES: ReadonlySet<number> = new Set([FORM.addrx, FORM.addrx1, FORM.addrx2, FORM.addrx3, FORM.addrx4, FORM.gnuAddrIndex]);
const STRING_INDEXES: ReadonlySet<number> = new Set([FORM.strx, FORM.strx1, FORM.strx2, FORM.strx3, FORM.strx4, FORM.gnuStrIndex]);

/** The address with a number in .debug_addr. */
export const indexedAddress = (unit: Unit, bases: Bases, index: number, from: number): Place =>
  field(unit.sections.need("addr", unit.data, from), bases.addr + index * unit.address, unit.address);

/** An address; undefined where the attribute is missing or of another class. */
export const addressOf = (unit: Unit, bases: Bases, die: Die, slot: number): Place | undefined => {
  if (!has(die, slot)) return undefined;
  const [form, at] = [die.form[slot]!, die.at[slot]!];
  if (form === FORM.addr) return field(unit.data, at, unit.address);
  return INDEXES.has(form) ? indexedAddress(unit, bases, numberAt(unit, at, form), at) : undefined;
};

/** The end of an entry's code: an address, or since DWARF 4 the length. */
export const endOf = (unit: Unit, bases: Bases, die: Die, start: Place): Place => {
  const length = constantOf(unit, die, SLOT.highPc);
  return length === undefined ? (addressOf(unit, bases, die, SLOT.highPc) ?? NOWHERE) : start + length;
};

/** A string; undefined where the attribute is missing, or is kept in another file (dwz, split DWARF). */
export const stringOf = (unit: Unit, bases: Bases, die: Die, slot: number): string | undefined => {
  if (!has(die, slot)) return undefined;
  const [form, at] = [die.form[slot]!, die.at[slot]!];
  const { data, sections } = unit;
  if (form === FORM.string) return stringIn(data, at);
  if (form === FORM.strp) return stringIn(sections.need("str", data, at), offsetField(data, at, unit.offset));
  if (form === FORM.lineStrp) return stringIn(sections.need("line_str", data, at), offsetField(data, at, unit.offset));
  if (!STRING_INDEXES.has(form)) return undefined;
  const offsets = sections.get("str_offsets");
  if (!offsets) return undefined;
  return stringIn(
    sections.need("str", data, at),
    offsetField(offsets, bases.strOffsets + numberAt(unit, at, form) * unit.offset, unit.offset),
  );
};

/** The offset in .debug_info of the entry that an attribute refers to; undefined for one in another file or in a type unit. */
export const referenceOf = (unit: Unit, die: Die, slot: number): number | undefined => {
  if (!has(die, slot)) return undefined;
  const [form, at] = [die.form[slot]!, die.at[slot]!];
  if (form === FORM.refAddr) return offsetField(unit.data, at, unit.version < 3 ? unit.address : unit.offset);
  const local = form === FORM.refUdata || (form >= FORM.ref1 && form <= FORM.ref8);
  return local ? unit.start + numberAt(unit, at, form) : undefined;
};
