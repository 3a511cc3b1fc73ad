import { InputError } from "../shared/input-error.ts";
import { MAX_NAME, MAX_UNPACKED } from "../shared/limits.ts";

/** A binary input that is read where it is needed, not whole: a file opened once, or bytes in memory. */
export interface ByteSource {
  /** What to call it in messages: the path as the user gave it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`. Callers check the bounds first with `readBytes`. */
  read(offset: number, length: number): Uint8Array;
}

/** A source over bytes in memory. */
export const bytesSource = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});

/** Reads `length` bytes at `offset`, or says what lies outside the file. */
export const readBytes = (source: ByteSource, offset: number, length: number, what: string): Uint8Array => {
  if (offset < 0 || length < 0 || offset + length > source.size) {
    const message = `${what} ends at byte ${offset + length}, past the end of the file (${source.size} bytes)`;
    throw new InputError({ file: source.name, offset, message });
  }
  if (length > MAX_UNPACKED)
    throw new InputError({ file: source.name, offset, message: `${what} has ${length} bytes (at most ${MAX_UNPACKED} are read at once)` });
  return source.read(offset, length);
};

/** An unsigned 64-bit field as the nearest number. */
export const uint64 = (view: DataView, at: number, little: boolean): number =>
  view.getUint32(little ? at + 4 : at, little) * 0x1_0000_0000 + view.getUint32(little ? at : at + 4, little);

const strict = new TextDecoder("utf-8", { fatal: true });

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");

/** Bytes as text: UTF-8 where it is valid, else byte by byte (Latin-1), so that no two names become one. */
export const decodeText = (bytes: Uint8Array): string => {
  const text = latin1(bytes, 0, bytes.length);
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return text;
  }
};

/** Names that were read, by a hash of their bytes: the modules of a distribution have the same few thousand, and each is made a text once. */
const names: (string | undefined)[] = [];
const NAMES = 1 << 16;
/** Longer ones are few, and would be kept for nothing. */
const MAX_KEPT = 128;
/** A single module has fewer than it takes for this to pay. */
const FEW = 8192;
let asked = 0;

const isText = (text: string, bytes: Uint8Array, start: number): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
};

/** The NUL-terminated string at `offset` of a string table; undefined where the offset or the terminator is missing, and for one longer than any name. */
export const stringAt = (table: Uint8Array, offset: number): string | undefined => {
  if (asked < FEW) {
    asked++;
    if (offset >= table.length) return undefined;
    const length = table.subarray(offset, offset + MAX_NAME + 1).indexOf(0);
    return length < 0 ? undefined : decodeText(table.subarray(offset, offset + length));
  }
  const most = Math.min(table.length, offset + MAX_NAME + 1);
  let hash = 0;
  let seen = 0;
  for (let at = offset; at < most; at++) {
    const byte = table[at]!;
    if (byte === 0) {
      if (seen > 0x7f || at - offset > MAX_KEPT) return decodeText(table.subarray(offset, at));
      const slot = (hash ^ (hash >>> 15)) & (NAMES - 1);
      const known = names[slot];
      if (known !== undefined && known.length === at - offset && isText(known, table, offset)) return known;
      return (names[slot] = latin1(table, offset, at));
    }
    seen |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return undefined;
};

/**
 * The strings of a table by their offsets.
 * @param overlap what to do where they are so much in each other that reading them would never end: sound ones share an end at most.
 */
export const stringTable = (table: Uint8Array, overlap: () => never): ((offset: number) => string | undefined) => {
  const budget = 4 * table.length + MAX_NAME;
  let left = budget;
  // Most tables are read a few times over; only beyond that it is kept which of the strings were.
  let known: Map<number, string> | undefined;
  return (offset) => {
    const before = known?.get(offset);
    if (before !== undefined) return before;
    const text = stringAt(table, offset);
    if (text === undefined) return undefined;
    left -= text.length;
    if (left < 0) {
      if (known) overlap();
      known = new Map();
      left = budget - text.length;
    }
    known?.set(offset, text);
    return text;
  };
};
