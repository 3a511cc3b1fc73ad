import { messageOf } from "../findings/message.ts";
import { visible } from "../shared/visible.ts";
import type { Reporter } from "./reporter.ts";

/** The lines that editors and CI hosts already know how to read: `path:line:col: error: message [rule-id]`, one for each place. */
export const gcc: Reporter = (report) =>
  report.findings
    .flatMap((finding) => {
      const message = messageOf(finding, report.rules[finding.rule]!);
      return finding.places.map(
        ({ file, line, column }) => `${visible(file)}:${line}:${column}: ${finding.severity}: ${message} [${finding.rule}]\n`,
      );
    })
    .join("");
