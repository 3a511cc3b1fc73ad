import { basename, dirname, join, resolve } from "node:path";
import type { PolicySource } from "../policy/load.ts";
import { collect, collectLater, InputError, type Problem } from "../shared/input-error.ts";
import { didYouMean } from "../shared/suggest.ts";
import { reader } from "../policy/reader.ts";
import { validate } from "../shared/validate.ts";
import { parseYaml, type YamlText } from "../shared/yaml.ts";
import { useColor, type ColorWish } from "./color.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import type { Io } from "./io.ts";
import { loadRunnablePolicy, type RunnablePolicy } from "./load-code.ts";
import { findPolicy, policySource } from "./load-policy.ts";
import { testCase } from "./policy-tests/cases.ts";
import { testPolicyRules, testRuleFile } from "./policy-tests/examples.ts";
import { findTests, type TestedFile } from "./policy-tests/find.ts";
import type { Outcome } from "./policy-tests/outcome.ts";
import { renderOutcomes } from "./policy-tests/render.ts";
import { partOf } from "./policy-tests/scene.ts";
import { TestFile } from "./policy-tests/schema.ts";
import { problemText } from "./problems.ts";
import { shippedOf, type Shipped } from "./shipped.ts";

export interface TestOptions {
  readonly color: ColorWish;
  readonly today?: string;
  /** Whether rules written in TypeScript may run. */
  readonly allowCode?: boolean;
}

/** All that a file's tests need beside the file. */
interface Bench {
  readonly host: Host;
  readonly source: PolicySource;
  /** The policy of a file, or `recommended`; each is resolved once. */
  policyOf(file: string | undefined): Promise<RunnablePolicy>;
  readonly today: string;
}

const benchOf = (shipped: Shipped, { allowCode = false, today }: TestOptions, io: Io): Bench => {
  const resolved = new Map<string | undefined, Promise<RunnablePolicy>>();
  return {
    host: io.host,
    source: policySource(io.host, shipped, reader),
    policyOf: (file) => {
      const policy = resolved.get(file) ?? loadRunnablePolicy(shipped, { policy: file ?? "recommended", waiversFrom: [], allowCode }, io);
      resolved.set(file, policy);
      return policy;
    },
    today: today ?? io.today,
  };
};

/** The policy that a file of cases asks for, its path taken from the file's own folder; else the nearest. */
const policyFor = async (yaml: YamlText, wanted: string | undefined, { host, source, policyOf }: Bench): Promise<RunnablePolicy> => {
  const folder = dirname(yaml.file);
  if (wanted === undefined) return policyOf(findPolicy(host, resolve(host.cwd, folder)));
  if (source.presets.has(wanted)) return policyOf(wanted);
  const file = host.shown(join(folder, wanted));
  if (host.kindOf(file) === "missing") {
    throw new InputError(yaml.problem(["policy"], `there is no preset and no file "${wanted}"`, didYouMean(wanted, source.presets.keys())));
  }
  return policyOf(file);
};

const testRule = (yaml: YamlText, { source }: Bench): readonly Outcome[] => {
  const outcomes = testRuleFile(yaml, source);
  const stem = basename(yaml.file).replace(/\.ya?ml$/, "");
  const { id } = yaml.value as { readonly id: string };
  if (id !== stem) throw new InputError(yaml.problem(["id"], `the id of a rule is its file's name: expected "${stem}"`));
  return outcomes;
};

const testCases = async (yaml: YamlText, bench: Bench): Promise<readonly Outcome[]> => {
  const { policy: wanted, cases } = validate(yaml, TestFile);
  const policy = await policyFor(yaml, wanted, bench);
  const problems: Problem[] = [];
  const outcomes = cases.flatMap(
    (one, index) => collect(problems, () => testCase(one, policy, partOf(yaml, ["cases", index]), bench.today)) ?? [],
  );
  if (problems.length > 0) throw new InputError(problems);
  return outcomes;
};

const testFile = async ({ kind, path }: TestedFile, bench: Bench): Promise<readonly Outcome[]> => {
  const yaml = parseYaml(bench.host.readText(path), path);
  if (kind === "rule") return testRule(yaml, bench);
  return kind === "cases" ? testCases(yaml, bench) : testPolicyRules(yaml, await bench.policyOf(path));
};

/** `abi-lint test`: runs the examples of rules and the cases of `*.test.yaml`. A file that is not valid costs only itself. */
export const testPolicies = async (paths: readonly string[], options: TestOptions, io: Io): Promise<ExitCode> => {
  const { host, stdout, stderr, env } = io;
  const bench = benchOf(shippedOf(io), options, io);
  const { files, problems: unread } = await findTests(host, paths);
  const problems: Problem[] = [...unread];
  const outcomes: Outcome[] = [];
  for (const file of files) {
    outcomes.push(...((await collectLater(problems, () => testFile(file, bench))) ?? []));
  }
  // Two files of cases may share one broken policy.
  for (const text of new Set(problems.map(problemText))) stderr.write(text);
  if (outcomes.length > 0) stdout.write(renderOutcomes(outcomes, useColor(options.color, env, stdout.isTerminal)));
  if (problems.length > 0) return EXIT.notChecked;
  if (outcomes.length === 0) {
    throw new InputError({
      file: paths.map((path) => host.shown(path)).join(", "),
      message: "nothing to test: no rule with examples and no *.test.yaml",
      hint: "abi-lint new rule ID writes a rule with its examples",
    });
  }
  return outcomes.some(({ differences }) => differences.length > 0) ? EXIT.findings : EXIT.clean;
};
