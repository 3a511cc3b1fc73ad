import { MAX_KEPT, MAX_NAME } from "../../shared/limits.ts";
import { sectionError, SHT_NOBITS, SHT_REL, SHT_RELA, type Elf, type Section } from "../elf/elf.ts";
import type { SymbolTable } from "../elf/symbols.ts";
import { unpackedBytes } from "./compression.ts";
import { offsetIn, symbolPlaces, type Place } from "./places.ts";
import { openFixups, type Fixups } from "./relocate.ts";

/** A debug section in memory: unpacked, and with the means to fill in what the linker would. */
export interface Data {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly size: number;
  readonly little: boolean;
  /** How many entries of lists were read from here: sound lists do not overlap, so there are no more than bytes. */
  entries: number;
  /** Strings by their offsets, each read once; and how many characters of further ones may be read: sound strings are not in each other. */
  readonly strings: Map<number, string>;
  stringsLeft: number;
  /** Opened with the first field that is asked for; undefined where nothing is relocated. */
  fixups(): Fixups | undefined;
  /** @throws InputError, always: at the byte of the file, or at the section where its bytes are compressed. */
  fail(at: number, message: string): never;
}

/** The debug sections of an object, each opened when it is asked for. */
export interface DebugSections {
  /** By name without its dot and prefix: `info` is `.debug_info`, or `.zdebug_info`. */
  get(name: string): Data | undefined;
  /** Every section of that name: type units stand in sections of their own. */
  all(name: string): readonly Data[];
  /** @throws InputError at the place that refers to the section where it does not exist. */
  need(name: string, from: Data, at: number): Data;
  /**
   * Counts what is kept in memory.
   * @throws InputError at the place that asks for more than any module needs.
   */
  keep(count: number, from: Data, at: number): void;
  /** Where a symbol of the object stands. */
  readonly symbolPlace: (index: number) => Place;
}

const openData = (elf: Elf, section: Section, table: Section | undefined, symbolPlace: (index: number) => Place): Data => {
  const bytes = unpackedBytes(elf, section);
  const packed = bytes.length !== section.size;
  let fixups: Fixups | undefined;
  return {
    name: section.name,
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    size: bytes.length,
    little: elf.little,
    entries: 0,
    strings: new Map(),
    stringsLeft: 4 * bytes.length + MAX_NAME,
    fixups: () => (fixups ??= table && openFixups(elf, table, bytes.length, symbolPlace)),
    fail: (at, message) => {
      throw sectionError(elf, section, packed ? 0 : at, packed ? `${message} (at byte ${at} once unpacked)` : message);
    },
  };
};

const debugSections = (elf: Elf): ReadonlyMap<string, Section[]> => {
  const found = new Map<string, Section[]>();
  for (const section of elf.sections) {
    const name = /^\.z?debug_(.*)$/.exec(section.name)?.[1];
    if (name === undefined || section.type === SHT_NOBITS || section.size === 0) continue;
    const same = found.get(name);
    if (same) same.push(section);
    else found.set(name, [section]);
  }
  return found;
};

export const openSections = (elf: Elf, symbols: SymbolTable): DebugSections => {
  const found = debugSections(elf);
  const symbolPlace = symbolPlaces(elf, symbols);
  const tables = new Map<number, Section>();
  for (const each of elf.sections)
    if ((each.type === SHT_RELA || each.type === SHT_REL) && each.size > 0 && !tables.has(each.info)) tables.set(each.info, each);
  const open = new Map<Section, Data>();
  const opened = (section: Section): Data => {
    const known = open.get(section);
    if (known) return known;
    const data = openData(elf, section, tables.get(section.index), symbolPlace);
    open.set(section, data);
    return data;
  };
  const get = (name: string): Data | undefined => {
    const section = found.get(name)?.[0];
    return section && opened(section);
  };
  let kept = 0;
  return {
    get,
    all: (name) => (found.get(name) ?? []).map(opened),
    need: (name, from, at) => get(name) ?? from.fail(at, `refers to .debug_${name}, which does not exist`),
    keep: (count, from, at) => {
      kept += count;
      if (kept > MAX_KEPT) from.fail(at, `more than ${MAX_KEPT} names, functions, ranges and lines`);
    },
    symbolPlace,
  };
};

/** An unsigned number of 1 to 8 bytes as it stands in the file; beyond 2^53 the nearest number. */
const unsigned = (data: Data, at: number, size: number): number => {
  if (!(at >= 0 && at + size <= data.size)) data.fail(Math.min(at, data.size), `${size} bytes wanted at ${at} of ${data.size}`);
  const { view, little } = data;
  if (size === 1) return data.bytes[at]!;
  if (size === 2) return view.getUint16(at, little);
  if (size === 4) return view.getUint32(at, little);
  if (size === 8) return view.getUint32(at + (little ? 4 : 0), little) * 2 ** 32 + view.getUint32(at + (little ? 0 : 4), little);
  if (size === 3)
    return little ? view.getUint16(at, true) + data.bytes[at + 2]! * 65_536 : data.bytes[at]! * 65_536 + view.getUint16(at + 1);
  return data.fail(at, `a number of ${size} bytes`);
};

/** A field as the linker would fill it in: a place where it is the address of a symbol, else the number. */
export const field = (data: Data, at: number, size: number): Place => {
  const inPlace = unsigned(data, at, size);
  const fixups = data.fixups();
  return fixups ? fixups.apply(at, inPlace) : inPlace;
};

/** A field that counts bytes from the start of another debug section. */
export const offsetField = (data: Data, at: number, size: number): number => offsetIn(field(data, at, size));
