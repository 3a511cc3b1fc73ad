import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { bundle } from "./support/bundle.ts";
import { abiLint, abiLintIn } from "./support/run.ts";

// What the world does to a run: each time the status, one sentence, the other inputs, and no half of a file.

const FIXTURES = new URL("fixtures", import.meta.url).pathname;
const KERNEL = ["--kernel", join(FIXTURES, "kernels/6.1.symvers")];
const WORK = mkdtempSync(join(tmpdir(), "abi-lint-faults-"));
afterAll(() => rmSync(WORK, { recursive: true }));
const { command, host: door } = await bundle(WORK);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(WORK, "case-"));
  copyFileSync(join(FIXTURES, "logger.ko"), join(folder, "good.ko"));
  copyFileSync(join(FIXTURES, "ksc-user.ko"), join(folder, "bad.ko"));
});

/** The command in a process of its own, by a line of the shell; `A` is the command and `K` the kernel. */
const shell = (line: string): SpawnSyncReturns<string> =>
  spawnSync("bash", ["--norc", "-c", line.replace(/\bA\b/g, `"${process.execPath}" "${command}"`).replace(/\bK\b/g, KERNEL.join(" "))], {
    cwd: folder,
    encoding: "utf8",
    timeout: 50_000,
    env: { PATH: process.env["PATH"], HOME: folder },
  });

const check = (...argv: string[]) => abiLint(folder, "check", ...argv, ...KERNEL, "--format", "gcc");

describe("standard output and standard error", () => {
  test("a reader that goes away does not change the status", () => {
    expect(shell(`A check good.ko K | true; echo \${PIPESTATUS[0]}`).stdout).toBe("0\n");
    const gone = shell(`A check bad.ko K | true; echo \${PIPESTATUS[0]}`);
    expect([gone.stdout, gone.stderr]).toEqual(["2\n", ""]);
  });

  test("a watch ends when its reader goes away", () => {
    expect(
      shell(
        `(sleep 2; touch good.ko) & timeout 40 "${process.execPath}" "${command}" check --watch good.ko K | head -n 1; echo \${PIPESTATUS[0]}`,
      ).stdout,
    ).toBe("abi-lint: checking…\n0\n");
  });

  test.each(["check good.ko K", "--version", "--help", "export good.ko", "explain gpl-only-symbol"])(
    "a full disk below `%s` is status 2",
    (line) => {
      const { status, stderr } = shell(`A ${line} > /dev/full`);
      expect([status, stderr]).toEqual([2, "abi-lint: error: standard output: no space left on the device\n"]);
    },
  );

  test("a full disk below standard error takes away what is said there, and nothing else", () => {
    const { status, stdout } = shell("A check nothing.ko good.ko K --format gcc 2> /dev/full");
    expect([status, stdout]).toEqual([2, ""]);
    expect(shell("A check good.ko K --format json 2> /dev/full").status).toBe(0);
  });
});

