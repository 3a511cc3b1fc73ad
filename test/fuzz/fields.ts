import { parseElf, SHT_NOBITS, SHT_REL, SHT_RELA, SHT_SYMTAB, type Elf, type Section } from "../../src/inputs/elf/elf.ts";
import { bytesSource } from "../../src/inputs/bytes.ts";
import { changeBytes, GROWN, numberFor, readNumber, several, spliced, writeNumber, type Mutate } from "./bytes.ts";
import type { Random } from "./random.ts";

// What stands where in a sound file, so that a change hits a field whole and what refers to it, and not one byte in a hundred thousand.

/** Fields of entries of equal size, one after the other: offset in the entry and bytes; 0 bytes for a LEB128 of any length. */
interface Table {
  readonly group: string;
  readonly at: number;
  readonly stride: number;
  readonly count: number;
  readonly fields: readonly (readonly [offset: number, size: number])[];
}

/** A file's fields and its byte order. */
export interface Form {
  readonly little: boolean;
  readonly tables: readonly Table[];
  /** Its ELF header and sections, where it is ELF. */
  readonly elf?: Elf;
}

const words = (group: string, at: number, size: number, stride: number): Table => ({
  group,
  at,
  stride,
  count: Math.floor(size / Math.max(stride, 1)),
  fields: [[0, stride]],
});
const lebs = (group: string, at: number, size: number): Table => ({ group, at, stride: 1, count: size, fields: [[0, 0]] });
const header = (group: string, at: number, sizes: readonly number[]): Table => {
  let offset = 0;
  const fields = sizes.map((size) => [(offset += size) - size, size] as const);
  return { group, at, stride: offset, count: 1, fields };
};

/** include/uapi/linux/btf.h: the header, types of three words (and what follows some of them), strings. */
export const btfTables = (at: number, bytes: Uint8Array, little: boolean): readonly Table[] => {
  const word = (offset: number): number => Number(readNumber(bytes, at + offset, 4, little));
  const length = word(4);
  return [
    header("BTF header", at, [2, 1, 1, 4, 4, 4, 4, 4]),
    words("BTF types", at + length + word(8), word(12), 4),
    words("BTF kinds", at + length + word(8), word(12), 1),
    words("BTF strings", at + length + word(16), word(20), 1),
  ];
};

/** The same of .BTF.ext: the header, then records whose sizes stand in it. */
const extTables = (at: number, size: number): readonly Table[] => [
  header(".BTF.ext header", at, [2, 1, 1, 4, 4, 4, 4, 4, 4, 4]),
  words(".BTF.ext records", at + 24, Math.max(0, size - 24), 4),
];

const dwarfTables = (name: string, at: number, size: number): readonly Table[] => {
  if (name === ".debug_info")
    return [
      header("unit header", at, [4, 2, 1, 1, 4]),
      lebs("entries", at + 11, size - 11),
      words("entries' words", at + 11, size - 11, 4),
    ];
  if (name === ".debug_abbrev") return [lebs("abbreviations", at, size)];
  if (name === ".debug_line")
    return [header("line header", at, [4, 2, 1, 1, 4, 1, 1, 1, 1, 1, 1]), lebs("line program", at + 20, size - 20)];
  return /^\.z?debug_(str|line_str)$/.test(name)
    ? [words(name, at, size, 1)]
    : [words(name, at, size, 4), words(name, at, size, 8), lebs(name, at, size)];
};

