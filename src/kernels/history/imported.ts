import type { TreeFacts } from "../c/scan.ts";
import type { ReleaseHeaders } from "../headers/model.ts";
import type { DeclarationIndex } from "../headers/read.ts";
import { archOf, loadingOf, parseOptions, vermagicOf } from "../configuration.ts";
import { crcText } from "../../shared/crc.ts";
import { InputError } from "../../shared/input-error.ts";
import type { ListedKernel } from "../model.ts";
import { historyOf } from "./history.ts";
import type { Release } from "./layout.ts";
import type { Facts } from "./read.ts";
import { rowsOf } from "./rows.ts";
import { writeHistory, type TableInput } from "./write.ts";

// A kernel that a user imported: a history of one release, its CRCs and headers in the same file.

/** What of each export is kept, and in tables of their own what of the headers is. */
const EXPORTS = ["type", "namespace", "exporter", "signature", "definition", "header", "crc"] as const;
const HEADERS = ["form", "header", "signature", "parameters", "target"] as const;

/** What was read of one kernel. */
export interface ImportedKernel {
  /** Its exports, under the name it is to have. */
  readonly kernel: ListedKernel;
  /** What it was read from. */
  readonly from: string;
  /** What `uname -r` says there. */
  readonly uname?: string;
  readonly package?: string;
  /** The text of its .config. */
  readonly config?: string;
  /** What its headers say, and its sources where they were there. */
  readonly scan?: TreeFacts;
}

/** What is known of an imported release: its series is its own name where no version tells one, its machine empty where nothing says. */
export const releaseOf = ({ kernel: { name, size }, uname, package: from, config }: ImportedKernel): Release => {
  const option = config === undefined ? undefined : parseOptions(config);
  const vermagic = option && uname !== undefined ? vermagicOf(uname, option) : undefined;
  return {
    name,
    series: /^\d+\.\d+/.exec(uname ?? name)?.[0] ?? name,
    ...(uname !== undefined && { uname }),
    arch: (option && archOf(option)) ?? "",
    ...(from !== undefined && { package: from }),
    ...(vermagic !== undefined && { vermagic }),
    ...(option && { config: loadingOf(option) }),
    exports: size,
  };
};

const tableOf = <T extends string>(
  attributes: readonly T[],
  rows: Iterable<readonly [string, readonly (string | null | undefined)[]]>,
): TableInput => ({ attributes, rows: new Map([...rows].map(([name, values]) => [name, values.map((value) => [value ?? undefined])])) });

/** Writes the file of one kernel. The same input gives the same bytes. */
export const writeImported = (imported: ImportedKernel): Uint8Array => {
  const { kernel, from, scan } = imported;
  const exported = new Set(kernel.names());
  const scanned = scan && rowsOf(scan, exported);
  const ofTree = new Map(scanned?.exports);
  const exports = [...exported].map((name) => {
    const { type, namespace, exporter, crc } = kernel.find(name)!;
    const [, signature, definition, , header] = ofTree.get(name) ?? [];
    return [name, [type, namespace, exporter, signature, definition, header, crc === 0 ? undefined : crcText(crc)]] as const;
  });
  return writeHistory({
    about: `imported from ${from}`,
    releases: [releaseOf(imported)],
    tables: {
      exports: tableOf(EXPORTS, exports),
      ...(scanned && { headers: tableOf(HEADERS, scanned.headers), through: tableOf(["by"], scanned.through) }),
    },
  });
};

/** The kernel of an index of one. @throws InputError where it has none, or several. */
const onlyOne = (index: DeclarationIndex, file: string): ReleaseHeaders => {
  if (index.releases.length === 1) return index.headersOf(0);
  throw new InputError({
    file,
    message: `what the headers of ${index.releases.length} kernels declare is kept for it (of one was expected)`,
  });
};

/** The kernel in such a file. @param declarations what is kept of its headers. @throws InputError where it holds none. */
export const kernelOfFacts = (facts: Facts, file: string, declarations?: () => DeclarationIndex): ListedKernel => {
  const [release] = facts.releases;
  if (!release || facts.releases.length > 1)
    throw new InputError({ file, message: `holds ${facts.releases.length} kernels (one was expected)` });
  const exports = facts.table("exports");
  const crcOf = (index: number): number => {
    const { name, value } = exports.at(index);
    const text = value("crc", 0);
    if (text !== undefined && !/^0x[0-9a-f]{8}$/.test(text)) throw new InputError({ file, message: `"${text}" is no CRC (of "${name}")` });
    return Number(text ?? 0);
  };
  const hasCrcs =
    release.config?.modversions !== false && Array.from({ length: exports.size }, (_, at) => at).some((at) => crcOf(at) !== 0);
  let opened: ReleaseHeaders | undefined;
  const declared = declarations && ((): ReleaseHeaders => (opened ??= onlyOne(declarations(), file)));
  const {
    headers,
    signatures,
    declared: _,
    ...kernel
  } = historyOf({
    exports: facts,
    name: file,
    headers: () => facts,
    crcs: () => crcOf,
    hasCrcs: () => hasCrcs,
  }).kernel(0);
  const hasHeaders = facts.table("headers").size > 0;
  return { ...kernel, ...(declared && { declared }), ...(hasHeaders && { headers: headers!, signatures: signatures! }) };
};
