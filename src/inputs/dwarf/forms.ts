import { FORM } from "./constants.ts";
import { skip, skipLeb, u16, u32, u8, uleb, type Cursor } from "./cursor.ts";
import { skipString } from "./strings.ts";

/** What the size of a form depends on, in bytes: of an address, and of an offset into another section (8 in 64-bit DWARF). */
export interface Sizes {
  readonly version: number;
  readonly address: number;
  readonly offset: number;
}

/** How to move past a form: a number of bytes, or (below 0) one of these. */
const LEB = -1;
const STRING = -2;
const BLOCK1 = -3;
const BLOCK2 = -4;
const BLOCK4 = -5;
const BLOCK = -6;
const INDIRECT = -7;
export type Step = number;

/** DWARF 5, section 7.5.6: all forms; those that do not depend on `Sizes`. */
const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [FORM.block2, BLOCK2],
  [FORM.block4, BLOCK4],
  [FORM.data2, 2],
  [FORM.data4, 4],
  [FORM.data8, 8],
  [FORM.string, STRING],
  [FORM.block, BLOCK],
  [FORM.block1, BLOCK1],
  [FORM.data1, 1],
  [FORM.flag, 1],
  [FORM.sdata, LEB],
  [FORM.udata, LEB],
  [FORM.ref1, 1],
  [FORM.ref2, 2],
  [FORM.ref4, 4],
  [FORM.ref8, 8],
  [FORM.refUdata, LEB],
  [FORM.indirect, INDIRECT],
  [FORM.exprloc, BLOCK],
  [FORM.flagPresent, 0],
  [FORM.strx, LEB],
  [FORM.addrx, LEB],
  [FORM.refSup4, 4],
  [FORM.data16, 16],
  [FORM.refSig8, 8],
  [FORM.implicitConst, 0],
  [FORM.loclistx, LEB],
  [FORM.rnglistx, LEB],
  [FORM.refSup8, 8],
  [FORM.strx1, 1],
  [FORM.strx2, 2],
  [FORM.strx3, 3],
  [FORM.strx4, 4],
  [FORM.addrx1, 1],
  [FORM.addrx2, 2],
  [FORM.addrx3, 3],
  [FORM.addrx4, 4],
  [FORM.gnuAddrIndex, LEB],
  [FORM.gnuStrIndex, LEB],
]);
const OFFSETS: ReadonlySet<number> = new Set([FORM.strp, FORM.secOffset, FORM.strpSup, FORM.lineStrp, FORM.gnuRefAlt, FORM.gnuStrpAlt]);

/** How to move past a form; undefined for one that no version of the standard knows. */
export const stepOf = (form: number, sizes: Sizes): Step | undefined => {
  if (form === FORM.addr) return sizes.address;
  // An address in DWARF 2, an offset since (DWARF 3, section 7.5.4).
  if (form === FORM.refAddr) return sizes.version < 3 ? sizes.address : sizes.offset;
  return OFFSETS.has(form) ? sizes.offset : STEPS.get(form);
};

/** Moves past what one step stands for. */
export const take = (cursor: Cursor, step: Step, sizes: Sizes): void => {
  if (step >= 0) skip(cursor, step);
  else if (step === LEB) skipLeb(cursor);
  else if (step === STRING) skipString(cursor);
  else if (step === BLOCK1) skip(cursor, u8(cursor));
  else if (step === BLOCK2) skip(cursor, u16(cursor));
  else if (step === BLOCK4) skip(cursor, u32(cursor));
  else if (step === BLOCK) skip(cursor, uleb(cursor));
  else {
    const at = cursor.at;
    const inner = stepOf(uleb(cursor), sizes);
    if (inner === undefined || inner === INDIRECT) cursor.data.fail(at, "DW_FORM_indirect of a form that is none");
    take(cursor, inner!, sizes);
  }
};
