import { InputError } from "../../shared/input-error.ts";
import { MAX_SECTIONS } from "../../shared/limits.ts";
import { readBytes, stringTable, uint64, type ByteSource } from "../bytes.ts";

// Layouts and numbers: include/uapi/linux/elf.h, include/uapi/linux/elf-em.h.
const ET_REL = 1;
const SHN_XINDEX = 0xffff;
const SHN_LORESERVE = 0xff00;
export const SHT_SYMTAB = 2;
export const SHT_RELA = 4;
export const SHT_NOBITS = 8;
export const SHT_REL = 9;
const SHT_NULL = 0;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;

export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  /** File offset and size in bytes; a SHT_NOBITS section has a size but no bytes. */
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly entsize: number;
}

/** An ELF file of either class and either byte order. */
export interface Elf {
  readonly source: ByteSource;
  readonly is64: boolean;
  readonly little: boolean;
  readonly machine: number;
  readonly arch: string;
  readonly sections: readonly Section[];
  /** By name: the first of each. */
  readonly named: ReadonlyMap<string, Section>;
}

/** e_machine values and the names this project uses, which are the kernel's own (`uname -m`, arch/). */
const ARCHES: Readonly<Record<number, (is64: boolean, little: boolean) => string>> = {
  3: () => "i386",
  8: (is64) => (is64 ? "mips64" : "mips"),
  21: (_, little) => (little ? "ppc64le" : "ppc64"),
  20: () => "ppc",
  22: (is64) => (is64 ? "s390x" : "s390"),
  40: () => "arm",
  62: () => "x86_64",
  183: () => "arm64",
  243: (is64) => (is64 ? "riscv64" : "riscv32"),
  247: () => "bpf",
  258: () => "loongarch64",
};

const fail = (source: ByteSource, offset: number, message: string, section?: string): never => {
  throw new InputError({ file: source.name, offset, message, ...(section !== undefined && { section }) });
};

/** An unsigned 64-bit field as a number; a value no file can hold is refused where it stands. */
const u64 = (source: ByteSource, view: DataView, at: number, little: boolean, base: number, what: string, section?: number): number => {
  const value = uint64(view, at, little);
  if (value <= Number.MAX_SAFE_INTEGER) return value;
  const of = section === undefined ? "" : ` of section ${section}`;
  return fail(source, base + at, `${what}${of} is 0x${view.getBigUint64(at, little).toString(16)}, larger than any file`);
};

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Reads the header and the section headers of an ELF file.
 * @param accept relocatable objects only, as kernel modules are, or ELF files of any type, as vmlinux is.
 * @throws InputError naming file and offset for anything that is not one, is cut short, or lies about its bounds.
 */
