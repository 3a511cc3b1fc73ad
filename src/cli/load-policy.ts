import { dirname, join, resolve } from "node:path";
import { BUILT_READER, type PolicyReader, type PolicySource } from "../policy/load.ts";
import type { ResolvedPolicy, ResolvedRule } from "../policy/model.ts";
import type { WaiverFile } from "../policy/schema.ts";
import { trustWaivers } from "../policy/trust.ts";
import { resolvePolicy } from "../policy/resolve.ts";
import { beside } from "./beside.ts";
import type { Host } from "./host.ts";
import type { Shipped } from "./shipped.ts";

/** What a project's policy is called. */
export const POLICY_NAMES = ["abi-lint.yaml", "abi-lint.yml", ".abi-lint.yaml"];

const PRESETS = "rules/presets/";

const presetsOf = ({ presets }: Shipped): PolicySource["presets"] =>
  new Map(presets.map((preset) => [preset.file.slice(PRESETS.length, -".yaml".length), preset]));

/** The reader of YAML and its schemas take longer to load than a module takes to judge: they are opened for files alone. */
const readerFor = async ({ rules }: Shipped, entry: string | undefined): Promise<PolicyReader> =>
  entry?.includes("/") || rules.some((rule) => rule.isValid !== true) ? (await import("./texts.ts")).reader : BUILT_READER;

/** What abi-lint ships, and files by path. */
export const policySource = (host: Host, shipped: Shipped, reader: PolicyReader): PolicySource => ({
  reader,
  rules: shipped.rules,
  promises: shipped.promises,
  presets: presetsOf(shipped),
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
const trustedWaivers = async (host: Host, files: readonly string[]): Promise<readonly WaiverFile[]> => {
  const { reader } = await import("./texts.ts");
  return files.flatMap((file) => reader.policy(reader.parse({ text: host.readText(file), file: host.shown(file) })).waivers ?? []);
};

/** The policy in force, its waivers held against trusted copies where any are given. */
export const loadTrustedPolicy = async (
  host: Host,
  shipped: Shipped,
  wanted: string | undefined,
  trusted: readonly string[],
  codeRules?: readonly ResolvedRule[],
): Promise<ResolvedPolicy> => {
  const policy = await loadPolicy(host, shipped, wanted, codeRules);
  return trusted.length === 0 ? policy : trustWaivers(policy, await trustedWaivers(host, trusted));
};

/** The policy asked for as a path or a preset's name, else the project's, else nothing. */
const entryOf = (host: Host, presets: PolicySource["presets"], wanted: string | undefined): string | undefined => {
  const entry = wanted ?? findPolicy(host);
  if (entry === undefined || entry.includes("/")) return entry;
  const isFile = wanted === undefined || (!presets.has(wanted) && host.kindOf(wanted) !== "missing");
  return isFile ? `./${entry}` : entry;
};

/** The policy in force: the one asked for (a preset's name or a path), else the project's, else `recommended`. */
export const loadPolicy = async (
  host: Host,
  shipped: Shipped,
  wanted: string | undefined,
  codeRules?: readonly ResolvedRule[],
): Promise<ResolvedPolicy> => {
  const entry = entryOf(host, presetsOf(shipped), wanted);
  return resolvePolicy(entry, policySource(host, shipped, await readerFor(shipped, entry)), codeRules);
};

/** The folder of the policy in force, where the files beside it are looked for: the working directory where that is a preset. */
export const policyFolder = (host: Host, shipped: Shipped, wanted: string | undefined): string => {
  const entry = entryOf(host, presetsOf(shipped), wanted);
  return entry?.includes("/") ? dirname(entry) : ".";
};
