import { bytesSource } from "../../src/inputs/bytes.ts";
import { openDwarf, type Dwarf } from "../../src/inputs/dwarf/dwarf.ts";
import { parseElf } from "../../src/inputs/elf/elf.ts";
import { openSymbols } from "../../src/inputs/elf/symbols.ts";

/** Bytes, text (with its NUL) and lists of them, one after the other. */
export type Part = number | string | Uint8Array | readonly Part[];

export const bytesOf = (...parts: readonly Part[]): Uint8Array => {
  const buffers = parts.map((part): Uint8Array => {
    if (typeof part === "number") return Uint8Array.of(part);
    if (typeof part === "string") return Buffer.from(`${part}\0`);
    return part instanceof Uint8Array ? part : bytesOf(...(part as readonly Part[]));
  });
  return new Uint8Array(Buffer.concat(buffers));
};

export const u16 = (value: number): Part => [value & 255, value >>> 8];
export const u32 = (value: number): Part => [u16(value & 0xffff), u16(value >>> 16)];
export const u64 = (value: number): Part => [u32(value % 2 ** 32), u32(Math.floor(value / 2 ** 32))];

/** A length of four bytes and what it is the length of. */
export const sized = (...parts: readonly Part[]): Uint8Array => {
  const body = bytesOf(...parts);
  return bytesOf(u32(body.length), body);
};

/** A unit of DWARF 4 with addresses of eight bytes, whose abbreviations stand at the start of .debug_abbrev. */
export const unit = (...entries: readonly Part[]): Uint8Array => sized(u16(4), u32(0), 8, entries);

/** A line program of DWARF 4 for `a.c`, with the usual header but for what is given. */
export const lineProgram = (
  header: { minimumLength?: number; lineRange?: number; opcodeBase?: number },
  ...operations: readonly Part[]
): Uint8Array => {
  const { minimumLength = 1, lineRange = 14, opcodeBase = 13 } = header;
  const rest = bytesOf(minimumLength, 1, 1, 0xfb, lineRange, opcodeBase, [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1], 0, "a.c", 0, 0, 0, 0);
  return sized(u16(4), u32(rest.length), rest, operations);
};

/** A relocatable object for x86-64 with these sections and an empty symbol table; flags by name where they are not 0. */
export const elfOf = (sections: Readonly<Record<string, Uint8Array>>, flags: Readonly<Record<string, number>> = {}): Uint8Array => {
  const named = [["", new Uint8Array(0)], [".symtab", new Uint8Array(24)], ...Object.entries(sections)] as [string, Uint8Array][];
  const names = bytesOf(...named.map(([name]) => name), ".shstrtab");
  const all = [...named, [".shstrtab", names] as const];
  let at = 64 + all.length * 64;
  let nameAt = 0;
  const headers = all.map(([name, bytes], i) => {
    const type = i === 0 ? 0 : name === ".symtab" ? 2 : name === ".shstrtab" ? 3 : 1;
    const link = type === 2 ? all.length - 1 : 0;
    const header = [
      u32(nameAt),
      u32(type),
      u64(flags[name] ?? 0),
      u64(0),
      u64(at),
      u64(bytes.length),
      u32(link),
      u32(0),
      u64(1),
      u64(type === 2 ? 24 : 0),
    ];
    at += bytes.length;
    nameAt += name.length + 1;
    return header;
  });
  const ident = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, u64(0)];
  const start = [
    u16(1),
    u16(62),
    u32(1),
    u64(0),
    u64(0),
    u64(64),
    u32(0),
    u16(64),
    u16(0),
    u16(0),
    u16(64),
    u16(all.length),
    u16(all.length - 1),
  ];
  return bytesOf(ident, start, headers, ...all.map(([, bytes]) => bytes));
};

/** The debug information in an object's bytes. */
export const dwarfOf = (name: string, bytes: Uint8Array): Dwarf | undefined => {
  const elf = parseElf(bytesSource(name, bytes));
  return openDwarf(elf, openSymbols(elf)!);
};
