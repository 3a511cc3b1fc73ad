import type { Evidence, Finding, Report, SubjectReport, WaivedFinding } from "../findings/model.ts";
import { validate } from "../shared/validate.ts";
import type { YamlText } from "../shared/yaml.ts";
import { JsonReport, type JsonFinding } from "./json-schema.ts";

const evidenceOf = (evidence: JsonFinding["evidence"][number]): Evidence => {
  if (evidence.kind === "crc") return { ...evidence, built: Number(evidence.built), kernelCrc: Number(evidence.kernelCrc) };
  if (evidence.kind !== "list") return evidence as Evidence;
  const { crc, ...rest } = evidence;
  return { ...rest, ...(crc !== undefined && { crc: Number(crc) }) } as Evidence;
};

/** The message and what to do instead are made of the rule and the facts again. */
const findingOf = (json: JsonFinding): Finding => {
  const { message: _, instead: __, evidence, ...finding } = json;
  return { ...finding, evidence: evidence.map(evidenceOf) } as Finding;
};

const subjectOf = (json: JsonReport["subjects"][number]): SubjectReport => {
  const { ground: _, ...subject } = json;
  return subject as unknown as SubjectReport;
};

/** A JSON report as the report that it was written from. @throws InputError where it is none, with every fault's place. */
export const readJsonReport = (yaml: YamlText): Report => {
  const { report: _, summary: __, subjects, findings, waived, accepted, rules, ...rest } = validate(yaml, JsonReport);
  return {
    ...(rest as Pick<Report, "kernels" | "problems" | "shard">),
    subjects: subjects.map(subjectOf),
    findings: findings.map(findingOf),
    waived: waived.map(({ finding, ...waiver }) => ({ ...waiver, finding: findingOf(finding) }) as WaivedFinding),
    accepted: accepted.map(findingOf),
    rules: Object.fromEntries(Object.entries(rules).map(([id, rule]) => [id, { id, ...rule }])) as Report["rules"],
  };
};
