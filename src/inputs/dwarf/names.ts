import { SLOT } from "./constants.ts";
import { newDie, readDie, type Die } from "./die.ts";
import type { Root } from "./root.ts";
import { unitAt, type Unit } from "./units.ts";
import { referenceOf, stringOf } from "./values.ts";

/** Entries that refer to entries that refer on: an inlined call to its function, that to its declaration. */
const MAX_REFERENCES = 16;

/** The root of a unit: a reference may lead into another one. */
export type RootOf = (unit: Unit) => Root;

export interface Names {
  /**
   * Shows `visit` an entry and then those it stands for (DW_AT_abstract_origin, DW_AT_specification), until it returns true.
   * The entry is only lent: the next one takes its place.
   * @throws InputError where they stand for each other in a circle.
   */
  visitOrigins(unit: Unit, offset: number, visit: (root: Root, die: Die) => boolean): void;
  /** The name of a function, the linker's where it has one of its own (C++, Rust). */
  functionName(unit: Unit, offset: number): string | undefined;
}

export const openNames = (rootOf: RootOf): Names => {
  const die = newDie();
  const visitOrigins: Names["visitOrigins"] = (unit, offset, visit) => {
    let [at, within]: [number, Unit] = [offset, unit];
    for (let count = 0; ; count++) {
      if (count > MAX_REFERENCES) unit.data.fail(offset, "an entry that refers to another without end");
      readDie(within, at, die);
      if (visit(rootOf(within), die)) return;
      const next = referenceOf(within, die, SLOT.abstractOrigin) ?? referenceOf(within, die, SLOT.specification);
      const target = next === undefined ? undefined : unitAt(within, next);
      if (next === undefined || !target) return;
      [at, within] = [next, target];
    }
  };
  const functionName = (unit: Unit, offset: number): string | undefined => {
    let name: string | undefined;
    visitOrigins(unit, offset, ({ unit: within, bases }, entry) => {
      const linkage = stringOf(within, bases, entry, SLOT.linkageName);
      name = linkage ?? name ?? stringOf(within, bases, entry, SLOT.name);
      return linkage !== undefined;
    });
    return name;
  };
  return { visitOrigins, functionName };
};
