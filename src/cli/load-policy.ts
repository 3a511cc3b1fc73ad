import { dirname, join, resolve } from "node:path";
import type { PolicySource } from "../policy/load.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import { PolicyFile, type WaiverFile } from "../policy/schema.ts";
import { trustWaivers } from "../policy/trust.ts";
import { validate } from "../shared/validate.ts";
import { parseYaml } from "../shared/yaml.ts";
import { resolvePolicy } from "../policy/resolve.ts";
import { beside } from "./beside.ts";
import type { Host } from "./host.ts";
import type { Shipped } from "./shipped.ts";

/** What a project's policy is called. */
export const POLICY_NAMES = ["abi-lint.yaml", "abi-lint.yml", ".abi-lint.yaml"];

const PRESETS = "rules/presets/";

/** What abi-lint ships, and files by path. */
export const policySource = (host: Host, { rules, promises, presets }: Shipped): PolicySource => ({
  rules,
  promises,
  presets: new Map(presets.map((preset) => [preset.file.slice(PRESETS.length, -".yaml".length), preset])),
  list: (path, from) => {
    const folder = beside(from, path);
    return host.kindOf(folder) === "folder"
      ? host.list(folder).filter((name) => name.endsWith(".yaml") && !name.endsWith(".test.yaml"))
      : undefined;
  },
  read: (path, from) => {
    const file = beside(from, path);
    return { file: host.shown(file), text: host.readText(file) };
  },
});

/** The project's policy: the nearest abi-lint.yaml from the working directory (or another) upwards, to the repository's root. */
export const findPolicy = (host: Host, start = host.cwd): string | undefined => {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = POLICY_NAMES.map((name) => join(folder, name)).find((path) => host.kindOf(path) === "file");
    if (found !== undefined) return host.shown(found);
    if (host.kindOf(join(folder, ".git")) !== "missing" || resolve(folder) === dirname(resolve(folder))) return undefined;
  }
};

/** The waivers that stand in trusted copies of a policy: in these files themselves, not in what they extend. */
const trustedWaivers = (host: Host, files: readonly string[]): readonly WaiverFile[] =>
  files.flatMap((file) => validate(parseYaml(host.readText(file), host.shown(file)), PolicyFile).waivers ?? []);

/** The policy in force, its waivers held against trusted copies where any are given. */
export const loadTrustedPolicy = (
  host: Host,
  shipped: Shipped,
  wanted: string | undefined,
  trusted: readonly string[],
  codeRules?: readonly ResolvedRule[],
): ResolvedPolicy => {
  const policy = loadPolicy(host, shipped, wanted, codeRules);
  return trusted.length === 0 ? policy : trustWaivers(policy, trustedWaivers(host, trusted));
};

/** The policy asked for as a path or a preset's name, else the project's, else nothing. */
const entryOf = (host: Host, presets: PolicySource["presets"], wanted: string | undefined): string | undefined => {
  const entry = wanted ?? findPolicy(host);
  if (entry === undefined || entry.includes("/")) return entry;
  const isFile = wanted === undefined || (!presets.has(wanted) && host.kindOf(wanted) !== "missing");
  return isFile ? `./${entry}` : entry;
};

/** The policy in force: the one asked for (a preset's name or a path), else the project's, else `recommended`. */
export const loadPolicy = (
  host: Host,
  shipped: Shipped,
  wanted: string | undefined,
  codeRules?: readonly ResolvedRule[],
): ResolvedPolicy => {
  const source = policySource(host, shipped);
  return resolvePolicy(entryOf(host, source.presets, wanted), source, codeRules);
};

/** The folder of the policy in force, where the files beside it are looked for: the working directory where that is a preset. */
export const policyFolder = (host: Host, shipped: Shipped, wanted: string | undefined): string => {
  const entry = entryOf(host, policySource(host, shipped).presets, wanted);
  return entry?.includes("/") ? dirname(entry) : ".";
};
