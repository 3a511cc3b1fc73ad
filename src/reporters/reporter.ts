import type { Report } from "../findings/model.ts";

/** How a reporter may dress its text; machine formats pay no heed. */
export interface Dress {
  readonly color: boolean;
  /** Columns to fill; a pipe has no width and gets 100. */
  readonly width: number;
  /** Whether to list every use, findings or not. */
  readonly uses: boolean;
  /** Whether to show the findings that waivers excuse. */
  readonly waived?: boolean;
}

/** A report as text, ending in a newline. Pure; knows no policy, file or clock. */
export type Reporter = (report: Report, dress: Dress) => string;
