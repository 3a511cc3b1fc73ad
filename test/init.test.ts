import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { PolicyFile } from "../src/policy/schema.ts";
import { abiLint } from "./support/run.ts";

const root = new URL("..", import.meta.url).pathname;
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder with files, by their paths; a path that ends with a slash is a folder. */
const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "abi-lint-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path.endsWith("/") ? path : dirname(path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(folder, path), text);
  }
  return folder;
};

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !lstatSync(join(folder, path)).isDirectory())
    .sort();

const remote = (url: string): Record<string, string> => ({ ".git/config": `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n` });

describe("what init writes", () => {
  test("the policy is valid, and judges a module as recommended does", async () => {
    const folder = folderWith({});
    expect(await abiLint(folder, "init")).toMatchObject({ status: 0, stderr: "" });
    expect(filesOf(folder)).toEqual(["abi-lint.yaml"]);
    const module = join(root, "test/fixtures/logger.ko");
    const own = await abiLint(folder, "check", module);
    expect(own).toMatchObject({ status: 0, stderr: "" });
    expect(own).toEqual(await abiLint(folder, "check", module, "--policy", "recommended"));
  });

  test("what stands in it as comments is valid too", async () => {
    const folder = folderWith({});
    await abiLint(folder, "init");
    const text = readFileSync(join(folder, "abi-lint.yaml"), "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/node_modules\/abi-lint\/rules\/schema\/policy\.json\n/);
    const uncommented = text.replace(/^# (?=[a-z]+:|  )/gm, "");
    expect(PolicyFile.safeParse(parse(uncommented)).error).toBeUndefined();
    expect(Object.keys(parse(uncommented))).toEqual(["extends", "kernels", "rules", "waivers"]);
    writeFileSync(join(folder, "abi-lint.yaml"), uncommented.replace(/^ {2}- \.\..*$/m, `  - k`));
    writeFileSync(join(folder, "k"), readFileSync(join(root, "test/fixtures/kernels/6.1.symvers")));
    expect(await abiLint(folder, "check", join(root, "test/fixtures/logger.ko"))).toMatchObject({ stderr: "" });
  });

  test.each([
    ["a .github folder", { ".github/": "" }, "github"],
    ["a remote at GitHub, by ssh", remote("git@github.com:someone/module.git"), "github"],
    ["a remote at a company's GitHub", remote("https://token@github.example.org/someone/module"), "github"],
    ["a .gitlab-ci.yml", { ".gitlab-ci.yml": "" }, "gitlab"],
    ["a remote at somebody's GitLab", remote("ssh://git@gitlab.example.org:2222/group/module.git"), "gitlab"],
    ["a remote at GitLab, with a .github folder left from before", { ".github/": "", ...remote("https://gitlab.com/a/b") }, "gitlab"],
    ["a remote whose path alone says github", remote("https://example.org/github/module"), "none"],
    ["nothing", {}, "none"],
  ] as const)("%s: the CI host is seen", async (_, files, host) => {
    const folder = folderWith(files);
    const { status, stdout } = await abiLint(folder, "init");
    expect(status).toBe(0);
    const path = { github: ".github/workflows/abi-lint.yml", gitlab: ".gitlab/abi-lint.yml", none: undefined }[host];
    expect(filesOf(folder).filter((file) => file.endsWith("abi-lint.yml"))).toEqual(path === undefined ? [] : [path]);
    expect(stdout.includes("local: .gitlab/abi-lint.yml")).toBe(host === "gitlab");
    expect(stdout.includes("No CI host was seen")).toBe(host === "none");
    if (path === undefined) return;
    const snippet = readFileSync(join(folder, path), "utf8");
    expect(JSON.stringify(parse(snippet))).toContain("npx --no-install abi-lint abi-lint.manifest.json");
    expect(snippet).not.toMatch(/https?:|\.(com|org|net|io)\b/);
  });

  test("below the repository's root the snippet is shown, not written where no host reads it", async () => {
    const folder = folderWith({ ".git/": "", ".github/": "", "module/": "" });
    const { stdout } = await abiLint(join(folder, "module"), "init");
    expect(filesOf(folder)).toEqual(["module/abi-lint.yaml"]);
    expect(stdout).toContain("For .github/workflows/abi-lint.yml at the repository's root");
  });

  test("tasks for VS Code, whose matchers read the gcc format and the lines of --watch", async () => {
    const folder = folderWith({ ".vscode/": "" });
    await abiLint(folder, "init");
    const { tasks } = JSON.parse(readFileSync(join(folder, ".vscode/tasks.json"), "utf8"));
    const systemtap = join(root, "examples/systemtap");
    const { stdout } = await abiLint(systemtap, "abi-lint.manifest.json", "--format", "gcc");
    const lines = [...stdout.trimEnd().split("\n"), "a/b.c:12:3: warning: kfoo is internal to the kernel [internal-symbol]"];
    for (const { problemMatcher } of tasks) {
      const read = lines.map((line) =>
        problemMatcher.flatMap(({ pattern: { regexp, ...groups } }: { pattern: { regexp: string } & Record<string, number> }) => {
          const match = new RegExp(regexp).exec(line);
          return match ? [Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, match[group]]))] : [];
        }),
      );
      expect(read.filter((matches) => matches.length !== 1)).toEqual([]);
      // Of problems with the same code at the same place VS Code keeps one: where there is no place, the sentence is the code.
      expect(read[0]).toEqual([
        {
          file: "stap_opens.ko",
          line: "1",
          column: "1",
          severity: "error",
          message: "export-gone",
          code: expect.stringMatching(/^hrtimer_init /),
        },
      ]);
      expect(read.at(-1)).toEqual([
        { file: "a/b.c", line: "12", column: "3", severity: "warning", message: "kfoo is internal to the kernel", code: "internal-symbol" },
      ]);
    }
    const { beginsPattern, endsPattern } = tasks[1].problemMatcher[0].background;
    expect("abi-lint: checking…").toMatch(new RegExp(beginsPattern));
    expect("abi-lint: done, 1 error, 0 warnings").toMatch(new RegExp(endsPattern));
    expect("abi-lint: done, nothing was checked").toMatch(new RegExp(endsPattern));
  });

  test("tasks that are there are left alone, and the task is shown", async () => {
    const folder = folderWith({ ".vscode/tasks.json": "{}" });
    const { status, stdout } = await abiLint(folder, "init", "--ci", "none");
    expect(status).toBe(0);
    expect(stdout).toContain('"problemMatcher"');
    expect(readFileSync(join(folder, ".vscode/tasks.json"), "utf8")).toBe("{}");
  });

  test.each([
    ["vim", "set errorformat="],
    ["emacs", "compile-command"],
    ["vscode", '"problemMatcher"'],
  ])("--editor %s shows what goes into its own files", async (editor, line) => {
    const folder = folderWith({});
    expect((await abiLint(folder, "init", "--editor", editor)).stdout).toContain(line);
    expect(filesOf(folder)).toEqual(["abi-lint.yaml"]);
  });

  test("--ci none --editor none is the policy alone", async () => {
    const folder = folderWith({ ".github/": "", ".vscode/": "" });
    expect((await abiLint(folder, "init", "--ci", "none", "--editor", "none")).stdout).toMatchInlineSnapshot(`
      "abi-lint.yaml written

      Next:
        npm install --save-dev abi-lint
        npx abi-lint export MODULE.ko -o abi-lint.manifest.json
        commit both: CI and editor check that manifest
      "
    `);
    expect(filesOf(folder)).toEqual(["abi-lint.yaml"]);
  });
});

