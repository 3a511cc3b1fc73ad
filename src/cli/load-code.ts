import { basename, dirname, join } from "node:path";
import type { LoadedRule } from "../custom/load.ts";
import type { UseView } from "../custom/rule.ts";
import type { RuleSource } from "../custom/source.ts";
import type { JudgedUse } from "../engine/judge.ts";
import type { CodeCheck } from "../engine/rules.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import type { Placeholder } from "../policy/placeholders.ts";
import { compileGlobs } from "../shared/glob.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import { beside } from "./beside.ts";
import type { Host } from "./host.ts";
import type { Io } from "./io.ts";
import { loadTrustedPolicy } from "./load-policy.ts";
import { loadRuleTypes } from "./rule-types.ts";
import { cachedScripts } from "./script-cache.ts";
import type { Shipped } from "./shipped.ts";

/** The options that say which policy is in force. */
export interface PolicyOptions {
  readonly policy?: string;
  readonly waiversFrom: readonly string[];
  readonly allowCode?: boolean;
}

/** A policy, and the functions of those of its rules that are written in TypeScript. */
export interface RunnablePolicy {
  readonly policy: ResolvedPolicy;
  readonly code: ReadonlyMap<string, CodeCheck>;
}

/** Whether the caller lets a policy's code run. */
export const mayRunCode = ({ allowCode }: PolicyOptions, env: Io["env"]): boolean =>
  allowCode === true || env["ABI_LINT_ALLOW_CODE"] === "1";

type Entry = ResolvedPolicy["code"][number];

/** A problem at an entry of `code:`, with the line it stands on. */
const problemAt = (host: Host, { at }: Entry, message: string, hint?: string): Problem => {
  const source = host.readText(at.file).split(/\r?\n/)[at.line - 1];
  return { ...at, message, ...(source !== undefined && { source }), ...(hint !== undefined && { hint }) };
};

/** The files that an entry names, its path taken from the policy's own folder. */
const filesOf = (host: Host, entry: Entry): readonly string[] => {
  const path = beside(entry.at.file, entry.path);
  const fail = (message: string, hint?: string): never => {
    throw new InputError(problemAt(host, entry, message, hint));
  };
  if (dirname(path).includes("*")) fail("* can stand in the last part of a path only");
  if (!basename(path).includes("*")) return host.kindOf(path) === "file" ? [path] : fail(`there is no file ${host.shown(path)}`);
  const isWanted = compileGlobs(basename(path));
  const names = host.kindOf(dirname(path)) === "folder" ? host.list(dirname(path)) : [];
  const files = names.filter((name) => isWanted(name) && !name.endsWith(".d.ts")).map((name) => join(dirname(path), name));
  return files.length > 0 ? files : fail(`no file fits ${host.shown(path)}`);
};

/** What a use is, for a rule's eyes. */
const viewOf = ({ use, verdict, context, views }: JudgedUse): UseView => ({
  ...use,
  level: verdict.level,
  provider: context.sibling ? "sibling" : "kernel",
  kernels: views.map(({ kernel, found }) => {
    if (!found) return { kernel: kernel.name };
    const { type, exporter, namespace, crc } = found;
    return { kernel: kernel.name, offer: { type, exporter, ...(namespace !== undefined && { namespace }), ...(crc !== 0 && { crc }) } };
  }),
});

const resolvedRule = ({ file, rule }: LoadedRule): ResolvedRule => ({
  id: rule.id,
  title: rule.title,
  severity: rule.severity,
  message: rule.message,
  words: {},
  ...(rule.why !== undefined && { why: rule.why }),
  ...(rule.instead !== undefined && { instead: rule.instead }),
  references: rule.references ?? [],
  remarks: false,
  match: {},
  code: true,
  at: { file, line: 1, column: 1 },
  origins: {},
});

/** The placeholders that every finding on a use has a value for. */
const OF_USES = [
  "name",
  "kind",
  "subject",
  "level",
  "kernels",
  "export-type",
  "exporter",
  "namespace",
  "licences",
  "refused-by",
  "door",
] as const satisfies Placeholder[];

/** Checks and loads the files; the compiler is opened here and nowhere else. */
const loadCode = async (policy: ResolvedPolicy, { host, env }: Pick<Io, "host" | "env">): Promise<readonly LoadedRule[]> => {
  const files = [...new Set(policy.code.flatMap((entry) => filesOf(host, entry)))];
  const sources = files.map((file): RuleSource => ({ file: host.shown(file), text: host.readText(file) }));
  const { checkRules, loadRules } = await import("../custom/door.ts");
  const types = loadRuleTypes(host);
  const scripts = await cachedScripts(sources, types, (some) => checkRules(some, types), { host, env });
  return loadRules(sources, scripts, {
    taken: new Set(policy.rules.map(({ id }) => id)),
    placeholders: OF_USES,
  });
};

/**
 * The policy in force, ready to judge: where it names rules written in TypeScript, these are run only if the caller allows it.
 * @throws InputError where it is not allowed, or a rule is none.
 */
export const loadRunnablePolicy = async (
  shipped: Shipped,
  options: PolicyOptions,
  { host, env }: Pick<Io, "host" | "env">,
): Promise<RunnablePolicy> => {
  const { policy: wanted, waiversFrom } = options;
  const policy = await loadTrustedPolicy(host, shipped, wanted, waiversFrom);
  const [first] = policy.code;
  if (!first) return { policy, code: new Map() };
  if (!mayRunCode(options, env)) {
    const hint = "where you trust whoever can change it: --allow-code, or ABI_LINT_ALLOW_CODE=1";
    throw new InputError(problemAt(host, first, "rules written in TypeScript are code that would run with your rights", hint));
  }
  const loaded = await loadCode(policy, { host, env });
  const { judge } = await import("../custom/door.ts");
  const checkOf =
    (rule: LoadedRule): CodeCheck =>
    (subject, uses) =>
      judge(rule, subject, uses.map(viewOf)).map(({ index, kernels, facts }) => {
        const judged = uses[index]!;
        return { judged, views: judged.views.filter(({ kernel }) => kernels.includes(kernel.name)), facts };
      });
  return {
    policy: await loadTrustedPolicy(host, shipped, wanted, waiversFrom, loaded.map(resolvedRule)),
    code: new Map(loaded.map((each) => [each.rule.id, checkOf(each)])),
  };
};
