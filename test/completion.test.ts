import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commandTree, everyCommand, type CommandNode } from "../src/cli/command-tree.ts";
import { shippedWords, valuesOf } from "../src/cli/command-words.ts";
import { SHELLS } from "../src/cli/completion.ts";
import { nodeHost } from "../src/cli/host.ts";
import type { Io } from "../src/cli/io.ts";
import { manPage } from "../src/cli/man.ts";
import { readOwn } from "../src/cli/read-shipped.ts";
import { buildProgram, MEANT } from "../src/cli/program.ts";
import { VERSION } from "../src/cli/version.ts";
import { abiLint } from "./support/run.ts";

const root = new URL("..", import.meta.url).pathname;
const io: Io = {
  host: nodeHost(root),
  shipped: readOwn(nodeHost(root)),
  env: {},
  today: "2026-11-23",
  stdout: { write: () => {}, isTerminal: false, columns: 100 },
  stderr: { write: () => {} },
};
const words = shippedWords(io);
const definition = buildProgram(io, () => {});
const program = commandTree(definition, MEANT, valuesOf(words));
const commands = everyCommand(program);
// The page says what words there are where the definition itself does.
const page = manPage(
  commandTree(definition, MEANT, () => ({ words: [], paths: "none" })),
  "1.2.3",
);
const scripts = Object.fromEntries(Object.entries(SHELLS).map(([shell, write]) => [shell, write(program)]));

/** `check --kernel`: what each command takes, itself among them. */
const pairs = (of: (command: CommandNode) => readonly string[]): readonly string[] =>
  commands.flatMap((command) => of(command).map((name) => `${command.path} ${name}`)).sort();
const options = pairs((command) => command.options.flatMap(({ names }) => names));
const subCommands = pairs((command) => command.commands.map(({ name }) => name));

const matches = (text: string, pattern: RegExp): readonly RegExpExecArray[] => [...text.matchAll(pattern)] as RegExpExecArray[];

