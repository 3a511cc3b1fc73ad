import { Argument, Command, Help, Option } from "commander";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { BASELINE, collect, collectMap, day, FORMATS, gathering } from "./program-options.ts";
import { VERSION } from "./version.ts";

const STATUSES = `
Exit status:
  ${EXIT.clean}  nothing at or above --fail-on
  ${EXIT.findings}  findings at or above --fail-on
  ${EXIT.notChecked}  something could not be checked: wrong usage, an unreadable input, an invalid policy, a missing reference, nothing to check`;

/** The definition of the commands that keep the baseline. */
const baselineCommands = (program: Command, io: Io, finish: (status: ExitCode) => void): void => {
  const baseline = program.command("baseline").description("keep the list of findings that were accepted when abi-lint was adopted");
  const add = (name: "create" | "update" | "prune", says: string): Command =>
    gathering(baseline.command(name))
      .description(says)
      .argument("<input...>", "all that the project checks: kernel modules, manifests, folders of modules")
      .option("--baseline <file>", BASELINE)
      .action(async (inputs: string[], options) => {
        const { baseline: commands } = await import("./commands.ts");
        finish(await commands[name](inputs, options, io));
      });
  const complete = "drop the lines of modules and kernels that are not given, too";
  add("create", "accept all findings of today");
  add("update", "drop the lines that no finding needs; tell of findings that are new (status 1)")
    .option("--accept-new", "accept them instead")
    .option("--complete", complete);
  add("prune", "drop the lines that no finding needs").option("--complete", complete);
};

/** The definition of the commands that start and test a project's policy. */
const projectCommands = (program: Command, io: Io, finish: (status: ExitCode) => void): void => {
  program
    .command("test")
    .description(
      "run the examples of rules and the cases of *.test.yaml (status 1: one failed, 2: a file is not valid, or nothing to test)",
    )
    .argument("[path...]", "policies, rules, *.test.yaml, folders of them (default: the working directory)")
    .addOption(new Option("--color <when>", "colour the text").choices(["auto", "always", "never"]).default("auto"))
    .option("--today <day>", "the day that waivers are held against, where a case names none", day)
    .option("--allow-code", "run the rules that the policy's `code` names: they are TypeScript and have your rights")
    .action(async (paths: string[], options) => {
      const { testPolicies } = await import("./commands.ts");
      finish(await testPolicies(paths.length > 0 ? paths : ["."], options, io));
    });

  program
    .command("new")
    .description("write a new file, ready to be changed")
    .command("rule")
    .description("a rule, with an example of either verdict")
    .argument("<id>", "what it is called: kebab-case")
    .option("--folder <folder>", "where to write it", "rules")
    .action(async (id: string, options) => {
      const { newRule } = await import("./commands.ts");
      finish(newRule(id, options, io));
    });

  program
    .command("init")
    .description("write a policy, a CI snippet and an editor task; asks nothing and overwrites nothing")
    .addOption(new Option("--ci <host>", "the CI host (default: the one that is seen)").choices(["github", "gitlab", "none"]))
    .addOption(new Option("--editor <editor>", "the editor (default: the one that is seen)").choices(["vscode", "vim", "emacs", "none"]))
    .action(async (options) => {
      const { init } = await import("./commands.ts");
      finish(init(options, io));
    });
};

/** The definition of the commands that write for a vendor, and read what was written for one. */
const vendorCommands = (program: Command, io: Io, finish: (status: ExitCode) => void): void => {
  program
    .command("request")
    .description("write the request to put on a vendor's list what modules need and the list lacks, or the whole list of what they need")
    .argument("<input...>", "kernel modules, manifests, folders of modules; what one of them exports for another is not asked for")
    .option("--list <file>", "the vendor's list (ksc, markdown)")
    .addOption(
      new Option("--as <form>", "ksc: ksc-result.txt; android: a symbol list; unused-ksyms: the file of CONFIG_UNUSED_KSYMS_WHITELIST")
        .choices(["ksc", "markdown", "android", "unused-ksyms"])
        .default("ksc"),
    )
    .option("-o, --output <file>", "where to write it (default: standard output)")
    .option("-p, --policy <preset|file>", "the policy whose waivers give the reasons (default: the nearest abi-lint.yaml)")
    .option("--path-map <from=to>", "rewrite the beginning of source paths (repeatable)", collectMap, [])
    .option("--no-places", "do not look for source lines (markdown)")
    .action(async (inputs: string[], options) => {
      const { request } = await import("./commands.ts");
      finish(await request(inputs, options, io));
    });
  program
    .command("import")
    .description("turn the justifications of a report of ksc into waivers")
    .argument("<report>", "ksc-result.txt")
    .option("-o, --output <file>", "where to write them (default: standard output)")
    .action(async (report: string, options) => {
      const { importKscResult } = await import("./commands.ts");
      finish(importKscResult(report, options, io));
    });
};

