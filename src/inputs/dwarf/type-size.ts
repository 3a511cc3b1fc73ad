import { SLOT, TAG } from "./constants.ts";
import { newDie, readDie } from "./die.ts";
import { unitAt, type Unit } from "./units.ts";
import { constantOf, referenceOf } from "./values.ts";

/** Types that stand for other types, and arrays of arrays: more than any declaration has. */
const MAX_STEPS = 64;

/** Types that are as large as the type they name. */
const SAME_SIZE: ReadonlySet<number> = new Set([TAG.typedef, TAG.constType, TAG.volatileType, TAG.restrictType, TAG.atomicType]);

/** How many elements an array has: the product of its dimensions, the children after its attributes; undefined where one is open. */
const elementsOf = (unit: Unit, first: number): number | undefined => {
  const die = newDie();
  let elements = 1;
  for (let [at, steps] = [first, 0]; steps < MAX_STEPS && at < unit.end && unit.data.bytes[at] !== 0; steps++, at = die.next) {
    readDie(unit, at, die);
    if (die.tag !== TAG.subrangeType) continue;
    const upper = constantOf(unit, die, SLOT.upperBound);
    const count = constantOf(unit, die, SLOT.count) ?? (upper === undefined ? undefined : upper + 1);
    if (count === undefined) return undefined;
    elements *= count;
  }
  return elements;
};

/** The size in bytes of the type that an entry of a unit refers to; undefined where it has none, is declared open, or is kept in another file. */
export const typeSize = (from: Unit, reference: number | undefined): number | undefined => {
  const die = newDie();
  let [at, unit, elements]: [number | undefined, Unit, number] = [reference, from, 1];
  for (let steps = 0; at !== undefined && steps < MAX_STEPS; steps++) {
    const next = unitAt(unit, at);
    if (!next) return undefined;
    unit = next;
    readDie(unit, at, die);
    const size = constantOf(unit, die, SLOT.byteSize) ?? (die.tag === TAG.pointerType ? unit.address : undefined);
    if (size !== undefined) return size * elements;
    if (die.tag === TAG.arrayType && die.children) {
      const count = elementsOf(unit, die.next);
      if (count === undefined) return undefined;
      elements *= count;
    } else if (!SAME_SIZE.has(die.tag)) return undefined;
    at = referenceOf(unit, die, SLOT.type);
  }
  return undefined;
};
