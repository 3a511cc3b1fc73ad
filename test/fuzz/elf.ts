import { writeNumber } from "./bytes.ts";

// Objects made to measure: 64-bit, little-endian, x86-64, with what symbols and relocations a test asks for.

/** A section as it stands in the file; the numbers of sections are those of the list, from 1. */
export interface MadeSection {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type?: number;
  readonly flags?: number;
  readonly link?: number;
  readonly info?: number;
  readonly entsize?: number;
  /** Of what has a size and no bytes. */
  readonly size?: number;
}

export interface MadeSymbol {
  /** Offset of its name. */
  readonly name?: number;
  /** 1 an object, 2 a function. */
  readonly type?: number;
  readonly section?: number;
  readonly value?: number;
  readonly size?: number;
}

/** Entries of fields, each its bytes and its value, one after the other. */
const table = (sizes: readonly number[], count: number, row: (index: number) => readonly number[]): Uint8Array => {
  const stride = sizes.reduce((sum, size) => sum + size, 0);
  const bytes = new Uint8Array(stride * count);
  const view = new DataView(bytes.buffer);
  for (let i = 0, at = 0; i < count; i++) {
    const values = row(i);
    for (const [field, size] of sizes.entries()) {
      const value = values[field]!;
      if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
      else if (size === 4) view.setUint32(at, value, true);
      else if (size === 2) view.setUint16(at, value, true);
      else view.setUint8(at, value);
      at += size;
    }
  }
  return bytes;
};

/** A symbol table (include/uapi/linux/elf.h Elf64_Sym); its first entry, of nothing, is put before. All are global. */
export const symtab = (count: number, symbol: (index: number) => MadeSymbol): Uint8Array =>
  table([4, 1, 1, 2, 8, 8], count + 1, (i) => {
    const { name = 0, type = 0, section = 0, value = 0, size = 0 } = i === 0 ? {} : symbol(i - 1);
    return [name, i === 0 ? 0 : 0x10 | type, 0, section, value, size];
  });

/** Relocations with addends (Elf64_Rela). */
export const rela = (
  count: number,
  relocation: (index: number) => { readonly offset: number; readonly symbol: number; readonly type?: number; readonly addend?: number },
): Uint8Array =>
  table([8, 4, 4, 8], count, (i) => {
    const { offset, symbol, type = 2, addend = 0 } = relocation(i);
    return [offset, type, symbol, addend];
  });

/** An object of these sections; its section names come last. */
export const makeElf = (sections: readonly MadeSection[]): Uint8Array => {
  const names = Buffer.from(`\0${[...sections.map(({ name }) => name), ".shstrtab"].join("\0")}\0`, "latin1");
  const all: readonly MadeSection[] = [
    { name: "", bytes: new Uint8Array(0), type: 0 },
    ...sections,
    { name: ".shstrtab", bytes: names, type: 3 },
  ];
  const start = 64 + 64 * all.length;
  const bytes = new Uint8Array(start + all.reduce((sum, section) => sum + section.bytes.length, 0));
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const many = all.length >= 0xff00;
  for (const [at, size, value] of [[16, 2, 1], [18, 2, 62], [20, 4, 1], [40, 8, 64], [52, 2, 64], [58, 2, 64], [60, 2, many ? 0 : all.length], [62, 2, many ? 0xffff : all.length - 1]] as const)
    writeNumber(bytes, at, size, true, BigInt(value)); // prettier-ignore
  let [at, nameAt] = [start, 0];
  const headers = table([4, 4, 8, 8, 8, 8, 4, 4, 8, 8], all.length, (i) => {
    const { name, type = 1, flags = 0, link = 0, info = 0, entsize = 0, size, bytes: content } = all[i]!;
    const row = [nameAt, type, flags, 0, at, size ?? content.length, link, info, 1, entsize];
    // Counts that do not fit the header stand in section 0 (ELF specification, e_shnum and e_shstrndx).
    if (i === 0 && many) [row[5], row[6]] = [all.length, all.length - 1];
    bytes.set(content, at);
    at += content.length;
    nameAt += name.length + 1;
    return row;
  });
  bytes.set(headers, 64);
  return bytes;
};

/** The sections of a module that takes some symbols: what else is wanted comes behind them, from number 6 on. */
export const makeModule = (parts: {
  readonly modinfo?: Uint8Array;
  /** From number 1 on; names are offsets in `strings`. */
  readonly symbols?: { readonly count: number; readonly of: (index: number) => MadeSymbol };
  readonly strings?: Uint8Array;
  readonly text?: Uint8Array;
  readonly relocations?: Uint8Array;
  readonly more?: readonly MadeSection[];
}): Uint8Array => {
  const { symbols = { count: 0, of: () => ({}) }, modinfo, strings, text, relocations, more = [] } = parts;
  return makeElf([
    { name: ".modinfo", bytes: modinfo ?? new Uint8Array(Buffer.from("license=GPL\0")) },
    { name: ".symtab", bytes: symtab(symbols.count, symbols.of), type: 2, link: 3, info: 1, entsize: 24 },
    { name: ".strtab", bytes: strings ?? new Uint8Array(Buffer.from("\0kfree\0")), type: 3 },
    { name: ".text", bytes: text ?? new Uint8Array(64).fill(0x90), flags: 6 },
    { name: ".rela.text", bytes: relocations ?? new Uint8Array(0), type: 4, link: 2, info: 4, entsize: 24 },
    ...more,
  ]);
};
