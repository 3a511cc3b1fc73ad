import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { abiLint } from "./support/run.ts";

const root = new URL("..", import.meta.url).pathname;
const logger = `${root}test/fixtures/logger.ko`;
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder with files, by their paths. */
const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "abi-lint-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};

const cases = (finds: string, policy = ""): string =>
  `test: 1\n${policy}cases:\n  - says: one\n    subject: { uses: [vmalloc] }\n    finds: ${finds}\n`;

describe("abi-lint new rule", () => {
  test("writes a rule that passes its own test and that a policy can extend", async () => {
    const folder = folderWith({ "abi-lint.yaml": "extends: [recommended, ./rules]\n" });
    const written = await abiLint(folder, "new", "rule", "no-trace-hooks");
    expect(written).toMatchObject({ status: 0, stderr: "" });
    expect(written.stdout).toContain("extends: [recommended, ./rules]");
    expect(await abiLint(folder, "test", "rules/no-trace-hooks.yaml")).toMatchObject({ status: 0, stdout: "2 passed, 0 failed\n" });
    expect(await abiLint(folder, "test")).toMatchObject({ status: 0, stdout: "2 passed, 0 failed\n" });
    writeFileSync(join(folder, "abi-lint.manifest.yaml"), "manifest: 1\nsubjects: [{ name: m, kind: module, uses: [example_open] }]\n");
    const { status, stdout } = await abiLint(folder, "abi-lint.manifest.yaml");
    expect(stdout).toContain("example_open belongs to the example interface  [no-trace-hooks]");
    expect(status).toBe(1);
  });

  test("names the schema so that an editor finds it", async () => {
    const folder = folderWith({ "node_modules/abi-lint/rules/schema/rule.json": "{}", "drivers/Kbuild": "" });
    await abiLint(folder, "new", "rule", "at-the-top");
    await abiLint(join(folder, "drivers"), "new", "rule", "below", "--folder", "abi/rules");
    for (const path of ["rules/at-the-top.yaml", "drivers/abi/rules/below.yaml"]) {
      const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(folder, path), "utf8"))![1]!;
      expect(readFileSync(join(folder, dirname(path), schema), "utf8")).toBe("{}");
    }
  });

  test("does not overwrite", async () => {
    const folder = folderWith({ "rules/mine.yaml": "precious\n" });
    const { status, stdout, stderr } = await abiLint(folder, "new", "rule", "mine");
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: "abi-lint: error: rules/mine.yaml: is there already; nothing was written\n",
    });
    expect(readFileSync(join(folder, "rules/mine.yaml"), "utf8")).toBe("precious\n");
  });

  test.each(["../outside", "No-Case", "a--b", "-a", "a.b", "", "not-checked"])("refuses the id %j and writes nothing", async (id) => {
    const folder = folderWith({});
    expect((await abiLint(folder, "new", "rule", "--", id)).status).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a file in the place of the folder is in the way", async () => {
    const folder = folderWith({ rules: "a file\n" });
    const { status, stderr } = await abiLint(folder, "new", "rule", "mine");
    expect({ status, stderr }).toEqual({ status: 2, stderr: "abi-lint: error: rules: is there already; nothing was written\n" });
  });
});

describe("abi-lint test", () => {
  test("judges a rule of the repository by its file, not as it is shipped", async () => {
    const shipped = readFileSync(`${root}rules/private-symbol.yaml`, "utf8");
    const folder = folderWith({ "rules/private-symbol.yaml": shipped.replace(/^match: .*$/m, "match: { kind: syscall }") });
    const { status, stdout } = await abiLint(folder, "test", "rules");
    expect(stdout).toContain("- expected  error private-symbol");
    expect(status).toBe(1);
  });

  test("passes on all that is shipped", async () => {
    const { status, stdout, stderr } = await abiLint(root, "test", "rules");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^\d\d+ passed, 0 failed\n$/);
  });

  test("takes the nearest policy of the file of cases, to the repository's root", async () => {
    const strict = "extends: [strict]\n";
    const folder = folderWith({
      "abi-lint.yaml": strict,
      "a/b/near.test.yaml": cases("[{ rule: internal-symbol }]"),
      "other/.git/HEAD": "",
      "other/far.test.yaml": cases("[]"),
    });
    expect(await abiLint(folder, "test")).toMatchObject({ status: 0, stdout: "2 passed, 0 failed\n" });
    expect(await abiLint(join(folder, "a"), "test", "b")).toMatchObject({ status: 0, stdout: "1 passed, 0 failed\n" });
  });

  test("passes over hidden folders, installed packages and YAML of others, and enters a folder once", async () => {
    const folder = folderWith({
      ".git/x.test.yaml": "no",
      "node_modules/x/x.test.yaml": "no",
      "bindings/device.yaml": "$id: http\nproperties: {}\nexamples: [a]\n",
      "broken.yaml": "a: [",
      "x.test.yaml": cases("[]", "policy: recommended\n"),
    });
    symlinkSync(".", join(folder, "again"));
    expect(await abiLint(folder, "test")).toMatchObject({ status: 0, stdout: "1 passed, 0 failed\n", stderr: "" });
  });

  test("a broken policy that two files share is told once", async () => {
    const folder = folderWith({ "abi-lint.yaml": "ruls: {}\n", "a.test.yaml": cases("[]"), "b.test.yaml": cases("[]") });
    const { status, stderr } = await abiLint(folder, "test");
    expect(status).toBe(2);
    expect(stderr.match(/unknown key "ruls"/g)).toHaveLength(1);
  });

  test("rules written in TypeScript are run only where that is allowed", async () => {
    const folder = folderWith({ "abi-lint.yaml": "code: [rules.ts]\n", "rules.ts": "throw 1;\n", "a.test.yaml": cases("[]") });
    const { status, stderr } = await abiLint(folder, "test");
    expect(status).toBe(2);
    expect(stderr).toContain("--allow-code");
  });

  test("a file that is no text of ours is an error with a place, not a crash", async () => {
    expect((await abiLint(root, "test", logger)).status).toBe(2);
  });

  test("the day of a case is its own, else the caller's", async () => {
    const policy = `rules: { no-vmalloc: { match: { name: vmalloc }, message: "{name}" } }
waivers: [{ rule: no-vmalloc, match: { name: vmalloc }, reason: r, owner: o, until: 2026-12-31 }]\n`;
    const folder = folderWith({ "abi-lint.yaml": policy, "a.test.yaml": cases("[]") });
    expect((await abiLint(folder, "test")).status).toBe(0);
    expect((await abiLint(folder, "test", "--today", "2027-01-01")).status).toBe(1);
  });
});
