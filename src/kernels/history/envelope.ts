// What the history and the index of headers have in common: a file of sections behind a header in JSON, checked as a whole or opened where it lies.
//
//   bytes 0..15    which file it is
//   bytes 16..19   length of the header in bytes, little-endian
//   bytes 20..23   CRC-32 of all that follows
//   header         JSON
//   sections       each at a multiple of 4 bytes

import { crc32 } from "node:zlib";
import { bytesSource, type ByteSource } from "../../inputs/bytes.ts";
import { InputError } from "../../shared/input-error.ts";
import { pagesOf, type Pages } from "./pages.ts";

const HEADER_AT = 24;

/** What a file begins with, and how errors call it. */
export interface Form<H> {
  /** 16 characters. */
  readonly magic: string;
  /** `kernel history`. */
  readonly name: string;
  /** `a kernel history`. */
  readonly one: string;
  isHeader(value: unknown): value is H;
}

export type Fail = (offset: number, message: string) => never;

/** An opened file: places in it are bytes from its beginning, the sections begin at `base`. */
export interface Opened<H> {
  readonly pages: Pages;
  readonly base: number;
  readonly header: H;
  readonly fail: Fail;
}

const failIn =
  (file: string): Fail =>
  (offset, message) => {
    throw new InputError({ file, offset, message });
  };

/** The checksum vouches for what was written, not for who wrote it, so the header's shape is checked as any input's. */
const headerOf = <H>(json: string, { one, isHeader }: Form<H>, fail: Fail): H => {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch {
    return fail(HEADER_AT, "the header is no JSON");
  }
  return isHeader(header) ? header : fail(HEADER_AT, `the header is not that of ${one}`);
};

const openPages = <H>(pages: Pages, form: Form<H>, fail: Fail, bytes: Uint8Array | undefined): Opened<H> => {
  const { magic, name } = form;
  if (pages.size < HEADER_AT || pages.text(0, magic.length) !== magic) fail(0, `no ${name} ("${magic}" was expected)`);
  const length = pages.u32(16);
  const base = HEADER_AT + length + (-length & 3);
  if (base > pages.size) fail(16, `the header ends at byte ${base}, past the end of the file (${pages.size} bytes)`);
  if (bytes !== undefined && pages.u32(20) !== crc32(bytes.subarray(HEADER_AT)))
    fail(20, "the bytes are not those that were written (the checksum differs): the file was cut short or edited");
  return { pages, base, fail, header: headerOf(pages.text(HEADER_AT, HEADER_AT + length), form, fail) };
};

/** Opens a file over its bytes, every one of which is checked first. @throws InputError where it is none, is cut short, or is not as it was written. */
export const openBytes = <H>(bytes: Uint8Array, file: string, form: Form<H>): Opened<H> =>
  openPages(pagesOf(bytesSource(file, bytes)), form, failIn(file), bytes);

/** Opens a file and reads no more of it than is asked for: the checksum is not compared, which asks for every byte. @throws InputError where it is none. */
export const openSource = <H>(source: ByteSource, form: Form<H>): Opened<H> =>
  openPages(pagesOf(source), form, failIn(source.name), undefined);

/** The bytes of a file: its header, and its sections, each of which is a multiple of 4 bytes long. */
export const writeEnvelope = (magic: string, header: unknown, sections: readonly Buffer[]): Uint8Array => {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(HEADER_AT + json.length + (-json.length & 3), " ");
  head.write(magic, "latin1");
  head.writeUInt32LE(json.length, 16);
  json.copy(head, HEADER_AT);
  const bytes = Buffer.concat([head, ...sections]);
  bytes.writeUInt32LE(crc32(bytes.subarray(HEADER_AT)), 20);
  return bytes;
};
