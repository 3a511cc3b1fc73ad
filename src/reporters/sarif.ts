import { messageOf } from "../findings/message.ts";
import type { Finding, Place, Report, RuleText } from "../findings/model.ts";
import type { Problem } from "../shared/input-error.ts";
import { problemText } from "./closing.ts";
import { linesOf, MAX_PLACES, placeText } from "./finding-lines.ts";
import { code, sentence } from "./markdown-text.ts";
import { clip, literal, numbering, oneLine, pathText } from "./plain.ts";
import type { Reporter } from "./reporter.ts";

// SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, by section below), with what GitHub's code scanning asks beyond it
// (https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support): a rule's three texts, all four ends of a region.

/** GitHub refuses a file of more results, and locations of a result beyond these are not shown. */
const MAX = { results: 25_000, locations: 100, description: 1000 } as const;

const ROOT = "%SRCROOT%";

/** 3.4.3, RFC 3986: segments are percent-encoded one by one. A path from the root of the file system is no path of the repository. */
const artifactOf = (path: string): object => {
  const uri = pathText(path).split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? { uri: `file://${uri}` } : { uri, uriBaseId: ROOT };
};

/** 3.30: where a thing ends is not known; a region of one character stands for it. */
const physicalLocation = ({ file, line, column }: Place): object => ({
  artifactLocation: artifactOf(file),
  region: { startLine: line, startColumn: column, endLine: line, endColumn: column + 1 },
});

/** 3.11.6: what looks like a link in a message is one. */
const unlinked = (text: string): string => oneLine(text).replaceAll("](", "] (");
const link = (place: Place, id: number): string => `[${unlinked(placeText(place)).replace(/[\\[\]]/g, "\\$&")}](${id})`;

const alsoText = (others: readonly Place[]): string => {
  const more = others.length > MAX_PLACES ? ` and ${others.length - MAX_PLACES} more` : "";
  return `Also at ${others
    .slice(0, MAX_PLACES)
    .map((place, index) => link(place, index + 1))
    .join(", ")}${more}.`;
};

const messageText = (finding: Finding, report: Report): string => {
  const { own, shared } = linesOf(finding, report);
  const others = finding.places.slice(1);
  return [
    unlinked(messageOf(finding, report.rules[finding.rule]!)),
    ...own.map(unlinked),
    ...(others.length > 0 ? [alsoText(others)] : []),
    ...shared.map(unlinked),
  ].join("\n");
};

/**
 * 3.27.17. GitHub tells alerts apart by primaryLocationLineHash alone. Its upload action makes that of the source line and warns of every one that is not
 * its own (github/codeql-action, src/fingerprints.ts), so that it is left to it wherever there is a source line; where there is none, the action would hash
 * the first line of a binary, or nothing.
 */
const fingerprintsOf = (finding: Finding, fingerprint: string, binaries: ReadonlySet<string>): object => {
  const { file, line, column } = finding.places[0]!;
  const hasSource = !binaries.has(file) || line > 1 || column > 1;
  return { "abiLint/v1": fingerprint, ...(!hasSource && { primaryLocationLineHash: `${fingerprint}:1` }) };
};

const nonEmpty = (text: string, other: string): string => (text === "" ? other : text);

const ruleOf = ({ id, title, why, references }: RuleText, level: string): object => {
  const short = nonEmpty(clip(oneLine(title), MAX.description), literal(id));
  const full = nonEmpty(clip(oneLine(why ?? ""), MAX.description), short);
  const explain = `abi-lint explain ${literal(id)}`;
  const listed = references.map((each) => `- ${oneLine(each)}`).join("\n");
  const markup = references.map((each) => `- ${code(each)}`).join("\n");
  return {
    id: literal(id),
    shortDescription: { text: short },
    fullDescription: { text: full },
    help: {
      text: [full, ...(listed === "" ? [] : [listed]), `${explain} tells more.`].join("\n\n"),
      markdown: [sentence(why ?? title), ...(markup === "" ? [] : [markup]), `${code(explain)} tells more.`].join("\n\n"),
    },
    defaultConfiguration: { level },
    properties: { "problem.severity": level === "note" ? "recommendation" : level },
  };
};