/** What a script says that each command takes, by the shell's own form of saying it. */
const READ = {
  bash: (script: string) => {
    const arms = matches(script, /^    '([a-z ]*)'\) (.*) ;;$/gm);
    const listed = (word: string): readonly string[] =>
      arms.flatMap(([, path, sets]) =>
        (new RegExp(`\\b${word}='([^']*)'`).exec(sets!)?.[1]!.split(" ") ?? []).map((name) => `${path} ${name}`),
      );
    return { options: listed("options"), commands: listed("commands") };
  },
  zsh: (script: string) => {
    const functions = matches(script, /^_abi-lint(?!_)((?:-[a-z]+)*)\(\) \{\n(.*?)^\}/gms);
    const lists = matches(script, /^_abi-lint((?:-[a-z]+)*)_commands\(\) \{\n(.*?)^\}/gms);
    const pathOf = (name: string): string => name.slice(1).replaceAll("-", " ");
    const namesIn = (line: string): readonly string[] => line.replace(/\[.*/, "").match(/--?[A-Za-z][a-z-]*/g) ?? [];
    return {
      // Beside its own the program has the options of the command that is meant where none is named.
      options: functions.flatMap(([, name, body]) => {
        const specs = body!.split("\n").filter((line) => /^    '.*\[/.test(line));
        return specs.flatMap((line) => [...new Set(namesIn(line))].map((option) => `${pathOf(name!)} ${option}`));
      }),
      commands: lists.flatMap(([, name, body]) => matches(body!, /^    '([a-z]+):/gm).map((match) => `${pathOf(name!)} ${match[1]}`)),
    };
  },
  fish: (script: string) => {
    const lines = matches(script, /^complete -c abi-lint -n "__abi_lint_(?:in|at 1) '([a-z ]*)'.*?" (.*)$/gm);
    const rest = lines.map(([, path, what]) => ({ path, what: what!.replace(/ -d '.*/, "") }));
    const short = rest.flatMap(({ path, what }) => matches(what, /(?:^| )-s (\S+)/g).map((match) => `${path} -${match[1]}`));
    const long = rest.flatMap(({ path, what }) => matches(what, /(?:^| )-l (\S+)/g).map((match) => `${path} --${match[1]}`));
    const added = rest.flatMap(({ path, what }) => matches(what, /^-f -a ([a-z]+)$/g).map((match) => `${path} ${match[1]}`));
    return { options: [...short, ...long], commands: added };
  },
} as const satisfies Record<keyof typeof SHELLS, (script: string) => { options: readonly string[]; commands: readonly string[] }>;

describe.each(Object.keys(SHELLS) as (keyof typeof SHELLS)[])("the completion script of %s", (shell) => {
  const script = scripts[shell]!;
  const read = READ[shell](script);

  test("offers every option of every command, and no other", () => {
    const meant = commands.find(({ path }) => path === program.meant)!;
    const also = shell === "zsh" ? meant.options.flatMap(({ names }) => names.map((name) => ` ${name}`)) : [];
    expect([...new Set(read.options)].sort()).toEqual([...new Set([...options, ...also])].sort());
  });

  test("offers every sub-command, and no other", () => {
    expect([...read.commands].sort()).toEqual(subCommands);
  });

  test("knows the releases, presets and rules that are shipped, and every choice", () => {
    const known = new Set(script.split(/[^\w.+-]+/));
    const choices = commands.flatMap((command) => [
      ...command.options.flatMap(({ value }) => value?.values.words ?? []),
      ...command.arguments.flatMap(({ values }) => values.words),
    ]);
    const all = [...words.kernels, ...words.presets, ...words.rules, ...choices];
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((word) => !known.has(word))).toEqual([]);
  });

  test("names no path of the machine that made it", () => {
    expect(script).not.toContain(root);
  });
});

test("abi-lint completion prints them", async () => {
  for (const shell of Object.keys(SHELLS)) {
    const { status, stdout, stderr } = await abiLint(root, "completion", shell);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(scripts[shell]);
  }
  expect(await abiLint(root, "completion", "tcsh")).toMatchObject({ status: 2, stdout: "" });
});

test("a description cannot end what it stands in", () => {
  const hostile = `it's [a] "test": $(touch x) \`touch y\` \\ $HOME; done`;
  const option = { names: ["--odd"], description: hostile, repeatable: false };
  const tree: CommandNode = {
    ...program,
    options: [option],
    commands: [{ name: "odd", path: "odd", description: hostile, options: [option], arguments: [], commands: [] }],
    meant: "odd",
  };
  const inShell = `it'\\''s`;
  expect(SHELLS.bash(tree)).not.toContain("touch");
  expect(SHELLS.zsh(tree)).toContain(`'--odd[${inShell} \\[a\\] "test"\\: $(touch x) \`touch y\` \\\\ $HOME; done]'`);
  expect(SHELLS.zsh(tree)).toContain(`'odd:${inShell} [a] "test": $(touch x)`);
  expect(SHELLS.fish(tree)).toContain(`-d 'it\\'s [a] "test": $(touch x) \`touch y\` \\\\ $HOME; done'`);
});

test("a name that a shell would take apart is refused", () => {
  const tree: CommandNode = { ...program, commands: [{ ...program.commands[0]!, name: "a$(b)" }] };
  for (const write of Object.values(SHELLS)) expect(() => write(tree)).toThrow('"a$(b)" cannot stand in a completion script');
});

test("the formats that are offered are those that there are", async () => {
  const formats = commands.flatMap(({ path, options: all }) =>
    all.flatMap(({ names, value }) => (names.includes("--format") ? value!.values.words.map((word) => ({ path, word })) : [])),
  );
  expect(formats.length).toBeGreaterThan(10);
  for (const { path, word } of formats) {
    const { stderr } = await abiLint(root, ...path.split(" "), "nothing", "nothing", "--format", word);
    expect(stderr, `${path} --format ${word}`).not.toContain("unknown format");
  }
});

describe("the manual page", () => {
  const plain = page
    .replace(/\\f[BIR]/g, "")
    .replace(/\\-/g, "-")
    .replace(/\\\(aq/g, "'");

  test("describes every option of every command, and no other", () => {
    const told = new Set(
      matches(page, /^\.TP\n((?:\\fB\\-.*?\\fR(?:, )?)+)/gm).flatMap(([, tag]) =>
        matches(tag!, /\\fB(.*?)\\fR/g).map((each) => each[1]!.replaceAll("\\-", "-")),
      ),
    );
    const all = new Set(commands.filter(({ name }) => name !== "help").flatMap((command) => command.options.flatMap(({ names }) => names)));
    expect([...told].sort()).toEqual([...all].sort());
  });

  test("has every command in the synopsis and a section of its own", () => {
    const [, synopsis, sections] = /\.SH SYNOPSIS\n(.*?)\.SH DESCRIPTION.*?\.SH COMMANDS\n(.*?)\.SH OPTIONS/s.exec(plain)!;
    const paths = commands.filter((command) => command.path !== "" && command.name !== "help" && command.commands.length === 0);
    expect(synopsis!.split("\n.br\n")).toHaveLength(paths.length);
    for (const { path } of paths) {
      const typed = path === program.meant ? `abi-lint [${path}]` : `abi-lint ${path}`;
      expect(synopsis).toMatch(new RegExp(`^${typed.replace(/[[\]]/g, "\\$&")}( |$)`, "m"));
      expect(sections).toContain(`.SS "${typed}`);
    }
  });

  test("an option that is described elsewhere is described there", () => {
    const common = /\.SH OPTIONS\n(.*?)\.SH/s.exec(plain)![1]!;
    const referred = matches(plain.replaceAll("\n", " "), /described under OPTIONS: (.*?)\./g).flatMap((match) => match[1]!.split(", "));
    expect(referred.length).toBeGreaterThan(20);
    for (const name of new Set(referred)) expect(common).toMatch(new RegExp(`^(-\\w, )?${name}( |$)`, "m"));
  });

  test("gives the exit statuses of --help", async () => {
    const { stdout } = await abiLint(root, "--help");
    const statuses = matches(stdout, /^ {2}(\d) {2}(.*)$/gm);
    expect(statuses).toHaveLength(3);
    for (const [, status, meaning] of statuses) expect(plain.replaceAll("\n", " ")).toContain(`.TP ${status} ${meaning}`);
  });

  test("names the variables of the environment that are read, and no other", () => {
    const sources = readdirSync(`${root}src/cli`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(`${root}src/cli/${file}`, "utf8"));
    const read = sources.flatMap((text) => [
      ...matches(text, /\benv\["([A-Z_]+)"\]/g).map((match) => match[1]!),
      ...matches(text, /const \{([^}]*)\} = env;/g).flatMap((match) => match[1]!.match(/[A-Z_]{2,}/g) ?? []),
    ]);
    const told = /\.SH ENVIRONMENT\n(.*?)\.SH/s.exec(plain)![1]!;
    expect(
      matches(told, /^\.TP\n(\w+)$/gm)
        .map((match) => match[1])
        .sort(),
    ).toEqual([...new Set(read)].sort());
  });

  test("its examples are commands with options that they have", () => {
    const lines = matches(plain, /^\.TP\nabi-lint (.*)$/gm).map((match) => match[1]!.split(" "));
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      const command = commands.find(({ path }) => path === line[0]) ?? commands.find(({ path }) => path === program.meant)!;
      const names = new Set(command.options.flatMap((option) => option.names));
      expect(line.filter((word) => word.startsWith("-") && !names.has(word))).toEqual([]);
    }
  });

  test("is what abi-lint man prints", async () => {
    const { status, stdout, stderr } = await abiLint(root, "man");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(page.replace("1.2.3", VERSION));
  });

  test("has a date only if one is given", () => {
    expect(page).toContain('.TH ABI-LINT 1 "" "abi-lint 1.2.3" "User Commands"\n');
    expect(page).not.toMatch(/\b20\d\d-\d\d-\d\d\b/);
    expect(manPage(program, "1.2.3", "2027-03-31")).toContain('.TH ABI-LINT 1 "2027-03-31" ');
  });
});
