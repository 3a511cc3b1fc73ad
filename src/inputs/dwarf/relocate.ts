import { sectionBytes, sectionError, SHT_RELA, type Elf, type Section } from "../elf/elf.ts";
import type { Place } from "./places.ts";
import { effectsOf, type Effect } from "./relocation-types.ts";

/** What the linker would fill in to one debug section, found by offset. */
export interface Fixups {
  /** The field at `at`, given what stands there in the file. */
  apply(at: number, inPlace: number): Place;
  /** Whether a LEB128 can be filled in too (riscv, loongarch: the linker moves code). */
  readonly leb: boolean;
}

/** Offsets of all relocations, and their positions in the table sorted by offset where the table is not. */
interface Index {
  readonly offsets: Uint32Array;
  readonly order: Uint32Array | undefined;
}

const indexOf = (elf: Elf, table: Section, view: DataView, entry: number, size: number): Index => {
  const count = view.byteLength / entry;
  const offsets = new Uint32Array(count);
  const low = elf.is64 && !elf.little ? 4 : 0;
  let sorted = true;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const offset = view.getUint32(i * entry + low, elf.little);
    if (offset >= size || (elf.is64 && view.getUint32(i * entry + 4 - low, elf.little) !== 0))
      throw sectionError(elf, table, i * entry, `relocates a byte past the ${size} of the section`);
    if (offset < before) sorted = false;
    offsets[i] = before = offset;
  }
  if (sorted) return { offsets, order: undefined };
  const order = Uint32Array.from(offsets, (_, i) => i).sort((a, b) => offsets[a]! - offsets[b]! || a - b);
  return { offsets: offsets.map((_, i) => offsets[order[i]!]!), order };
};

/** Position of the first relocation at or after `at`. */
const firstAt = (offsets: Uint32Array, at: number): number => {
  let [low, high] = [0, offsets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * Opens the relocations of a debug section (layout: include/uapi/linux/elf.h Elf64_Rela, Elf32_Rela, Elf32_Rel).
 * @param size Bytes of the section, unpacked: relocations count from there.
 * @throws InputError, also later from `apply`, for a machine, a type or an offset that makes no sense.
 */
export const openFixups = (elf: Elf, table: Section, size: number, placeOfSymbol: (index: number) => Place): Fixups => {
  const withAddend = table.type === SHT_RELA;
  const entry = (elf.is64 ? 16 : 8) + (withAddend ? (elf.is64 ? 8 : 4) : 0);
  if (table.size % entry !== 0) throw sectionError(elf, table, 0, `${table.size} bytes are no whole number of ${entry}-byte relocations`);
  const effects = effectsOf(elf);
  if (!effects) throw sectionError(elf, table, 0, `the relocations of ${elf.arch} are not known here`);
  const bytes = sectionBytes(elf, table);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { little, is64 } = elf;
  const { offsets, order } = indexOf(elf, table, view, entry, size);
  const addendAt = (at: number): number => {
    if (!withAddend) return 0;
    return is64
      ? view.getInt32(at + (little ? 20 : 16), little) * 2 ** 32 + view.getUint32(at + (little ? 16 : 20), little)
      : view.getInt32(at + 8, little);
  };
  const one = (position: number, value: number): Place => {
    const at = (order ? order[position]! : position) * entry;
    const { symbol, type } = is64
      ? effects.info64(view, at + 8)
      : { symbol: view.getUint32(at + 4, little) >>> 8, type: view.getUint8(at + (little ? 4 : 7)) };
    const effect: Effect | undefined = effects.of(type);
    if (effect === undefined)
      throw sectionError(elf, table, at, `relocation type ${type} of ${elf.arch} has no meaning in debug information`);
    if (effect === "none") return value;
    const place = placeOfSymbol(symbol) + addendAt(at);
    if (effect === "set") return withAddend ? place : place + value;
    return effect === "add" ? value + place : value - place;
  };
  return {
    leb: effects.leb,
    apply: (at, inPlace) => {
      let value = inPlace;
      for (let i = firstAt(offsets, at); i < offsets.length && offsets[i] === at; i++) value = one(i, value);
      return value;
    },
  };
};
