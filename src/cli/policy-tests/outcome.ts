import type { Finding } from "../../findings/model.ts";
import { visible } from "../../shared/visible.ts";
import type { Place } from "../../shared/yaml.ts";

/** How one example or case ended. */
export interface Outcome {
  /** Where it stands. */
  readonly at: Place;
  readonly says: string;
  /** What was expected and not found, and what was found and not expected; none where it passed. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly kind: "expected" | "found";
  readonly text: string;
}

/** What a finding is about, as a test names it. */
export const aboutOf = ({ interface: taken, gap, oddity }: Finding): string | undefined => taken?.name ?? gap ?? oddity;

/** A finding in the words of a test: what one would write to expect it, and where it stands. */
export const found = (finding: Finding, note = ""): Difference => {
  const { file, line } = finding.places[0]!;
  const words = [finding.severity, finding.rule, aboutOf(finding)].filter((word) => word !== undefined).join(" ");
  return { kind: "found", text: visible(`${words} at ${file}:${line}${note}`) };
};

export const expected = (text: string): Difference => ({ kind: "expected", text: visible(text) });