export const parseElf = (source: ByteSource, accept: "relocatable" | "any" = "relocatable"): Elf => {
  if (source.size === 0) fail(source, 0, "the file is empty");
  const ident = readBytes(source, 0, Math.min(source.size, 64), "ELF header");
  if (ident.length < 4 || ident[0] !== 0x7f || ident[1] !== 0x45 || ident[2] !== 0x4c || ident[3] !== 0x46) {
    fail(source, 0, "not an ELF file (a kernel module, a BPF object, a manifest or a log of strace was expected)");
  }
  if (ident[4] !== 1 && ident[4] !== 2) fail(source, 4, `ELF class ${ident[4] ?? "missing"} is neither 32 nor 64 bit`);
  if (ident[5] !== 1 && ident[5] !== 2) fail(source, 5, `ELF byte order ${ident[5] ?? "missing"} is neither little nor big`);
  const is64 = ident[4] === 2;
  const little = ident[5] === 1;
  const header = readBytes(source, 0, is64 ? 64 : 52, "ELF header");
  const view = viewOf(header);
  const type = view.getUint16(16, little);
  const machine = view.getUint16(18, little);
  const arch = ARCHES[machine]?.(is64, little) ?? `machine-${machine}`;
  if (accept === "relocatable" && type !== ET_REL)
    fail(source, 16, `ELF type ${type} is not a relocatable object (kernel modules are ET_REL, 1)`);
  const tableOffset = is64 ? u64(source, view, 40, little, 0, "e_shoff") : view.getUint32(32, little);
  const entry = view.getUint16(is64 ? 58 : 46, little);
  const wanted = is64 ? 64 : 40;
  if (tableOffset === 0) fail(source, is64 ? 40 : 32, "no section headers");
  if (entry !== wanted) fail(source, is64 ? 58 : 46, `section headers of ${entry} bytes (${wanted} expected)`);
  let count = view.getUint16(is64 ? 60 : 48, little);
  let stringsIndex = view.getUint16(is64 ? 62 : 50, little);
  const first = viewOf(readBytes(source, tableOffset, wanted, "section header 0"));
  // Counts of 0xff00 and more do not fit the header: they stand in section 0 (ELF specification, e_shnum and e_shstrndx).
  if (count === 0) count = is64 ? u64(source, first, 32, little, tableOffset, "section count") : first.getUint32(20, little);
  if (stringsIndex === SHN_XINDEX) stringsIndex = first.getUint32(is64 ? 40 : 24, little);
  if (count === 0 || count > MAX_SECTIONS) fail(source, tableOffset, `${count} section headers (1 to ${MAX_SECTIONS} expected)`);
  const table = readBytes(source, tableOffset, count * wanted, "section header table");
  const headers = readHeaders(source, viewOf(table), is64, little, count, tableOffset);

  const strings = headers[stringsIndex];
  if (!strings || strings.type === SHT_NULL || strings.type === SHT_NOBITS)
    fail(source, is64 ? 62 : 50, `no section ${stringsIndex} to hold the section names`);
  const names = stringTable(readBytes(source, strings!.offset, strings!.size, "section name table"), () =>
    fail(source, strings!.offset, "section names that overlap"),
  );
  const sections = headers.map(({ nameOffset, index, type: kind, flags, offset, size, link, info, entsize }): Section => {
    const name = names(nameOffset);
    if (name === undefined)
      return fail(source, tableOffset + index * wanted, `the name of section ${index} lies outside the name table, or is none`);
    return { index, name, type: kind, flags, offset, size, link, info, entsize };
  });
  checkBounds(source, sections);
  const named = new Map<string, Section>();
  for (const section of sections) if (!named.has(section.name)) named.set(section.name, section);
  return { source, is64, little, machine, arch, sections, named };
};

type Header = Omit<Section, "name"> & { readonly nameOffset: number };

const readHeaders = (source: ByteSource, view: DataView, is64: boolean, little: boolean, count: number, base: number): Header[] => {
  const wanted = is64 ? 64 : 40;
  const headers: Header[] = [];
  for (let index = 0; index < count; index++) {
    const at = index * wanted;
    const word = (offset: number): number => view.getUint32(at + offset, little);
    const long = (offset: number, what: string): number => u64(source, view, at + offset, little, base, what, index);
    headers.push(
      is64
        ? {
            index,
            nameOffset: word(0),
            type: word(4),
            flags: word(little ? 8 : 12),
            offset: long(24, "sh_offset"),
            size: long(32, "sh_size"),
            link: word(40),
            info: word(44),
            entsize: long(56, "sh_entsize"),
          }
        : {
            index,
            nameOffset: word(0),
            type: word(4),
            flags: word(8),
            offset: word(16),
            size: word(20),
            link: word(24),
            info: word(28),
            entsize: word(36),
          },
    );
  }
  return headers;
};

/** Each section lies in the file, and no two share bytes: what the loader may skip, a reader of evidence must not. */
const checkBounds = (source: ByteSource, sections: readonly Section[]): void => {
  const solid = sections.filter((each) => each.type !== SHT_NULL && each.type !== SHT_NOBITS && each.size > 0);
  for (const each of solid) {
    if (each.offset + each.size > source.size) {
      fail(source, each.offset, `section of ${each.size} bytes ends past the end of the file (${source.size} bytes)`, each.name);
    }
  }
  solid.sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < solid.length; i++) {
    const [before, after] = [solid[i - 1]!, solid[i]!];
    if (before.offset + before.size > after.offset) fail(source, after.offset, `section overlaps ${before.name}`, after.name);
  }
};

/** The first section of a name, as the kernel's loader finds it (kernel/module/main.c find_sec). */
export const sectionNamed = (elf: Elf, name: string): Section | undefined => elf.named.get(name);

/** The bytes of a section as they stand in the file; none for SHT_NOBITS. */
export const sectionBytes = (elf: Elf, section: Section): Uint8Array =>
  section.type === SHT_NOBITS ? new Uint8Array(0) : readBytes(elf.source, section.offset, section.size, `section ${section.name}`);

/** An InputError at an offset within a section. */
export const sectionError = (elf: Elf, section: Section, offset: number, message: string): InputError =>
  new InputError({ file: elf.source.name, offset: section.offset + offset, section: section.name, message });

export const isRealIndex = (index: number): boolean => index > 0 && index < SHN_LORESERVE;
