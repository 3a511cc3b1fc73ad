import type { Elf } from "../elf/elf.ts";
import type { SymbolTable } from "../elf/symbols.ts";
import { openFrames, type Frame } from "./frames.ts";
import { placeOf } from "./places.ts";
import { openProgram } from "./program.ts";
import { openSections } from "./sections.ts";
import { openVariables, type Variable } from "./variables.ts";

// A reader of DWARF 2 to 5 in relocatable objects, for two questions: which source a byte of code came from, and which variable a
// byte of data belongs to. It knows nothing of types beyond their size, of scopes, of registers, or of what the answers are for.

export type { Frame } from "./frames.ts";
export type { Variable } from "./variables.ts";

/**
 * The debug information of an object. What an answer needs is read when it is first asked for.
 * @throws InputError, from either question, where that is cut short, refers to nothing or in circles, or is larger than any module needs.
 */
export interface Dwarf {
  /** The files that were compiled, by absolute path where one is given, and the folder the compiler ran in. */
  readonly sources: readonly { readonly file: string; readonly directory: string }[];
  /** The inlined chain at a byte of a section, innermost first; empty where no compilation unit covers it. */
  framesAt(section: number, offset: number): readonly Frame[];
  /** The file-scope or static variable whose storage holds that byte. */
  variableAt(section: number, offset: number): Variable | undefined;
}

/**
 * Opens the debug information of a relocatable object.
 * @returns undefined where the object has no .debug_info or no .debug_line.
 * @throws InputError where what every answer needs is broken, for a machine whose relocations are not known.
 */
export const openDwarf = (elf: Elf, symbols: SymbolTable): Dwarf | undefined => {
  const sections = openSections(elf, symbols);
  const line = sections.get("line");
  if (!line || !sections.get("info")) return undefined;
  const program = openProgram(sections, line);
  const framesOf = openFrames(program);
  const variableOf = openVariables(program, symbols);
  const sources = program.roots.flatMap(({ name, directory = "" }) =>
    name === undefined ? [] : [{ file: name.startsWith("/") ? name : `${directory}/${name}`, directory }],
  );
  return {
    sources,
    framesAt: (section, offset) => framesOf(placeOf(section, offset)),
    variableAt: (section, offset) => variableOf(placeOf(section, offset)),
  };
};
