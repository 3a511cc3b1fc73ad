import { MAX_SYMBOLS } from "../../shared/limits.ts";
import { stringTable, uint64 } from "../bytes.ts";
import { sectionBytes, sectionError, SHT_SYMTAB, type Elf, type Section } from "./elf.ts";

// include/uapi/linux/elf.h
export const SHN_UNDEF = 0;
export const SHN_COMMON = 0xfff2;
export const SHN_LIVEPATCH = 0xff20;
const STB_WEAK = 2;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;

/** One entry of the symbol table. */
export interface ElfSymbol {
  /** Position in the table: what a relocation names. */
  readonly index: number;
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** Section index, or SHN_UNDEF, SHN_COMMON, SHN_ABS, … */
  readonly section: number;
  readonly type: number;
  readonly weak: boolean;
}

/** The symbol table of an object, read on demand: the local part only where somebody asks for it. */
export interface SymbolTable {
  readonly count: number;
  /** Index of the first symbol that is not local (sh_info). */
  readonly firstGlobal: number;
  at(index: number): ElfSymbol;
  /** Section index of a symbol, its type and its name, without the rest. */
  sectionOf(index: number): number;
  typeOf(index: number): number;
  nameOf(index: number): string;
}

/**
 * Opens the symbol table (the kernel's loader wants exactly one).
 * @throws InputError where entries, links or names lie out of range.
 */
export const openSymbols = (elf: Elf): SymbolTable | undefined => {
  const tables = elf.sections.filter((each) => each.type === SHT_SYMTAB);
  const table = tables[0];
  if (!table) return undefined;
  if (tables.length > 1) throw sectionError(elf, tables[1]!, 0, "a second symbol table");
  const entry = elf.is64 ? 24 : 16;
  if (table.entsize !== entry || table.size % entry !== 0) {
    throw sectionError(elf, table, 0, `${table.size} bytes of symbols in entries of ${table.entsize} (${entry} expected)`);
  }
  const strings = elf.sections[table.link];
  if (!strings || table.link === 0) throw sectionError(elf, table, 0, `its string table, section ${table.link}, does not exist`);
  const count = table.size / entry;
  if (count > MAX_SYMBOLS) throw sectionError(elf, table, 0, `${count} symbols (at most ${MAX_SYMBOLS})`);
  if (table.info > count) throw sectionError(elf, table, 0, `first global symbol ${table.info} of ${count}`);
  return symbolTable(elf, table, strings, count);
};

const symbolTable = (elf: Elf, table: Section, strings: Section, count: number): SymbolTable => {
  const bytes = sectionBytes(elf, table);
  const names = stringTable(sectionBytes(elf, strings), () => {
    throw sectionError(elf, strings, 0, "names that overlap");
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { is64, little } = elf;
  const entry = is64 ? 24 : 16;
  const check = (index: number): number => {
    if (index >= 0 && index < count) return index * entry;
    throw sectionError(elf, table, 0, `symbol ${index} of ${count}`);
  };
  const nameOf = (index: number): string => {
    const at = check(index);
    const name = names(view.getUint32(at, little));
    if (name === undefined) throw sectionError(elf, table, at, `the name of symbol ${index} lies outside ${strings.name}, or is none`);
    return name;
  };
  return {
    count,
    firstGlobal: table.info,
    sectionOf: (index) => view.getUint16(check(index) + (is64 ? 6 : 14), little),
    typeOf: (index) => view.getUint8(check(index) + (is64 ? 4 : 12)) & 15,
    nameOf,
    at: (index) => {
      const at = check(index);
      const name = nameOf(index);
      const info = view.getUint8(at + (is64 ? 4 : 12));
      return {
        index,
        name,
        value: is64 ? uint64(view, at + 8, little) : view.getUint32(at + 4, little),
        size: is64 ? uint64(view, at + 16, little) : view.getUint32(at + 8, little),
        section: view.getUint16(at + (is64 ? 6 : 14), little),
        type: info & 15,
        weak: info >> 4 === STB_WEAK,
      };
    },
  };
};
