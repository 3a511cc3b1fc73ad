// The history file: what kernels of many releases say of names, in one flat file that is looked up where it lies and never parsed whole.
//
//   bytes 0..15    "abi-lint facts 1"
//   bytes 16..19   length of the header in bytes, little-endian like every number here
//   bytes 20..23   CRC-32 of all that follows
//   header         JSON: the releases, the sections and what their tables hold
//   sections       each at a multiple of 4 bytes, in the order of the header
//
// A list of texts is its count + 1 offsets (u32 each, relative to its first byte of text) and then the texts without separators.
// A table is a sorted list of names; for each name one row of vector numbers (u32 each, one for each attribute, 0: nothing known); and its vectors.
// A vector says what one attribute was in each release: pairs of (releases since the last pair, text number + 1 or 0 for nothing), each a
// LEB128 number; a pair holds until the next.

export const MAGIC = "abi-lint facts 1";

/** What a release's configuration says of how modules are loaded. */
export interface Config {
  /** CONFIG_MODVERSIONS: whether exports carry CRCs. */
  readonly modversions: boolean;
  /** What makes the CRCs: two kinds are never comparable. */
  readonly generator?: "genksyms" | "gendwarfksyms";
  /** CONFIG_TRIM_UNUSED_KSYMS. */
  readonly trimmed: boolean;
  /** The compiler the kernel was built with, as its .config names it. */
  readonly compiler?: string;
}

/** One release of the history. */
export interface Release {
  /** As it is printed and named: "6.1.0-56", "6.12.107", "7.3-rc7". */
  readonly name: string;
  /** The series it belongs to: "6.1". */
  readonly series: string;
  /** What `uname -r` says there. */
  readonly uname?: string;
  readonly arch: string;
  /** What the release of the package is: "linux-headers-6.1.0-56-amd64 6.1.192-2". */
  readonly package?: string;
  /** What a module must say in its modinfo to be loaded there (include/linux/vermagic.h). */
  readonly vermagic?: string;
  readonly config?: Config;
  readonly exports: number;
}

/** A list of texts, or the texts of a list: where it begins behind the header, how many there are, and how many bytes they have. */
export interface Span {
  readonly at: number;
  readonly count: number;
  readonly size: number;
}

export interface Header {
  /** What it was made from and how. */
  readonly about: string;
  readonly releases: readonly Release[];
  readonly texts: Span;
  readonly tables: Readonly<
    Record<string, { readonly attributes: readonly string[]; readonly names: Span; readonly rows: number; readonly vectors: Span }>
  >;
}

type Unknown = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Unknown => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): boolean => typeof value === "string";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isOptional = (value: unknown, test: (value: unknown) => boolean): boolean => value === undefined || test(value);
const isSpan = (value: unknown): boolean => isObject(value) && isCount(value["at"]) && isCount(value["count"]) && isCount(value["size"]);

const isConfig = (value: unknown): boolean =>
  isObject(value) &&
  typeof value["modversions"] === "boolean" &&
  typeof value["trimmed"] === "boolean" &&
  isOptional(value["generator"], (each) => each === "genksyms" || each === "gendwarfksyms") &&
  isOptional(value["compiler"], isText);

const isRelease = (value: unknown): boolean =>
  isObject(value) &&
  [value["name"], value["series"], value["arch"]].every(isText) &&
  [value["uname"], value["package"], value["vermagic"]].every((each) => isOptional(each, isText)) &&
  isOptional(value["config"], isConfig) &&
  isCount(value["exports"]);

const isTable = (value: unknown): boolean =>
  isObject(value) &&
  Array.isArray(value["attributes"]) &&
  value["attributes"].every(isText) &&
  isSpan(value["names"]) &&
  isSpan(value["vectors"]) &&
  isCount(value["rows"]);

/** Whether a value has the form of a header. By hand: a schema's library takes three times as long as all the rest of opening the file. */
export const isHeader = (value: unknown): value is Header =>
  isObject(value) &&
  isText(value["about"]) &&
  Array.isArray(value["releases"]) &&
  value["releases"].every(isRelease) &&
  isSpan(value["texts"]) &&
  isObject(value["tables"]) &&
  Object.values(value["tables"]).every(isTable);
