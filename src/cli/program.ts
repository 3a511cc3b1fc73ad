import { Command, InvalidArgumentError, Option } from "commander";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { VERSION } from "./version.ts";

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const collectMap = (value: string, before: readonly string[]): readonly string[] => {
  if (!value.includes("=")) throw new InvalidArgumentError("Expected FROM=TO.");
  return [...before, value];
};

const day = (value: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value)))
    throw new InvalidArgumentError("Expected a day such as 2027-03-31.");
  return value;
};

const STATUSES = `
Exit status:
  ${EXIT.clean}  nothing at or above --fail-on
  ${EXIT.findings}  findings at or above --fail-on
  ${EXIT.notChecked}  something could not be checked: wrong usage, an unreadable input, an invalid policy, a missing reference, nothing to check`;

/** The options of the commands that judge. */
const gathering = (command: Command): Command =>
  command
    .option(
      "-k, --kernel <[name=]file>",
      "a kernel to judge against: its Module.symvers, or a folder that holds one (repeatable)",
      collect,
      [],
    )
    .option("-p, --policy <preset|file>", "the policy (default: the nearest abi-lint.yaml, else recommended)")
    .option("--path-map <from=to>", "rewrite the beginning of source paths (repeatable)", collectMap, [])
    .option("--no-places", "do not look for source lines")
    .addOption(new Option("--color <when>", "colour the text").choices(["auto", "always", "never"]).default("auto"))
    .option("--today <day>", "the day that waivers are held against", day);

/** The command's definition. What it ends with is handed to `finish`. */
export const buildProgram = (io: Io, finish: (status: ExitCode) => void): Command => {
  const program = new Command("abi-lint")
    .description("Says what out-of-tree kernel code stands on: who promised each interface, and whether it will hold.")
    .version(VERSION, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(`abi-lint: ${text}`),
    })
    .showHelpAfterError("(abi-lint --help tells how it is used)")
    .addHelpText("after", STATUSES);

  gathering(program.command("check", { isDefault: true }))
    .description("judge modules or manifests (the default command)")
    .argument("<input...>", "kernel modules, manifests, folders of modules, modules.order, - for standard input")
    .option("-f, --format <name[:file]>", "text, gcc or json (repeatable; default: text)", collect, [])
    .addOption(new Option("--fail-on <severity>", "the least severity that fails").choices(["error", "warning", "note"]).default("error"))
    .option("--no-uses", "leave out the list of all uses")
    .action(async (inputs: string[], options) => {
      const { check } = await import("./check.ts");
      finish(await check(inputs, { ...options, format: options.format.length > 0 ? options.format : ["text"] }, io));
    });

  gathering(program.command("explain"))
    .description("tell all about one name that an input takes: who promised it, what each kernel says, every place")
    .argument("<input>", "a kernel module or a manifest")
    .argument("<name>", "the symbol, or other name")
    .action(async (input: string, name: string, options) => {
      const { explainUse } = await import("./explain.ts");
      finish(await explainUse(input, name, options, io));
    });

  program
    .command("export")
    .description("write the manifest of modules: what they take from the kernel, as a file to commit")
    .argument("<input...>", "kernel modules, manifests, folders of modules")
    .option("-o, --output <file>", "where to write it (default: standard output)")
    .option("--no-places", "leave out the source lines, which change with every edit")
    .action(async (inputs: string[], options) => {
      const { exportManifest } = await import("./export.ts");
      finish(await exportManifest(inputs, options, io));
    });
  return program;
};
