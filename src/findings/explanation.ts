import type { InterfaceKind, Site } from "../shared/vocabulary.ts";
import type { Timeline } from "./timeline.ts";
import type { Evidence, Report, UseRow } from "./model.ts";

/** All that is known of one subject's use of one interface. */
export interface Explanation {
  readonly subject: string;
  readonly path: string;
  readonly interface: { readonly kind: InterfaceKind; readonly name: string };
  readonly row: UseRow;
  readonly crc?: number;
  /** What the source calls it: seen there, or one of what headers make it of. */
  readonly facts: Readonly<Record<string, string>>;
  /** What happened to it from release to release; absent where no history has the name, or none was asked. */
  readonly timeline?: Timeline;
  /** The promise that decided, and what each kernel says. */
  readonly evidence: readonly Evidence[];
  readonly sites: readonly Site[];
  /** The findings on this use alone. */
  readonly report: Report;
}
