import { messageOf } from "../findings/message.ts";
import type { Finding, FindingSeverity, Report } from "../findings/model.ts";
import type { Problem } from "../shared/input-error.ts";
import { countText, problemText } from "./closing.ts";
import { linesOf } from "./finding-lines.ts";
import { markdownWithin } from "./markdown.ts";
import { clip, oneLine, pathText } from "./plain.ts";
import type { Reporter } from "./reporter.ts";

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const satisfies Record<FindingSeverity, string>;

/** The runner takes as many of each kind from a step (ExecutionContext.cs, _maxCountPerIssueType); what comes later is dropped. */
const PER_KIND = 10;

/** The runner cuts messages at 4096 characters. */
const MAX_MESSAGE = 4000;

/** A title of the checks API. */
const MAX_TITLE = 255;

const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

interface Annotation {
  readonly severity: FindingSeverity;
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly title: string;
  readonly message: string;
}

/**
 * A command as ActionCommand.cs of actions/runner takes it apart: it trims all properties together, so that numbers stand first and a title of ours last,
 * and drops an `=` that a value begins with, so that such a path is written from the folder.
 */
const commandOf = ({ severity, file, line, column, title, message }: Annotation): string => {
  const path = pathText(file);
  const properties = [
    ...(line === undefined ? [] : [`line=${line}`, `col=${column ?? 1}`]),
    ...(path === "" ? [] : [`file=${property(path.startsWith("=") ? `./${path}` : path)}`]),
    `title=${property(clip(oneLine(title), MAX_TITLE))}`,
  ];
  return `::${COMMANDS[severity]} ${properties.join(",")}::${data(clip(message, MAX_MESSAGE))}\n`;
};

const ofFinding = (finding: Finding, report: Report): Annotation => {
  const rule = report.rules[finding.rule]!;
  const { own, also, shared } = linesOf(finding, report);
  const lines = [messageOf(finding, rule), ...own, ...(also === undefined ? [] : [also]), ...shared, `[${rule.id}]`];
  const { file, line, column } = finding.places[0]!;
  return { severity: finding.severity, file, line, column, title: `abi-lint: ${rule.title}`, message: lines.map(oneLine).join("\n") };
};

const ofProblem = (problem: Problem): Annotation => ({
  severity: "error",
  file: problem.file,
  ...(problem.line !== undefined && { line: problem.line, column: problem.column ?? 1 }),
  title: "abi-lint: an input that could not be read",
  message: oneLine(problemText(problem)),
});

/**
 * Workflow commands for a step of GitHub Actions (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands): the worst of each
 * kind as annotations, then a line that says how many there are. The rest belongs into the step's summary. No line begins with anything from outside.
 */
export const github: Reporter = (report) => {
  const all = [...report.problems.map(ofProblem), ...report.findings.map((finding) => ofFinding(finding, report))];
  const shown = (["error", "warning", "note"] as const).flatMap((severity) =>
    all.filter((each) => each.severity === severity).slice(0, PER_KIND),
  );
  const hidden = all.length - shown.length;
  const rest = hidden === 0 ? "" : `; ${hidden} not annotated: GitHub shows ${PER_KIND} of a kind for each step`;
  return `${shown.map(commandOf).join("")}abi-lint: ${countText(report)}${rest}\n`;
};

/** A summary of 1 MiB or more is refused whole, with all that the step has written there; a unit of UTF-16 takes three bytes at most. */
const SUMMARY = 300_000;

/** What belongs into the file that $GITHUB_STEP_SUMMARY names, after what is there already. */
export const stepSummary = (report: Report): string => markdownWithin(report, SUMMARY);
