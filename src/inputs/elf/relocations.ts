import { MAX_RELOCATIONS } from "../../shared/limits.ts";
import { uint64 } from "../bytes.ts";
import { sectionBytes, sectionError, SHT_REL, SHT_RELA, type Elf, type Section } from "./elf.ts";

/** The relocations of one section: where the linker fills in what, four columns of equal length in the file's order. */
export interface Relocations {
  /** The section that is filled in. */
  readonly target: Section;
  readonly count: number;
  /** Bytes from the start of the target section. */
  readonly offsets: Float64Array;
  /** Index into the symbol table. */
  readonly symbols: Uint32Array;
  readonly types: Uint32Array;
  /** Zero for SHT_REL, whose addend stands in the target's own bytes. */
  readonly addends: Float64Array;
}

/** Reads one SHT_RELA or SHT_REL section (layout: include/uapi/linux/elf.h Elf64_Rela, Elf32_Rela, Elf32_Rel). */
const readTable = (elf: Elf, table: Section, target: Section): Relocations => {
  const { is64, little } = elf;
  const withAddend = table.type === SHT_RELA;
  const entry = (is64 ? 16 : 8) + (withAddend ? (is64 ? 8 : 4) : 0);
  if (table.size % entry !== 0) throw sectionError(elf, table, 0, `${table.size} bytes are no whole number of ${entry}-byte relocations`);
  const bytes = sectionBytes(elf, table);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = table.size / entry;
  if (count > MAX_RELOCATIONS) throw sectionError(elf, table, 0, `${count} relocations (at most ${MAX_RELOCATIONS})`);
  // A little-endian mips64 keeps the symbol first all the same (arch/mips/include/asm/elf.h Elf64_Mips_Rela).
  const symbolFirst = !little || elf.arch === "mips64";
  const [offsets, symbols, types, addends] = [
    new Float64Array(count),
    new Uint32Array(count),
    new Uint32Array(count),
    new Float64Array(count),
  ];
  for (let i = 0; i < count; i++) {
    const at = i * entry;
    if (is64) {
      offsets[i] = uint64(view, at, little);
      // r_info holds the symbol in its upper and the type in its lower half, in the file's byte order.
      types[i] = view.getUint32(at + (symbolFirst ? 12 : 8), little);
      symbols[i] = view.getUint32(at + (symbolFirst ? 8 : 12), little);
      if (withAddend)
        addends[i] = view.getInt32(at + (little ? 20 : 16), little) * 0x1_0000_0000 + view.getUint32(at + (little ? 16 : 20), little);
    } else {
      const info = view.getUint32(at + 4, little);
      offsets[i] = view.getUint32(at, little);
      types[i] = info & 0xff;
      symbols[i] = info >>> 8;
      if (withAddend) addends[i] = view.getInt32(at + 8, little);
    }
    if (offsets[i]! >= target.size)
      throw sectionError(elf, table, at, `relocates byte ${offsets[i]} of ${target.name}, which has ${target.size}`);
  }
  return { target, count, offsets, symbols, types, addends };
};

/** The relocation tables of an object, each read when it is asked for. */
export const relocationTables = (elf: Elf): readonly { readonly target: Section; read(): Relocations }[] =>
  elf.sections.flatMap((table) => {
    if ((table.type !== SHT_RELA && table.type !== SHT_REL) || table.size === 0) return [];
    const target = elf.sections[table.info];
    if (!target || table.info === 0) throw sectionError(elf, table, 0, `relocates section ${table.info}, which does not exist`);
    return [{ target, read: () => readTable(elf, table, target) }];
  });
