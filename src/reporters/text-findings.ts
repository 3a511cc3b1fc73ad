import { evidenceLine, type EvidenceLine } from "../findings/evidence.ts";
import { insteadOf, messageOf } from "../findings/message.ts";
import type { Finding, Place, Report } from "../findings/model.ts";
import { visible } from "../shared/visible.ts";
import type { Paint } from "./paint.ts";

const COLORS = { error: "red", warning: "yellow", note: "cyan" } as const;

/** More places than this are counted, not listed. */
const MAX_PLACES = 4;

const at = ({ file, line, column }: Place): string => visible(`${file}:${line}:${column}`);

const headOf = (finding: Finding, report: Report, paint: Paint): string => {
  const message = messageOf(finding, report.rules[finding.rule]!);
  return `${paint("bold", at(finding.places[0]!))}  ${paint(COLORS[finding.severity], finding.severity)}  ${message}  ${paint("dim", `[${finding.rule}]`)}`;
};

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

/** The lines below a finding's first, its own evidence and places apart from what others may share: the promise, and what to do instead. */
const linesOf = (finding: Finding, report: Report): { readonly own: readonly string[]; readonly shared: readonly string[] } => {
  // An oddity's message says the names itself.
  const mine = merged(
    finding.evidence.filter((each) => each.kind !== "promise" && !(each.kind === "names" && finding.oddity)).map(evidenceLine),
  );
  const width = Math.max(0, ...mine.map(({ from }) => from.length));
  const own = mine.map(({ from, text }) => `${width > 0 ? `${from.padEnd(width)}  ` : ""}${text}`);
  const [first, ...others] = finding.places;
  if (first?.through && first.through.length > 0) own.push(`through ${first.through.map((name) => `${visible(name)}()`).join(" -> ")}`);
  if (others.length > 0) {
    const more = others.length > MAX_PLACES ? ` and ${others.length - MAX_PLACES} more` : "";
    own.push(`also at ${others.slice(0, MAX_PLACES).map(at).join(", ")}${more}`);
  }
  const shared = finding.evidence.filter((each) => each.kind === "promise").map((each) => evidenceLine(each).text);
  const instead = insteadOf(finding, report.rules[finding.rule]!);
  if (instead !== undefined) shared.push(`instead: ${instead.trim().replaceAll("\n", " ")}`);
  return { own, shared };
};

/** The findings that waivers excuse, each with who agreed to it and why. */
export const waivedBlock = (report: Report, paint: Paint): string =>
  report.waived
    .map(({ finding, reason, owner, until }) => {
      const message = messageOf(finding, report.rules[finding.rule]!);
      const agreed = `${visible(reason)} (${visible(owner)}${until === undefined ? "" : `, until ${until}`})`;
      return `${at(finding.places[0]!)}  waived  ${message}  ${paint("dim", `[${finding.rule}]`)}\n${paint("dim", `    ${agreed}`)}`;
    })
    .join("\n");

/** The findings as blocks: those of one rule that follow one another and share their last lines have these said once. */
export const findingBlocks = (report: Report, paint: Paint): readonly string[] => {
  const indented = (lines: readonly string[]): string => lines.map((line) => `\n${paint("dim", `    ${line}`)}`).join("");
  const blocks: { readonly key: string; readonly findings: string[]; readonly end: string }[] = [];
  for (const finding of report.findings) {
    const { own, shared } = linesOf(finding, report);
    const text = headOf(finding, report, paint) + indented(own);
    const key = JSON.stringify([finding.rule, finding.severity, shared]);
    const last = blocks.at(-1);
    if (last?.key === key) last.findings.push(text);
    else blocks.push({ key, findings: [text], end: indented(shared) });
  }
  return blocks.map(({ findings, end }) => findings.join("\n") + end);
};
