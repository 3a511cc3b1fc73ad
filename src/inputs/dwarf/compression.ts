import { inflateSync } from "node:zlib";
import { MAX_SECTION_RATIO, MAX_UNPACKED, MIN_SECTION_UNPACKED } from "../../shared/limits.ts";
import { sectionBytes, sectionError, type Elf, type Section } from "../elf/elf.ts";
import { unzstd } from "../zstd.ts";

// include/uapi/linux/elf.h has no Elf64_Chdr; the layout is the ELF specification's (gABI, "Section Compression").
const SHF_COMPRESSED = 0x800;
const ELFCOMPRESS_ZLIB = 1;
const ELFCOMPRESS_ZSTD = 2;

/** What a few bytes may grow to. */
const limitOf = (compressed: number): number => Math.min(MAX_UNPACKED, MIN_SECTION_UNPACKED + MAX_SECTION_RATIO * compressed);

const inflate = (elf: Elf, section: Section, packed: Uint8Array, size: number, type: number): Uint8Array => {
  if (size > limitOf(packed.length)) throw sectionError(elf, section, 0, `${packed.length} bytes claim to unpack to ${size}`);
  let bytes: Uint8Array;
  try {
    const limit = Math.max(size, 1);
    bytes = type === ELFCOMPRESS_ZSTD ? unzstd(packed, limit) : inflateSync(packed, { maxOutputLength: limit });
  } catch (error) {
    throw sectionError(elf, section, 0, `cannot be decompressed: ${(error as Error).message}`);
  }
  if (bytes.length !== size) throw sectionError(elf, section, 0, `unpacks to ${bytes.length} bytes (${size} announced)`);
  return bytes;
};

/** The old form (`.zdebug_*`): "ZLIB", the unpacked size as eight bytes big-endian, a zlib stream (binutils bfd/compress.c). */
const unpackOld = (elf: Elf, section: Section, bytes: Uint8Array): Uint8Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || view.getUint32(0) !== 0x5a4c4942) throw sectionError(elf, section, 0, "does not start with ZLIB");
  return inflate(elf, section, bytes.subarray(12), view.getUint32(4) * 2 ** 32 + view.getUint32(8), ELFCOMPRESS_ZLIB);
};

/**
 * The bytes of a debug section, unpacked where it is compressed.
 * @throws InputError for a compression that is unknown, broken, or promises more than debug information ever shrinks.
 */
export const unpackedBytes = (elf: Elf, section: Section): Uint8Array => {
  const bytes = sectionBytes(elf, section);
  if ((section.flags & SHF_COMPRESSED) === 0) return section.name.startsWith(".zdebug") ? unpackOld(elf, section, bytes) : bytes;
  const header = elf.is64 ? 24 : 12;
  if (bytes.length < header) throw sectionError(elf, section, 0, `${bytes.length} bytes hold no compression header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = view.getUint32(0, elf.little);
  if (type !== ELFCOMPRESS_ZLIB && type !== ELFCOMPRESS_ZSTD)
    throw sectionError(elf, section, 0, `compression ${type} (1, zlib, or 2, zstd)`);
  const size = elf.is64 ? Number(view.getBigUint64(8, elf.little)) : view.getUint32(4, elf.little);
  return inflate(elf, section, bytes.subarray(header), size, type);
};
