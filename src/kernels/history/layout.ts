import * as z from "zod";

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
export const HEADER_AT = 24;

/** What a release's configuration says of how modules are loaded. */
const Config = z.strictObject({
  /** CONFIG_MODVERSIONS: whether exports carry CRCs. */
  modversions: z.boolean(),
  /** What makes the CRCs: two kinds are never comparable. */
  generator: z.enum(["genksyms", "gendwarfksyms"]).optional(),
  /** CONFIG_TRIM_UNUSED_KSYMS. */
  trimmed: z.boolean(),
  /** The compiler the kernel was built with, as its .config names it. */
  compiler: z.string().optional(),
});

const Release = z.strictObject({
  /** As it is printed and named: "6.1.0-56", "6.12.107", "7.3-rc7". */
  name: z.string().min(1),
  /** The series it belongs to: "6.1". */
  series: z.string().min(1),
  /** What `uname -r` says there. */
  uname: z.string().optional(),
  arch: z.string(),
  /** What the release of the package is: "linux-headers-6.1.0-56-amd64 6.1.192-2". */
  package: z.string().optional(),
  /** What a module must say in its modinfo to be loaded there (include/linux/vermagic.h). */
  vermagic: z.string().optional(),
  config: Config.optional(),
  exports: z.number().int().min(0),
});

const span = z.strictObject({ at: z.number().int().min(0), count: z.number().int().min(0), size: z.number().int().min(0) });

export const Header = z.strictObject({
  /** What it was made from and how. */
  about: z.string(),
  releases: z.array(Release),
  texts: span,
  tables: z.record(
    z.string(),
    z.strictObject({
      attributes: z.array(z.string()),
      names: span,
      rows: z.number().int().min(0),
      vectors: span,
    }),
  ),
});
export type Header = z.output<typeof Header>;
export type Span = z.output<typeof span>;

/** One release of the history. */
export type Release = z.output<typeof Release>;
