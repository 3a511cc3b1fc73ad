import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuleTypes } from "../custom/check.ts";
import type { Host } from "./host.ts";

// The text of the types that rules written in TypeScript are checked against: the sources themselves. The build leaves a copy beside the bundle.

const ROOT = "custom/rule.ts";

/** The file that declares `Rule` and whatever it imports, by their path below `src`. */
export const readRuleTypes = (host: Host, src: string): RuleTypes => {
  const texts: Record<string, string> = {};
  const add = (file: string): void => {
    if (file in texts) return;
    const text = (texts[file] = host.readText(join(src, file)));
    for (const [, path] of text.matchAll(/ from "(\.[^"]+)"/g)) add(join(dirname(file), path!));
  };
  add(ROOT);
  return texts;
};

const here = dirname(fileURLToPath(import.meta.url));

/** The types of a rule: from beside the bundle, or from the sources where they run unbundled. */
export const loadRuleTypes = (host: Host): RuleTypes => {
  const frozen = join(here, "rule-types.json");
  return host.kindOf(frozen) === "file" ? (JSON.parse(host.readText(frozen)) as RuleTypes) : readRuleTypes(host, join(here, ".."));
};
