import type { PolicyLine, RuleText } from "../findings/model.ts";
import type { Level, Severity } from "../shared/vocabulary.ts";
import type { Match } from "./fields.ts";
import type { Example } from "./schema.ts";

/** A rule after all layers: its words, what it matches, how bad it is, and the lines that said so. */
export interface ResolvedRule extends RuleText {
  readonly severity: Severity;
  readonly match: Match;
  readonly at: PolicyLine;
  readonly examples?: { readonly bad: readonly Example[]; readonly good: readonly Example[] };
}

export interface ResolvedPromise {
  readonly level: Level;
  readonly match: Match;
  readonly by?: string;
  readonly source?: string;
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

/** A `kernels:` entry, as written; what it names is the host's to find. */
export interface KernelEntry {
  readonly name: string;
  readonly at: PolicyLine;
}

/** What is judged by: every layer merged. */
export interface ResolvedPolicy {
  readonly rules: readonly ResolvedRule[];
  /** In the order they are tried: last layer first. */
  readonly promises: readonly ResolvedPromise[];
  readonly waivers: readonly ResolvedWaiver[];
  readonly kernels: readonly KernelEntry[];
  /** The files it came from, presets included, in the order they were merged. */
  readonly files: readonly string[];
}
