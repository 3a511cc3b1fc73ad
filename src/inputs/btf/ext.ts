import type { Btf } from "./btf.ts";
import { failIn, type Fail } from "./types.ts";

// .BTF.ext: where in the instructions of a BPF object functions begin, which line made them, and what is to be relocated.
// Documentation/bpf/btf.rst, ".BTF.ext section"; layouts: struct btf_ext_header in tools/lib/bpf/libbpf_internal.h, and include/uapi/linux/bpf.h.

const MAGIC = 0xeb9f;
/** magic, version, flags, hdr_len, and offset and length of func_info and line_info; older objects have no more. */
const HEADER = 24;
const HEADER_WITH_CORE = 32;

/** What belongs to one section of instructions; `at` of each record is the byte offset of its instruction. */
export interface OfSection<Record> {
  /** Name of the ELF section. */
  readonly section: string;
  readonly records: readonly Record[];
}

export interface FunctionInfo {
  readonly at: number;
  /** Id of the func. */
  readonly type: number;
}

export interface LineInfo {
  readonly at: number;
  /** As the compiler was given it. */
  readonly file: string;
  /** Both from 1; 0 where the compiler knows none. */
  readonly line: number;
  readonly column: number;
}

export interface CoreRelocation {
  readonly at: number;
  /** Id of the type that the access begins with. */
  readonly type: number;
  /** Indices joined by colons, as in `0:1:2`. */
  readonly access: string;
  /** enum bpf_core_relo_kind. */
  readonly kind: number;
}

export interface BtfExt {
  readonly functions: readonly OfSection<FunctionInfo>[];
  readonly lines: readonly OfSection<LineInfo>[];
  readonly relocations: readonly OfSection<CoreRelocation>[];
}

/** The number of kinds that the kernel knows: BPF_CORE_TYPE_MATCHES is 12. */
const CORE_KINDS = 13;

/**
 * Reads a .BTF.ext section.
 * @param bytes the section.
 * @param file what to call it in errors.
 * @param offset where `bytes` begins in the file, for errors.
 * @param btf the object's own .BTF, which has the strings and the types.
 * @throws InputError for a section that is cut short or out of bounds, or that names a string, type or kind that is not there.
 */
export const parseBtfExt = (bytes: Uint8Array, file: string, offset: number, btf: Btf): BtfExt => {
  const fail = failIn(file, ".BTF.ext", offset);
  if (bytes.length < HEADER) fail(0, `.BTF.ext of ${bytes.length} bytes has no room for its header (${HEADER} bytes)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): number => view.getUint32(at, true);
  const magic = view.getUint16(0, true);
  if (magic === 0x9feb) fail(0, "big-endian BTF is not supported (little-endian is)");
  if (magic !== MAGIC) fail(0, `not .BTF.ext: the magic number is 0x${magic.toString(16).padStart(4, "0")} (0xeb9f expected)`);
  if (view.getUint8(2) !== 1) fail(2, `.BTF.ext version ${view.getUint8(2)} (1 expected)`);
  const length = word(4);
  if (length < HEADER || length > bytes.length) fail(4, `header of ${length} bytes (at least ${HEADER} expected, ${bytes.length} in all)`);

  const text = (at: number, what: string): string =>
    btf.string(word(at)) ?? fail(at, `${what} at offset ${word(at)}, outside the string section`);
  const type = (at: number): number => (word(at) < btf.count ? word(at) : fail(at, `type ${word(at)} of ${btf.count}`));
  const sections = <T>(field: number, what: string, smallest: number, record: (at: number) => T): readonly OfSection<T>[] =>
    readSections(view, { start: length + word(field), length: word(field + 4), what, smallest }, text, record, fail);

  return {
    functions: sections(8, "func_info", 8, (at) => ({ at: word(at), type: type(at + 4) })),
    lines: sections(16, "line_info", 16, (at) => {
      // line_col: 22 bits and 10 bits (BPF_LINE_INFO_LINE_NUM, BPF_LINE_INFO_LINE_COL).
      const place = word(at + 12);
      return { at: word(at), file: text(at + 4, "file name"), line: place >>> 10, column: place & 0x3ff };
    }),
    relocations:
      length < HEADER_WITH_CORE
        ? []
        : sections(24, "core_relo", 16, (at) => {
            const kind = word(at + 12);
            if (kind >= CORE_KINDS) fail(at + 12, `relocation of kind ${kind}, which is not known`);
            return { at: word(at), type: type(at + 4), access: text(at + 8, "access string"), kind };
          }),
  };
};

interface Area {
  /** Bytes from the start of .BTF.ext. */
  readonly start: number;
  readonly length: number;
  readonly what: string;
  /** Bytes of the smallest record there is; later compilers may append to it. */
  readonly smallest: number;
}

/** The size of a record, then for each section: its name, the number of its records, the records (struct btf_ext_info_sec). */
const readSections = <T>(
  view: DataView,
  { start, length, what, smallest }: Area,
  text: (at: number, what: string) => string,
  record: (at: number) => T,
  fail: Fail,
): readonly OfSection<T>[] => {
  if (length === 0) return [];
  const end = start + length;
  if (end > view.byteLength) fail(start, `${what} of ${length} bytes ends past the end of the section (${view.byteLength} bytes)`);
  if (start % 4 !== 0) fail(start, `${what} begins at byte ${start}, which is no multiple of 4`);
  if (length < 4) fail(start, `${what} of ${length} bytes has no room for the size of its records`);
  const size = view.getUint32(start, true);
  if (size < smallest || size % 4 !== 0)
    fail(start, `${what} has records of ${size} bytes (at least ${smallest} expected, a multiple of 4)`);
  const all: OfSection<T>[] = [];
  for (let at = start + 4; at < end;) {
    if (at + 8 > end) fail(at, `${what} ends in the head of a section`);
    const section = text(at, "section name");
    const count = view.getUint32(at + 4, true);
    const first = at + 8;
    if (count === 0) fail(at + 4, `${what} of section ${section} has no records`);
    if (first + count * size > end) fail(at + 4, `${count} records of ${size} bytes of section ${section} end past the end of ${what}`);
    all.push({ section, records: Array.from({ length: count }, (_, index) => record(first + index * size)) });
    at = first + count * size;
  }
  return all;
};
