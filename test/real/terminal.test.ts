import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commandTree, everyCommand, type CommandNode } from "../../src/cli/command-tree.ts";
import { valuesOf } from "../../src/cli/command-words.ts";
import { SHELLS } from "../../src/cli/completion.ts";
import { manPage } from "../../src/cli/man.ts";
import { buildProgram, MEANT } from "../../src/cli/program.ts";

// The completion scripts in the shells themselves, and the manual page in what formats and checks it.

const io = { stdout: { write: () => {}, isTerminal: false, columns: 100 }, stderr: { write: () => {} } };
const definition = buildProgram(io as never, () => {});
const words = { kernels: ["6.1", "6.12", "6.1.0-56"], presets: ["recommended", "strict"], rules: ["export-gone", "internal-symbol"] };
const program = commandTree(definition, MEANT, valuesOf(words));

const WORK = mkdtempSync(join(tmpdir(), "abi-lint-terminal-"));
afterAll(() => rmSync(WORK, { recursive: true }));
const folder = join(WORK, "project");
mkdirSync(join(folder, "sub"), { recursive: true });
for (const file of ["foo.ko", "my mod.ko", "exp.ko", "report.json"]) writeFileSync(join(folder, file), "");

const write = (name: string, text: string): string => {
  const path = join(WORK, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
};

type Shell = keyof typeof SHELLS;
const scripts = (name: string, tree: CommandNode): Readonly<Record<Shell, string>> => ({
  bash: write(`${name}.bash`, SHELLS.bash(tree)),
  zsh: write(`${name}.zsh`, SHELLS.zsh(tree)),
  fish: write(`${name}.fish`, SHELLS.fish(tree)),
});
const script = scripts("abi-lint", program);
const out = join(WORK, "offered");

const has = (tool: string): boolean => {
  const there = spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0;
  if (!there) console.log(`NOT COMPARED: ${tool} is not installed`);
  return there;
};

const env = {
  PATH: process.env["PATH"],
  HOME: WORK,
  TERM: "xterm",
  LC_ALL: "C.UTF-8",
  INPUTRC: "/dev/null",
  ZDOTDIR: join(WORK, "zsh"),
  OUT: out,
};

/** Types a line and a tab into an interactive shell on a terminal. @returns what the shell's own settings wrote to $OUT */
const typed = (shell: string, line: string, source: string): readonly string[] => {
  writeFileSync(out, "");
  // script(1) of util-linux gives the shell a terminal.
  const { stdout, error } = spawnSync("script", ["-qec", shell, "/dev/null"], {
    cwd: folder,
    env: { ...env, SCRIPT: source },
    input: `${line}\t\n`,
    encoding: "utf8",
    timeout: 30_000,
  });
  if (error) throw new Error(`${shell} did not end: ${stdout}`, { cause: error });
  return readFileSync(out, "utf8").split("\n").slice(0, -1);
};

const bashrc = write(
  "bashrc",
  `bind 'set enable-bracketed-paste off'
bind '"\\C-i": insert-completions'
source "$SCRIPT"
abi-lint() { printf '%s\\n' "$@" >"$OUT"; exit; }
`,
);

// compadd is what every completion function ends in: the one here writes down what is added, as it would stand in the line, with its description.
write(
  "zsh/.zshrc",
  `stty cols 500
unset zle_bracketed_paste
autoload -U compinit; compinit -u -D
source $SCRIPT
compadd() {
  local -a hits described
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  zparseopts -E -a ignored d:=described
  local name=\${described[2]-}
  [[ -n $name && $name != \\(* ]] && described=("\${(@P)name}")
  builtin compadd -A hits \${name:+-D} \${name:+described} "$@"
  local i
  for ((i = 1; i <= $#hits; i++)); do print -r -- "$IPREFIX\${(Q)hits[i]}	\${described[i]}" >>$OUT; done
  builtin compadd "$@"
}
done() { exit }
offer() { comppostfuncs=(done); zle complete-word; exit }
zle -N offer
bindkey '^I' offer
`,
);

const pairs = (lines: readonly string[]): ReadonlyMap<string, string> =>
  new Map(lines.map((line) => [line.split("\t")[0]!, line.split("\t")[1] ?? ""]));

/** What zsh offers, and how it describes it. */
const zshTells = (line: string, source = script.zsh): ReadonlyMap<string, string> =>
  pairs(typed("zsh -d -i", line, source).map((offer) => offer.replace(/\t.*? -- /, "\t")));

const fishTells = (line: string, source = script.fish): ReadonlyMap<string, string> => {
  const run = spawnSync("fish", ["--no-config", "-c", `source ${source}; complete -C '${line}'`], { cwd: folder, env, encoding: "utf8" });
  expect(run.stderr).toBe("");
  return pairs(run.stdout.split("\n").slice(0, -1));
};

/** What a shell offers at the end of a line: the word as it would stand there, without the option that it is joined to. */
const OFFERED = {
  bash: (line: string): readonly string[] => {
    // Whatever is offered is inserted into the line, which is then run: its words are what was there before, and the offers.
    const before = line.replace(/(^| )[^ ]*$/, "").split(" ").length - 1;
    const now = typed(`bash --noprofile --rcfile ${bashrc} -i`, line, script.bash).slice(before);
    return now.length === 1 && now[0] === line.split(" ").at(-1) ? [] : now;
  },
  zsh: (line: string): readonly string[] => [...zshTells(line).keys()],
  fish: (line: string): readonly string[] => [...fishTells(line).keys()],
} as const satisfies Record<Shell, (line: string) => readonly string[]>;

const LINES: Readonly<Record<string, readonly string[]>> = {
  "abi-lint ch": ["check"],
  "abi-lint f": ["foo.ko"],
  "abi-lint my": ["my mod.ko"],
  "abi-lint exp": ["exp.ko", "explain", "export"],
  "abi-lint --ker": ["--kernel"],
  "abi-lint --vers": ["--version"],
  "abi-lint --kernel 6": ["6.1", "6.1.0-56", "6.12"],
  "abi-lint --kernel=6.1.": ["6.1.0-56"],
  "abi-lint --kernel=f": ["foo.ko"],
  "abi-lint -k f": ["foo.ko"],
  "abi-lint --kernel 6.12,6.1": ["6.12,6.1", "6.12,6.1.0-56", "6.12,6.12"],
  "abi-lint --kernel new=f": ["new=foo.ko"],
  "abi-lint --kernel 6.1 e": ["exp.ko"],
  "abi-lint --policy st": ["strict"],
  "abi-lint --policy s": ["strict", "sub"],
  "abi-lint --format j": ["json", "junit"],
  "abi-lint --format=rd": ["rdjsonl"],
  "abi-lint --format json:r": ["json:report.json"],
  "abi-lint --format r": ["rdjsonl"],
  "abi-lint --fail-on ": ["error", "note", "warning"],
  "abi-lint --today ": [],
  "abi-lint foo.ko ch": [],
  "abi-lint foo.ko --wai": ["--waived", "--waivers-from"],
  "abi-lint -- ch": [],
  "abi-lint kernel ": ["diff", "help", "import", "list", "show"],
  "abi-lint kernel --ker": [],
  "abi-lint kernel diff 6.12 6.1.": ["6.1.0-56"],
  "abi-lint kernel diff --cr": ["--crcs"],
  "abi-lint kernel show f": [],
  "abi-lint kernel help im": ["import"],
  "abi-lint help ker": ["kernel"],
  "abi-lint diff --fail-on-new=internal,p": ["internal,private"],
  "abi-lint explain int": ["internal-symbol"],
  "abi-lint explain foo.ko f": [],
  "abi-lint request --as ": ["android", "ksc", "markdown", "unused-ksyms"],
  "abi-lint new rule --folder ": ["sub"],
  "abi-lint baseline update --acc": ["--accept-new"],
};

const sorted = (offers: readonly string[]): readonly string[] =>
  [...new Set(offers.map((offer) => offer.replace(/^--[a-z-]+=/, "").replace(/\/$/, "")))].sort();

for (const shell of Object.keys(OFFERED) as Shell[]) {
  describe.skipIf(!has(shell) || !has("script"))(`${shell} completes`, () => {
    test.each(Object.entries(LINES))("%s", (line, offers) => {
      expect(sorted(OFFERED[shell](line))).toEqual([...offers].sort());
    });

    test("every option of every command", { timeout: 300_000 }, () => {
      let count = 0;
      for (const { path, options } of everyCommand(program)) {
        const names = options.flatMap((option) => option.names.filter((name) => name.startsWith("--")));
        if (names.length === 0) continue;
        const offers = sorted(OFFERED[shell](`abi-lint ${path} --`.replace("  ", " ")));
        const meant = path === "" ? program.commands.find(({ name }) => name === program.meant)!.options : [];
        expect(offers, path).toEqual(
          sorted([...names, ...meant.flatMap((option) => option.names.filter((name) => name.startsWith("--")))]),
        );
        count += names.length;
      }
      console.log(`${shell}: ${count} options offered`);
    });
  });
}

/** Text that each of the three would take for its own, and roff, too. */
const HOSTILE = `.so it's [a] "test": $(touch ran) \`touch ran\` \\fB $HOME; touch ran`;
const odd = { names: ["--odd"], description: HOSTILE, repeatable: false };
const hostile: CommandNode = {
  name: "abi-lint",
  path: "",
  description: HOSTILE,
  options: [odd],
  arguments: [],
  commands: [{ name: "odd", path: "odd", description: HOSTILE, options: [odd], arguments: [], commands: [] }],
};

describe.each(["zsh", "fish"] as const)("%s describes", (shell) => {
  const tells = { zsh: zshTells, fish: fishTells }[shell];
  const isThere = has(shell) && has("script");

  test.skipIf(!isThere)("commands and options as they are", () => {
    const told = tells("abi-lint ");
    for (const { name, description } of program.commands) expect(told.get(name)).toBe(description);
    const { description } = program.commands[0]!.options.find(({ names }) => names.includes("--kernel"))!;
    expect(tells("abi-lint check --ker").get("--kernel")).toBe(description);
  });

  test.skipIf(!isThere)("what would command it as it is, and does not run it", () => {
    const source = scripts("hostile", hostile)[shell];
    expect(tells("abi-lint o", source).get("odd")).toBe(HOSTILE);
    expect(tells("abi-lint --o", source).get("--odd")).toBe(HOSTILE);
    expect(readdirSync(folder)).not.toContain("ran");
  });
});

describe("the manual page", () => {
  const dated = write("dated.1", manPage(program, "1.2.3", "2026-11-01"));
  const undated = write("abi-lint.1", manPage(program, "1.2.3"));
  const says = (tool: string, ...args: readonly string[]): string => {
    const { stdout, stderr, error } = spawnSync(tool, args, { encoding: "utf8", env });
    if (error) throw error;
    return tool === "mandoc" ? stdout + stderr : stderr;
  };

  test.skipIf(!has("mandoc"))("is right by mandoc, but for the date that it does not have", () => {
    expect(says("mandoc", "-Tlint", "-Wall", dated)).toBe("");
    expect(says("mandoc", "-Tlint", "-Wall", undated).trim()).toBe(`mandoc: ${undated}:1:16: WARNING: missing date, using "": TH`);
  });

  test.skipIf(!has("groff"))("is right by groff", () => {
    expect(says("groff", "-man", "-ww", "-Tutf8", undated)).toBe("");
  });

  test.skipIf(!has("groff"))("says what would command roff as it is", () => {
    const run = spawnSync("groff", ["-man", "-ww", "-Tascii", "-P-cbou", write("hostile.1", manPage(hostile, "1.2.3"))], {
      encoding: "utf8",
      env,
    });
    expect(run.stderr).toBe("");
    expect(run.stdout.replace(/\s+/g, " ")).toContain(`--odd ${HOSTILE}`);
  });

  test.skipIf(!has("man"))("is shown by man without a warning, and found by its name", () => {
    expect(says("man", "--warnings=w", "-l", undated)).toBe("");
    const { stdout } = spawnSync("lexgrog", [undated], { encoding: "utf8", env });
    expect(stdout).toContain('"abi-lint - says what out-of-tree kernel code stands on');
  });
});
