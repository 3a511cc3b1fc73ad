import { InputError } from "../../shared/input-error.ts";
import type { ByteSource } from "../bytes.ts";

// BPF objects inside other files: skeletons in the read-only data of a program or a library, objects that Go and Rust programs embed.

const HEADER = 64;
const SECTION_HEADER = 64;
const ET_REL = 1;
const EM_BPF = 247;
const SHT_NULL = 0;
const SHT_NOBITS = 8;
const CHUNK = 1 << 20;
/** ELF of 64 bits. */
const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2]);

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** What may still be read of section headers: a file that names the same ones again and again is refused, not read for ever. */
interface Budget {
  bytes: number;
}

/** Bytes of the object that begins at an offset, by its section headers; undefined where none does, or not all of it is there. */
const sizeAt = (source: ByteSource, at: number, header: DataView, budget: Budget): number | undefined => {
  const order = header.getUint8(5);
  const little = order === 1;
  if ((order !== 1 && order !== 2) || header.getUint16(16, little) !== ET_REL || header.getUint16(18, little) !== EM_BPF) return undefined;
  const table = Number(header.getBigUint64(40, little));
  const count = header.getUint16(60, little);
  if (header.getUint16(58, little) !== SECTION_HEADER || count === 0) return undefined;
  let end = table + count * SECTION_HEADER;
  if (at + end > source.size) return undefined;
  budget.bytes -= count * SECTION_HEADER;
  if (budget.bytes < 0)
    throw new InputError({ file: source.name, offset: at, message: "more headers of BPF objects than the file can hold" });
  const headers = viewOf(source.read(at + table, count * SECTION_HEADER));
  for (let index = 0; index < count; index++) {
    const type = headers.getUint32(index * SECTION_HEADER + 4, little);
    if (type === SHT_NULL || type === SHT_NOBITS) continue;
    const field = (offset: number): number => Number(headers.getBigUint64(index * SECTION_HEADER + offset, little));
    end = Math.max(end, field(24) + field(32));
  }
  return at + end <= source.size ? end : undefined;
};

/**
 * Finds the whole BPF objects (relocatable ELF of machine 247, either byte order) in a file of any kind; a file that is one holds itself.
 * An object ends with its section headers or its last section, whichever is later. What lies within an object found is not searched.
 * @returns each with its offset, in order; its own source is named as the file is.
 * @throws InputError for a file made to be read without end.
 */
export const carve = (source: ByteSource): readonly { readonly offset: number; readonly source: ByteSource }[] => {
  const found: { readonly offset: number; readonly source: ByteSource }[] = [];
  const budget: Budget = { bytes: source.size };
  for (let start = 0; start + HEADER <= source.size;) {
    const length = Math.min(CHUNK, source.size - start);
    const bytes = source.read(start, length);
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // A header over the edge of a chunk is found in the next, which begins before it.
    let next = start + length - HEADER + 1;
    for (let at = chunk.indexOf(MAGIC); at >= 0 && at + HEADER <= length; at = chunk.indexOf(MAGIC, at)) {
      const offset = start + at;
      const size = sizeAt(source, offset, viewOf(bytes.subarray(at, at + HEADER)), budget);
      if (size === undefined) {
        at++;
        continue;
      }
      found.push({ offset, source: { name: source.name, size, read: (from, count) => source.read(offset + from, count) } });
      at += size;
      next = Math.max(next, offset + size);
    }
    start = next;
  }
  return found;
};
