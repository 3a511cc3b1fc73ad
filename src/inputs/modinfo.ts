import { decodeText, stringAt } from "./bytes.ts";

export interface ModinfoEntry {
  readonly key: string;
  readonly value: string;
  /** As it stands there. */
  readonly text: string;
}

/**
 * `.modinfo`: NUL-separated `key=value` strings with possible runs of NUL between them; keys repeat.
 * Every entry is kept, in order (include/linux/moduleparam.h; kmod libkmod/libkmod-elf.c kmod_elf_get_strings).
 */
export const parseModinfo = (bytes: Uint8Array): readonly ModinfoEntry[] => {
  const entries: ModinfoEntry[] = [];
  for (let start = 0; start < bytes.length;) {
    let end = bytes.indexOf(0, start);
    if (end < 0) end = bytes.length;
    if (end > start) {
      // The same licence, version and flags stand in module after module.
      const text = stringAt(bytes, start) ?? decodeText(bytes.subarray(start, end));
      const equals = text.indexOf("=");
      entries.push({ key: equals < 0 ? text : text.slice(0, equals), value: equals < 0 ? "" : text.slice(equals + 1), text });
    }
    start = end + 1;
  }
  return entries;
};

/** All values of a key, in order. */
export const modinfoValues = (entries: readonly ModinfoEntry[], key: string): readonly string[] =>
  entries.filter((entry) => entry.key === key).map((entry) => entry.value);
