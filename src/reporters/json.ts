import { insteadOf, messageOf } from "../findings/message.ts";
import type { Finding, Report, RuleText } from "../findings/model.ts";
import { countFindings, groundOf } from "../findings/summary.ts";
import { evidenceJson } from "./evidence-json.ts";
import type { JsonFinding, JsonReport } from "./json-schema.ts";
import type { Reporter } from "./reporter.ts";

/** What a note behind a name speaks of, whatever the template does. */
const ALWAYS = new Set(["written", "perhaps"]);

/** The facts that the rule's words speak of: with the rule beside them they make the message again. */
const spokenOf = ({ facts }: Finding, { message, instead = "" }: RuleText): Readonly<Record<string, string>> => {
  const spoken = new Set([...`${message} ${instead}`.matchAll(/\{([a-z-]+)\}/g)].map(([, name]) => name!));
  return Object.fromEntries(Object.entries(facts).filter(([name]) => spoken.has(name) || ALWAYS.has(name)));
};

const findingJson = (finding: Finding, report: Report): JsonFinding => {
  const rule = report.rules[finding.rule]!;
  const instead = insteadOf(finding, rule);
  const { rule: id, severity, subject, level, kernels, places, fingerprint, gap, oddity, waiver, budget, baseline } = finding;
  return {
    rule: id,
    severity,
    message: messageOf(finding, rule),
    ...(instead !== undefined && { instead }),
    subject,
    ...(finding.interface && { interface: finding.interface }),
    ...(gap !== undefined && { gap }),
    ...(oddity !== undefined && { oddity }),
    ...(waiver !== undefined && { waiver }),
    ...(budget !== undefined && { budget }),
    ...(baseline !== undefined && { baseline }),
    ...(level !== undefined && { level }),
    kernels: [...kernels],
    facts: spokenOf(finding, rule),
    evidence: finding.evidence.map(evidenceJson),
    places: places.map((place) => ({ ...place })),
    fingerprint,
  };
};

const ruleJson = ({ title, message, words, why, instead, references, remarks }: RuleText): JsonReport["rules"][string] => ({
  title,
  message,
  words,
  ...(why !== undefined && { why }),
  ...(instead !== undefined && { instead }),
  references,
  remarks,
});

/** The whole report for other programs; its form is rules/schema/report.json. */
export const json: Reporter = (report) => {
  const document: JsonReport = {
    report: 1,
    ...(report.shard && { shard: { ...report.shard } }),
    summary: { ...countFindings(report), waived: report.waived.length, accepted: report.accepted.length },
    kernels: report.kernels.map((kernel) => ({ ...kernel })),
    subjects: report.subjects.map(({ name, kind, path, base, outlook, lists, verdicts, uses }) => {
      const { total, levels, sibling, toolchain } = groundOf(uses);
      return {
        name,
        kind,
        path,
        ...(base !== undefined && { base: { ...base } }),
        ...(outlook && { outlook: { ...outlook } }),
        ...(lists && { lists: lists.map((each) => ({ ...each })) }),
        verdicts: verdicts.map((verdict) => ({ ...verdict })),
        ground: { total, sibling, toolchain, ...levels },
        uses: uses.map((use) => ({ ...use })),
      };
    }),
    rules: Object.fromEntries(Object.entries(report.rules).map(([id, rule]) => [id, ruleJson(rule)])),
    findings: report.findings.map((finding) => findingJson(finding, report)),
    waived: report.waived.map(({ finding, reason, owner, until }) => ({
      finding: findingJson(finding, report),
      reason,
      owner,
      ...(until !== undefined && { until }),
    })),
    accepted: report.accepted.map((finding) => findingJson(finding, report)),
    problems: report.problems.map((problem) => ({ ...problem })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};