/** 3.58: an input that could not be read is no result; the run says that it did not see everything. */
const notificationOf = (problem: Problem): object => {
  const { file, line, column } = problem;
  const at = line === undefined ? { artifactLocation: artifactOf(file) } : physicalLocation({ file, line, column: column ?? 1 });
  return { level: "error", message: { text: unlinked(problemText(problem)) }, locations: [{ physicalLocation: at }] };
};

interface Settled {
  readonly finding: Finding;
  /** 3.27.23: why nobody is to be told; nothing where somebody is. */
  readonly justification?: string;
}

const settledOf = ({ waived, accepted }: Report): readonly Settled[] => [
  ...waived.map(({ finding, reason, owner, until }) => ({
    finding,
    justification: oneLine(`${reason} (${owner}${until === undefined ? "" : `, until ${until}`})`),
  })),
  ...accepted.map((finding) => ({ finding, justification: "accepted by the baseline" })),
];

const relatedOf = (others: readonly Place[]): readonly object[] =>
  others.slice(0, MAX.locations - 1).map((place, at) => ({ id: at + 1, physicalLocation: physicalLocation(place) }));

/** The results of a run, of which each says whether it is suppressed, or none (3.27.23). */
const resultsOf = (report: Report, all: readonly Settled[], index: ReadonlyMap<string, number>): readonly object[] => {
  const binaries = new Set(report.subjects.map(({ path }) => path));
  const unique = numbering();
  const isSuppressing = all.some(({ justification }) => justification !== undefined);
  return all.map(({ finding, justification }) => {
    const [first, ...others] = finding.places as readonly [Place, ...Place[]];
    const inside = first.function ?? finding.interface?.name;
    const name = literal(inside === undefined ? finding.subject : `${finding.subject}.${inside}`);
    return {
      ruleId: literal(finding.rule),
      ruleIndex: index.get(finding.rule)!,
      level: finding.severity,
      message: { text: messageText(finding, report) },
      locations: [{ physicalLocation: physicalLocation(first), logicalLocations: [{ fullyQualifiedName: name }] }],
      ...(others.length > 0 && { relatedLocations: relatedOf(others) }),
      partialFingerprints: fingerprintsOf(finding, unique(finding.fingerprint), binaries),
      ...(isSuppressing && {
        suppressions: justification === undefined ? [] : [{ kind: "external", status: "accepted", justification }],
      }),
    };
  });
};

const notificationsOf = ({ problems }: Report, cut: number): readonly object[] => [
  ...problems.map(notificationOf),
  ...(cut > 0
    ? [{ level: "warning", message: { text: `${cut} results left out: GitHub takes no more than ${MAX.results} of a run.` } }]
    : []),
];

/**
 * What waivers and the baseline excuse is left out unless it is asked for (--waived): then it stands there as suppressed, which GitHub does not know and
 * opens alerts for (github/codeql-action, issue 1230).
 */
export const sarif: Reporter = (report, { waived = false, version }) => {
  const open: readonly Settled[] = report.findings.map((finding) => ({ finding }));
  const all = waived ? [...open, ...settledOf(report)] : open;
  const shown = all.slice(0, MAX.results);
  const levels = new Map(shown.map(({ finding }) => [finding.rule, finding.severity]));
  const rules = [...levels].map(([id, level]) => ruleOf(report.rules[id]!, level));
  const index = new Map([...levels.keys()].map((id, at) => [id, at]));
  const run = {
    tool: { driver: { name: "abi-lint", ...(version !== undefined && { semanticVersion: version }), rules } },
    invocations: [
      {
        executionSuccessful: report.problems.length === 0,
        toolExecutionNotifications: notificationsOf(report, all.length - shown.length),
      },
    ],
    originalUriBaseIds: {
      [ROOT]: { description: { text: "The folder that abi-lint ran in, which should be the root of the repository." } },
    },
    columnKind: "utf16CodeUnits",
    results: resultsOf(report, shown, index),
  };
  return `${JSON.stringify({ $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] }, null, 2)}\n`;
};
