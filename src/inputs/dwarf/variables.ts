import { STT_OBJECT, type SymbolTable } from "../elf/symbols.ts";
import { SLOT } from "./constants.ts";
import { lastAtOrBelow } from "./intervals.ts";
import { SECTION, type Place } from "./places.ts";
import type { Program } from "./program.ts";
import { typeSize } from "./type-size.ts";
import { constantOf, referenceOf, stringOf } from "./values.ts";

/** A variable and where it is declared. */
export interface Variable {
  readonly name: string;
  /** The path as the compiler wrote it, or `??`. */
  readonly file: string;
  /** From 1; 0 where the compiler gives none. */
  readonly line: number;
  /** From 1, in bytes; 0 where the compiler gives none. */
  readonly column: number;
}

/** All variables of an object in the order of their places. */
interface Index {
  readonly places: Float64Array;
  readonly units: Uint32Array;
  readonly entries: Uint32Array;
}

/** Entries for one place: a variable, aliases, and what has no size (an empty struct lock_class_key). */
const MAX_SAME_PLACE = 16;

const indexVariables = ({ roots, scanOf }: Program): Index => {
  const [places, units, entries]: [number[], number[], number[]] = [[], [], []];
  for (const root of roots) {
    const { variables } = scanOf(root);
    for (let i = 0; i < variables.places.length; i++) {
      if (variables.places[i]! < SECTION) continue;
      places.push(variables.places[i]!);
      units.push(root.unit.index);
      entries.push(variables.entries[i]!);
    }
  }
  // Looked at from the last one back: of several for one place the first in the file comes first.
  const order = Uint32Array.from(places, (_, i) => i).sort((a, b) => places[a]! - places[b]! || b - a);
  return {
    places: Float64Array.from(order, (i) => places[i]!),
    units: Uint32Array.from(order, (i) => units[i]!),
    entries: Uint32Array.from(order, (i) => entries[i]!),
  };
};

/** The sizes of the data symbols by place: unlike a type's, they count the members of a flexible array. */
const symbolSizes = (program: Program, symbols: SymbolTable): ReadonlyMap<Place, number> => {
  const sizes = new Map<Place, number>();
  for (let i = 1; i < symbols.count; i++) {
    const { type, size } = symbols.at(i);
    if (type !== STT_OBJECT) continue;
    const place = program.sections.symbolPlace(i);
    sizes.set(place, Math.max(size, sizes.get(place) ?? 0));
  }
  return sizes;
};

interface Described {
  readonly variable: Variable | undefined;
  /** In bytes, by its type; undefined where that does not say. */
  readonly size: number | undefined;
}

const describe = (program: Program, unitIndex: number, entry: number): Described => {
  let [name, file, line, column, size]: [string?, string?, number?, number?, number?] = [];
  program.names.visitOrigins(program.roots[unitIndex]!.unit, entry, (root, die) => {
    const { unit } = root;
    const number = constantOf(unit, die, SLOT.declFile);
    if (number !== undefined) file ??= program.linesOf(root)?.path(number, root.directory);
    name ??= stringOf(unit, root.bases, die, SLOT.name);
    line ??= constantOf(unit, die, SLOT.declLine);
    column ??= constantOf(unit, die, SLOT.declColumn);
    size ??= typeSize(unit, referenceOf(unit, die, SLOT.type));
    return false;
  });
  return { variable: name === undefined ? undefined : { name, file: file ?? "??", line: line ?? 0, column: column ?? 0 }, size };
};

/** A finder of variables by place; it reads through every unit when it is first asked. */
export const openVariables = (program: Program, symbols: SymbolTable): ((place: Place) => Variable | undefined) => {
  let index: Index | undefined;
  let sizes: ReadonlyMap<Place, number> | undefined;
  const described = new Map<number, Described>();
  return (place) => {
    index ??= indexVariables(program);
    sizes ??= symbolSizes(program, symbols);
    const { places, units, entries } = index;
    const last = lastAtOrBelow(places, place);
    const start = places[last];
    if (start === undefined) return undefined;
    const inSymbol = place - start < (sizes.get(start) ?? 0);
    for (let i = last; i >= 0 && i > last - MAX_SAME_PLACE && places[i] === start; i--) {
      const known = described.get(i) ?? describe(program, units[i]!, entries[i]!);
      described.set(i, known);
      // An entry without a size stands beside the one that the symbol's size is of.
      if (known.variable && (place - start < (known.size ?? 0) || (inSymbol && known.size !== 0))) return known.variable;
    }
    return undefined;
  };
};
