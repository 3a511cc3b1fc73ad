import { messageOf } from "../findings/message.ts";
import type { Finding, Place, Report } from "../findings/model.ts";
import { visible } from "../shared/visible.ts";
import { keysOf } from "../shared/vocabulary.ts";
import { linesOf, MAX_PLACES, placeText } from "./finding-lines.ts";
import { folded, moreInline, moreLine } from "./fold.ts";
import { plural, type Paint } from "./paint.ts";
import type { Dress } from "./reporter.ts";

const COLORS = { error: "red", warning: "yellow", note: "cyan" } as const;

const alsoText = (others: readonly Place[], fold: boolean | undefined): string => {
  const [shown, hidden] = folded(others, fold, MAX_PLACES);
  return `also at ${shown.map(placeText).join(", ")}${moreInline(hidden)}`;
};

const headOf = (finding: Finding, report: Report, paint: Paint): string => {
  const message = messageOf(finding, report.rules[finding.rule]!);
  return `${paint("bold", placeText(finding.places[0]!))}  ${paint(COLORS[finding.severity], finding.severity)}  ${message}  ${paint("dim", `[${finding.rule}]`)}`;
};

/** The findings that waivers excuse, each with who agreed to it and why. */
export const waivedBlock = (report: Report, { fold }: Dress, paint: Paint): string => {
  const [shown, hidden] = folded(report.waived, fold);
  const blocks = shown.map(({ finding, reason, owner, until }) => {
    const message = messageOf(finding, report.rules[finding.rule]!);
    const agreed = `${visible(reason)} (${visible(owner)}${until === undefined ? "" : `, until ${until}`})`;
    return `${placeText(finding.places[0]!)}  waived  ${message}  ${paint("dim", `[${finding.rule}]`)}\n${paint("dim", `    ${agreed}`)}`;
  });
  return [...blocks, ...moreLine(hidden, " waived").map((line) => paint("dim", line))].join("\n");
};

/** How many findings of each severity are left out: the least severe, for the worst stand first. */
const leftOut = (findings: readonly Finding[]): string =>
  keysOf(COLORS)
    .map((severity) => plural(findings.filter((finding) => finding.severity === severity).length, severity))
    .filter((count) => !count.startsWith("0 "))
    .join(", ");

/** The findings as blocks: those of one rule that follow one another and share their last lines have these said once. */
export const findingBlocks = (report: Report, { fold }: Dress, paint: Paint): readonly string[] => {
  const indented = (lines: readonly string[]): string => lines.map((line) => `\n${paint("dim", `    ${line}`)}`).join("");
  const blocks: { readonly key: string; readonly findings: string[]; readonly end: string }[] = [];
  const [shown, hidden] = folded(report.findings, fold);
  for (const finding of shown) {
    const { own, shared } = linesOf(finding, report);
    const others = finding.places.slice(1);
    const text = headOf(finding, report, paint) + indented([...own, ...(others.length > 0 ? [alsoText(others, fold)] : [])]);
    const key = JSON.stringify([finding.rule, finding.severity, shared]);
    const last = blocks.at(-1);
    if (last?.key === key) last.findings.push(text);
    else blocks.push({ key, findings: [text], end: indented(shared) });
  }
  const rest = moreLine(hidden, `: ${leftOut(report.findings.slice(shown.length))}`);
  return [...blocks.map(({ findings, end }) => findings.join("\n") + end), ...rest.map((line) => paint("bold", line))];
};
