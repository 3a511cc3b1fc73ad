import { InputError } from "../../shared/input-error.ts";
import { readBytes, type ByteSource } from "../bytes.ts";
import { parseBtf, type Btf } from "./btf.ts";
import { parseElf, sectionBytes, sectionNamed, type Elf } from "../elf/elf.ts";

// Where the BTF of a kernel or a module stands in a file.

/** BTF before it is parsed. */
interface BtfBytes {
  readonly bytes: Uint8Array;
  /** Where `bytes` begins in the file. */
  readonly offset: number;
}

interface FoundBtf extends BtfBytes {
  /**
   * The part of its base that a module built outside the kernel's tree carries along (.BTF.base), so that it fits any build of that kernel:
   * names and sizes of the types that it uses of vmlinux. Its BTF is split from this, and not from vmlinux.
   */
  readonly base?: BtfBytes;
}

/** 0xeb9f in either byte order: parseBtf says what is wrong with the other. */
const isRaw = (head: Uint8Array): boolean => (head[0] === 0x9f && head[1] === 0xeb) || (head[0] === 0xeb && head[1] === 0x9f);

const isElf = (head: Uint8Array): boolean => Buffer.from(head).toString("latin1") === "\x7fELF";

/** A packed kernel (Documentation/arch/x86/boot.rst: "HdrS" at 0x202; "MZ" begins those of other architectures). */
const isPackedKernel = (source: ByteSource, head: Uint8Array): boolean =>
  (source.size > 0x206 && Buffer.from(readBytes(source, 0x202, 4, "boot header")).toString("latin1") === "HdrS") ||
  (head[0] === 0x4d && head[1] === 0x5a);

const findBtf = (source: ByteSource): FoundBtf => {
  const head = readBytes(source, 0, Math.min(source.size, 4), "magic");
  if (isRaw(head)) return { bytes: readBytes(source, 0, source.size, "BTF"), offset: 0 };
  if (isPackedKernel(source, head)) {
    throw new InputError({
      file: source.name,
      offset: 0,
      message: "a packed kernel: its BTF cannot be read in place",
      hint: "scripts/extract-vmlinux of the kernel's sources unpacks it",
    });
  }
  if (!isElf(head))
    throw new InputError({ file: source.name, offset: 0, message: "neither raw BTF nor an ELF file (a vmlinux or a module)" });
  const elf = parseElf(source, "any");
  const found = bytesOf(elf, ".BTF");
  const base = bytesOf(elf, ".BTF.base");
  if (!found) {
    throw new InputError({
      file: source.name,
      message: "no .BTF section (CONFIG_DEBUG_INFO_BTF and CONFIG_DEBUG_INFO_BTF_MODULES make one)",
    });
  }
  return { ...found, ...(base && { base }) };
};

const bytesOf = (elf: Elf, name: string): BtfBytes | undefined => {
  const section = sectionNamed(elf, name);
  return section && section.size > 0 ? { bytes: sectionBytes(elf, section), offset: section.offset } : undefined;
};

/**
 * Reads the BTF of a raw file (/sys/kernel/btf/vmlinux), of a vmlinux of any ELF type, or of a module.
 * @param file what to call it in errors and evidence.
 * @param vmlinux the kernel's, for a module that does not carry its base along.
 * @throws InputError for a file that is none of them, has no BTF, or has BTF that cannot be read.
 */
export const openBtf = (source: ByteSource, file: string, vmlinux?: Btf): Btf => {
  const { bytes, offset, base } = findBtf(source);
  return parseBtf(bytes, file, offset, base ? parseBtf(base.bytes, `${file} (.BTF.base)`, base.offset) : vmlinux);
};
