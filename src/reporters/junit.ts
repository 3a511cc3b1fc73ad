import { messageOf } from "../findings/message.ts";
import { aboutOf } from "../findings/order.ts";
import type { Finding, FindingSeverity, Report } from "../findings/model.ts";
import { atLeast } from "../findings/order.ts";
import { problemPlace, problemText } from "./closing.ts";
import { linesOf, placeText } from "./finding-lines.ts";
import { clip, literal, numbering, oneLine } from "./plain.ts";
import type { Reporter } from "./reporter.ts";
import { element, xmlText } from "./xml.ts";

type Outcome = "passed" | "failed" | "error" | "skipped";

/** A test case, as XML, and how it ended. */
interface Case {
  readonly suite: string;
  readonly outcome: Outcome;
  readonly xml: string;
}

/** The suite of inputs that could not be read. */
const UNREAD = "inputs not read";

const MAX_NAME = 500;

const ELEMENT = { failed: "failure", error: "error", skipped: "skipped" } as const;

const insideOf = (outcome: Outcome, type: string, message: string, text: string): string => {
  if (outcome !== "passed") return element(ELEMENT[outcome], { ...(outcome !== "skipped" && { type }), message: oneLine(message) }, text);
  return text === "" ? "" : element("system-out", {}, text);
};

const caseOf = (suite: string, name: string, outcome: Outcome, type: string, message: string, lines: readonly string[]): Case => {
  const inside = insideOf(outcome, type, message, xmlText(lines.join("\n")));
  return { suite, outcome, xml: element("testcase", { classname: `abi-lint.${literal(suite)}`, name }, inside) };
};

const nameOf = (finding: Finding): string => {
  const about = aboutOf(finding);
  const on = finding.kernels.length > 0 ? ` on ${finding.kernels.join(", ")}` : "";
  return `${finding.rule}${about === "" ? "" : `: ${about}`}${on}`;
};

/** The places in gcc's form, which a test report has no field for (junit-10.xsd refuses `file` on a test case), and the evidence. */
const textOf = (finding: Finding, report: Report): readonly string[] => {
  const message = messageOf(finding, report.rules[finding.rule]!);
  const { own, also, shared } = linesOf(finding, report);
  return [
    oneLine(`${placeText(finding.places[0]!)}: ${finding.severity}: ${message} [${finding.rule}]`),
    ...[...own, ...(also === undefined ? [] : [also]), ...shared].map((line) => `    ${oneLine(line)}`),
  ];
};

/** As the exit status says it: 1 for what is wrong, 2 for what could not be checked, 0 for what is below the limit. */
const outcomeOf = (finding: Finding, failOn: FindingSeverity): Outcome => {
  if (!atLeast(finding.severity, failOn)) return "passed";
  return finding.gap === undefined ? "failed" : "error";
};

const casesOf = (report: Report, failOn: FindingSeverity): readonly Case[] => {
  const messageFor = (finding: Finding): string => messageOf(finding, report.rules[finding.rule]!);
  const names = new Map<string, (name: string) => string>();
  /** A name of its own within its suite: a history of results is kept by name. */
  const own = (suite: string, name: string): string => {
    if (!names.has(suite))
      names.set(
        suite,
        numbering((each, count) => `${each} (${count})`),
      );
    return names.get(suite)!(clip(literal(name), MAX_NAME));
  };
  const settled = (finding: Finding, why: string): Case =>
    caseOf(finding.subject, own(finding.subject, nameOf(finding)), "skipped", "", why, textOf(finding, report));
  return [
    ...report.findings.map((finding) => {
      const outcome = outcomeOf(finding, failOn);
      const type = outcome === "error" ? "not-checked" : finding.severity;
      return caseOf(finding.subject, own(finding.subject, nameOf(finding)), outcome, type, messageFor(finding), textOf(finding, report));
    }),
    ...report.waived.map(({ finding, reason, owner, until }) =>
      settled(finding, `waived: ${reason} (${owner}${until === undefined ? "" : `, until ${until}`})`),
    ),
    ...report.accepted.map((finding) => settled(finding, "accepted by the baseline")),
    ...report.problems.map((problem) => {
      const text = `${problemPlace(problem)}: error: ${problemText(problem)}`;
      return caseOf(UNREAD, own(UNREAD, problem.file), "error", "not-read", problem.message, [oneLine(text)]);
    }),
  ];
};

const suiteXml = (name: string, cases: readonly Case[]): string => {
  // A suite without a case counts as a run that tested nothing.
  const all = cases.length > 0 ? cases : [caseOf(name, "nothing found", "passed", "", "", [])];
  const count = (outcome: Outcome): number => all.filter((each) => each.outcome === outcome).length;
  const counts = { tests: all.length, failures: count("failed"), errors: count("error"), skipped: count("skipped") };
  return element("testsuite", { name: literal(name), ...counts }, `\n${all.map(({ xml }) => `${xml}\n`).join("")}`);
};

/**
 * A JUnit report as Jenkins takes it (junit-10.xsd of its xUnit plugin) and GitLab (`artifacts: reports: junit`). A suite for each subject, a case for each
 * finding: failed where it fails the run, in error where it says that something could not be checked, skipped where it is waived or accepted, else passed
 * with its words as output. Of a `type` GitLab's reader casts words like `yaml` or `integer`, so it is never a name from outside.
 */
export const junit: Reporter = (report, { failOn = "error" }) => {
  const cases = casesOf(report, failOn);
  const suites = new Map<string, Case[]>(report.subjects.map(({ name }) => [name, []]));
  for (const each of cases) {
    const suite = suites.get(each.suite);
    if (suite) suite.push(each);
    else suites.set(each.suite, [each]);
  }
  const count = (outcome: Outcome): number => cases.filter((each) => each.outcome === outcome).length;
  const clean = [...suites.values()].filter((each) => each.length === 0).length;
  const totals = { name: "abi-lint", tests: cases.length + clean, failures: count("failed"), errors: count("error") };
  const inside = [...suites].map(([name, each]) => `${suiteXml(name, each)}\n`).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", totals, `\n${inside}`)}\n`;
};
