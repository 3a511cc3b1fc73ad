import { MAX_NAME } from "../../shared/limits.ts";
import { decodeText } from "../bytes.ts";
import type { Cursor } from "./cursor.ts";
import type { Data } from "./sections.ts";

/** The bytes up to the NUL at or after `at`, as [at, end). */
const terminated = (data: Data, at: number): number => {
  if (!(at >= 0 && at < data.size)) data.fail(Math.min(at, data.size), `a string at byte ${at} of ${data.size}`);
  const end = data.bytes.subarray(at, at + MAX_NAME).indexOf(0);
  return end < 0 ? data.fail(at, "a string without end") : at + end;
};

/**
 * The NUL-terminated string at an offset of a section.
 * @throws InputError where it starts outside or does not end, or where strings are so much in each other that reading them would never end.
 */
export const stringIn = (data: Data, at: number): string => {
  const known = data.strings.get(at);
  if (known !== undefined) return known;
  const text = decodeText(data.bytes.subarray(at, terminated(data, at)));
  data.stringsLeft -= text.length;
  if (data.stringsLeft < 0) data.fail(at, "strings that overlap");
  data.strings.set(at, text);
  return text;
};

/** Moves past a NUL-terminated string and gives the place where it starts. */
export const skipString = (cursor: Cursor): number => {
  const at = cursor.at;
  const end = terminated(cursor.data, at);
  if (end >= cursor.end) cursor.data.fail(at, "a string that ends outside");
  cursor.at = end + 1;
  return at;
};
