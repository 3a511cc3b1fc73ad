import type { FindingSeverity, Report } from "../findings/model.ts";

/** How a reporter may dress its text; machine formats pay no heed. */
export interface Dress {
  readonly color: boolean;
  /** Columns to fill; a pipe has no width and gets 100. */
  readonly width: number;
  /** Whether to list every use, findings or not. */
  readonly uses: boolean;
  /** Whether long lists are cut, with a count of what is left out: on a terminal alone. */
  readonly fold?: boolean;
  /** Whether to show the findings that waivers excuse. */
  readonly waived?: boolean;
  /** From which severity on a finding fails the run (default: error), for formats that tell passed from failed. */
  readonly failOn?: FindingSeverity;
  /** abi-lint's own version, for formats that name their maker. */
  readonly version?: string;
}

/** A report as text, ending in a newline. Pure; knows no policy, file or clock. */
export type Reporter = (report: Report, dress: Dress) => string;
