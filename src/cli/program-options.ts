import { InvalidArgumentError, Option, type Command } from "commander";

// What several commands take.

/** The values of an option that may be given again and again. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** The same of `FROM=TO`. */
export const collectMap = (value: string, before: readonly string[]): readonly string[] => {
  if (!value.includes("=")) throw new InvalidArgumentError("Expected FROM=TO.");
  return [...before, value];
};

/** A day as ISO 8601 writes it. */
export const day = (value: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value)))
    throw new InvalidArgumentError("Expected a day such as 2027-03-31.");
  return value;
};

/** The options of the commands that judge. */
export const gathering = (command: Command): Command =>
  command
    .option(
      "-k, --kernel <release|[name=]file>",
      "a kernel to judge against: a release such as 6.12, or a Module.symvers, or a folder that holds one (repeatable, or separated by commas)",
      collect,
      [],
    )
    .option(
      "--btf <[kernel=]file>",
      "a kernel's types, for BPF objects: raw BTF, a vmlinux, /sys/kernel/btf/vmlinux; then its modules (repeatable)",
      collect,
      [],
    )
    .option("--embedded", "look for BPF objects in the inputs, whatever they are: skeletons in programs and libraries")
    .option("--binary", "the modules are shipped as they were built: they must load, not only build")
    .option("-p, --policy <preset|file>", "the policy (default: the nearest abi-lint.yaml, else recommended)")
    .option("--waivers-from <file>", "a trusted copy of the policy: only waivers that it has count (repeatable)", collect, [])
    .option("--allow-code", "run the rules that the policy's `code` names: they are TypeScript and have your rights")
    .option("--path-map <from=to>", "rewrite the beginning of source paths (repeatable)", collectMap, [])
    .option("--no-places", "do not look for source lines")
    .option("--source <folder>", "where the source of the modules is (repeatable; default: beside them, where makefiles are)", collect)
    .option("--no-source", "read no source: judge what the objects take alone")
    .option(
      "--builds-on <kernel>",
      "a kernel that the source builds on (default: what the module was built on, else one that is told from it)",
    )
    .option(
      "--confirm <[kernel=]folder>",
      "have a compiler confirm what is predicted, by a kernel's configured headers: /lib/modules/…/build (repeatable); runs that compiler",
      collect,
    )
    .option("--compiler <program>", "the compiler that --confirm runs (default: gcc)")
    .addOption(new Option("--color <when>", "colour the text").choices(["auto", "always", "never"]).default("auto"))
    .option("--all", "long lists in full, on a terminal, too")
    .option("--today <day>", "the day that waivers are held against", day);

export const FORMATS = "text, gcc, json, sarif, github, gitlab, junit, markdown, rdjsonl or html (repeatable; default: text)";

export const BASELINE = "what was accepted (default: abi-lint.baseline.yaml beside the policy)";
