import type { ByteSource } from "../../inputs/bytes.ts";

/** The bytes of a file in blocks, each read when something in it is first asked for. Who asks has checked the bounds. */
export interface Pages {
  readonly size: number;
  byte(at: number): number;
  /** Little-endian. */
  u32(at: number): number;
  text(start: number, end: number): string;
  bytes(start: number, end: number): Buffer;
  /** Less than 0 where the bytes stand before the wanted ones in order, 0 where they are these. */
  compare(start: number, end: number, wanted: Uint8Array): number;
}

// A look-up touches a few hundred bytes here and there: a block as large as the machine's own pages wastes least.
const SHIFT = 12;
const SIZE = 1 << SHIFT;
const MASK = SIZE - 1;

export const pagesOf = (source: ByteSource): Pages => {
  const { size } = source;
  const pages: (Buffer | undefined)[] = Array.from({ length: Math.ceil(size / SIZE) });
  const page = (index: number): Buffer => {
    const known = pages[index];
    if (known) return known;
    const start = index * SIZE;
    const bytes = source.read(start, Math.min(SIZE, size - start));
    return (pages[index] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  };
  const joined = (start: number, end: number): Buffer => {
    const bytes = Buffer.alloc(end - start);
    for (let at = start; at < end; at = (at | MASK) + 1) page(at >>> SHIFT).copy(bytes, at - start, at & MASK);
    return bytes;
  };
  const bytes = (start: number, end: number): Buffer => {
    const first = start >>> SHIFT;
    if (end > (first + 1) * SIZE || start === end) return joined(start, end);
    return page(first).subarray(start & MASK, (start & MASK) + end - start);
  };
  const byte = (at: number): number => page(at >>> SHIFT)[at & MASK]!;
  return {
    size,
    byte,
    u32: (at) => {
      const rest = at & MASK;
      if (rest > SIZE - 4) return (byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24)) >>> 0;
      const bytes = page(at >>> SHIFT);
      return (bytes[rest]! | (bytes[rest + 1]! << 8) | (bytes[rest + 2]! << 16) | (bytes[rest + 3]! << 24)) >>> 0;
    },
    bytes,
    text: (start, end) => {
      const first = start >>> SHIFT;
      if (end <= (first + 1) * SIZE) return page(first).toString("utf8", start & MASK, (start & MASK) + end - start);
      return joined(start, end).toString("utf8");
    },
    compare: (start, end, wanted) => {
      const first = start >>> SHIFT;
      if (end <= (first + 1) * SIZE) return page(first).compare(wanted, 0, wanted.length, start & MASK, (start & MASK) + end - start);
      return joined(start, end).compare(wanted);
    },
  };
};
