import { validate } from "../shared/validate.ts";
import { parseYaml } from "../shared/yaml.ts";
import type { PolicyReader } from "./load.ts";
import { PolicyFile, RuleFile } from "./schema.ts";

/** Reads what anybody may have written. */
export const reader: PolicyReader = {
  parse: ({ text, file }) => parseYaml(text, file),
  policy: (yaml) => validate(yaml, PolicyFile),
  rule: (yaml) => validate(yaml, RuleFile),
};
