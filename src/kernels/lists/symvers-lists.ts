import { parseSymversLine } from "../symvers.ts";
import { eachLine, openNotes, refuseEmpty } from "./lines.ts";
import type { ListEntry, VendorList } from "./model.ts";

/**
 * Reads a list in the form of Module.symvers: Red Hat's `Module.kabi_<arch>`, and the reference files of SUSE and Debian. Empty lines, which
 * Red Hat's check-kabi passes over, are passed over; a symbol that stands twice is refused, as SUSE's tool refuses it.
 */
export const parseSymversList = (text: string, file: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const notes = openNotes(file);
  eachLine(text, file, notes, (raw, line) => {
    if (raw === "") return void notes.add("empty", line, "an empty line");
    const found = parseSymversLine(raw);
    if (typeof found === "string") return found;
    const first = symbols.get(found.name);
    if (first) return `"${found.name}" stands twice, first in line ${first.line}`;
    const { name, crc, type, exporter, namespace } = found;
    // Two shapes, not a spread: a reference file has tens of thousands of lines.
    symbols.set(name, namespace === undefined ? { name, crc, type, exporter, line } : { name, crc, type, exporter, namespace, line });
    return undefined;
  });
  refuseEmpty(symbols.size, file, "symbol");
  return { format: "symvers", file, symbols, rules: [], ignored: [], notes: notes.all() };
};

const UBUNTU_LINE = /^(EXPORT_\w+)\s+(\S+)\s+(0x[0-9a-f]{1,8})\s+([A-Za-z_$.][\w$.]*)\s*$/;

/**
 * Reads a flavour's file below debian.master/abi: export type, module, CRC, symbol (debian/scripts/abi-check). Of two lines for a symbol the
 * last counts, as it does there.
 */
export const parseUbuntuAbi = (text: string, file: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const notes = openNotes(file);
  eachLine(text, file, notes, (raw, line) => {
    const [, type, exporter, crc, name] = UBUNTU_LINE.exec(raw) ?? [];
    if (type === undefined || exporter === undefined || crc === undefined || name === undefined)
      return raw.trim() === "" ? undefined : "not the four columns EXPORT_…, module, CRC such as 0x0012ab34, symbol";
    const first = symbols.get(name);
    if (first) notes.add("twice", line, `"${name}" stands twice, first in line ${first.line}; the last counts`);
    symbols.set(name, { name, crc: Number(crc), type, exporter, line });
    return undefined;
  });
  refuseEmpty(symbols.size, file, "symbol");
  return { format: "ubuntu-abi", file, symbols, rules: [], ignored: [], notes: notes.all() };
};
