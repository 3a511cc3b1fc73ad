import { MAX_MODULE_SYMBOLS } from "../shared/limits.ts";
import { stringTable } from "./bytes.ts";
import { isRealIndex, sectionBytes, sectionError, sectionNamed, type Elf } from "./elf/elf.ts";
import type { SymbolTable } from "./elf/symbols.ts";

/** What a module exports to others. */
export interface ModuleExport {
  readonly name: string;
  /** The export type as Module.symvers spells it. */
  readonly type: "EXPORT_SYMBOL" | "EXPORT_SYMBOL_GPL";
  readonly namespace?: string;
}

const KSYMTAB = "__ksymtab_";
const KSTRTABNS = "__kstrtabns_";
const FLAGS = "__flags_";
/** KSYM_FLAG_GPL_ONLY (include/linux/module_symbol.h, 7.1). */
const FLAG_GPL_ONLY = 1;

/**
 * A module's own exports, read from the labels `__ksymtab_S`: in a relocatable object the table itself is zero until relocated
 * (include/linux/export-internal.h). Only these count; a function that merely has the name exports nothing.
 * GPL-ness is the label's section before 7.1 (`__ksymtab_gpl`, and the old `_unused_gpl`, `_gpl_future`), a byte in `__kflagstab` since.
 */
export const parseExports = (elf: Elf, symbols: SymbolTable): readonly ModuleExport[] => {
  if (!elf.sections.some((each) => each.name.startsWith("__ksymtab") && each.name !== "__ksymtab_strings")) return [];
  const kinds = new Map<string, string>();
  const namespaces = new Map<string, string>();
  const gplByFlag = new Set<string>();
  const flags = sectionNamed(elf, "__kflagstab");
  const flagBytes = flags && sectionBytes(elf, flags);
  const strings = new Map<number, ReturnType<typeof stringTable>>();
  for (let index = 1; index < symbols.count; index++) {
    const section = symbols.sectionOf(index);
    if (!isRealIndex(section)) continue;
    const home = elf.sections[section];
    if (!home?.name.startsWith("__k")) continue;
    const name = symbols.nameOf(index);
    if (name.startsWith(KSYMTAB)) {
      kinds.set(name.slice(KSYMTAB.length), home.name);
      if (kinds.size > MAX_MODULE_SYMBOLS) throw sectionError(elf, home, 0, `more than ${MAX_MODULE_SYMBOLS} exports`);
    } else if (name.startsWith(FLAGS) && home === flags && (flagBytes?.[symbols.at(index).value] ?? 0) & FLAG_GPL_ONLY)
      gplByFlag.add(name.slice(FLAGS.length));
    else if (name.startsWith(KSTRTABNS)) {
      const overlap = (): never => {
        throw sectionError(elf, home, 0, "namespaces that overlap");
      };
      const table = strings.get(section) ?? stringTable(sectionBytes(elf, home), overlap);
      strings.set(section, table);
      const namespace = table(symbols.at(index).value);
      if (namespace) namespaces.set(name.slice(KSTRTABNS.length), namespace);
    }
  }
  return [...kinds].map(([name, home]) => {
    const namespace = namespaces.get(name);
    const gpl =
      home.startsWith("__ksymtab_gpl") ||
      home.startsWith("__ksymtab_unused_gpl") ||
      home.startsWith("___ksymtab_gpl") ||
      gplByFlag.has(name);
    return { name, type: gpl ? "EXPORT_SYMBOL_GPL" : "EXPORT_SYMBOL", ...(namespace !== undefined && { namespace }) } as const;
  });
};
