import { dirname, join, resolve } from "node:path";
import type { PolicySource } from "../policy/load.ts";
import type { ResolvedPolicy } from "../policy/model.ts";
import { resolvePolicy } from "../policy/resolve.ts";
import type { Host } from "./host.ts";
import type { Shipped } from "./shipped.ts";

const NAMES = ["abi-lint.yaml", "abi-lint.yml", ".abi-lint.yaml"];

const PRESETS = "rules/presets/";

/** What abi-lint ships, and files by path. */
export const policySource = (host: Host, { rules, promises, presets }: Shipped): PolicySource => ({
  rules,
  promises,
  presets: new Map(presets.map((preset) => [preset.file.slice(PRESETS.length, -".yaml".length), preset])),
  read: (path, from) => {
    const file = join(from === "" ? "." : dirname(from), path);
    return { file: host.shown(file), text: host.readText(file) };
  },
});

/** The project's policy: the nearest abi-lint.yaml from the working directory upwards, to the repository's root. */
const findPolicy = (host: Host): string | undefined => {
  for (let folder = host.cwd; ; folder = dirname(folder)) {
    const found = NAMES.map((name) => join(folder, name)).find((path) => host.kindOf(path) === "file");
    if (found !== undefined) return host.shown(found);
    if (host.kindOf(join(folder, ".git")) !== "missing" || resolve(folder) === dirname(resolve(folder))) return undefined;
  }
};

/** The policy in force: the one asked for (a preset's name or a path), else the project's, else `recommended`. */
export const loadPolicy = (host: Host, shipped: Shipped, wanted: string | undefined): ResolvedPolicy => {
  const source = policySource(host, shipped);
  if (wanted === undefined) {
    const found = findPolicy(host);
    return resolvePolicy(found === undefined ? undefined : found.includes("/") ? found : `./${found}`, source);
  }
  const isFile = !source.presets.has(wanted) && host.kindOf(wanted) !== "missing";
  return resolvePolicy(isFile && !wanted.includes("/") ? `./${wanted}` : wanted, source);
};