/** The definition of the commands that tell of kernels. */
const kernelCommands = (program: Command, io: Io, finish: (status: ExitCode) => void): void => {
  const kernel = program
    .command("kernel")
    .description("tell of kernels: those that are shipped, and those that were imported beside the policy");
  const add = (name: string, says: string): Command =>
    kernel
      .command(name)
      .description(says)
      .option("-p, --policy <preset|file>", "the policy beside which imported kernels are kept (default: the nearest abi-lint.yaml)");
  const reporting = (command: Command): Command =>
    command
      .option("-f, --format <name[:file]>", "text or json (repeatable; default: text)", collect, [])
      .addOption(new Option("--color <when>", "colour the text").choices(["auto", "always", "never"]).default("auto"))
      .option("--all", "long lists in full, on a terminal, too");

  reporting(add("list", "the kernels that are known by name")).action(async (options) => {
    const { listKernels } = await import("./commands.ts");
    finish(listKernels(options, io));
  });
  reporting(add("show", "all that is known of one kernel"))
    .argument("<release>", "a kernel that is shipped or was imported, by name")
    .action(async (release: string, options) => {
      const { showKernel } = await import("./commands.ts");
      finish(showKernel(release, options, io));
    });
  reporting(add("diff", "what of the exports is gone, new or different from one kernel to another"))
    .argument("<old>", "a kernel that is known by name, or a Module.symvers, or a folder or package that holds one")
    .argument("<new>", "the other")
    .option("--for <input>", "a kernel module, a manifest, a folder of modules: only what they take is compared (repeatable)", collect, [])
    .option(
      "--rules <file>",
      "judge the changes by a severity file of SUSE's (kabi/severities); status 1: the rules do not tolerate one; lists CRCs that differ, too",
    )
    .option("--crcs", "list the CRCs that differ")
    .action(async (before: string, after: string, options) => {
      const { diffKernels } = await import("./commands.ts");
      finish(await diffKernels(before, after, options, io));
    });
  add("import", "read a kernel, to be named with --kernel and in the policy")
    .argument(
      "<what...>",
      "its Module.symvers, its /lib/modules/…/build, headers or built tree, its linux-headers-*.deb (of one kernel: several parts)",
    )
    .option("--name <name>", "what to call it (default: what uname -r says there)")
    .option("--force", "replace one of that name")
    .action(async (what: string[], options) => {
      const { importKernel } = await import("./commands.ts");
      finish(await importKernel(what, options, io));
    });
};

/** The sub-command that is meant where none is named. */
export const MEANT = "check";

/** The definition of the commands that tell of the command itself. */
const selfCommands = (program: Command, io: Io, finish: (status: ExitCode) => void): void => {
  program
    .command("completion")
    .description("print the completion script of a shell")
    .addArgument(
      new Argument("<shell>", "bash, zsh or fish; the script's first lines tell where it belongs").choices(["bash", "zsh", "fish"]),
    )
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { printCompletion } = await import("./commands.ts");
      finish(printCompletion(shell, program, MEANT, io));
    });
  program
    .command("man")
    .description("print the manual page: abi-lint man | man -l -")
    .action(async () => {
      const { printManual } = await import("./commands.ts");
      finish(printManual(program, MEANT, io));
    });
};