describe("init overwrites nothing, and writes all or nothing", () => {
  test.each([
    [["abi-lint.yaml"], { "abi-lint.yaml": "mine\n" }],
    [[".abi-lint.yaml"], { ".abi-lint.yaml": "mine\n" }],
    [["abi-lint.yaml", ".github/workflows/abi-lint.yml"], { "abi-lint.yaml": "mine\n", ".github/workflows/abi-lint.yml": "mine\n" }],
    [[".github/workflows"], { ".github/workflows": "a file where a folder is needed\n" }],
    [[".vscode/tasks.json", "abi-lint.yaml/"], { ".vscode/": "", "abi-lint.yaml/": "" }],
  ] as const)("in the way: %j", async (paths, files) => {
    const folder = folderWith({ ".github/": "", ...files });
    const before = filesOf(folder);
    const { status, stdout, stderr } = await abiLint(folder, "init");
    const expected = paths.filter((path) => path !== ".vscode/tasks.json").map((path) => path.replace(/\/$/, ""));
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(expected.map((path) => `abi-lint: error: ${path}: is there already; nothing was written\n`).join(""));
    expect(filesOf(folder)).toEqual(before);
  });

  test("a second time", async () => {
    const folder = folderWith({ ".github/": "" });
    await abiLint(folder, "init");
    const { status, stderr } = await abiLint(folder, "init");
    expect(status).toBe(2);
    expect(stderr).toContain("abi-lint.yaml: is there already");
    expect(stderr).toContain(".github/workflows/abi-lint.yml: is there already");
  });

  test("what fails only when it is written takes back what was written before, folders too", async () => {
    const folder = folderWith({ ".vscode/": "", ".gitlab-ci.yml": "" });
    // A link that leads nowhere: nothing is seen there, and nothing can be made there.
    symlinkSync("nowhere/at/all", join(folder, ".vscode/tasks.json"));
    const { status, stdout, stderr } = await abiLint(folder, "init");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(".vscode/tasks.json: is there already");
    expect(filesOf(folder)).toEqual([".gitlab-ci.yml", ".vscode/tasks.json"]);
    expect(readdirSync(folder).sort()).toEqual([".gitlab-ci.yml", ".vscode"]);
  });
});
