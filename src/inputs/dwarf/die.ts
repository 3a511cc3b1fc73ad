import type { Abbreviation } from "./abbreviations.ts";
import { FORM, SLOT, SLOTS } from "./constants.ts";
import { cursorAt, sleb, uleb, type Cursor } from "./cursor.ts";
import { take } from "./forms.ts";
import type { Unit } from "./units.ts";

/** A debugging information entry: where each attribute stands and in which form. One is made and then filled again and again. */
export interface Die {
  tag: number;
  children: boolean;
  /** Offset of the byte after its attributes: of its first child, or of the next entry. */
  next: number;
  /** By slot: offset in .debug_info, or 0 where the entry has no such attribute. */
  readonly at: Int32Array;
  readonly form: Int32Array;
  /** By slot: the value of a DW_FORM_implicit_const. */
  readonly constant: Float64Array;
}

export const newDie = (): Die => ({
  tag: 0,
  children: false,
  next: 0,
  at: new Int32Array(SLOTS),
  form: new Int32Array(SLOTS),
  constant: new Float64Array(SLOTS),
});

/** Fills `die` with the attributes at the cursor, which stands after the abbreviation's code. */
export const readAttributes = (unit: Unit, cursor: Cursor, shape: Abbreviation, die: Die): void => {
  die.tag = shape.tag;
  die.children = shape.children;
  die.at.fill(0);
  for (let i = 0; i < shape.slots.length; i++) {
    const slot = shape.slots[i]!;
    if (slot !== SLOT.ignored && die.at[slot] === 0) {
      let form = shape.forms[i]!;
      die.at[slot] = cursor.at;
      if (form === FORM.indirect) {
        const inner: Cursor = { ...cursor };
        form = uleb(inner);
        die.at[slot] = inner.at;
      }
      die.form[slot] = form;
      die.constant[slot] = shape.constants[i]!;
    }
    take(cursor, shape.steps[i]!, unit);
  }
  die.next = cursor.at;
};

/**
 * Fills `die` with the entry at an offset of .debug_info.
 * @throws InputError where there is none: outside the unit, or with a code that no abbreviation has.
 */
export const readDie = (unit: Unit, offset: number, die: Die): void => {
  const cursor = cursorAt(unit.data, offset, unit.end);
  const code = uleb(cursor);
  const shape = unit.abbreviations.get(code);
  if (!shape) return unit.data.fail(offset, `an entry with abbreviation ${code}, which does not exist`);
  readAttributes(unit, cursor, shape, die);
};

export const has = (die: Die, slot: number): boolean => die.at[slot] !== 0;

/** A LEB128 attribute's value. */
export const lebOf = (unit: Unit, at: number, signed: boolean): number => {
  const cursor = cursorAt(unit.data, at, unit.end);
  return signed ? sleb(cursor) : uleb(cursor);
};
