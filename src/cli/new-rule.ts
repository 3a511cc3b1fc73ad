import { join } from "node:path";
import { InputError } from "../shared/input-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { createFiles, fill, schemaFrom } from "./templates.ts";
import { shippedOf } from "./shipped.ts";

export interface NewRuleOptions {
  readonly folder: string;
}

const checkId = (id: string, shipped: ReadonlySet<string>): void => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 64)
    throw new InputError({ file: id, message: "the id of a rule is kebab-case", hint: "such as no-trace-hooks" });
  if (shipped.has(id)) {
    const hint = "to change it, name it below rules: in abi-lint.yaml";
    throw new InputError({ file: id, message: "a rule of this id is shipped with abi-lint", hint });
  }
};

/** `abi-lint new rule ID`: a rule as a file, complete, with an example of either verdict. */
export const newRule = (id: string, { folder }: NewRuleOptions, io: Io): ExitCode => {
  const { host, stdout } = io;
  const { rules, data } = shippedOf(io);
  checkId(id, new Set(rules.map(({ value }) => (value as { readonly id: string }).id)));
  const path = join(folder, `${id}.yaml`);
  const text = fill(data.templates["rule.yaml.in"]!, { id, schema: schemaFrom(host, folder, "rule.json") });
  createFiles(host, [{ path, text }]);
  const shown = host.shown(path);
  const extended = host.shown(folder);
  stdout.write(
    [
      `${shown} written: a rule on example_*, with its examples`,
      "",
      "Next:",
      "  say what it matches and what is wrong with that",
      `  abi-lint test ${shown}`,
      `  in abi-lint.yaml:  extends: [recommended, ${/^\.\.?(\/|$)/.test(extended) ? extended : `./${extended}`}]`,
      "",
    ].join("\n"),
  );
  return EXIT.clean;
};
