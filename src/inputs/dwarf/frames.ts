import { SLOT } from "./constants.ts";
import { newDie, readDie } from "./die.ts";
import { ownersOf } from "./intervals.ts";
import type { LineTable } from "./lines.ts";
import type { Place } from "./places.ts";
import type { Program } from "./program.ts";
import type { Root } from "./root.ts";
import type { Scan } from "./scan.ts";
import { constantOf } from "./values.ts";

/** A place in the source that a byte of code came from. */
export interface Frame {
  /** The function that the code was written in; undefined where the debug information does not say. */
  readonly function?: string;
  /** The path as the compiler wrote it, or `??`. */
  readonly file: string;
  /** From 1; 0 where the compiler gives none. */
  readonly line: number;
  /** From 1, in bytes; 0 where the compiler gives none. */
  readonly column: number;
}

/** A function's name, and from where its code was called: nothing, unless it was inlined. */
interface Callers {
  readonly name: string | undefined;
  readonly outer: readonly Frame[];
}

/** What is kept of a unit once somebody asked for code in it. */
interface Code {
  readonly root: Root;
  readonly scan: Scan;
  readonly lines: LineTable | undefined;
  readonly functionAt: (place: Place) => number | undefined;
  /** By number of the function. */
  readonly callers: Map<number, Callers>;
}

const frame = (name: string | undefined, file = "??", line = 0, column = 0): Frame =>
  name === undefined ? { file, line, column } : { function: name, file, line, column };

const openCode = (program: Program, root: Root): Code => {
  const scan = program.scanOf(root);
  const { ranges, depths } = scan;
  const depth = (i: number): number => depths[ranges.owners[i]!]!;
  const length = (i: number): number => ranges.highs[i]! - ranges.lows[i]!;
  // The innermost function; of several that are not part of each other the one with the shortest range, as in binutils' bfd/dwarf2.c.
  const functionAt = ownersOf(ranges, (a, b) => depth(b) - depth(a) || length(a) - length(b) || b - a);
  return { root, scan, lines: program.linesOf(root), functionAt, callers: new Map() };
};

/** A finder of inlined chains by place; it reads a unit when a place in it is first asked for. */
export const openFrames = (program: Program): ((place: Place) => readonly Frame[]) => {
  const codes = new Map<Root, Code>();
  const die = newDie();
  const callersOf = (code: Code, number: number): Callers => {
    const known = code.callers.get(number);
    if (known) return known;
    const { root, scan, lines } = code;
    const { unit } = root;
    const entry = scan.functions[number]!;
    const caller = scan.callers[number]!;
    let outer: readonly Frame[] = [];
    if (caller >= 0) {
      const above = callersOf(code, caller);
      readDie(unit, entry, die);
      const file = constantOf(unit, die, SLOT.callFile);
      const path = file === undefined ? undefined : lines?.path(file, root.directory);
      outer = [frame(above.name, path, constantOf(unit, die, SLOT.callLine), constantOf(unit, die, SLOT.callColumn)), ...above.outer];
    }
    const callers = { name: program.names.functionName(unit, entry), outer };
    code.callers.set(number, callers);
    return callers;
  };
  return (place) => {
    const root = program.rootAt(place);
    if (!root) return [];
    const code = codes.get(root) ?? openCode(program, root);
    codes.set(root, code);
    const row = code.lines?.find(place);
    const number = code.functionAt(place);
    if (row === undefined && number === undefined) return [];
    const { name, outer } = number === undefined ? { name: undefined, outer: [] } : callersOf(code, number);
    const path = row && code.lines?.path(row.file, root.directory);
    return [frame(name, path, row?.line, row?.column), ...outer];
  };
};
