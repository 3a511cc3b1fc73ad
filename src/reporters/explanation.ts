import { evidenceLine } from "../findings/evidence.ts";
import type { Explanation } from "../findings/explanation.ts";
import { messageOf, writtenNote } from "../findings/message.ts";
import { crcText } from "../shared/crc.ts";
import { visible } from "../shared/visible.ts";
import { SIGHTINGS, type Site } from "../shared/vocabulary.ts";
import { folded, moreLine } from "./fold.ts";
import { painter, plural } from "./paint.ts";
import { timelineLines } from "./timeline.ts";
import type { Dress } from "./reporter.ts";

const hex = (value: number): string => `0x${value.toString(16)}`;

/** One place: the source line, then outward-in the header functions to the place of the relocation. */
const siteLines = ({ file, line, column, function: name, variable, via, section, offset, written }: Site): readonly string[] => {
  const relocation = section === undefined ? "" : `${section}+${hex(offset ?? 0)}`;
  const holder = name ?? variable;
  const source = file === undefined ? relocation : `${file}:${line}:${column ?? 1}`;
  const head = [source, holder && `in ${holder}`, written && `as ${written}`, file !== undefined && relocation].filter(Boolean).join("  ");
  const steps = (via ?? []).toReversed().map((step) => `  inlined ${step.function ?? "?"}  ${step.file}:${step.line}`);
  return [head, ...steps].map(visible);
};

/** What is known of one use, for people. */
export const renderExplanation = (explanations: readonly Explanation[], dress: Dress): string => {
  const paint = painter(dress.color);
  return explanations
    .map(({ subject, interface: taken, row, crc, facts: names, timeline, evidence, sites, report }) => {
      const facts = [
        row.level,
        taken.kind === "symbol" ? (row.exportType ?? "") : taken.kind,
        row.weak ? "weak" : "",
        row.since === undefined ? "" : `since Linux ${row.since}`,
        row.count === undefined ? "" : `asked for ${plural(row.count, "time")}`,
        row.origin === "toolchain" ? "added by the toolchain" : "",
        crc === undefined ? "" : `built against ${crcText(crc)}`,
      ];
      const lines = evidence.map(evidenceLine);
      const width = Math.max(0, ...lines.map(({ from }) => from.length));
      const [shown, hidden] = folded(sites, dress.fold);
      return [
        [paint("bold", visible(taken.name)) + writtenNote(names), ...facts.filter((fact) => fact !== "").map(visible)].join("  "),
        ...(timeline ? timelineLines(timeline).map((line) => `  ${line}`) : []),
        ...lines.map(({ from, text }) => `  ${from === "" ? text : `${from.padEnd(width)}  ${text}`}`),
        ...(row.seen ? [`  ${SIGHTINGS[row.seen]}`] : []),
        `  taken by ${visible(subject)} at ${plural(sites.length, "place")}${sites.length > 0 ? ":" : ""}`,
        ...shown.flatMap((site) => siteLines(site).map((line) => `    ${line}`)),
        ...moreLine(hidden).map((line) => paint("dim", `    ${line}`)),
        ...report.findings.map((finding) => `  ${finding.severity}: ${messageOf(finding, report.rules[finding.rule]!)}  [${finding.rule}]`),
        ...report.accepted.map(
          ({ rule, kernels }) => `  accepted by the baseline${kernels.map((name) => `, ${visible(name)}`).join("")}  [${rule}]`,
        ),
        ...report.waived.map(
          ({ finding, reason, until }) => `  waived (${visible(reason)}${until ? `, until ${until}` : ""})  [${finding.rule}]`,
        ),
      ].join("\n");
    })
    .join("\n\n")
    .concat("\n");
};
