import { lint } from "../../engine/lint.ts";
import type { Finding, Report } from "../../findings/model.ts";
import type { ResolvedPolicy } from "../../policy/model.ts";
import type { RunnablePolicy } from "../load-code.ts";
import { compileGlobs } from "../../shared/glob.ts";
import { InputError, type Problem } from "../../shared/input-error.ts";
import { didYouMean } from "../../shared/suggest.ts";
import type { YamlText } from "../../shared/yaml.ts";
import { aboutOf, expected, found, type Difference, type Outcome } from "./outcome.ts";
import { parseScene } from "./scene.ts";
import type { Case, Expected } from "./schema.ts";

// A case of a *.test.yaml: a subject, judged by the whole policy, and what is to be found of it.

const compileExpected = ({ rule, name, severity, line }: Expected): ((finding: Finding) => boolean) => {
  const isNamed = name === undefined ? () => true : compileGlobs(name);
  return (finding) =>
    finding.rule === rule &&
    isNamed(aboutOf(finding) ?? "") &&
    (severity === undefined || finding.severity === severity) &&
    (line === undefined || finding.places.some((place) => place.line === line));
};

/** An expectation in its own words, and what became of it where the policy has silenced it. */
const missing = (entry: Expected, policy: ResolvedPolicy, { waived }: Report): Difference => {
  const { rule, name, severity, line } = entry;
  const words = [severity, rule, name].filter((word) => word !== undefined).join(" ");
  const isOff = policy.rules.some((each) => each.id === rule && each.severity === "off");
  const waiver = waived.find(({ finding }) => compileExpected(entry)(finding));
  const note = isOff ? " (the policy has it off)" : waiver ? ` (waived: ${waiver.reason})` : "";
  return expected(`${words}${line === undefined ? "" : ` at line ${line}`}${note}`);
};

/** A rule that does not exist can be neither found nor missed: a `not` of it would hold for ever. */
const checkRules = ({ finds = [], not = [] }: Case, policy: ResolvedPolicy, yaml: YamlText): Problem[] => {
  const known = new Set(policy.rules.map(({ id }) => id));
  const check = (key: string, list: readonly { readonly rule: string }[]): Problem[] =>
    list.flatMap(({ rule }, index) =>
      known.has(rule) ? [] : [yaml.problem([key, index, "rule"], `unknown rule "${rule}"`, didYouMean(rule, known))],
    );
  return [...check("finds", finds), ...check("not", not)];
};

/** Judges a case. What the policy says of itself (a waiver that this one subject does not need, a budget) is not asked. @throws InputError */
export const testCase = (one: Case, { policy, code }: RunnablePolicy, yaml: YamlText, today: string): Outcome => {
  const problems = checkRules(one, policy, yaml);
  if (problems.length > 0) throw new InputError(problems);
  const scene = parseScene(yaml);
  const report = lint({ ...scene, policy: { ...policy, budget: [] }, code, today: one.today ?? today, complete: false });
  const findings = report.findings.filter((finding) => finding.subject === scene.subjects[0].name && aboutOf(finding) !== undefined);
  const finds = (one.finds ?? []).map((entry) => ({ entry, test: compileExpected(entry) }));
  const not = (one.not ?? []).map(compileExpected);
  const isForbidden = (finding: Finding): boolean => not.some((test) => test(finding));
  const isClosed = one.finds !== undefined && one.others === undefined;
  return {
    at: yaml.placeOf([]),
    says: one.says,
    differences: [
      ...finds.filter(({ test }) => !findings.some(test)).map(({ entry }) => missing(entry, policy, report)),
      ...findings.flatMap((finding) => {
        if (isForbidden(finding)) return [found(finding, ", which must not be found")];
        return isClosed && !finds.some(({ test }) => test(finding)) ? [found(finding)] : [];
      }),
    ],
  };
};
