import type { PolicyLine } from "../findings/model.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import { visible } from "../shared/visible.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { loadPolicy } from "./load-policy.ts";
import { shippedOf } from "./shipped.ts";

/** A line of the output and the line of the policy it comes from. */
type Row = readonly [text: string, at?: PolicyLine];

/** A value as YAML on one line: JSON is YAML, and plain words need no quotes. */
const yaml = (value: unknown): string => {
  if (typeof value === "string")
    return /^[A-Za-z_][\w ./-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(yaml).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    return `{ ${Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => `${key}: ${yaml(each)}`)
      .join(", ")} }`;
  }
  return String(value);
};

const RULE_KEYS = ["severity", "match", "message", "instead"] as const;

const ruleRows = (rule: ResolvedRule): Row[] => [
  [`  ${rule.id}:`, rule.at],
  ...RULE_KEYS.filter((key) => rule[key] !== undefined).map((key): Row => [`    ${key}: ${yaml(rule[key])}`, rule.origins[key] ?? rule.at]),
];

const listRows = <T extends { readonly at: PolicyLine }>(entries: readonly T[]): Row[] =>
  entries.map(({ at, ...entry }) => [`  - ${yaml(entry)}`, at]);

const section = (title: string, rows: readonly Row[]): readonly Row[] => (rows.length === 0 ? [] : [[title], ...rows]);

/** The policy in force as one YAML file, each line with the file and line it comes from. Promises stand in the order in which they are tried. */
const renderPolicy = ({ rules, promises, waivers, kernels, code, manifest, budget }: ResolvedPolicy): string => {
  const rows: readonly Row[] = [
    ...(manifest ? [[`manifest: ${yaml(manifest.name)}`, manifest.at] as const] : []),
    ...section(
      "kernels:",
      kernels.map(({ name, at }) => [`  - ${yaml(name)}`, at]),
    ),
    ...section(
      "code:",
      code.map(({ path, at }) => [`  - ${yaml(path)}`, at]),
    ),
    ...section(
      "budget:",
      budget.map(({ level, most, at }) => [`  ${level}: ${most}`, at]),
    ),
    ...section("rules:", rules.flatMap(ruleRows)),
    ...section("waivers:", listRows(waivers)),
    ...section("promises:", listRows(promises)),
  ];
  return rows
    .map(([text, at]) => visible(at ? `${text}  # ${at.file}:${at.line}` : text))
    .join("\n")
    .concat("\n");
};

/** `abi-lint policy`: what is judged by, and where each value comes from. */
export const showPolicy = async (wanted: string | undefined, io: Io): Promise<ExitCode> => {
  const { host, stdout } = io;
  stdout.write(renderPolicy(await loadPolicy(host, shippedOf(io), wanted)));
  return EXIT.clean;
};
