import { evidenceLine, type EvidenceLine } from "../findings/evidence.ts";
import { insteadOf } from "../findings/message.ts";
import type { Finding, Place, Report } from "../findings/model.ts";
import { visible } from "../shared/visible.ts";

/** More places than this are counted, not listed. */
export const MAX_PLACES = 4;

export const placeText = ({ file, line, column }: Place): string => visible(`${file}:${line}:${column}`);

/** What a finding says below its first line. */
export interface FindingLines {
  /** Its own evidence. */
  readonly own: readonly string[];
  /** Its other places. */
  readonly also?: string;
  /** What others may share: the promise, and what to do instead. */
  readonly shared: readonly string[];
}

/** Kernels of which the same is said share a line. */
const merged = (lines: readonly EvidenceLine[]): readonly EvidenceLine[] => {
  const groups: { readonly text: string; readonly from: string[] }[] = [];
  for (const { from, text } of lines) {
    const last = groups.at(-1);
    if (last?.text === text && from !== "") last.from.push(from);
    else groups.push({ text, from: [from] });
  }
  return groups.map(({ from, text }) => ({ text, from: from.length > 3 ? `${from[0]} to ${from.at(-1)}` : from.join(", ") }));
};

const alsoText = (others: readonly Place[]): string => {
  const more = others.length > MAX_PLACES ? ` and ${others.length - MAX_PLACES} more` : "";
  return `also at ${others.slice(0, MAX_PLACES).map(placeText).join(", ")}${more}`;
};

export const linesOf = (finding: Finding, report: Report): FindingLines => {
  // An oddity's message says the names itself.
  const mine = merged(
    finding.evidence.filter((each) => each.kind !== "promise" && !(each.kind === "names" && finding.oddity)).map(evidenceLine),
  );
  const width = Math.max(0, ...mine.map(({ from }) => from.length));
  const own = mine.map(({ from, text }) => `${width > 0 ? `${from.padEnd(width)}  ` : ""}${text}`);
  const [first, ...others] = finding.places;
  if (first?.through && first.through.length > 0) own.push(`through ${first.through.map((name) => `${visible(name)}()`).join(" -> ")}`);
  const shared = finding.evidence.filter((each) => each.kind === "promise").map((each) => evidenceLine(each).text);
  const instead = insteadOf(finding, report.rules[finding.rule]!);
  if (instead !== undefined) shared.push(`instead: ${instead.trim().replaceAll("\n", " ")}`);
  return { own, ...(others.length > 0 && { also: alsoText(others) }), shared };
};
