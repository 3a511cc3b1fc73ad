import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runCheck, type CheckOptions } from "../src/cli/check.ts";
import { nodeHost } from "../src/cli/host.ts";
import { diff } from "../src/engine/diff.ts";
import { explain } from "../src/engine/explain.ts";
import { gather } from "../src/cli/gather.ts";
import { openHistory, readRates } from "../src/cli/history.ts";
import type { Io } from "../src/cli/io.ts";
import { readOwn } from "../src/cli/read-shipped.ts";
import type { Report } from "../src/findings/model.ts";
import { DIFF_REPORTERS } from "../src/reporters/diff.ts";
import { renderExplanation } from "../src/reporters/explanation.ts";
import { REPORTERS } from "../src/reporters/index.ts";
import { kernelDiffText } from "../src/reporters/kernel-diff.ts";
import { listText } from "../src/reporters/kernels.ts";
import type { JsonKernelDiff, JsonKernelList } from "../src/reporters/kernel-schema.ts";
import type { Dress } from "../src/reporters/reporter.ts";
import { text } from "../src/reporters/text.ts";
import { abiLint } from "./support/run.ts";

// A terminal shows the beginning of a long list and says how much is left out; a pipe gets all of it.

const PIPE: Dress = { color: false, width: 100, uses: false };
const TERMINAL: Dress = { ...PIPE, fold: true };

const root = mkdtempSync(join(tmpdir(), "abi-lint-fold-"));
afterAll(() => rmSync(root, { recursive: true }));
const shipped = readOwn(nodeHost(root));

