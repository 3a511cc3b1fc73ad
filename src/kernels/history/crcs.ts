import { crc32 } from "node:zlib";
import { InputError } from "../../shared/input-error.ts";

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

/**
 * Opens a CRC file: the CRC of a name in a release, both by their numbers in the history; 0 where there is none.
 * @throws InputError where it is none, is not as it was written, or belongs to another history.
 */
export const openCrcs = (bytes: Uint8Array, file: string, names: number, releases: number): ((name: number, release: number) => number) => {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (offset: number, message: string): never => {
    throw new InputError({ file, offset, message });
  };
  if (data.length < DATA_AT || data.toString("latin1", 0, 16) !== MAGIC) fail(0, `no CRCs of a kernel history ("${MAGIC}" was expected)`);
  if (data.readUInt32LE(16) !== names || data.readUInt32LE(20) !== releases || data.length !== DATA_AT + 4 * names * releases)
    fail(16, "the CRCs are those of another history, or cut short");
  if (data.readUInt32LE(24) !== crc32(data.subarray(DATA_AT))) fail(24, "the bytes are not those that were written (the checksum differs)");
  return (name, release) => data.readUInt32LE(DATA_AT + 4 * (release * names + name));
};