const sectionTables = (elf: Elf, { type, offset: at, size, entsize, name, flags }: Section, bytes: Uint8Array): readonly Table[] => {
  if (type === SHT_NOBITS || size === 0) return [];
  const { is64, little } = elf;
  if (type === SHT_SYMTAB) {
    const fields = is64 ? [[0, 4], [4, 1], [5, 1], [6, 2], [8, 8], [16, 8]] : [[0, 4], [4, 4], [8, 4], [12, 1], [13, 1], [14, 2]]; // prettier-ignore
    return [{ group: "symbols", at, stride: entsize, count: Math.floor(size / entsize), fields: fields as [number, number][] }];
  }
  if (type === SHT_RELA || type === SHT_REL) {
    const fields = is64 ? [[0, 8], [8, 4], [12, 4], ...(type === SHT_RELA ? [[16, 8]] : [])] : [[0, 4], [4, 1], [5, 3], ...(type === SHT_RELA ? [[8, 4]] : [])]; // prettier-ignore
    const stride = (is64 ? 16 : 8) + (type === SHT_RELA ? (is64 ? 8 : 4) : 0);
    const group = name.includes("debug") ? "debug relocations" : name.includes(".BTF") ? "BTF relocations" : "relocations";
    return [{ group, at, stride, count: Math.floor(size / stride), fields: fields as [number, number][] }];
  }
  // A compressed section (gABI): its header, then bytes that no field is known of.
  if ((flags & 0x800) !== 0) return [header("compression header", at, is64 ? [4, 4, 8, 8] : [4, 4, 4]), words("compressed", at, size, 1)];
  if (name === ".BTF") return btfTables(at, bytes, little);
  if (name === ".BTF.ext") return extTables(at, size);
  if (/^\.z?debug_/.test(name)) return dwarfTables(name, at, size);
  if (name === "__versions")
    return [{ group: "versions", at, stride: 64, count: Math.floor(size / 64), fields: [[0, 8], ...Array.from({ length: 56 }, (_, i) => [8 + i, 1] as const)] }]; // prettier-ignore
  if (name === "__version_ext_crcs") return [words(name, at, size, 4)];
  if (elf.arch === "bpf" && (flags & 4) !== 0)
    return [{ group: "instructions", at, stride: 8, count: Math.floor(size / 8), fields: [[0, 1], [1, 1], [2, 2], [4, 4]] }]; // prettier-ignore
  // Names, modinfo, maps, code, data.
  return [words(name, at, size, 1), ...(size >= 8 ? [words(name, at, size, 8)] : [])];
};

const elfForm = (bytes: Uint8Array): Form => {
  if (bytes[0] === 0x9f && bytes[1] === 0xeb) return btfForm(bytes);
  const elf = parseElf(bytesSource("seed", bytes), "any");
  const { is64, little, sections } = elf;
  const table = Number(readNumber(bytes, is64 ? 40 : 32, is64 ? 8 : 4, little));
  const word = is64 ? 8 : 4;
  return {
    little,
    elf,
    tables: [
      header("ELF header", 0, [4, 1, 1, 1, 1, 8, 2, 2, 4, word, word, word, 4, 2, 2, 2, 2, 2, 2]),
      {
        ...header("section headers", table, [4, 4, word, word, word, word, 4, 4, word, word]),
        count: sections.length,
      },
      ...sections.flatMap((section) => sectionTables(elf, section, bytes)),
    ],
  };
};

const btfForm = (bytes: Uint8Array): Form => ({ little: true, tables: btfTables(0, bytes, true) });

/** A form of no fields: every change is one of bytes. */
const NONE: Form = { little: true, tables: [] };

const known = new WeakMap<Uint8Array, Form>();
const formOf = (seed: Uint8Array, read: (bytes: Uint8Array) => Form): Form => {
  const form = known.get(seed) ?? orNone(() => read(seed));
  known.set(seed, form);
  return form;
};
const orNone = (read: () => Form): Form => {
  try {
    return read();
  } catch {
    return NONE;
  }
};

/** A LEB128 in place of the one that stands there, of the same length where that can be, padded or without end. */
const changeLeb = (random: Random, bytes: Uint8Array, at: number): Uint8Array => {
  let end = at;
  while (end < bytes.length && bytes[end]! >= 0x80 && end - at < 16) end++;
  const length = end - at + 1;
  if (random.once(20)) return spliced(bytes, at, 0, new Uint8Array(random.pick([1, 15, 16, 17])).fill(0x80));
  let value = numberFor(random, 0n, random.pick([1, 1, 2, 4, 8]), random.once(2) ? 64 : bytes.length);
  const copy = bytes.slice();
  for (let i = 0; i < length; i++, value >>= 7n) copy[at + i] = Number(value & 0x7fn) | (i + 1 < length ? 0x80 : 0);
  return copy;
};

const changeField = (random: Random, bytes: Uint8Array, { little, tables }: Form): Uint8Array => {
  const group = random.pick([...new Set(tables.map((table) => table.group))]);
  const table = random.pick(tables.filter((each) => each.group === group));
  const [offset, size] = random.pick(table.fields);
  const at = table.at + random.below(table.count) * table.stride + offset;
  if (at + Math.max(size, 1) > bytes.length) return changeBytes(random, bytes, []);
  if (size === 0) return changeLeb(random, bytes, at);
  const copy = bytes.slice();
  // What stands in the same field of another entry refers to something that is there.
  const other = table.at + random.below(table.count) * table.stride + offset;
  const value = random.once(3)
    ? readNumber(bytes, other, size, little)
    : numberFor(random, readNumber(bytes, at, size, little), size, bytes.length);
  writeNumber(copy, at, size, little, value);
  return copy;
};