/** The command's definition. What it ends with is handed to `finish`. */
export const buildProgram = (io: Io, finish: (status: ExitCode) => void): Command => {
  const program = new Command("abi-lint")
    .description("Says what out-of-tree kernel code stands on: who promised each interface, and whether it will hold.")
    .version(VERSION, "-V, --version")
    // "default: []" says nothing of an option that may be given again and again.
    .configureHelp({
      optionDescription(option) {
        const shown = Array.isArray(option.defaultValue) ? new Option(option.flags, option.description) : option;
        return Help.prototype.optionDescription.call(this as Help, shown);
      },
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(`abi-lint: ${text}`),
    })
    .showHelpAfterError("(abi-lint --help tells how it is used)")
    .addHelpText("after", STATUSES);

  gathering(program.command(MEANT, { isDefault: true }))
    .description("judge modules, sources, BPF objects, programs or manifests of them (the default command)")
    .argument(
      "<input...>",
      "kernel modules, their sources, BPF objects, logs of strace, seccomp profiles, manifests, folders, modules.order, - for standard input",
    )
    .option("-f, --format <name[:file]>", FORMATS, collect, [])
    .addOption(new Option("--fail-on <severity>", "the least severity that fails").choices(["error", "warning", "note"]).default("error"))
    .option("--baseline <file>", BASELINE)
    .option("--no-baseline", "accept nothing")
    .option("--waived", "show the findings that waivers excuse, and why")
    .option("--no-uses", "leave out the list of all uses")
    .option("--watch", "judge again whenever an input, the policy or a kernel changes, until interrupted")
    .option("--shard <i/n>", "judge a stable share of the inputs alone; abi-lint merge joins the JSON reports of all shares")
    .action(async (inputs: string[], options) => {
      const asked = { ...options, format: options.format.length > 0 ? options.format : ["text"] };
      if (options.watch === true) return (await import("./commands.ts")).watch(inputs, asked, io);
      const { check } = await import("./check.ts");
      finish(await check(inputs, asked, io));
    });

  gathering(program.command("explain"))
    .description(
      "tell all about a rule, a promise, a symbol or what headers declare; or about one name that an input takes, with every place",
    )
    .argument(
      "<what>",
      "a rule's id, a promise's file:line, a symbol, a macro, struct NAME.MEMBER, linux/NAME.h; or, with a name behind it, a kernel module or a manifest",
    )
    .argument("[name]", "the symbol, or other name, that the input takes")
    .action(async (what: string, name: string | undefined, options) => {
      const { explainUse, explainWord, HEADER_WORDS } = await import("./commands.ts");
      // `struct foo.bar` is two words to a shell.
      const isOne = (HEADER_WORDS as readonly string[]).includes(what) && io.host.kindOf(what) === "missing";
      const word = name === undefined ? what : isOne ? `${what} ${name}` : undefined;
      finish(word === undefined ? await explainUse(what, name!, options, io) : await explainWord(word, options, io));
    });

  program
    .command("policy")
    .description("print the policy in force, with the file and line of every value")
    .option("-p, --policy <preset|file>", "the policy (default: the nearest abi-lint.yaml, else recommended)")
    .action(async (options) => {
      const { showPolicy } = await import("./commands.ts");
      finish(await showPolicy(options.policy, io));
    });

  program
    .command("export")
    .description("write the manifest of modules: what they take from the kernel, as a file to commit")
    .argument("<input...>", "kernel modules, manifests, folders of modules, folders of sources")
    .option("-o, --output <file>", "where to write it (default: standard output)")
    .option("--no-places", "leave out the source lines, which change with every edit")
    .option("--builds-on <kernel>", "a kernel that a source builds on (default: the newest on which nothing of it is found to break)")
    .action(async (inputs: string[], options) => {
      const { exportManifest } = await import("./commands.ts");
      finish(await exportManifest(inputs, options, io));
    });

  vendorCommands(program, io, finish);
  gathering(program.command("diff"))
    .description("tell what a change takes on, drops and changes: two modules or manifests")
    .argument("<old>", "a kernel module, a manifest, a folder of modules")
    .argument("<new>", "the same after the change")
    .option("-f, --format <name[:file]>", "text, gcc or json (repeatable; default: text)", collect, [])
    .option("--fail-on-new <level>", "a level at which no use must be taken on (repeatable, or separated by commas)", collect, [])
    .action(async (before: string, after: string, options) => {
      const { diffInputs } = await import("./commands.ts");
      finish(await diffInputs(before, after, { ...options, format: options.format.length > 0 ? options.format : ["text"] }, io));
    });

  gathering(program.command("compare"))
    .description("put several inputs side by side: what each takes from the kernel, by who promised it")
    .argument("<input...>", "kernel modules, BPF objects, logs of system calls, manifests")
    .option("-f, --format <name[:file]>", "text or json (repeatable; default: text)", collect, [])
    .action(async (inputs: string[], options) => {
      const { compareInputs } = await import("./commands.ts");
      finish(await compareInputs(inputs, { ...options, format: options.format.length > 0 ? options.format : ["text"] }, io));
    });

  program
    .command("merge")
    .description("join JSON reports, those of all shares of a run or of several runs, into one report in any format")
    .argument("<report...>", "reports that --format json wrote")
    .option("-f, --format <name[:file]>", FORMATS, collect, [])
    .addOption(new Option("--fail-on <severity>", "the least severity that fails").choices(["error", "warning", "note"]).default("error"))
    .option("--waived", "show the findings that waivers excuse, and why")
    .option("--no-uses", "leave out the list of all uses")
    .addOption(new Option("--color <when>", "colour the text").choices(["auto", "always", "never"]).default("auto"))
    .option("--all", "long lists in full, on a terminal, too")
    .action(async (reports: string[], options) => {
      const { merge } = await import("./commands.ts");
      finish(await merge(reports, { ...options, format: options.format.length > 0 ? options.format : ["text"] }, io));
    });

  kernelCommands(program, io, finish);
  baselineCommands(program, io, finish);
  projectCommands(program, io, finish);
  selfCommands(program, io, finish);
  return program;
};
