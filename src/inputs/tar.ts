import { InputError } from "../shared/input-error.ts";
import { MAX_TAR_MEMBERS, MAX_TAR_NAME } from "../shared/limits.ts";
import { decodeText, readBytes, type ByteSource } from "./bytes.ts";

// A tar archive in its ustar, GNU and pax forms (tar(5); POSIX pax): blocks of 512 bytes, a header before each member, a block of zeros at the end.
const BLOCK = 512;

export interface TarMember {
  /** As it stands there: `./usr/src/…`. Nothing is ever written to it. */
  readonly path: string;
  readonly type: "file" | "folder" | "link" | "other";
  /** Where its bytes are. */
  readonly offset: number;
  readonly size: number;
}

const TYPES: Readonly<Record<string, TarMember["type"]>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "link",
  "2": "link",
  "5": "folder",
};

const textOf = (field: Uint8Array): string => {
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end));
};

/** A number of a header: octal text, or, with the highest bit set, the bytes themselves; undefined for anything else. */
const numberOf = (field: Uint8Array): number | undefined => {
  if ((field[0]! & 0x80) !== 0) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, field[0]! & 0x7f);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const text = Buffer.from(field).toString("latin1").replaceAll("\0", " ").trim();
  return /^[0-7]*$/.test(text) ? Number.parseInt(text || "0", 8) : undefined;
};

/** The records of a pax header, "length key=value\n" each; undefined where one does not add up. */
const recordsOf = (bytes: Uint8Array): ReadonlyMap<string, string> | undefined => {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.length && bytes[at] !== 0;) {
    const space = bytes.indexOf(0x20, at);
    const length = Number(Buffer.from(bytes.subarray(at, Math.max(at, space))).toString("latin1"));
    // Without a blank there is no length, which Number takes for 0: a record that never moves on.
    if (space < 0 || !Number.isInteger(length) || at + length > bytes.length || length <= space - at || bytes[at + length - 1] !== 0x0a)
      return undefined;
    const record = decodeText(bytes.subarray(space + 1, at + length - 1));
    const equals = record.indexOf("=");
    if (equals < 0) return undefined;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
};

interface Extension {
  readonly path?: string;
  readonly size?: number;
}

/** What of a pax header stands in place of the header's own fields. */
const extensionOf = (bytes: Uint8Array): Extension | undefined => {
  const records = recordsOf(bytes);
  const [path, size] = [records?.get("path"), records?.get("size")];
  if (!records || (size !== undefined && !/^\d{1,15}$/.test(size))) return undefined;
  return { ...(path !== undefined && { path }), ...(size !== undefined && { size: Number(size) }) };
};

/** The members of an archive, in its order. @throws InputError where it is none, is cut short, or where a member does not fit into it. */
export const parseTar = (source: ByteSource): readonly TarMember[] => {
  const fail = (offset: number, message: string): never => {
    throw new InputError({ file: source.name, offset, message });
  };
  const members: TarMember[] = [];
  let extended: Extension = {};
  for (let at = 0; ;) {
    if (at + BLOCK > source.size)
      fail(at, at === 0 ? "no tar archive" : "the archive does not end with a block of zeros: it was cut short");
    const header = source.read(at, BLOCK);
    if (header.every((byte) => byte === 0)) return members;
    // The checksum is that of the header with blanks in its place.
    let sum = 8 * 0x20;
    for (let index = 0; index < BLOCK; index++) if (index < 148 || index >= 156) sum += header[index]!;
    if (numberOf(header.subarray(148, 156)) !== sum) fail(at + 148, "no header of a tar archive (the checksum differs)");
    const type = String.fromCharCode(header[156]!);
    const own = numberOf(header.subarray(124, 136)) ?? fail(at + 124, "the size of a member is no number");
    const isUstar = Buffer.from(header.subarray(257, 263)).toString("latin1") === "ustar\0";
    const prefix = isUstar ? textOf(header.subarray(345, 500)) : "";
    const path = extended.path ?? (prefix === "" ? "" : `${prefix}/`) + textOf(header.subarray(0, 100));
    const isExtension = /[LKxg]/.test(type);
    const size = isExtension ? own : (extended.size ?? own);
    const offset = at + BLOCK;
    const hasBytes = isExtension || (TYPES[type] ?? "other") === "file" || TYPES[type] === undefined;
    const end = offset + (hasBytes ? size : 0);
    if (end > source.size) fail(at, `member "${path}" ends at byte ${end}, past the end of the archive (${source.size} bytes)`);
    if (isExtension) {
      if (size > MAX_TAR_NAME) fail(at, `a name of ${size} bytes (at most ${MAX_TAR_NAME})`);
      const bytes = readBytes(source, offset, size, "a name");
      if (type === "L") extended = { ...extended, path: textOf(bytes) };
      else if (type === "x") extended = { ...extended, ...(extensionOf(bytes) ?? fail(offset, "a pax header that does not add up")) };
    } else {
      if (members.length === MAX_TAR_MEMBERS) fail(at, `more than ${MAX_TAR_MEMBERS} members`);
      // Before there was a type for folders, a slash at the end of the name made one.
      const isFolder = TYPES[type] === "file" && path.endsWith("/");
      members.push({ path, type: isFolder ? "folder" : (TYPES[type] ?? "other"), offset, size });
      extended = {};
    }
    at = end + (-end & (BLOCK - 1));
  }
};
