import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { PolicySource, PolicyText } from "../policy/load.ts";
import type { ResolvedPolicy } from "../policy/model.ts";
import { resolvePolicy } from "../policy/resolve.ts";
import type { Host } from "./host.ts";

/** The package's own `rules/`: beside dist/ in the bundle as beside src/ in the repository. */
const shippedRules = (): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith("cli") ? join(here, "../../rules") : join(here, "../rules");
};

const NAMES = ["abi-lint.yaml", "abi-lint.yml", ".abi-lint.yaml"];

const yamlFiles = (host: Host, folder: string, prefix: string): PolicyText[] =>
  host
    .list(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => ({ file: `${prefix}/${name}`, text: host.readText(join(folder, name)) }));

/** What abi-lint ships, and files by path. Shipped files are named from the package's root, wherever it is installed. */
export const policySource = (host: Host): PolicySource => {
  const root = shippedRules();
  const presets = yamlFiles(host, join(root, "presets"), "rules/presets");
  return {
    rules: yamlFiles(host, root, "rules"),
    promises: yamlFiles(host, join(root, "promises"), "rules/promises"),
    presets: new Map(presets.map((preset) => [preset.file.slice("rules/presets/".length, -".yaml".length), preset])),
    read: (path, from) => {
      const file = join(from === "" ? "." : dirname(from), path);
      return { file: host.shown(file), text: host.readText(file) };
    },
  };
};

/** The project's policy: the nearest abi-lint.yaml from the working directory upwards, to the repository's root. */
const findPolicy = (host: Host): string | undefined => {
  for (let folder = host.cwd; ; folder = dirname(folder)) {
    const found = NAMES.map((name) => join(folder, name)).find((path) => host.kindOf(path) === "file");
    if (found !== undefined) return host.shown(found);
    if (host.kindOf(join(folder, ".git")) !== "missing" || resolve(folder) === dirname(resolve(folder))) return undefined;
  }
};

/** The policy in force: the one asked for (a preset's name or a path), else the project's, else `recommended`. */
export const loadPolicy = (host: Host, wanted: string | undefined): ResolvedPolicy => {
  const source = policySource(host);
  if (wanted === undefined) {
    const found = findPolicy(host);
    return resolvePolicy(found === undefined ? undefined : found.includes("/") ? found : `./${found}`, source);
  }
  const isFile = !source.presets.has(wanted) && host.kindOf(wanted) !== "missing";
  return resolvePolicy(isFile && !wanted.includes("/") ? `./${wanted}` : wanted, source);
};
