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

const strict = new TextDecoder("utf-8", { fatal: true });

/** Bytes as text: UTF-8 where it is valid, else byte by byte (Latin-1), so that no two names become one. */
export const decodeText = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("latin1");
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return text;
  }
};

/** The NUL-terminated string at `offset` of a string table; undefined where the offset or the terminator is missing, and for one longer than any name. */
export const stringAt = (table: Uint8Array, offset: number): string | undefined => {
  if (offset >= table.length) return undefined;
  const length = table.subarray(offset, offset + MAX_NAME + 1).indexOf(0);
  return length < 0 ? undefined : decodeText(table.subarray(offset, offset + length));
};

/**
 * The strings of a table by their offsets, each read once.
 * @param overlap what to do where they are so much in each other that reading them would never end: sound ones share an end at most.
 */
export const stringTable = (table: Uint8Array, overlap: () => never): ((offset: number) => string | undefined) => {
  const known = new Map<number, string>();
  let left = 4 * table.length + MAX_NAME;
  return (offset) => {
    const before = known.get(offset);
    if (before !== undefined) return before;
    const text = stringAt(table, offset);
    if (text === undefined) return undefined;
    if ((left -= text.length) < 0) overlap();
    known.set(offset, text);
    return text;
  };
};
