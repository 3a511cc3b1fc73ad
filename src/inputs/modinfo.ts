import { decodeText } from "./bytes.ts";

export interface ModinfoEntry {
  readonly key: string;
  readonly value: string;
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
      const text = decodeText(bytes.subarray(start, end));
      const equals = text.indexOf("=");
      entries.push(equals < 0 ? { key: text, value: "" } : { key: text.slice(0, equals), value: text.slice(equals + 1) });
    }
    start = end + 1;
  }
  return entries;
};

/** All values of a key, in order. */
export const modinfoValues = (entries: readonly ModinfoEntry[], key: string): readonly string[] =>
  entries.filter((entry) => entry.key === key).map((entry) => entry.value);