describe("what is no plain file, to read", () => {
  test("links in a circle and links to nothing are named; the others are checked", async () => {
    mkdirSync(join(folder, "in"));
    symlinkSync("circle.ko", join(folder, "in/circle.ko"));
    symlinkSync("nothing", join(folder, "in/dangling.ko"));
    symlinkSync("..", join(folder, "in/up"));
    const { status, stdout, stderr } = await check("in", "good.ko");
    expect(stderr).toBe("abi-lint: error: in/circle.ko: too many symbolic links\nabi-lint: error: in/dangling.ko: no such file\n");
    expect([status, stdout.includes("bad.ko:1:1")]).toEqual([2, true]);
  });

  test("a pipe is read to its end", () => {
    const { status, stderr } = shell("A check <(cat good.ko) K");
    expect([status, stderr]).toEqual([0, ""]);
  });

  test("a pipe in a folder is passed over, and is no policy", () => {
    const { status, stdout, stderr } = shell("mkfifo pipe.ko && rm bad.ko && timeout 20 A check . K --format gcc");
    expect([status, stdout, stderr]).toEqual([0, "", ""]);
  });

  test("an empty file, an empty and an endless device cost only themselves", () => {
    writeFileSync(join(folder, "empty.ko"), "");
    const { status, stdout, stderr } = shell("A check empty.ko /dev/null bad.ko K --format gcc; A check /dev/null --policy /dev/zero K");
    expect(stderr.replaceAll(/(\.\.\/)+/g, "/")).toBe(
      "abi-lint: error: empty.ko: offset 0x0: the file is empty\nabi-lint: error: /dev/null: offset 0x0: the file is empty\n" +
        "abi-lint: error: /dev/zero: offset 0x10000000: goes on after 268435456 bytes\n",
    );
    expect([status, stdout.includes("bad.ko:1:1")]).toEqual([2, true]);
  });

  test("a file that becomes shorter while it is read is an error, not what is left of it", async () => {
    const path = join(folder, "shrinks");
    writeFileSync(path, "x".repeat(100_000));
    const reading = nodeHost(folder).withFile("shrinks", (source) => {
      ftruncateSync(openSync(path, "r+"), 50_000);
      return source.read(0, source.size);
    });
    await expect(reading).rejects.toMatchObject({
      problems: [{ file: "shrinks", offset: 50_000, message: "the file became shorter while it was read" }],
    });
  });

  test("a file name with a line break or a byte that is no UTF-8 is told of in one line", () => {
    const { status, stderr } = shell(
      `cp good.ko $'two\\nlines.ko'; echo x > $'not\\nelf.ko'; cp good.ko $'b\\xff.ko'; mkdir $'d\\xff'; A check . K --format gcc`,
    );
    expect(stderr.trim().split("\n").sort()).toEqual([
      "abi-lint: error: b\ufffd.ko: its name is not UTF-8, so that it cannot be opened",
      "abi-lint: error: d\ufffd: its name is not UTF-8, so that it cannot be opened",
      expect.stringMatching(/^abi-lint: error: not\\x0aelf\.ko: offset 0x0: not an ELF file/),
    ]);
    expect(status).toBe(2);
  });

  test("a working directory that was deleted, and too few files that may be open, are status 2 and no stack", () => {
    const few = shell("ulimit -n 22; A check good.ko K");
    if (few.stderr.includes("EMFILE"))
      expect(few).toMatchObject({ status: 2, stderr: expect.stringMatching(/^abi-lint: error: EMFILE: .*\n$/) });
    expect(shell(`mkdir gone; cd gone; rmdir ../gone; A check ${folder}/good.ko K`)).toMatchObject({
      status: 2,
      stderr: "abi-lint: error: the working directory is not there\n",
    });
  });

  test("a hundred thousand files in a folder are looked through", () => {
    mkdirSync(join(folder, "many"));
    for (let at = 0; at < 100_000; at += 1) writeFileSync(join(folder, "many", `${at}.txt`), "");
    copyFileSync(join(folder, "good.ko"), join(folder, "many/good.ko"));
    expect(shell("A check many K --format gcc")).toMatchObject({ status: 0, stderr: "" });
    rmSync(join(folder, "many"), { recursive: true });
  });
});