const project = (files: Readonly<Record<string, string>>): Io => {
  const folder = mkdtempSync(join(root, "project-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return {
    host: nodeHost(folder),
    shipped,
    env: {},
    today: "2026-11-23",
    stdout: { write: () => {}, isTerminal: false, columns: 100 },
    stderr: { write: (problem) => expect(problem).toBe("") },
  };
};

const OPTIONS: CheckOptions = {
  kernel: [],
  places: true,
  pathMap: [],
  waiversFrom: [],
  format: [],
  failOn: "error",
  color: "never",
  uses: true,
  baseline: false,
};

const numbered = (count: number, name: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}_${String(index).padStart(3, "0")}`);

type UseText = string | { readonly kind: "symbol"; readonly name: string; readonly sites: readonly object[] };
const manifest = (...subjects: readonly (readonly [string, readonly UseText[]])[]): string =>
  JSON.stringify({ manifest: 1, subjects: subjects.map(([name, uses]) => ({ name, kind: "module", uses })) });

/** `bad_*` is an error, `odd_*` a warning. */
const POLICY = `extends: [recommended]
promises: [{ level: stable, match: { kind: symbol }, by: somebody, source: somewhere }]
rules:
  bad: { severity: error, match: { kind: symbol, name: "bad_*" }, message: "{name} is bad" }
  odd: { severity: warning, match: { kind: symbol, name: "odd_*" }, message: "{name} is odd" }
`;

const reportOf = async (uses: readonly UseText[], policy = POLICY): Promise<Report> => {
  const { report } = await runCheck(["m.json"], OPTIONS, project({ "abi-lint.yaml": policy, "m.json": manifest(["m", uses]) }));
  return report!;
};

const count = (output: string, word: RegExp): number => [...output.matchAll(new RegExp(word, `${word.flags}g`))].length;

describe("findings", () => {
  test("are whole in a pipe", async () => {
    const output = text(await reportOf([...numbered(50, "odd"), ...numbered(50, "bad")]), PIPE);
    expect([count(output, / is bad /), count(output, / is odd /)]).toEqual([50, 50]);
    expect(output).not.toContain("more");
  });

  test("on a terminal warnings are left out before any error is", async () => {
    const report = await reportOf([...numbered(60, "odd"), ...numbered(30, "bad")]);
    const output = text(report, TERMINAL);
    expect([count(output, / is bad /), count(output, / is odd /)]).toEqual([30, 10]);
    expect(output).toContain("\n\n… and 50 more: 50 warnings (whole in a pipe, or with --all)\n\n");
    expect(output).toContain("30 errors, 60 warnings, 0 notes\n");
  });

  test("and where errors are left out there is no warning", async () => {
    const output = text(await reportOf([...numbered(30, "odd"), ...numbered(41, "bad")]), TERMINAL);
    expect([count(output, / is bad /), count(output, / is odd /)]).toEqual([40, 0]);
    expect(output).toContain("… and 31 more: 1 error, 30 warnings (");
  });

  test("a list that just fits is not cut", async () => {
    const output = text(await reportOf(numbered(40, "bad")), TERMINAL);
    expect(count(output, / is bad /)).toBe(40);
    expect(output).not.toContain("more");
  });

  test("the places of one are named by a few, or all", async () => {
    const sites = numbered(9, "a").map((name, index) => ({
      file: `${name}.c`,
      line: index + 1,
      column: 1,
      section: ".text",
      offset: 16 * index,
    }));
    const report = await reportOf([{ kind: "symbol", name: "bad_one", sites }]);
    expect(text(report, TERMINAL)).toContain("also at a_001.c:2:1, a_002.c:3:1, a_003.c:4:1, a_004.c:5:1 and 4 more\n");
    expect(text(report, PIPE)).toMatch(/also at (a_00\d\.c:\d:1, ){7}a_008\.c:9:1\n/);
  });

  test("those that are waived are a list of their own", async () => {
    const waiver = `${POLICY}waivers: [{ rule: bad, match: { name: "bad_*" }, reason: known, owner: me }]\n`;
    const report = await reportOf(numbered(50, "bad"), waiver);
    expect(count(text(report, { ...PIPE, waived: true }), /waived {2}bad_/)).toBe(50);
    const output = text(report, { ...TERMINAL, waived: true });
    expect(count(output, /waived {2}bad_/)).toBe(40);
    expect(output).toContain("\n… and 10 more waived (");
  });
});

test("uses are cut group by group", async () => {
  const report = await reportOf(numbered(100, "fine"));
  expect(count(text(report, { ...PIPE, uses: true }), /fine_/)).toBe(100);
  const output = text(report, { ...TERMINAL, uses: true });
  expect(count(output, /fine_/)).toBe(40);
  expect(output).toMatch(/fine_039\s+… and 60 more\n {2}\(whole in a pipe, or with --all\)\n/);
});

test("subjects that do not hold are shown before those that were not checked, each in its place", async () => {
  const files = {
    "abi-lint.yaml": POLICY,
    "k.symvers": "0x00000001\tthere\tvmlinux\tEXPORT_SYMBOL\t\n",
    // Without CRCs it is not checked whether they load; one whose symbol is not there does not.
    "m.json": manifest(
      ...numbered(50, "maybe").map((name): readonly [string, readonly string[]] => [name, ["there"]]),
      ...numbered(10, "never").map((name): readonly [string, readonly string[]] => [name, ["gone"]]),
    ),
  };
  const { report } = await runCheck(["m.json"], { ...OPTIONS, kernel: ["k.symvers"] }, project(files));
  const rows = (dress: Dress): readonly string[] =>
    text({ ...report!, findings: [] }, dress)
      .split("\n")
      .filter((line) => /^ {2}(maybe|never)_\d+ .*(no|\?)/.test(line))
      .map((line) => line.trim().split(" ")[0]!);
  expect(rows(PIPE)).toEqual([...numbered(50, "maybe"), ...numbered(10, "never")]);
  expect(rows(TERMINAL)).toEqual([...numbered(30, "maybe"), ...numbered(10, "never")]);
  const output = text({ ...report!, findings: [] }, TERMINAL);
  expect(output).toContain("\n  … and 20 more like these (whole in a pipe, or with --all)\n");
  expect(count(output, /^(maybe|never)_\d+: 1 use/m)).toBe(40);
  expect(output).toContain("\nmaybe_039: 1 use, 1 stable, 0 vendor, 0 internal\n… and 20 more (");
});

test("what a diff takes on is cut behind what fails", async () => {
  const names = [...numbered(60, "fine"), ...numbered(20, "bad")];
  const policy = `extends: []
promises:
  - { level: internal, match: { kind: symbol, name: "bad_*" }, by: nobody, source: none }
  - { level: stable, match: { kind: symbol }, by: somebody, source: none }
`;
  const io = project({ "abi-lint.yaml": policy, "old.json": manifest(["m", numbered(50, "old")]), "new.json": manifest(["m", names]) });
  const [before, after] = [await gather(["old.json"], OPTIONS, io), await gather(["new.json"], OPTIONS, io)];
  const subjects = diff({ before: before.subjects, after: after.subjects, kernels: [], policy: after.policy, failOnNew: ["internal"] });
  const report = { before: "old", after: "new", failOnNew: ["internal"] as const, subjects };
  const whole = DIFF_REPORTERS.text(report, PIPE);
  expect([count(whole, /taken on {2}bad_/), count(whole, /taken on {2}fine_/), count(whole, /dropped {2}old_/)]).toEqual([20, 60, 50]);
  const cut = DIFF_REPORTERS.text(report, TERMINAL);
  expect([count(cut, /taken on {2}bad_/), count(cut, /taken on {2}fine_/), count(cut, /dropped {2}old_/)]).toEqual([20, 20, 40]);
  expect(cut).toContain("\n… and 40 more taken on (");
  expect(cut).toContain("\n… and 10 more dropped (");
  for (const form of ["gcc", "json"] as const) expect(DIFF_REPORTERS[form](report, TERMINAL)).toBe(DIFF_REPORTERS[form](report, PIPE));
});

test("a diff of many CRCs names a few, or all", async () => {
  const crcs = (from: number): string =>
    JSON.stringify({
      manifest: 1,
      subjects: [
        {
          name: "m",
          kind: "module",
          uses: numbered(12, "s").map((name, index) => ({
            kind: "symbol",
            name,
            crc: `0x${(from + index).toString(16).padStart(8, "0")}`,
          })),
        },
      ],
    });
  const io = project({ "abi-lint.yaml": "extends: []\n", "old.json": crcs(1), "new.json": crcs(100) });
  const [before, after] = [await gather(["old.json"], OPTIONS, io), await gather(["new.json"], OPTIONS, io)];
  const subjects = diff({ before: before.subjects, after: after.subjects, kernels: [], policy: after.policy, failOnNew: [] });
  const report = { before: "old", after: "new", failOnNew: [], subjects };
  expect(DIFF_REPORTERS.text(report, TERMINAL)).toContain("s_007 and 4 more\n");
  expect(DIFF_REPORTERS.text(report, PIPE)).toMatch(/other CRCs for (s_\d{3}, ){11}s_011\n/);
});

test("a diff of kernels is cut list by list", async () => {
  const line = (name: string): string => `0x00000000\t${name}\tvmlinux\tEXPORT_SYMBOL\t\n`;
  const io = project({ "a.symvers": line("kept") + numbered(25, "gone").map(line).join(""), "b.symvers": line("kept") });
  const { stdout } = await abiLint(io.host.cwd, "kernel", "diff", "a.symvers", "b.symvers", "--format", "json");
  const document = JSON.parse(stdout) as JsonKernelDiff;
  const whole = kernelDiffText(document, { color: false, crcs: false, all: true });
  expect(count(whole, /gone_\d/)).toBe(25);
  expect(whole).not.toContain("more");
  const cut = kernelDiffText(document, { color: false, crcs: false, all: false });
  expect(cut).toContain("  gone_019  EXPORT_SYMBOL by vmlinux\n  … and 5 more (whole in a pipe, or with --all)\n");
  expect(cut).not.toContain("gone_020");
});

test("kernels are listed up to a number", async () => {
  const { stdout } = await abiLint(root, "kernel", "list", "--format", "json");
  const [first] = (JSON.parse(stdout) as JsonKernelList).releases;
  const document = { kernels: 1 as const, releases: numbered(45, "own").map((name) => ({ ...first!, name, origin: "imported" as const })) };
  expect(count(listText(document, PIPE), /own_/)).toBe(45);
  expect(count(listText(document, TERMINAL), /own_/)).toBe(40);
  expect(listText(document, TERMINAL)).toContain("\n  … and 5 more (");
});

test("the places that explain shows are all of them in a pipe", async () => {
  const sites = numbered(50, "a").map((name, index) => ({ file: `${name}.c`, line: 1, column: 1, section: ".text", offset: 16 * index }));
  const io = project({ "abi-lint.yaml": POLICY, "m.json": manifest(["m", [{ kind: "symbol", name: "bad_one", sites }]]) });
  const { problems: _, ...input } = await gather(["m.json"], OPTIONS, io);
  const explanations = explain({ ...input, past: { history: openHistory(io.host), rates: readRates(io.host) } }, "bad_one");
  expect(count(renderExplanation(explanations, PIPE), /\ba_\d+\.c/)).toBe(50);
  const cut = renderExplanation(explanations, TERMINAL);
  expect(count(cut, /\ba_\d+\.c/)).toBe(40);
  expect(cut).toContain("taken by m at 50 places:\n");
  expect(cut).toContain("\n    … and 10 more (");
});

test("no format for machines is cut", async () => {
  const report = await reportOf([...numbered(50, "odd"), ...numbered(50, "bad")]);
  for (const [name, load] of Object.entries(REPORTERS).filter(([format]) => format !== "text")) {
    const render = await load();
    expect(render(report, { ...TERMINAL, uses: true }), name).toBe(render(report, { ...PIPE, uses: true }));
  }
});
