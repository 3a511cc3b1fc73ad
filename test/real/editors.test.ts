import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanEnv, debian, EXAMPLES, packed, REPOSITORY, WORK, type Package } from "./hosts.ts";
import { loadVsCode, type Matcher, type Problem, type VsCode } from "./vscode.ts";

// The editors themselves read a real run's lines of a module that kbuild built, and go where they say.

const project = join(WORK, "editors");
const ON_THE_WAY = `extends: [strict]
rules:
  internal-symbol: warning
  logs:
    severity: note
    match: { kind: symbol, name: _printk }
    message: "{name} writes to the log"
`;

/**
 * What stands at each place, in the order of the report: the error in the table that names the function, then a warning for each symbol of the module's own
 * and a note for the log. A person found these words in doorbell.c, not abi-lint.
 */
const WORDS = [
  "lookup",
  "pr_info",
  "pr_info",
  "register_kprobe",
  "unregister_kprobe",
  "misc_register",
  "misc_deregister",
  "pr_info",
  "pr_info",
];

interface JsonFinding {
  readonly rule: string;
  readonly severity: Problem["severity"];
  readonly message: string;
  readonly places: readonly { readonly file: string; readonly line: number; readonly column: number }[];
}

let release = "";
let abiLint: Package;
let source: readonly string[] = [];
/** What must arrive in every editor, in the report's order; from the JSON report. */
let expected: readonly Problem[] = [];

