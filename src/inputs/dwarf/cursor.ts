import type { Data } from "./sections.ts";

/** A place in a debug section that moves on as it is read, and never past `end`. */
export interface Cursor {
  readonly data: Data;
  at: number;
  /** At most `data.size`. */
  readonly end: number;
}

/** Longer than any compiler writes a number (10 bytes hold 64 bits; some pad). */
const MAX_LEB = 16;

/**
 * A cursor over [at, end) of a section.
 * @throws InputError where that is no part of it.
 */
export const cursorAt = (data: Data, at: number, end = data.size): Cursor => {
  if (!(at >= 0 && at <= end && end <= data.size)) data.fail(Math.min(at, data.size), `bytes ${at} to ${end} of ${data.size}`);
  return { data, at, end };
};

/** Moves on by `length` bytes and gives the place where they start. */
export const skip = (cursor: Cursor, length: number): number => {
  const at = cursor.at;
  if (!(length >= 0 && length <= cursor.end - at)) cursor.data.fail(at, `${length} bytes wanted, ${cursor.end - at} left`);
  cursor.at = at + length;
  return at;
};

export const u8 = (cursor: Cursor): number => {
  const at = cursor.at;
  if (at >= cursor.end) cursor.data.fail(at, "1 byte wanted, none left");
  cursor.at = at + 1;
  return cursor.data.bytes[at]!;
};

export const s8 = (cursor: Cursor): number => (u8(cursor) << 24) >> 24;
export const u16 = (cursor: Cursor): number => cursor.data.view.getUint16(skip(cursor, 2), cursor.data.little);
export const u32 = (cursor: Cursor): number => cursor.data.view.getUint32(skip(cursor, 4), cursor.data.little);

/** An unsigned LEB128; beyond 2^53 the nearest number, which no offset or count can be. */
export const uleb = (cursor: Cursor): number => {
  const first = u8(cursor);
  if (first < 0x80) return first;
  let value = first & 0x7f;
  let scale = 128;
  for (let length = 2; ; length++) {
    const byte = u8(cursor);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    if (length === MAX_LEB) cursor.data.fail(cursor.at - length, `a LEB128 number of more than ${MAX_LEB} bytes`);
    scale *= 128;
  }
};

/** A signed LEB128, of 53 bits at most. */
export const sleb = (cursor: Cursor): number => {
  const start = cursor.at;
  const value = uleb(cursor);
  const bits = 7 * (cursor.at - start);
  // The sign is the top bit of the last byte.
  return cursor.data.bytes[cursor.at - 1]! & 0x40 ? value - 2 ** bits : value;
};

/** Moves past a LEB128. */
export const skipLeb = (cursor: Cursor): void => {
  const { bytes } = cursor.data;
  const limit = Math.min(cursor.end, cursor.at + MAX_LEB);
  for (let at = cursor.at; at < limit; at++) {
    if (bytes[at]! < 0x80) {
      cursor.at = at + 1;
      return;
    }
  }
  cursor.data.fail(cursor.at, "a LEB128 number without end");
};
