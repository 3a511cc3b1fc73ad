import type { PolicyLine, RuleText } from "../findings/model.ts";
import type { Level, Severity } from "../shared/vocabulary.ts";
import type { Match } from "./fields.ts";
import type { Example } from "./schema.ts";

/** A rule after all layers: its words, what it matches, how bad it is, and the lines that said so. */
export interface ResolvedRule extends RuleText {
  readonly severity: Severity;
  readonly match: Match;
  /** Where it was defined. */
  readonly at: PolicyLine;
  /** The line that gave each of its values, by key. */
  readonly origins: Readonly<Record<string, PolicyLine>>;
  /** Written in TypeScript: a function finds, its match says nothing. */
  readonly code?: true;
  readonly examples?: { readonly bad: readonly Example[]; readonly good: readonly Example[] };
}

export interface ResolvedPromise {
  readonly level: Level;
  readonly match: Match;
  readonly by?: string;
  readonly source?: string;
  /** The kernels that it is kept on (globs); left out, on all. */
  readonly kernels?: readonly string[];
  readonly why?: string;
  readonly at: PolicyLine;
}

export interface ResolvedWaiver {
  readonly rule: string;
  readonly match: Match;
  readonly reason: string;
  readonly owner: string;
  /** ISO day, the last on which it holds. */
  readonly until?: string;
  readonly at: PolicyLine;
}

/** A `kernels:` entry or the `manifest:`, as written; what it names is the host's to find. */
export interface PolicyEntry {
  readonly name: string;
  readonly at: PolicyLine;
}

/** A vendor's list that the policy names; the file is the host's to find. */
export interface ResolvedList {
  readonly name: string;
  readonly file: string;
  /** Left out: what the file itself is. */
  readonly is?: "stable" | "protected" | "denied";
  /** For a list whose symbols have ranges: the minor release that is asked about. */
  readonly release?: string;
  readonly after?: string;
  readonly at: PolicyLine;
}

/** What is judged by: every layer merged. */
export interface ResolvedPolicy {
  readonly rules: readonly ResolvedRule[];
  /** In the order they are tried: last layer first. */
  readonly promises: readonly ResolvedPromise[];
  readonly waivers: readonly ResolvedWaiver[];
  /** Waivers of this policy that its trusted copy does not have: they excuse nothing. */
  readonly untrusted: readonly ResolvedWaiver[];
  /** The most uses of a level, by level. */
  readonly budget: readonly { readonly level: Level; readonly most: number; readonly at: PolicyLine }[];
  readonly kernels: readonly PolicyEntry[];
  /** Kernels' BTF, as written: the kernel, and the file that is the host's to find. */
  readonly btf: readonly { readonly kernel: string; readonly file: string; readonly at: PolicyLine }[];
  /** The vendors' lists, as written. */
  readonly lists: readonly ResolvedList[];
  /** Whether the modules are shipped as they were built, so that they must load and not only build. */
  readonly isBinary: boolean;
  /** Files of rules written in TypeScript, as written. */
  readonly code: readonly { readonly path: string; readonly at: PolicyLine }[];
  /** The manifest that the project committed, as written. */
  readonly manifest?: PolicyEntry;
  /** The files it came from, presets included, in the order they were merged. */
  readonly files: readonly string[];
}