const run = (command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawnSync(command, args, { cwd: project, encoding: "utf8", env: cleanEnv({ ABI_LINT: abiLint.command, ...env }) });

const expectedOf = (folder: string, ...args: readonly string[]): readonly Problem[] => {
  const { stdout } = spawnSync(abiLint.command, [...args, "--format", "json"], { cwd: folder, encoding: "utf8", env: cleanEnv() });
  return (JSON.parse(stdout) as { findings: readonly JsonFinding[] }).findings.flatMap(({ rule, severity, message, places }) =>
    places.map(({ file, line, column }) => ({ file: join(folder, file), line, column, severity, message, code: rule })),
  );
};

const wordAt = ({ line, column }: { readonly line: number; readonly column: number }): string =>
  /^\w+/.exec(source[line - 1]!.slice(column - 1))?.[0] ?? "";

/** VS Code gives its problems by file and place, the others in the report's order. */
const sorted = (problems: readonly Problem[]): readonly string[] =>
  problems
    .map(({ file, line, column, severity, message, code }) => `${file}:${line}:${column}: ${severity}: ${message} [${code}]`)
    .toSorted();

beforeAll(() => {
  release = debian("vim", "neovim", "emacs-nox");
  abiLint = packed();
  rmSync(project, { recursive: true, force: true });
  cpSync(join(EXAMPLES, "kbuild"), project, { recursive: true });
  writeFileSync(join(project, "abi-lint.yaml"), ON_THE_WAY);
  execFileSync("make", [`KDIR=/lib/modules/${release}/build`, "QUICKSAND=y"], { cwd: project, stdio: "ignore", env: cleanEnv() });
  source = readFileSync(join(project, "doorbell.c"), "utf8").split("\n");
  expected = expectedOf(project, "modules.order");
});

test("the report's places are those of the words in the source", () => {
  expect(expected.map(wordAt)).toEqual(WORDS);
  expect(expected.map(({ severity }) => severity)).toEqual(["error", ...Array(6).fill("warning"), "note", "note"]);
  expect(new Set(expected.map(({ file }) => file))).toEqual(new Set([join(project, "doorbell.c")]));
});

describe("VS Code", () => {
  interface Task {
    readonly label: string;
    readonly command: string;
    readonly problemMatcher: readonly Matcher[];
  }
  let code: VsCode;
  let template: readonly Task[];
  let example: readonly Task[];
  const lines = (text: string): string[] => text.trimEnd().split("\n");
  const tasksOf = (file: string): readonly Task[] => (code.parseJson(readFileSync(file, "utf8")) as { tasks: readonly Task[] }).tasks;

  beforeAll(async () => {
    code = await loadVsCode();
    template = tasksOf(join(REPOSITORY, "rules/templates/tasks.json.in"));
    example = tasksOf(join(EXAMPLES, "editors/vscode/tasks.json"));
  });

  const readOnce = async (matchers: readonly Matcher[], folder: string, output: string): Promise<readonly Problem[]> => {
    const reader = code.reader(matchers, folder, "once");
    for (const line of lines(output)) reader.read(line);
    reader.end();
    return reader.problems();
  };

  test("each finding of a module becomes a problem with its rule as the code", async () => {
    const { stdout } = run(abiLint.command, ["modules.order", "--format", "gcc"]);
    expect(sorted(await readOnce(template[0]!.problemMatcher, project, stdout))).toEqual(sorted(expected));
  });

  test("findings that all stand at their module stay apart: VS Code keeps one of each source, code, severity and place", async () => {
    const systemtap = join(EXAMPLES, "systemtap");
    const all = expectedOf(systemtap, "abi-lint.manifest.json");
    expect(new Set(all.map(({ line, column }) => `${line}:${column}`))).toEqual(new Set(["1:1"]));
    expect(all.length).toBeGreaterThan(new Set(all.map((each) => each.code + each.severity)).size);
    const output = spawnSync(abiLint.command, ["abi-lint.manifest.json", "--format", "gcc"], { cwd: systemtap, encoding: "utf8" }).stdout;
    const problems = await readOnce(template[0]!.problemMatcher, systemtap, output);
    expect(sorted(problems.map((each) => ({ ...each, message: each.code!, code: each.message })))).toEqual(sorted(all));
    console.log(`VS Code: ${problems.length} of ${all.length} findings at one place`);
  });

  test("$gcc reads what `make abi-lint` prints: every place of an error or warning", async () => {
    // microsoft/vscode-cpptools, Extension/package.json, contributes.problemMatchers
    const gcc = {
      owner: "cpptools",
      source: "gcc",
      fileLocation: ["autoDetect", "${cwd}"],
      pattern: {
        regexp: "^(.*?):(\\d+):(\\d*):?\\s+(?:fatal\\s+)?(warning|error):\\s+(.*)$",
        file: 1,
        line: 2,
        column: 3,
        severity: 4,
        message: 5,
      },
    };
    const { stdout, status } = run("make", ["abi-lint", `KDIR=/lib/modules/${release}/build`, "QUICKSAND=y"]);
    expect(status).toBe(2);
    const problems = await readOnce([gcc], project, stdout);
    const wanted = expected.filter(({ severity }) => severity !== "note");
    expect(sorted(problems.map((each) => ({ ...each, code: "" })))).toEqual(
      sorted(wanted.map((each) => ({ ...each, message: `${each.message} [${each.code}]`, code: "" }))),
    );
  });

  test("abi-lint --watch in the background: problems come, and go when the policy changes", async () => {
    for (const { problemMatcher } of [template[1]!, example[1]!]) {
      writeFileSync(join(project, "abi-lint.yaml"), ON_THE_WAY);
      const reader = code.reader(problemMatcher, project, "background");
      const watching = spawn(abiLint.command, ["modules.order", "--format", "gcc", "--watch"], { cwd: project, env: cleanEnv() });
      const output = createInterface(watching.stdout)[Symbol.asyncIterator]();
      /** Reads to the end of a run. */
      const aRun = async (): Promise<readonly Problem[]> => {
        for (;;) {
          const { value, done } = (await output.next()) as { value: string; done?: boolean };
          if (done) throw new Error("abi-lint --watch ended");
          reader.read(value);
          if (value.startsWith("abi-lint: done, ")) return reader.problems();
        }
      };
      try {
        expect(sorted(await aRun())).toEqual(sorted(expected));
        writeFileSync(join(project, "abi-lint.yaml"), ON_THE_WAY.replace("strict", "recommended").replace("warning", "off"));
        const fewer = expected.filter(({ code: rule }) => rule !== "internal-symbol");
        expect(sorted(await aRun())).toEqual(sorted(fewer));
        writeFileSync(join(project, "abi-lint.yaml"), "extends: [recommended]\nrules: { private-symbol: off }\n");
        expect(await aRun()).toEqual([]);
      } finally {
        watching.kill();
        writeFileSync(join(project, "abi-lint.yaml"), ON_THE_WAY);
      }
    }
  });

  test("the tasks call the command that is installed or named", () => {
    expect(example.map(({ command }) => command)).toEqual([
      "make abi-lint",
      "${ABI_LINT:-npx --no-install abi-lint} modules.order --format gcc --watch",
    ]);
  });
});

describe.each([
  ["Vim", "vim", ["-N", "-u", "NONE", "-i", "NONE", "-es"]],
  ["Neovim", "nvim", ["--clean", "--headless"]],
] as const)("%s", (_, program, args) => {
  interface Entry {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly type: string;
    readonly text: string;
    readonly word: string;
  }
  const TYPES: Readonly<Record<string, Problem["severity"]>> = { e: "error", w: "warning", n: "note" };

  /** Runs a script, then goes to each entry of the quickfix list and takes down where the cursor is and on which word. */
  const visit = (script: string): readonly Entry[] => {
    const [file, result] = [join(project, "visit.vim"), join(project, "visited.json")];
    rmSync(result, { force: true });
    writeFileSync(
      file,
      `set hidden
${script}
let s:visited = []
let s:number = 0
for s:entry in getqflist()
  let s:number += 1
  if !s:entry.valid | continue | endif
  execute 'silent cc' s:number
  call add(s:visited, {'file': expand('%:p'), 'line': line('.'), 'column': col('.'), 'type': s:entry.type, 'text': s:entry.text, 'word': expand('<cword>')})
endfor
call writefile([json_encode(s:visited)], '${result}')
qall!
`,
    );
    run(program, [...args, "-S", file], { LC_ALL: "C.UTF-8" });
    return JSON.parse(readFileSync(result, "utf8")) as Entry[];
  };

  const shown = (entries: readonly Entry[]): readonly Problem[] =>
    entries.map(({ file, line, column, type, text }) => {
      const [, message, rule] = /^(.+) \[([a-z0-9-]+)\]$/.exec(text)!;
      return { file, line, column, severity: TYPES[type]!, message: message!, code: rule! };
    });

  test("the compiler file: :make goes to each finding, with its severity", () => {
    const entries = visit(`set runtimepath^=${EXAMPLES}/editors/vim\ncompiler abi-lint\nsilent make! modules.order`);
    expect(shown(entries)).toEqual(expected);
    expect(entries.map(({ word }) => word)).toEqual(WORDS);
  });

  test("what `init` shows for the vimrc does the same", () => {
    const vimrc = readFileSync(join(REPOSITORY, "rules/templates/vimrc.in"), "utf8").replace(
      "npx\\ --no-install\\ abi-lint\\ abi-lint.manifest.json",
      `${abiLint.command}\\ modules.order`,
    );
    expect(vimrc).toContain(abiLint.command);
    expect(shown(visit(`${vimrc}\nsilent make!`))).toEqual(expected);
  });

  test("from a folder above, through `make -C`: the folders that make names are entered", () => {
    const entries = visit(
      `cd ..\nset runtimepath^=${EXAMPLES}/editors/vim\ncompiler abi-lint\nlet &l:makeprg = 'make -C editors abi-lint KDIR=/lib/modules/${release}/build QUICKSAND=y'\nsilent make!`,
    );
    expect(shown(entries)).toEqual(expected);
    expect(entries.map(({ word }) => word)).toEqual(WORDS);
  });
});

test("Neovim's diagnostics have the rule's id as their code", () => {
  const script = join(project, "diagnostics.vim");
  const result = join(project, "diagnostics.json");
  writeFileSync(
    script,
    `luafile ${EXAMPLES}/editors/neovim/abi-lint.lua
AbiLint modules.order
call writefile([luaeval('vim.json.encode(vim.diagnostic.get())')], '${result}')
call writefile([luaeval('vim.json.encode(vim.tbl_map(vim.api.nvim_buf_get_name, vim.tbl_map(function(d) return d.bufnr end, vim.diagnostic.get())))')], '${result}.files')
qall!
`,
  );
  run("nvim", ["--clean", "--headless", "-S", script], { LC_ALL: "C.UTF-8" });
  const found = JSON.parse(readFileSync(result, "utf8")) as Record<string, never>[];
  const files = JSON.parse(readFileSync(`${result}.files`, "utf8")) as string[];
  const severities = ["", "error", "warning", "note"] as const;
  expect(
    found.map((each, index) => ({
      file: files[index],
      line: each["lnum"]! + 1,
      column: each["col"]! + 1,
      severity: severities[each["severity"]!],
      message: each["message"],
      code: each["code"],
    })),
  ).toEqual(expected);
});

describe("Emacs", () => {
  interface Visited {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly word: string | null;
    readonly type: number;
    readonly text: string;
  }
  const TYPES: readonly Problem["severity"][] = ["note", "warning", "error"];

  /** Starts a compilation, waits for its end, and goes through it with next-error, as M-g n does. */
  const visit = (start: string): readonly Visited[] => {
    const file = join(project, "visit.el");
    const result = join(project, "visited.json");
    rmSync(result, { force: true });
    writeFileSync(
      file,
      `(setq enable-local-variables :safe)
(require 'json)
(let ((buffer ${start}) visited)
  ; The sentinel takes the process away once it has seen its end.
  (while (get-buffer-process buffer) (accept-process-output nil 0.1))
  (accept-process-output nil 0.1)
  (setq next-error-last-buffer buffer compilation-skip-threshold 0)
  (condition-case nil
      (while t
        (next-error)
        (let* ((line (with-current-buffer buffer
                       (goto-char compilation-current-error)
                       (cons (compilation--message->type (get-text-property (point) 'compilation-message))
                             (buffer-substring-no-properties (line-beginning-position) (line-end-position))))))
          (with-current-buffer (window-buffer (selected-window))
            (push (list (cons 'file (buffer-file-name)) (cons 'line (line-number-at-pos)) (cons 'column (1+ (- (point) (line-beginning-position))))
                        (cons 'word (thing-at-point 'symbol t)) (cons 'type (car line)) (cons 'text (cdr line)))
                  visited))))
    (user-error nil))
  (with-temp-file "${result}" (insert (json-encode (vconcat (nreverse visited))))))
`,
    );
    run("emacs", ["-Q", "--batch", "-l", file], { LC_ALL: "C.UTF-8" });
    return JSON.parse(readFileSync(result, "utf8")) as Visited[];
  };

  const shown = (visited: readonly Visited[]): readonly Problem[] =>
    visited.map(({ file, line, column, type, text }) => {
      const [, message, rule] = /: \w+: (.+) \[([a-z0-9-]+)\]$/.exec(text)!;
      return { file, line, column, severity: TYPES[type]!, message: message!, code: rule! };
    });

  test("M-x abi-lint goes to each finding, with its severity", () => {
    const visited = visit(`(progn (load "${EXAMPLES}/editors/emacs/abi-lint.el" nil t) (abi-lint "modules.order"))`);
    expect(shown(visited)).toEqual(expected);
    expect(visited.map(({ word }) => word)).toEqual(WORDS);
  });

  test("what `init` shows for .dir-locals.el: M-x compile runs it, and columns are right once tabs count as one", () => {
    const template = readFileSync(join(REPOSITORY, "rules/templates/dir-locals.el.in"), "utf8");
    const setting = /\(setq compilation-error-screen-columns nil\)/.exec(template)![0];
    const locals = template.replace("npx --no-install abi-lint abi-lint.manifest.json", `${abiLint.command} modules.order`);
    expect(locals).toContain(abiLint.command);
    writeFileSync(join(project, ".dir-locals.el"), locals);
    const start = '(progn (find-file "doorbell.c") (compile compile-command))';
    expect(shown(visit(`(progn (require 'compile) ${setting} ${start})`))).toEqual(expected);
    // Without the setting the lines are right, and the columns of words behind tabs are not.
    const plain = shown(visit(start));
    expect(plain.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
    expect(plain.map(({ column }) => column)).not.toEqual(expected.map(({ column }) => column));
  });

  test("from a folder above, through `make -C`: the folders that make names are entered", () => {
    const command = `make -C editors abi-lint KDIR=/lib/modules/${release}/build QUICKSAND=y`;
    const start = `(progn (require 'compile) (setq compilation-error-screen-columns nil default-directory "${WORK}/") (compile "${command}"))`;
    // Emacs knows make's own last line, too: "make: *** [abi-lint.mk:15: abi-lint] Error 1".
    expect(shown(visit(start).filter(({ text }) => !text.startsWith("make: ***")))).toEqual(expected);
  });
});