/** An entry written over others, or all of them by one. */
const copyEntry = (random: Random, bytes: Uint8Array, { tables }: Form): Uint8Array => {
  const { at, stride, count } = random.pick(tables);
  const from = at + random.below(count) * stride;
  const to = at + random.below(count) * stride;
  const copy = bytes.slice();
  for (let i = random.once(8) ? count : 1 + random.below(3), place = to; i > 0 && place + stride <= bytes.length; i--, place += stride)
    copy.set(bytes.subarray(from, Math.min(from + stride, bytes.length)), place);
  return copy;
};

/** A section of an ELF file, with part of it repeated many times, moved to the end of the file; or the section headers themselves. */
const growSection: Mutate = (random, seed) => {
  const { elf, little } = formOf(seed, elfForm);
  if (!elf) return changeBytes(random, seed, []);
  const [entry, word] = elf.is64 ? [64, 8] : [40, 4];
  const table = Number(readNumber(seed, elf.is64 ? 40 : 32, word, little));
  const solid = elf.sections.filter(({ type, size }) => type !== SHT_NOBITS && size > 0);
  const isTable = random.once(8) || solid.length === 0;
  const section = isTable ? { offset: table, size: elf.sections.length * entry, entsize: entry, index: 0 } : random.pick(solid);
  const unit = section.entsize > 0 ? section.entsize : random.pick([1, 4, 8, 16, 24, 64]);
  const from = section.offset + random.below(Math.floor(section.size / unit)) * unit;
  const part = seed.subarray(from, from + unit * (1 + random.below(4)));
  const times = Math.floor((1 + random.below(GROWN)) / Math.max(part.length, 1));
  const old = seed.subarray(section.offset, section.offset + section.size);
  const grown = new Uint8Array(seed.length + old.length + times * part.length);
  grown.set(seed);
  grown.set(old, seed.length);
  for (let i = 0, at = seed.length + old.length; i < times; i++, at += part.length) grown.set(part, at);
  const size = old.length + times * part.length;
  if (isTable) {
    writeNumber(grown, elf.is64 ? 40 : 32, word, little, BigInt(seed.length));
    const count = Math.floor(size / entry);
    writeNumber(grown, elf.is64 ? 60 : 48, 2, little, BigInt(count < 0xff00 ? count : 0));
    if (count >= 0xff00) writeNumber(grown, seed.length + (elf.is64 ? 32 : 20), word, little, BigInt(count));
  } else {
    const at = table + section.index * entry;
    writeNumber(grown, at + (elf.is64 ? 24 : 16), word, little, BigInt(seed.length));
    writeNumber(grown, at + (elf.is64 ? 32 : 20), word, little, BigInt(size));
  }
  return grown;
};

const byForm =
  (read: (bytes: Uint8Array) => Form): Mutate =>
  (random, seed, others) => {
    // The form of the sound file: after a change or two most fields still stand where they stood.
    const form = formOf(origins.get(seed) ?? seed, read);
    const choice = form.tables.length === 0 ? 9 : random.below(10);
    const made =
      choice < 6 ? changeField(random, seed, form) : choice < 8 ? copyEntry(random, seed, form) : changeBytes(random, seed, others);
    origins.set(made, origins.get(seed) ?? seed);
    return made;
  };
/** The sound file that an input was made of. */
const origins = new WeakMap<Uint8Array, Uint8Array>();

/** Changes of an ELF file and of what abi-lint reads in it: symbols, relocations, modversions, DWARF, BTF. */
export const mutateElf: Mutate = several(byForm(elfForm), growSection);

/** A type section that ends with one of its types again and again. */
const growBtf: Mutate = (random, seed) => {
  const [length, typeAt, typeLength, stringAt] = [4, 8, 12, 16].map((at) => Number(readNumber(seed, at, 4, true))) as [
    number,
    number,
    number,
    number,
  ];
  const from = length + typeAt + 4 * random.below(typeLength / 4);
  const part = seed.subarray(from, from + random.pick([12, 16, 20, 24]));
  const times = Math.floor((1 + random.below(GROWN)) / part.length);
  const many = new Uint8Array(times * part.length);
  for (let i = 0; i < times; i++) many.set(part, i * part.length);
  const made = spliced(seed, length + typeAt + typeLength, 0, many);
  writeNumber(made, 12, 4, true, BigInt(typeLength + many.length));
  writeNumber(made, 16, 4, true, BigInt(stringAt + many.length));
  return made;
};

/** Changes of a raw BTF file. */
export const mutateBtf: Mutate = several(byForm(btfForm), growBtf);