describe("what is written", () => {
  const written = (): readonly string[] => readdirSync(folder).filter((name) => !name.endsWith(".ko"));

  test("a device, a pipe and what is open already are written to and not replaced", () => {
    expect(shell("A check good.ko K --format gcc:/dev/null --format json:/dev/full")).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^abi-lint: error: [./]*\/dev\/full: no space left on the device\n$/),
    });
    expect([statSync("/dev/full").isCharacterDevice(), statSync("/dev/null").isCharacterDevice()]).toEqual([true, true]);
    expect(JSON.parse(shell("A check good.ko K --format json:/dev/stdout > out.json; cat out.json").stdout)).toHaveProperty("report", 1);
    expect(shell("mkfifo pipe; (head -c 12 pipe > got) & A check good.ko K --format json:pipe; wait; cat got").stdout).toBe(
      '{\n  "report"',
    );
    expect(statSync(join(folder, "pipe")).isFIFO()).toBe(true);
  });

  test("a link stays a link, and a file keeps its mode", async () => {
    writeFileSync(join(folder, "real.json"), "old");
    chmodSync(join(folder, "real.json"), 0o640);
    symlinkSync("real.json", join(folder, "link.json"));
    await check("good.ko", "--format", "json:link.json");
    expect(readlinkSync(join(folder, "link.json"))).toBe("real.json");
    expect(JSON.parse(readFileSync(join(folder, "real.json"), "utf8"))).toHaveProperty("report", 1);
    expect(statSync(join(folder, "real.json")).mode & 0o777).toBe(0o640);
  });

  test("a report that cannot be written costs only itself", async () => {
    mkdirSync(join(folder, "taken"));
    const { status, stdout, stderr } = await check(
      "bad.ko",
      "--format",
      "json:taken",
      "--format",
      "json:no/such",
      "--format",
      "json:ok.json",
    );
    expect(stderr).toBe("abi-lint: error: taken: is a directory\nabi-lint: error: no/such: there is no such folder to write to\n");
    expect([status, stdout.includes("bad.ko:1:1"), written()]).toEqual([2, true, ["ok.json", "taken"]]);
  });

  test("a step summary that cannot be written is status 2, and the reports are there", async () => {
    const { status, stderr } = await abiLintIn(
      { GITHUB_STEP_SUMMARY: "no/summary" },
      folder,
      "check",
      "good.ko",
      ...KERNEL,
      "--format",
      "github",
      "--format",
      "json:ok.json",
    );
    expect([status, stderr, written()]).toEqual([2, "abi-lint: error: no/summary: there is no such folder to write to\n", ["ok.json"]]);
  });

  test("of baselines made at once one is made, and the others say that it is there", async () => {
    const create = async () => {
      const child = spawn(process.execPath, [command, "baseline", "create", "bad.ko", ...KERNEL], { cwd: folder });
      let said = "";
      child.stderr.on("data", (text) => (said += text));
      return new Promise<[number | null, string]>((done) => child.on("close", (status) => done([status, said])));
    };
    const ended = await Promise.all([create(), create(), create(), create()]);
    expect(ended.map(([status]) => status).sort()).toEqual([0, 2, 2, 2]);
    for (const [status, said] of ended)
      if (status === 2) expect(said).toMatch(/^abi-lint: error: abi-lint.baseline.yaml: is there already/);
    expect(written()).toEqual(["abi-lint.baseline.yaml"]);
  });

  test("a baseline that changes while its update runs is left as it is", async () => {
    await abiLint(folder, "baseline", "create", "bad.ko", ...KERNEL);
    // The update reads the baseline, then waits for its input.
    const { status, stderr } = shell(
      `mkfifo late.ko; (sleep 1.5; echo '# changed' >> abi-lint.baseline.yaml; cat bad.ko > late.ko) & A baseline update late.ko K; exit $?`,
    );
    expect([status, stderr]).toEqual([2, "abi-lint: error: abi-lint.baseline.yaml: was changed meanwhile; nothing was written\n"]);
    expect(readFileSync(join(folder, "abi-lint.baseline.yaml"), "utf8")).toMatch(/# changed\n$/);
  });

  test("runs that write one file at once leave one of their files, whole", async () => {
    const script = `import { nodeHost } from ${JSON.stringify(door)};
      const host = nodeHost(process.argv[1]);
      for (let n = 0; n < 40; n += 1) host.write("report", process.argv[2].repeat(3_000_000));`;
    const runs = ["a", "b", "c"].map((letter) => spawn(process.execPath, ["--input-type=module", "-e", script, folder, letter]));
    const ends = Promise.all(runs.map((run) => new Promise((done) => run.on("close", done))));
    let seen = 0;
    const watching = setInterval(() => {
      if (!written().includes("report")) return;
      seen += 1;
      expect(readFileSync(join(folder, "report"), "utf8")).toMatch(/^(a{3000000}|b{3000000}|c{3000000})$/);
    }, 10);
    expect(await ends).toEqual([0, 0, 0]);
    clearInterval(watching);
    expect([seen > 0, written()]).toEqual([true, ["report"]]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s in the middle of writing waits for the file, then ends the run", async (signal) => {
    const script = `import { nodeHost } from ${JSON.stringify(door)};
      const host = nodeHost(process.argv[1]);
      for (let n = 0; ; n += 1) {
        host.write("report", String(n % 10).repeat(20_000_000));
        await new Promise((done) => setTimeout(done, 1));
      }`;
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder]);
      const end = new Promise((done) => child.on("close", (status, by) => done([status, by])));
      const isWriting = (): boolean => written().some((name) => name.endsWith(".tmp"));
      while (!isWriting()) await new Promise((done) => setTimeout(done, 1));
      child.kill(signal);
      expect(await end).toEqual([null, signal]);
      expect(written()).toEqual(["report"]);
      const text = readFileSync(join(folder, "report"), "latin1");
      expect(text === text[0]!.repeat(20_000_000)).toBe(true);
    }
  });

  test.each([
    ["INT", 130],
    ["TERM", 143],
  ] as const)("SIG%s in the middle of reading ends the run by that signal", (signal, status) => {
    const line = `mkfifo wait; bash -c 'echo $$ > pid; exec "${process.execPath}" "${command}" check wait' & sleep 2; kill -${signal} $(cat pid); wait $!; echo $?`;
    expect(shell(`set -m; ${line}`).stdout).toBe(`${status}\n`);
    expect(written()).toEqual(["pid", "wait"]);
  });
});
