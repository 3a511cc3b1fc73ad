import { crc32 } from "node:zlib";
import { bytesSource, type ByteSource } from "../../inputs/bytes.ts";
import { InputError } from "../../shared/input-error.ts";
import { pagesOf } from "./pages.ts";

// The CRCs of the exports, in a file of their own that is opened only where a load verdict asks for them.
//
//   bytes 0..15   "abi-lint crcs  1"
//   bytes 16..19  number of names (those of the table "exports" of the history), little-endian like every number here
//   bytes 20..23  number of releases
//   bytes 24..27  CRC-32 of all that follows
//   then          for each release one CRC (u32) for each name, 0 where there is none

const MAGIC = "abi-lint crcs  1";
const DATA_AT = 28;

/** Writes the CRC file: for each release a CRC for each name of the history's table of exports, 0 where there is none. */
export const writeCrcs = (names: number, releases: readonly Uint32Array[]): Uint8Array => {
  const bytes = Buffer.alloc(DATA_AT + 4 * names * releases.length);
  bytes.write(MAGIC, "latin1");
  bytes.writeUInt32LE(names, 16);
  bytes.writeUInt32LE(releases.length, 20);
  releases.forEach((crcs, release) => crcs.forEach((crc, name) => bytes.writeUInt32LE(crc, DATA_AT + 4 * (release * names + name))));
  bytes.writeUInt32LE(crc32(bytes.subarray(DATA_AT)), 24);
  return bytes;
};

/** The CRC of a name in a release, both by their numbers in the history; 0 where there is none. */
export type Crcs = (name: number, release: number) => number;

/**
 * Opens a CRC file, every byte of which is checked first.
 * @throws InputError where it is none, is not as it was written, or belongs to another history.
 */
export const openCrcs = (bytes: Uint8Array, file: string, names: number, releases: number): Crcs => {
  const source = bytesSource(file, bytes);
  const crcs = openCrcsIn(source, names, releases);
  if (pagesOf(source).u32(24) !== crc32(bytes.subarray(DATA_AT)))
    throw new InputError({ file, offset: 24, message: "the bytes are not those that were written (the checksum differs)" });
  return crcs;
};

/** The same, reading no more than what is looked up: the checksum is not compared. */
export const openCrcsIn = (source: ByteSource, names: number, releases: number): Crcs => {
  const { size, text, u32 } = pagesOf(source);
  const fail = (offset: number, message: string): never => {
    throw new InputError({ file: source.name, offset, message });
  };
  if (size < DATA_AT || text(0, 16) !== MAGIC) fail(0, `no CRCs of a kernel history ("${MAGIC}" was expected)`);
  if (u32(16) !== names || u32(20) !== releases || size !== DATA_AT + 4 * names * releases)
    fail(16, "the CRCs are those of another history, or cut short");
  return (name, release) => u32(DATA_AT + 4 * (release * names + name));
};
