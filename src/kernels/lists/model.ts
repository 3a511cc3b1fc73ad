// A vendor's promise as the vendor publishes it. This folder turns texts into facts and facts into the vendors' own texts; it judges nothing
// and knows no module, no policy and no file system.
import type { Problem } from "../../shared/input-error.ts";

/** What a list was read as. Red Hat's `Module.kabi_<arch>` and SUSE's and Debian's reference files are all `symvers`. */
export type ListFormat =
  | "redhat-stablelist"
  | "redhat-kabi-files"
  | "symvers"
  | "suse-severities"
  | "android-symbol-list"
  | "android-denied"
  | "libabigail"
  | "debian-ignore-changes"
  | "ubuntu-abi"
  | "ubuntu-ignore"
  | "plain";

/** The minor releases a promise holds for, as they are written: `from` belongs to it, `to` does not (redhat/kabi/show-kabi). */
export interface ListRange {
  readonly from: string;
  readonly to?: string;
}

/** One symbol of a list; line is 1-based. */
export interface ListEntry {
  readonly name: string;
  /** 0 where the list carries none for it: not comparable, never equal. */
  readonly crc?: number;
  /** `EXPORT_SYMBOL`, `EXPORT_SYMBOL_GPL` or a historical kind. */
  readonly type?: string;
  /** `vmlinux`, or the path of the exporting module without `.ko`. */
  readonly exporter?: string;
  readonly namespace?: string;
  readonly range?: ListRange;
  /** Why it is denied. */
  readonly reason?: string;
  /** The section or the comment it stands below: `required by X.ko`. */
  readonly group?: string;
  readonly line: number;
}

/** A line of SUSE's kabi/severities. */
export interface SeverityRule {
  readonly kind: "module" | "namespace" | "symbol";
  readonly pattern: string;
  /** Whether the line names the kind; elsewhere the pattern's spelling decides. */
  readonly hasKind: boolean;
  readonly verdict: "PASS" | "FAIL";
  /** The comment behind it, or the comment lines right above: the only place where a reason can stand. */
  readonly comment?: string;
  readonly line: number;
}

/** A symbol or module whose changes Debian's or Ubuntu's check lets pass. */
export interface IgnoredChange {
  readonly on: "symbol" | "module";
  /** Debian: `*` within a path component, `**` across; Ubuntu: a name and nothing else. */
  readonly pattern: string;
  readonly line: number;
}

/** A list as it was read. What a format does not hold is empty. */
export interface VendorList {
  readonly format: ListFormat;
  /** The path it was read from, as it is shown. */
  readonly file: string;
  /** The first section's name, without the brackets. */
  readonly title?: string;
  /** The vendor's release as the title spells it: `rhel9`. */
  readonly release?: string;
  readonly arch?: string;
  /** In the order of the file. */
  readonly symbols: ReadonlyMap<string, ListEntry>;
  /** In the order of the file: the first match decides. */
  readonly rules: readonly SeverityRule[];
  readonly ignored: readonly IgnoredChange[];
  /** What did not stop the reading and somebody should know, each with its line. */
  readonly notes: readonly Problem[];
}
