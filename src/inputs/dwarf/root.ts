import { SLOT } from "./constants.ts";
import { readDie, type Die } from "./die.ts";
import { rangesOf, type Emit } from "./ranges.ts";
import type { Place } from "./places.ts";
import type { Unit } from "./units.ts";
import { addressOf, basesOf, constantOf, offsetOf, stringOf, type Bases } from "./values.ts";

/** What the root entry of a unit says about all of it. */
export interface Root {
  readonly unit: Unit;
  readonly bases: Bases;
  /** DW_AT_low_pc: what offsets in range lists count from. */
  readonly base: Place;
  /** The file that was compiled, as the compiler was given it. */
  readonly name: string | undefined;
  /** The folder the compiler ran in. */
  readonly directory: string | undefined;
  /** Offset of the line program in .debug_line. */
  readonly lines: number | undefined;
  /** Whether a structure can hold no functions. */
  readonly isC: boolean;
}

// DW_LANG_C89, _C, _C99, _C11, _C17, _C23 (DWARF 5, table 7.17, and dwarfstd.org's list of languages).
const C: ReadonlySet<number> = new Set([0x01, 0x02, 0x0c, 0x1d, 0x2c, 0x3e]);

/** Reads the root entry by way of `die`, and emits the code that it says the unit covers. */
export const readRoot = (unit: Unit, die: Die, emit: Emit): Root => {
  readDie(unit, unit.root, die);
  const bases = basesOf(unit, die);
  const base = addressOf(unit, bases, die, SLOT.lowPc) ?? 0;
  rangesOf(unit, bases, base, die, emit);
  return {
    unit,
    bases,
    base,
    name: stringOf(unit, bases, die, SLOT.name),
    directory: stringOf(unit, bases, die, SLOT.compDir),
    lines: offsetOf(unit, die, SLOT.stmtList),
    isC: C.has(constantOf(unit, die, SLOT.language) ?? 0),
  };
};
