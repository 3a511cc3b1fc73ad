import { InputError } from "../shared/input-error.ts";
import type { ByteSource } from "./bytes.ts";
import { parseElf, sectionBytes, sectionNamed } from "./elf/elf.ts";
import { openSymbols, SHN_UNDEF, type SymbolTable } from "./elf/symbols.ts";
import { parseExports, type ModuleExport } from "./exports.ts";
import { parseModinfo, type ModinfoEntry } from "./modinfo.ts";
import { parseModversions, type Modversions } from "./modversions.ts";
import { isPrivateName } from "./private-names.ts";
import { parseSignature, type Signature } from "./signature.ts";

/** A symbol that the module leaves to the loader to find. */
export interface UndefinedSymbol {
  readonly name: string;
  /** STB_WEAK: the loader leaves it zero where nothing provides it. */
  readonly weak: boolean;
}

/** What stands in a kernel module (`.ko`), nothing inferred. */
export interface ModuleFacts {
  readonly arch: string;
  readonly modinfo: readonly ModinfoEntry[];
  readonly undefinedSymbols: readonly UndefinedSymbol[];
  readonly modversions: Modversions;
  readonly exports: readonly ModuleExport[];
  readonly signature?: Signature;
}

/** The undefined symbols, in the symbol table's order, without the names the loader and modpost pass over (kernel/module/main.c simplify_symbols). */
const undefinedSymbols = (symbols: SymbolTable, arch: string): UndefinedSymbol[] => {
  const found: UndefinedSymbol[] = [];
  for (let index = Math.max(symbols.firstGlobal, 1); index < symbols.count; index++) {
    if (symbols.sectionOf(index) !== SHN_UNDEF) continue;
    const { name, weak } = symbols.at(index);
    if (name !== "" && !isPrivateName(name, arch)) found.push({ name, weak });
  }
  return found;
};

/**
 * Reads a kernel module.
 * @throws InputError for anything that is no module, is cut short or contradicts itself.
 */
export const parseModule = (source: ByteSource): ModuleFacts => {
  const elf = parseElf(source);
  const info = sectionNamed(elf, ".modinfo");
  if (!info && !sectionNamed(elf, ".gnu.linkonce.this_module")) {
    throw new InputError({
      file: source.name,
      offset: 0,
      message: "not a kernel module: neither .modinfo nor .gnu.linkonce.this_module",
      hint: "give the .ko, not an object it was linked from",
    });
  }
  const symbols = openSymbols(elf);
  if (!symbols) throw new InputError({ file: source.name, offset: 0, message: "no symbol table: the kernel cannot load this module" });
  const signature = parseSignature(source);
  return {
    arch: elf.arch,
    modinfo: info ? parseModinfo(sectionBytes(elf, info)) : [],
    undefinedSymbols: undefinedSymbols(symbols, elf.arch),
    modversions: parseModversions(elf),
    exports: parseExports(elf, symbols),
    ...(signature && { signature }),
  };
};
