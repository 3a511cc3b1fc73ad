import { FORM, SLOT, SLOT_OF } from "./constants.ts";
import { cursorAt, skipLeb, sleb, u8, uleb } from "./cursor.ts";
import { stepOf, type Sizes, type Step } from "./forms.ts";
import type { Data, DebugSections } from "./sections.ts";

/** The shape of a kind of entry: its tag, and its attributes in order (DWARF 5, section 7.5.3). */
export interface Abbreviation {
  readonly tag: number;
  readonly children: boolean;
  /** Whether an entry with children says where the entry after them is (DW_AT_sibling in four bytes, as compilers write it). */
  readonly sibling: boolean;
  /** Whether it has a DW_AT_location. */
  readonly located: boolean;
  /**
   * Of each attribute that somebody asks for: its slot in a `Die`, its form, how to move past it, its DW_FORM_implicit_const.
   * Neighbours that nobody asks for are one, so that an entry costs no more than its bytes.
   */
  readonly slots: readonly number[];
  readonly forms: readonly number[];
  readonly steps: readonly Step[];
  readonly constants: readonly number[];
  /** How to move past the whole entry. */
  readonly plan: readonly Step[];
}

export interface AbbreviationTable {
  get(code: number): Abbreviation | undefined;
}

/** Takes a step together with the one before it, if both are of a fixed size. */
const merge = (steps: Step[], step: Step): boolean => {
  const last = steps.length - 1;
  if (step < 0 || last < 0 || steps[last]! < 0) return false;
  steps[last] = steps[last]! + step;
  return true;
};

const readAbbreviation = (data: Data, offset: number, sizes: Sizes): Abbreviation => {
  const cursor = cursorAt(data, offset);
  const tag = uleb(cursor);
  const children = u8(cursor) !== 0;
  const [slots, forms, steps, constants, plan]: [number[], number[], Step[], number[], Step[]] = [[], [], [], [], []];
  for (;;) {
    const at = cursor.at;
    const attribute = uleb(cursor);
    const form = uleb(cursor);
    if (attribute === 0 && form === 0) break;
    const step = stepOf(form, sizes);
    if (step === undefined) return data.fail(at, `form 0x${form.toString(16)} is of no version of DWARF`);
    const constant = form === FORM.implicitConst ? sleb(cursor) : 0;
    if (!merge(plan, step)) plan.push(step);
    const wanted = SLOT_OF.get(attribute) ?? SLOT.ignored;
    const slot = slots.includes(wanted) ? SLOT.ignored : wanted;
    if (slot === SLOT.ignored && slots.at(-1) === SLOT.ignored && merge(steps, step)) continue;
    slots.push(slot);
    forms.push(form);
    steps.push(step);
    constants.push(constant);
  }
  const sibling = children && forms[slots.indexOf(SLOT.sibling)] === FORM.ref4;
  return { tag, children, sibling, located: slots.includes(SLOT.location), slots, forms, steps, constants, plan };
};

/** Where each abbreviation of a table starts, by its code, and how many bytes the table has. */
const indexTable = (
  sections: DebugSections,
  data: Data,
  offset: number,
): { readonly starts: ReadonlyMap<number, number>; readonly length: number } => {
  const cursor = cursorAt(data, offset);
  const starts = new Map<number, number>();
  for (let code = uleb(cursor); code !== 0; code = uleb(cursor)) {
    sections.keep(1, data, cursor.at);
    if (!starts.has(code)) starts.set(code, cursor.at);
    skipLeb(cursor);
    u8(cursor);
    for (let attribute = uleb(cursor), form = uleb(cursor); attribute !== 0 || form !== 0; attribute = uleb(cursor), form = uleb(cursor)) {
      if (form === FORM.implicitConst) skipLeb(cursor);
    }
  }
  return { starts, length: cursor.at - offset };
};

/**
 * The abbreviation tables of an object, each looked through once; an abbreviation is read with the first entry that has it.
 * @throws InputError where they overlap so much that reading them would never end.
 */
export const abbreviationTables = (sections: DebugSections, data: Data): ((offset: number, sizes: Sizes) => AbbreviationTable) => {
  const tables = new Map<string, AbbreviationTable>();
  // Sound tables lie side by side; a few may be read again for another size of address.
  let budget = 4 * data.size;
  return (offset, sizes) => {
    const key = `${offset}.${sizes.address}.${sizes.offset}.${sizes.version < 3}`;
    const known = tables.get(key);
    if (known) return known;
    const { starts, length } = indexTable(sections, data, offset);
    if ((budget -= length) < 0) data.fail(offset, "abbreviation tables that overlap");
    // Compilers number them from 1 on: an array by code, and a map for those who do not.
    const read: (Abbreviation | undefined)[] = Array.from({ length: starts.size + 1 });
    const others = new Map<number, Abbreviation>();
    const load = (code: number): Abbreviation | undefined => {
      const start = starts.get(code);
      if (start === undefined || others.has(code)) return others.get(code);
      const abbreviation = readAbbreviation(data, start, sizes);
      if (code < read.length) read[code] = abbreviation;
      else others.set(code, abbreviation);
      return abbreviation;
    };
    const table = { get: (code: number) => read[code] ?? load(code) };
    tables.set(key, table);
    return table;
  };
};
