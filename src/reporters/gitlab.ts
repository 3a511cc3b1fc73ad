import { fingerprintOf } from "../findings/fingerprint.ts";
import { messageOf } from "../findings/message.ts";
import type { FindingSeverity } from "../findings/model.ts";
import { problemText } from "./closing.ts";
import { linesOf } from "./finding-lines.ts";
import { literal, numbering, oneLine, pathText } from "./plain.ts";
import type { Reporter } from "./reporter.ts";

/** GitLab's words, without its two worst: how bad something is for a project is the project's to say. */
const SEVERITIES = { error: "major", warning: "minor", note: "info" } as const satisfies Record<FindingSeverity, string>;

/**
 * A Code Quality report (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format), for `artifacts: reports: codequality`: an array,
 * empty where nothing is wrong. GitLab keeps one of several entries with the same fingerprint and stops reading at the first that lacks a
 * property, so that each has all of them and a fingerprint of its own, without line numbers.
 */
export const gitlab: Reporter = (report) => {
  const unique = numbering();
  const findings = report.findings.map((finding) => {
    const { file, line } = finding.places[0]!;
    const { also } = linesOf(finding, report);
    return {
      description: oneLine(messageOf(finding, report.rules[finding.rule]!) + (also === undefined ? "" : ` (${also})`)),
      check_name: literal(finding.rule),
      fingerprint: unique(finding.fingerprint),
      severity: SEVERITIES[finding.severity],
      location: { path: pathText(file), lines: { begin: line } },
    };
  });
  const problems = report.problems.map((problem) => ({
    description: oneLine(`could not be read: ${problemText(problem)}`),
    check_name: "not-read",
    fingerprint: unique(fingerprintOf("not-read", problem.file, problem.message, [])),
    severity: "critical",
    location: { path: pathText(problem.file), lines: { begin: problem.line ?? 1 } },
  }));
  return `${JSON.stringify([...problems, ...findings], null, 2)}\n`;
};
