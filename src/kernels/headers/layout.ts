// The index of headers: what the headers of several kernels declare, in one flat file that is looked up where it lies and never parsed whole.
//
//   bytes 0..15    "abi-lint decls 1"
//   bytes 16..19   length of the header in bytes, little-endian like every number here
//   bytes 20..23   CRC-32 of all that follows
//   header         JSON: the releases, and where the sections are
//   sections       each at a multiple of 4 bytes
//
// A section is a list of records in blocks of 32: the offsets of its blocks (u32 each, one more than there are blocks, relative to the first block) and the
// blocks. Where its records have keys, the first key of each block stands before, in the same form: a look-up reads these and one block.
// Numbers in blocks are LEB128, a "set" is one whose bit n stands for release n.
//
//   texts     length, bytes                                                 types, conditions and other texts, by number; the most frequent first
//   headers   key, size, set, includes: (set, number of the header)*         sorted by path; a header's number is its place
//   names     key, size, declarations                                       sorted
//   tags      key, size, forms                                              sorted; "s foo", "u foo", "e foo"
//   config    key, size, (set, text)*                                       sorted; options without CONFIG_
//
// A key is front-coded: how many bytes it shares with the key before it in its block, how many follow, and these. `size` is that of the rest of the record.
//
// A declaration is a byte (bits 0..2 the form: function, inline, variable, typedef, constant, macro, or 6 for an export; bit 3 a condition follows; of
// macros: bit 4 a parameter count follows, bit 5 variadic, bit 6 the body is the text that follows, bit 7 the body is the name that follows), the set,
// the header (not of exports), the condition, and the type or the enum of a constant, or what of the macro follows.
//
// A form of a tag is a byte (bit 0 it is whole, bit 1 a condition follows), the set, the header, the condition, and the members: how many, and for each
// the set, its name, and twice its type, one more where it is not sure.

export const MAGIC = "abi-lint decls 1";
export const BLOCK = 32;
/** A set is one number of 32 bits. */
export const MAX_RELEASES = 32;

export const FORMS = ["function", "inline", "variable", "typedef", "constant", "macro"] as const;
export const EXPORT = 6;
export const HAS_CONDITION = 8;
export const HAS_PARAMETERS = 16;
export const IS_VARIADIC = 32;
export const HAS_BODY = 64;
export const HAS_TARGET = 128;

export const IS_WHOLE = 1;
export const TAG_HAS_CONDITION = 2;

interface DeclaredCounts {
  readonly names: number;
  readonly tags: number;
  readonly headers: number;
}

/** One kernel of an index. */
export interface IndexedRelease {
  /** As it is printed and named: "6.1.0-56". */
  readonly release: string;
  /** LINUX_VERSION_CODE. */
  readonly version: number;
  readonly arch: string;
  /** What it was read from. */
  readonly from?: string;
  /** Whether its Kbuild adds EXTRA_CFLAGS to a module's flags (scripts/Makefile.lib). */
  readonly honoursExtraCflags: boolean;
  /** Whether its Module.symvers was read. */
  readonly hasExports: boolean;
  /** How many names its headers declare, how many structs, unions and enums, and how many headers there are. */
  readonly counts: DeclaredCounts;
}

/** Where a section is: its first byte behind the header, how many records it has, and how many bytes the first keys of its blocks and the blocks have. */
export interface Section {
  readonly at: number;
  readonly count: number;
  readonly firsts?: number;
  readonly size: number;
}

const SECTIONS = ["texts", "headers", "names", "tags", "config"] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface IndexHeader {
  readonly about: string;
  readonly releases: readonly IndexedRelease[];
  readonly sections: Readonly<Record<SectionName, Section>>;
}

type Unknown = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Unknown => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 0x1_0000_0000;
const isSection = (value: unknown, hasKeys: boolean): boolean =>
  isObject(value) &&
  isCount(value["at"]) &&
  isCount(value["count"]) &&
  isCount(value["size"]) &&
  (hasKeys ? isCount(value["firsts"]) : value["firsts"] === undefined);

const areCounts = (value: unknown): boolean =>
  isObject(value) && isCount(value["names"]) && isCount(value["tags"]) && isCount(value["headers"]);

const isRelease = (value: unknown): boolean =>
  isObject(value) &&
  typeof value["release"] === "string" &&
  typeof value["arch"] === "string" &&
  isCount(value["version"]) &&
  (value["from"] === undefined || typeof value["from"] === "string") &&
  typeof value["honoursExtraCflags"] === "boolean" &&
  typeof value["hasExports"] === "boolean" &&
  areCounts(value["counts"]);

/** Whether a value has the form of a header: the checksum vouches for what was written, not for who wrote it. */
export const isIndexHeader = (value: unknown): value is IndexHeader => {
  if (!isObject(value) || typeof value["about"] !== "string" || !Array.isArray(value["releases"])) return false;
  const sections = value["sections"];
  return (
    value["releases"].length <= MAX_RELEASES &&
    value["releases"].every(isRelease) &&
    isObject(sections) &&
    SECTIONS.every((name) => isSection(sections[name], name !== "texts"))
  );
};
