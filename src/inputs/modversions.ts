import { stringAt } from "./bytes.ts";
import { MAX_MODULE_SYMBOLS } from "../shared/limits.ts";
import { sectionBytes, sectionError, sectionNamed, type Elf, type Section } from "./elf/elf.ts";

/** The CRC with which a module was built against one symbol. */
export interface SymbolVersion {
  readonly name: string;
  /** 32-bit CRC of the symbol's type (genksyms or gendwarfksyms). */
  readonly crc: number;
}

export interface Modversions {
  /** `extended` as soon as the 6.14 sections are there: the kernel then uses them alone (kernel/module/version.c). */
  readonly form: "basic" | "extended" | "none";
  readonly versions: readonly SymbolVersion[];
}

/** sizeof(struct modversion_info): an unsigned long and a name padded to this (include/linux/module.h). */
const RECORD = 64;

const few = (elf: Elf, section: Section, count: number): void => {
  if (count > MAX_MODULE_SYMBOLS) throw sectionError(elf, section, 0, `${count} versions (at most ${MAX_MODULE_SYMBOLS})`);
};

const parseBasic = (elf: Elf): readonly SymbolVersion[] | undefined => {
  const section = sectionNamed(elf, "__versions");
  if (!section) return undefined;
  if (section.size % RECORD !== 0)
    throw sectionError(elf, section, 0, `${section.size} bytes are no whole number of ${RECORD}-byte records`);
  few(elf, section, section.size / RECORD);
  const bytes = sectionBytes(elf, section);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = elf.is64 ? 8 : 4;
  const versions: SymbolVersion[] = [];
  for (let at = 0; at < bytes.length; at += RECORD) {
    // The CRC is 32 bits wide in a field of the machine's long: big-endian machines have it in the upper half's end.
    const crc = view.getUint32(at + (elf.little ? 0 : long - 4), elf.little);
    const name = stringAt(bytes.subarray(at + long, at + RECORD), 0);
    if (name === undefined) throw sectionError(elf, section, at + long, "a name that is not terminated");
    versions.push({ name, crc });
  }
  return versions;
};

const parseExtended = (elf: Elf): readonly SymbolVersion[] | undefined => {
  const crcs = sectionNamed(elf, "__version_ext_crcs");
  const names = sectionNamed(elf, "__version_ext_names");
  if (!crcs && !names) return undefined;
  if (!crcs || !names)
    throw sectionError(elf, (crcs ?? names)!, 0, `stands without ${crcs ? "__version_ext_names" : "__version_ext_crcs"}`);
  if (crcs.size % 4 !== 0) throw sectionError(elf, crcs, 0, `${crcs.size} bytes are no whole number of 4-byte CRCs`);
  few(elf, crcs, crcs.size / 4);
  const bytes = sectionBytes(elf, crcs);
  const table = sectionBytes(elf, names);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const versions: SymbolVersion[] = [];
  let next = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    const name = stringAt(table, next);
    if (name === undefined) throw sectionError(elf, names, next, `fewer names than the ${crcs.size / 4} CRCs`);
    versions.push({ name, crc: view.getUint32(at, elf.little) });
    next = table.indexOf(0, next) + 1;
  }
  return versions;
};

/** The symbol versions of a module: `__versions`, or the extended form of 6.14 and later where it is present. */
export const parseModversions = (elf: Elf): Modversions => {
  const extended = parseExtended(elf);
  if (extended) return { form: "extended", versions: extended };
  const basic = parseBasic(elf);
  return basic ? { form: "basic", versions: basic } : { form: "none", versions: [] };
};
