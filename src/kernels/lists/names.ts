import { eachLine, nameProblem, openNotes, refuseEmpty, type Notes } from "./lines.ts";
import type { ListEntry, VendorList } from "./model.ts";

/** Puts a symbol into a list where a second line of the same name says nothing new; the first stays. */
export const addOnce = (symbols: Map<string, ListEntry>, entry: ListEntry, notes: Notes): void => {
  const first = symbols.get(entry.name);
  if (first) notes.add("twice", entry.line, `"${entry.name}" stands twice, first in line ${first.line}`);
  else symbols.set(entry.name, entry);
};

/** A list of names: one a line, `#` comments. */
export const parsePlain = (text: string, file: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const notes = openNotes(file);
  eachLine(text, file, undefined, (raw, line) => {
    const hash = raw.indexOf("#");
    const name = (hash < 0 ? raw : raw.slice(0, hash)).trim();
    if (name === "") return undefined;
    const wrong = nameProblem(name);
    if (wrong === undefined) addOnce(symbols, { name, line }, notes);
    return wrong;
  });
  refuseEmpty(symbols.size, file, "symbol");
  return { format: "plain", file, symbols, rules: [], ignored: [], notes: notes.all() };
};

/**
 * Android's symbols.deny: a symbol, blanks, and why no symbol list may have it (kernel/build abi/process_symbols.py, which takes the first of
 * two lines for a symbol and warns).
 */
export const parseDenied = (text: string, file: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const notes = openNotes(file);
  eachLine(text, file, notes, (raw, line) => {
    const [, name, reason] = /^\s*(\S+)\s*(.*)$/.exec(raw) ?? [];
    if (name === undefined || name.startsWith("#")) return undefined;
    const wrong = nameProblem(name);
    if (wrong !== undefined) return wrong;
    addOnce(symbols, { name, ...(reason && { reason: reason.trimEnd() }), line }, notes);
    if (!reason) notes.add("reason", line, `"${name}" is denied without a reason`);
    return undefined;
  });
  refuseEmpty(symbols.size, file, "symbol");
  return { format: "android-denied", file, symbols, rules: [], ignored: [], notes: notes.all() };
};
