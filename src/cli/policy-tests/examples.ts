import { lint, type LintInput } from "../../engine/lint.ts";
import { messageOf } from "../../findings/message.ts";
import type { Finding } from "../../findings/model.ts";
import type { Identity } from "../../policy/baseline.ts";
import type { PolicySource } from "../../policy/load.ts";
import type { ResolvedPolicy, ResolvedRule, ResolvedWaiver } from "../../policy/model.ts";
import { resolvePolicy } from "../../policy/resolve.ts";
import { PolicyFile, RuleFile, type Example } from "../../policy/schema.ts";
import { validate } from "../../shared/validate.ts";
import type { Level } from "../../shared/vocabulary.ts";
import { parseYaml, type Path, type YamlText } from "../../shared/yaml.ts";
import type { RunnablePolicy } from "../load-code.ts";
import { expected, found, type Difference, type Outcome } from "./outcome.ts";
import { parseScene, partOf } from "./scene.ts";

// A rule's own examples: each bad one is found by that rule, each good one is not. No other rule is asked.

/** The day on which examples are judged: always the same, so that none passes today and fails tomorrow. */
const DAY = "2026-11-23";

/** An example's own agreements in place of the policy's. */
const agreementsOf = (example: Example, policy: ResolvedPolicy, yaml: YamlText): Pick<LintInput, "policy" | "baseline"> => {
  const waivers = (key: "waivers" | "untrusted"): ResolvedWaiver[] =>
    (example[key] ?? []).map(({ match, until, ...waiver }, index) => ({
      ...waiver,
      match: match ?? {},
      ...(until !== undefined && { until }),
      at: yaml.placeOf([key, index]),
    }));
  const budget = Object.entries(example.budget ?? {}).map(([level, most]) => ({
    level: level as Level,
    most,
    at: yaml.placeOf(["budget", level]),
  }));
  const accepted = (example.baseline ?? []).map((identity, index) => ({
    identity: identity as unknown as Identity,
    at: yaml.placeOf(["baseline", index]),
  }));
  const isBinary = example.binary ?? policy.isBinary;
  const promises = example.promised ? [{ ...given(example.promised), match: {}, at: yaml.placeOf(["promised"]) }] : policy.promises;
  return {
    policy: { ...policy, isBinary, promises, waivers: waivers("waivers"), untrusted: waivers("untrusted"), budget },
    baseline: { accepted },
  };
};

const given = ({ level, kernels }: NonNullable<Example["promised"]>): { readonly level: Level; readonly kernels?: readonly string[] } => ({
  level,
  ...(kernels && { kernels }),
});

/** Placeholders of the message that have no value in a finding: whoever reads it would see a hole. */
const holes = (finding: Finding, rule: ResolvedRule): Difference[] =>
  [...rule.message.matchAll(/\{([a-z-]+)\}/g)]
    .filter(([, name]) => !finding.facts[name!])
    .map(([placeholder]) => expected(`a value for ${placeholder} in "${messageOf(finding, rule)}"`));

const judgeExample = (rule: ResolvedRule, example: Example, isBad: boolean, { policy, code }: RunnablePolicy, yaml: YamlText): Outcome => {
  const alone = { ...rule, severity: rule.severity === "off" ? ("error" as const) : rule.severity };
  const { findings } = lint({ ...parseScene(yaml), ...agreementsOf(example, { ...policy, rules: [alone] }, yaml), code, today: DAY });
  const says = `${rule.id} ${isBad ? "finds" : "passes"}: ${example.says}`;
  if (!isBad) return { at: yaml.placeOf([]), says, differences: findings.map((finding) => found(finding)) };
  const missing = findings.length === 0 ? [expected(`${alone.severity} ${rule.id}`)] : [];
  return { at: yaml.placeOf([]), says, differences: [...missing, ...findings.flatMap((finding) => holes(finding, alone))] };
};

const judgeExamples = (
  id: string,
  examples: NonNullable<ResolvedRule["examples"]>,
  { policy, code }: RunnablePolicy,
  yaml: YamlText,
  path: Path,
): Outcome[] => {
  const rule = policy.rules.find((each) => each.id === id)!;
  return (["bad", "good"] as const).flatMap((kind) =>
    examples[kind].map((example, index) =>
      judgeExample(rule, example, kind === "bad", { policy, code }, partOf(yaml, [...path, kind, index])),
    ),
  );
};

/** Runs the examples of a rule file, by that rule and the promises that are shipped. @throws InputError where it is not valid. */
export const testRuleFile = (yaml: YamlText, source: PolicySource): readonly Outcome[] => {
  const { id, examples } = validate(yaml, RuleFile);
  const nothing = { ...source, rules: [yaml], presets: new Map([["nothing", parseYaml("", "nothing")]]) };
  return judgeExamples(id, examples, { policy: resolvePolicy("nothing", nothing), code: new Map() }, yaml, ["examples"]);
};

/** Runs the examples that stand in a policy's `rules:`, by those rules as the whole policy has them. @throws InputError where it is not valid. */
export const testPolicyRules = (yaml: YamlText, { policy, code }: RunnablePolicy): readonly Outcome[] => {
  const rules = yaml.value === null ? {} : (validate(yaml, PolicyFile).rules ?? {});
  return Object.entries(rules).flatMap(([id, block]) =>
    typeof block === "string" || !block.examples
      ? []
      : judgeExamples(id, block.examples, { policy, code }, yaml, ["rules", id, "examples"]),
  );
};
