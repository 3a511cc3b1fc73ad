import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { bundle } from "../support/bundle.ts";

// What only root can arrange: full and read-only file systems, files of others.

const FIXTURES = new URL("../fixtures", import.meta.url).pathname;
const WORK = mkdtempSync(join(tmpdir(), "abi-lint-faults-"));
chmodSync(WORK, 0o755);
const { command } = await bundle(WORK);
const small = join(WORK, "small");

const must = (program: string, ...argv: string[]): void => {
  const { status, stderr } = spawnSync(program, argv, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${argv.join(" ")}: ${stderr}`);
};
mkdirSync(small);
must("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small);
afterAll(() => {
  must("umount", small);
  rmSync(WORK, { recursive: true });
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(WORK, "case-"));
  chmodSync(folder, 0o755);
  copyFileSync(join(FIXTURES, "logger.ko"), join(folder, "good.ko"));
  copyFileSync(join(FIXTURES, "ksc-user.ko"), join(folder, "bad.ko"));
  must("mount", "-o", "remount,rw", small);
  for (const name of readdirSync(small)) rmSync(join(small, name));
});

const KERNEL = `--kernel ${join(FIXTURES, "kernels/6.1.symvers")}`;
/** A line of the shell; `A` is the command, `K` the kernel, and `NOBODY` runs what follows as a user without rights. */
const shell = (line: string): SpawnSyncReturns<string> => {
  const words = { A: `"${process.execPath}" "${command}"`, K: KERNEL, NOBODY: "setpriv --reuid=65534 --regid=65534 --clear-groups" };
  const text = line.replace(/\b(A|K|NOBODY)\b/g, (word) => words[word as keyof typeof words]);
  return spawnSync("bash", ["--norc", "-c", text], { cwd: folder, encoding: "utf8", env: { PATH: process.env["PATH"] } });
};
const fill = (): void => writeFileSync(join(small, "fill"), Buffer.alloc(61_440));

test("on a full disk what was there stays, nothing is left behind, and the other reports are written", () => {
  fill();
  writeFileSync(join(small, "old.json"), "old\n");
  const { status, stderr } = shell(
    "A check good.ko K --format json:../small/old.json --format sarif:../small/new.sarif --format json:ok.json",
  );
  expect([status, stderr]).toEqual([
    2,
    "abi-lint: error: ../small/old.json: no space left on the device\nabi-lint: error: ../small/new.sarif: no space left on the device\n",
  ]);
  expect([readdirSync(small).sort(), readFileSync(join(small, "old.json"), "utf8")]).toEqual([["fill", "old.json"], "old\n"]);
  expect(existsSync(join(folder, "ok.json"))).toBe(true);
});

test.each([
  "A baseline create ../good.ko ../bad.ko K",
  "A init --ci github --editor none",
  "A new rule some-rule --folder .",
  "A export ../bad.ko -o m.json",
])("`%s` on a full disk leaves nothing", (line) => {
  fill();
  writeFileSync(join(small, "fill-rest"), Buffer.alloc(4096));
  copyFileSync(join(folder, "good.ko"), join(WORK, "good.ko"));
  copyFileSync(join(folder, "bad.ko"), join(WORK, "bad.ko"));
  const { status, stderr } = shell(`cd ../small && ${line}`);
  expect(stderr).toMatch(/^abi-lint: error: [^\n]+: no space left on the device\n$/);
  expect([status, readdirSync(small).sort()]).toEqual([2, ["fill", "fill-rest"]]);
});

test("a report on a full standard output, and a step summary on a full disk, are status 2; the summary keeps what it had", () => {
  writeFileSync(join(small, "summary"), "before\n");
  fill();
  expect(shell("A check good.ko K --format json > ../small/out.json")).toMatchObject({
    status: 2,
    stderr: "abi-lint: error: standard output: no space left on the device\n",
  });
  rmSync(join(small, "out.json"));
  writeFileSync(join(small, "summary"), "x".repeat(4090));
  expect(shell("GITHUB_STEP_SUMMARY=../small/summary A check bad.ko K --policy strict --format github:annotations")).toMatchObject({
    status: 2,
    stderr: "abi-lint: error: ../small/summary: no space left on the device\n",
  });
  expect(readFileSync(join(small, "summary"), "utf8")).toBe("x".repeat(4090));
});

test("a read-only file system is named", () => {
  writeFileSync(join(small, "old.json"), "old");
  must("mount", "-o", "remount,ro", small);
  for (const line of ["A check ../good.ko K --format json:old.json", "A init", "A baseline create ../good.ko K"]) {
    copyFileSync(join(folder, "good.ko"), join(WORK, "good.ko"));
    const { status, stderr } = shell(`cd ../small && ${line}`);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^abi-lint: error: [^\n]+: read-only file system\n$/)]);
  }
});

test("what may not be read costs only itself; what may not be written stays", () => {
  for (const name of ["closed", "unsearchable"]) {
    mkdirSync(join(folder, name));
    copyFileSync(join(folder, "good.ko"), join(folder, name, "good.ko"));
  }
  chmodSync(join(folder, "closed"), 0o700);
  chmodSync(join(folder, "unsearchable"), 0o744);
  copyFileSync(join(folder, "good.ko"), join(folder, "secret.ko"));
  chmodSync(join(folder, "secret.ko"), 0o600);
  const { status, stdout, stderr } = shell("NOBODY A check . K --format gcc");
  expect(stderr.split("\n").sort().slice(1)).toEqual([
    "abi-lint: error: closed: permission denied",
    "abi-lint: error: secret.ko: permission denied",
    "abi-lint: error: unsearchable/good.ko: permission denied",
  ]);
  expect([status, stdout.includes("bad.ko:1:1")]).toEqual([2, true]);

  mkdirSync(join(folder, "open"));
  chmodSync(join(folder, "open"), 0o777);
  writeFileSync(join(folder, "open/protected.json"), "old", { mode: 0o444 });
  const written = shell("NOBODY A check good.ko K --format json:report.json --format json:open/protected.json");
  expect([written.status, written.stderr]).toEqual([
    2,
    "abi-lint: error: report.json: permission denied\nabi-lint: error: open/protected.json: permission denied\n",
  ]);
  expect([readdirSync(join(folder, "open")), readFileSync(join(folder, "open/protected.json"), "utf8")]).toEqual([
    ["protected.json"],
    "old",
  ]);
  writeFileSync(join(folder, "abi-lint.yaml"), "rules: {}\n", { mode: 0o600 });
  expect(shell("NOBODY A check good.ko K")).toMatchObject({ status: 2, stderr: "abi-lint: error: abi-lint.yaml: permission denied\n" });
});
