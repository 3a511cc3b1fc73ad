import { FORM, SLOT } from "./constants.ts";
import { cursorAt, u16, u32, u8, uleb } from "./cursor.ts";
import type { Die } from "./die.ts";
import type { Place } from "./places.ts";
import type { Root } from "./root.ts";
import { field } from "./sections.ts";
import { indexedAddress } from "./values.ts";

// DWARF 5, table 7.9, and binutils include/dwarf2.def.
const DW_OP_ADDR = 0x03;
const DW_OP_ADDRX = 0xa1;
const DW_OP_GNU_ADDR_INDEX = 0xfb;

/** Where a variable is stored, if that is one fixed address: its location is that operation and nothing else. */
export const storageOf = (root: Root, die: Die): Place | undefined => {
  const { unit, bases } = root;
  const form = die.form[SLOT.location]!;
  const cursor = cursorAt(unit.data, die.at[SLOT.location]!, unit.end);
  let length: number;
  if (form === FORM.exprloc || form === FORM.block) length = uleb(cursor);
  else if (form === FORM.block1) length = u8(cursor);
  else if (form === FORM.block2) length = u16(cursor);
  else if (form === FORM.block4) length = u32(cursor);
  else return undefined;
  if (length < 2) return undefined;
  const end = cursor.at + length;
  const operation = u8(cursor);
  if (operation === DW_OP_ADDR) return length === 1 + unit.address ? field(unit.data, cursor.at, unit.address) : undefined;
  if (operation !== DW_OP_ADDRX && operation !== DW_OP_GNU_ADDR_INDEX) return undefined;
  const index = uleb(cursor);
  return cursor.at === end ? indexedAddress(unit, bases, index, cursor.at) : undefined;
};
