import { InputError } from "../shared/input-error.ts";

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

/** The NUL-terminated string at `offset` of a string table; undefined where the offset or the terminator is missing. */
export const stringAt = (table: Uint8Array, offset: number): string | undefined => {
  if (offset >= table.length) return undefined;
  const end = table.indexOf(0, offset);
  return end < 0 ? undefined : decodeText(table.subarray(offset, end));
};
