import { messageOf } from "../findings/message.ts";
import type { Finding, FindingSeverity, Place, Report } from "../findings/model.ts";
import { problemText } from "./closing.ts";
import { linesOf } from "./finding-lines.ts";
import { code, sentence, sentenceOn } from "./markdown-text.ts";
import { clip, fitting, literal, pathText } from "./plain.ts";
import type { Reporter } from "./reporter.ts";

const SEVERITIES = { error: "ERROR", warning: "WARNING", note: "INFO" } as const satisfies Record<FindingSeverity, string>;

/**
 * reviewdog reads lines with Go's bufio.Scanner (parser/rdjsonl.go), which gives up, without a word, at one of 64 KiB. A unit of UTF-16 takes three bytes
 * at most, and of what JSON escapes these texts have only quotes and backslashes.
 */
const MAX = { line: 1000, message: 8000 } as const;

const diagnostic = (at: { file: string; line?: number; column?: number }, severity: string, rule: string, message: string): string =>
  JSON.stringify({
    message,
    location: {
      path: pathText(at.file),
      ...(at.line !== undefined && { range: { start: { line: at.line, column: at.column ?? 1 } } }),
    },
    severity,
    source: { name: "abi-lint" },
    code: { value: literal(rule) },
  });

/** A reviewer's comment on one place, so Markdown: whole lines, because half a code span is none. */
const messageText = (finding: Finding, place: Place, report: Report): string => {
  const { own, shared } = linesOf({ ...finding, places: [place] }, report);
  const cut = (line: string): string => clip(line, MAX.line);
  const say = sentenceOn(finding);
  const lines = [say(cut(messageOf(finding, report.rules[finding.rule]!))), ...own.map(cut).map(code), ...shared.map(cut).map(say)];
  return fitting(
    lines.flatMap((line) => [line, ""]),
    MAX.message,
  )
    .join("\n")
    .trimEnd();
};

/**
 * The Reviewdog Diagnostic Format, a line of JSON for each place (https://github.com/reviewdog/reviewdog/tree/master/proto/rdf): reviewdog shows the
 * places that a change touches. Columns count bytes, as DWARF's do.
 */
export const rdjsonl: Reporter = (report) =>
  [
    ...report.problems.map((problem) =>
      diagnostic(problem, "ERROR", "not-read", sentence(clip(`could not be read: ${problemText(problem)}`, MAX.line))),
    ),
    ...report.findings.flatMap((finding) =>
      finding.places.map((place) => diagnostic(place, SEVERITIES[finding.severity], finding.rule, messageText(finding, place, report))),
    ),
  ]
    .map((line) => `${line}\n`)
    .join("");
