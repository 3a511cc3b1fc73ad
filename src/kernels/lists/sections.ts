import { eachLine, nameProblem, openNotes, refuseEmpty } from "./lines.ts";
import type { ListEntry, VendorList } from "./model.ts";
import { addOnce } from "./names.ts";

const HEADER = /^\s*\[([^\]]*)\]\s*$/;

/** The name of the section that a line opens. */
export const sectionOf = (line: string): string | undefined => HEADER.exec(line)?.[1];

/**
 * Reads Android's symbol lists, `android/abi_gki_<arch>*` and `gki/<arch>/symbols/*`: `[abi_symbol_list]`, symbols with any indentation,
 * whole-line comments that say of the symbols below them who needs them. Sections of other names are not read, as in what feeds the kernel's
 * own build (kernel/build abi/flatten_symbol_list.py); the same symbol twice is nothing there.
 */
export const parseAndroidList = (text: string, file: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const notes = openNotes(file);
  let title: string | undefined;
  let group: string | undefined;
  let isRead = false;
  eachLine(text, file, notes, (raw, line) => {
    const content = raw.trim();
    if (content === "") return undefined;
    if (content.startsWith("#")) {
      group = content.replace(/^#+\s*/, "") || undefined;
      return undefined;
    }
    const section = sectionOf(content);
    if (section !== undefined) {
      isRead = section.endsWith("symbol_list") || section.endsWith("whitelist");
      if (isRead) title ??= section;
      else notes.add("section", line, `section [${section}] is not read: its name does not end with symbol_list`);
      group = undefined;
      return undefined;
    }
    if (!isRead) return title === undefined ? "a line before the first section" : undefined;
    const wrong = nameProblem(content);
    if (wrong === undefined) addOnce(symbols, { name: content, ...(group !== undefined && { group }), line }, notes);
    return wrong;
  });
  refuseEmpty(symbols.size, file, "symbol");
  return {
    format: "android-symbol-list",
    file,
    ...(title !== undefined && { title }),
    symbols,
    rules: [],
    ignored: [],
    notes: notes.all(),
  };
};

/** Whether libabigail takes the names of a section for a list (src/abg-tools-utils.cc; its older releases know the first ending only). */
export const isListSection = (section: string): boolean => /(?:white|stable|symbol_)list$/.test(section);

/**
 * Reads libabigail's INI form (src/abg-ini.cc): bare names, several to a line if so wished, in the sections whose name has the right ending;
 * `#` and `;` begin comments anywhere; a name with a value is no symbol. Its reader stops for good at a section without any name, which is
 * noted; a carriage return would be part of a name there, so it is an error.
 */
export const parseLibabigail = (text: string, file: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const notes = openNotes(file);
  let title: string | undefined;
  let section: { readonly name: string; readonly line: number; empty: boolean } | undefined;
  eachLine(text, file, undefined, (raw, line) => {
    const content = raw.replace(/[#;].*$/, "").trim();
    if (content === "") return undefined;
    const name = sectionOf(content);
    if (name !== undefined) {
      if (section?.empty) notes.add("empty", section.line, `section [${section.name}] is empty: libabigail reads nothing from there on`);
      section = { name, line, empty: true };
      if (isListSection(name)) title ??= name;
      else notes.add("section", line, `section [${name}] is not read: its name does not end with whitelist, stablelist or symbol_list`);
      return undefined;
    }
    if (!section) return "a line before the first section";
    section.empty = false;
    if (!isListSection(section.name)) return undefined;
    if (content.includes("=")) return void notes.add("value", line, `"${content.slice(0, 80)}" is no bare name: libabigail passes over it`);
    for (const each of content.split(/\s+/)) {
      const wrong = nameProblem(each);
      if (wrong !== undefined) return wrong;
      addOnce(symbols, { name: each, ...(section.name !== title && { group: section.name }), line }, notes);
    }
    return undefined;
  });
  refuseEmpty(symbols.size, file, "symbol");
  return { format: "libabigail", file, ...(title !== undefined && { title }), symbols, rules: [], ignored: [], notes: notes.all() };
};
