import { evidenceLine } from "../findings/evidence.ts";
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

/** The lines below a finding's first: where else, by which evidence, and what to do instead. */
const bodyOf = (finding: Finding, report: Report): readonly string[] => {
  const evidence = finding.evidence.map(evidenceLine);
  const width = Math.max(0, ...evidence.map(({ from }) => from.length));
  const lines = evidence.map(({ from, text }) => `${width > 0 ? `${from.padEnd(width)}  ` : ""}${text}`);
  const others = finding.places.slice(1);
  if (others.length > 0) {
    const more = others.length > MAX_PLACES ? ` and ${others.length - MAX_PLACES} more` : "";
    lines.push(`also at ${others.slice(0, MAX_PLACES).map(at).join(", ")}${more}`);
  }
  const instead = insteadOf(finding, report.rules[finding.rule]!);
  if (instead !== undefined) lines.push(`instead: ${instead.trim().replaceAll("\n", " ")}`);
  return lines;
};

/** The findings as blocks; those that follow one another with the same words below them share these words. */
export const findingBlocks = (report: Report, paint: Paint): readonly string[] => {
  const blocks: { heads: string[]; body: string }[] = [];
  for (const finding of report.findings) {
    const body = bodyOf(finding, report)
      .map((line) => `\n${paint("dim", `    ${line}`)}`)
      .join("");
    const last = blocks.at(-1);
    const head = headOf(finding, report, paint);
    if (last && last.body === body && body !== "") last.heads.push(head);
    else blocks.push({ heads: [head], body });
  }
  return blocks.map(({ heads, body }) => heads.join("\n") + body);
};
