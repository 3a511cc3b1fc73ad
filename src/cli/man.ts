import type { Command } from "commander";
import { commandTree, everyCommand, type ArgumentNode, type CommandNode, type OptionNode } from "./command-tree.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { VERSION } from "./version.ts";

// abi-lint(1) in the language of man(7).

/** Characters that roff would read as its own, or replace by a nicer one: a page is copied from. */
const SPECIAL: Readonly<Record<string, string>> = { "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti" };

const roff = (text: string): string =>
  text
    .replace(/[\\'`^~-]/g, (char) => SPECIAL[char]!)
    .replace(/[^\n -~]/gu, (char) => `\\[u${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}]`);

const bold = (text: string): string => `\\fB${roff(text)}\\fR`;
const italic = (text: string): string => `\\fI${roff(text)}\\fR`;

const WIDTH = 80;

/** A paragraph in lines that every tool takes; one that begins with a dot would be a request. */
const filled = (text: string): string =>
  text
    .replace(new RegExp(`(?=\\S)(.{1,${WIDTH - 2}})( |$)`, "gm"), "$1\n")
    .replace(/^\./gm, "\\&.")
    .trimEnd();

const tagged = (tag: string, text: string): string => `.TP\n${tag}\n${filled(text)}`;
const section = (name: string, ...parts: readonly string[]): string => [`.SH ${name}`, ...parts].join("\n");
const sentence = (text: string): string => roff(`${text[0]!.toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`);

const PROSE = [
  `abi-lint reads kernel modules, BPF objects, logs of system calls, and manifests made of them; it lists what they take from the kernel,
and says of each interface who promised to keep it.
Three questions are never mixed.
Who promised it: the policy names the kernel's or the vendor's own document.
Will this very binary load on that kernel: its exports decide.
Will the source still build there: the history of exports and headers decides.
What could not be checked is never reported as passed.`,
  `Nothing is built, downloaded or executed, and no network is used.
Standard output is the report; progress and errors of the command itself go to standard error.
On a terminal long lists are cut, with a count of what is left out; in a pipe or a file they are whole.`,
];

const STATUSES = [
  [EXIT.clean, "nothing at or above --fail-on"],
  [EXIT.findings, "findings at or above --fail-on"],
  [
    EXIT.notChecked,
    "something could not be checked: wrong usage, an unreadable input, an invalid policy, a missing reference, nothing to check",
  ],
  [EXIT.bug, "a fault of abi-lint itself, with a stack trace"],
] as const satisfies readonly (readonly [ExitCode, string])[];

const VARIABLES = {
  ABI_LINT_ALLOW_CODE: "1 is --allow-code: for a CI job that trusts whoever can change the branch",
  FORCE_COLOR: "colour the text, even in a pipe; 0 or false: never",
  NO_COLOR: "do not colour the text, unless --color or FORCE_COLOR says so",
  TERM: "dumb: no colour and no progress",
  CI: "no progress, even where standard error is a terminal",
  XDG_CACHE_HOME: "below its abi-lint/rules the compiled rules of a policy's code are kept; the folder can be deleted at any time",
  HOME: "where XDG_CACHE_HOME is not set, its .cache stands for that",
  GITHUB_STEP_SUMMARY: "the file that --format github appends its summary of the job to",
  PATH: "where --confirm looks for the compiler",
  VISUAL: "the editor that abi-lint init writes a task for, where no .vscode is seen",
  EDITOR: "the same where VISUAL is not set",
} as const satisfies Record<string, string>;

const FILES = {
  "abi-lint.yaml":
    "the policy (also abi-lint.yml, .abi-lint.yaml): the nearest one from the working directory upwards to the repository's root",
  "abi-lint.baseline.yaml": "the findings that were accepted, beside the policy",
  "abi-lint.kernels/": "kernels that abi-lint kernel import read, beside the policy",
  "abi-lint.manifest.json": "what the project takes from the kernel, as abi-lint export writes it, to be committed",
  "*.test.yaml": "cases of a policy, run by abi-lint test",
} as const satisfies Record<string, string>;

/** Each with what it answers. */
const EXAMPLES = {
  "abi-lint foo.ko": "what it takes, who promised it, and at which lines",
  "abi-lint foo.ko --kernel 6.1,6.12,7.3": "whether it loads there as it is, and whether its source still builds",
  "abi-lint foo.ko --kernel ../build/Module.symvers": "the same for a kernel of one's own",
  "abi-lint explain kernel_bind": "what became of a symbol, release by release",
  "abi-lint export foo.ko --no-places -o abi-lint.manifest.json": "what it takes, as a file to commit",
  "abi-lint diff abi-lint.manifest.json foo.ko --fail-on-new internal,private": "whether a change takes on what nobody promised",
  "abi-lint foo.ko --format text --format json:report.json": "a report for people, and one for programs",
} as const satisfies Record<string, string>;

const SEE_ALSO = "depmod(8), modinfo(8), modprobe(8), nm(1), readelf(1)";

const operand = ({ placeholder, required, variadic }: ArgumentNode): string => {
  const text = `${italic(placeholder)}${variadic ? " ..." : ""}`;
  return required ? text : `[${text}]`;
};

/** A command as it is typed. */
const usage = ({ path, options, arguments: operands }: CommandNode, meant: string | undefined): string => {
  const word = path === meant ? `[${bold(path)}]` : bold(path);
  return [bold("abi-lint"), word, ...(options.length > 0 ? [`[${italic("option")} ...]`] : []), ...operands.map(operand)].join(" ");
};

const flags = ({ names, value }: OptionNode): string =>
  `${names.map(bold).join(", ")}${value === undefined ? "" : ` ${italic(value.placeholder)}`}`;

const optionText = (option: OptionNode): string => {
  const { value, default: chosen } = option;
  const words = value?.values.words ?? [];
  const notes = [...(words.length > 0 ? [`one of ${words.join(", ")}`] : []), ...(chosen === undefined ? [] : [`default: ${chosen}`])];
  return tagged(flags(option), roff(`${option.description}${notes.length > 0 ? ` (${notes.join("; ")})` : ""}`));
};

const keyOf = (option: OptionNode): string => JSON.stringify(option);

/** Options that this many commands have alike are described once. */
const COMMON = 3;

/** The options to describe once, by all that is said of them. Where commands mean different things by a name, the most frequent meaning. */
const commonOf = (all: readonly OptionNode[]): ReadonlyMap<string, OptionNode> => {
  const counts = new Map<string, { readonly option: OptionNode; count: number }>();
  for (const option of all) {
    const entry = counts.get(keyOf(option)) ?? { option, count: 0 };
    counts.set(keyOf(option), { option, count: entry.count + 1 });
  }
  const picked = new Set<string>();
  const named = new Set<string>();
  for (const [key, { option, count }] of [...counts].toSorted(([, a], [, b]) => b.count - a.count)) {
    if (count < COMMON || option.names.some((name) => named.has(name))) continue;
    for (const name of option.names) named.add(name);
    picked.add(key);
  }
  return new Map([...counts].flatMap(([key, { option }]) => (picked.has(key) ? [[key, option] as const] : [])));
};

const commandText = (command: CommandNode, meant: string | undefined, common: ReadonlyMap<string, OptionNode>): string => {
  const own = command.options.filter((option) => !common.has(keyOf(option)));
  const others = command.options.filter((option) => common.has(keyOf(option)));
  return [
    `.SS "${usage(command, meant)}"`,
    filled(sentence(command.description)),
    ...command.arguments.map((each) => tagged(operand(each), roff(each.description))),
    ...own.map(optionText),
    ...(others.length > 0
      ? [`.P\n${filled(`Further options, described under OPTIONS: ${others.map(({ names }) => bold(names.at(-1)!)).join(", ")}.`)}`]
      : []),
  ].join("\n");
};

/** @param date of the release, as 2027-03-31; left out, the page has none, so that the same sources give the same page */
export const manPage = (program: CommandNode, version: string, date = ""): string => {
  // Every command has --help: it is described once.
  const commands = everyCommand(program)
    .filter(({ name, path, commands: below }) => path !== "" && name !== "help" && below.length === 0)
    .map((command) => ({ ...command, options: command.options.filter(({ names }) => !names.includes("--help")) }));
  const common = commonOf(commands.flatMap(({ options }) => options));
  const list = (entries: Readonly<Record<string, string>>, tag: (text: string) => string): readonly string[] =>
    Object.entries(entries).map(([name, text]) => tagged(tag(name), roff(text)));
  const what = program.description.replace(/\.$/, "");
  return `${[
    `.TH ABI-LINT 1 "${date}" "abi-lint ${version}" "User Commands"`,
    section("NAME", filled(`${roff("abi-lint")} \\- ${roff(what[0]!.toLowerCase() + what.slice(1))}`)),
    section("SYNOPSIS", commands.map((command) => usage(command, program.meant)).join("\n.br\n")),
    section("DESCRIPTION", PROSE.map((text) => filled(roff(text))).join("\n.P\n")),
    section("COMMANDS", ...commands.map((command) => commandText(command, program.meant, common))),
    section("OPTIONS", ...[...common.values(), ...program.options].map(optionText)),
    section('"EXIT STATUS"', ...STATUSES.map(([status, text]) => tagged(bold(String(status)), roff(text)))),
    section("ENVIRONMENT", ...list(VARIABLES, bold)),
    section("FILES", ...list(FILES, italic)),
    section("EXAMPLES", ...list(EXAMPLES, bold)),
    section('"SEE ALSO"', SEE_ALSO.replace(/(\w+)\((\d)\)/g, "\\fB$1\\fR($2)")),
  ].join("\n")}\n`;
};

/** `abi-lint man`: the manual page, for `man -l -`. @param meant the sub-command that is meant where none is named */
export const printManual = (program: Command, meant: string, io: Io): ExitCode => {
  io.stdout.write(
    manPage(
      commandTree(program, meant, () => ({ words: [], paths: "none" })),
      VERSION,
    ),
  );
  return EXIT.clean;
};
