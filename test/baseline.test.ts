import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { renderBaseline, type Identity } from "../src/policy/baseline.ts";
import { JsonDiff } from "../src/reporters/diff-schema.ts";
import { JsonReport } from "../src/reporters/json-schema.ts";
import { abiLint } from "./support/run.ts";

const FIXTURES = new URL("fixtures", import.meta.url).pathname;
const FILE = "abi-lint.baseline.yaml";

const root = mkdtempSync(join(tmpdir(), "abi-lint-baseline-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder of its own with these files in it. */
const project = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(root, "project-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

const uses = (name: string, ...symbols: readonly string[]): string =>
  JSON.stringify({ manifest: 1, subjects: [{ name, kind: "module", uses: symbols }] });

const STRICT = "extends: [strict]\n";
const line = (subject: string, name: string): string => `- ["internal-symbol", "${subject}", "symbol", "${name}", ""]`;
const accepted = (folder: string, file = FILE): readonly string[] =>
  readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((each) => each.startsWith("- "));

describe("create", () => {
  test("accepts all that is found, a line each, and the next check is clean", async () => {
    const folder = project({ "abi-lint.yaml": STRICT, "a.yaml": uses("a", "vmalloc", "kfree") });
    expect(await abiLint(folder, "baseline", "create", "a.yaml")).toEqual({ status: 0, stdout: `${FILE}: 2 lines\n`, stderr: "" });
    expect(readFileSync(join(folder, FILE), "utf8")).toMatchInlineSnapshot(`
      "# What "abi-lint baseline create" accepted, a line each; "update" and "prune" drop lines, --accept-new adds them.
      # Merges without conflicts by this line in .gitattributes: abi-lint.baseline.yaml merge=union
      baseline: 1
      accepted:
      - ["internal-symbol", "a", "symbol", "kfree", ""]
      - ["internal-symbol", "a", "symbol", "vmalloc", ""]
      "
    `);
    expect(readdirSync(folder).sort()).toEqual(["a.yaml", FILE, "abi-lint.yaml"]);
    const { status, stdout } = await abiLint(folder, "a.yaml", "--no-uses");
    expect(status).toBe(0);
    expect(stdout).toContain("0 errors, 0 warnings, 0 notes, 2 accepted by the baseline\n");
  });

  test("refuses to write over a baseline", async () => {
    const folder = project({ "abi-lint.yaml": STRICT, "a.yaml": uses("a", "vmalloc"), [FILE]: "mine" });
    const { status, stderr } = await abiLint(folder, "baseline", "create", "a.yaml");
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${FILE}: is there already`)]);
    expect(readFileSync(join(folder, FILE), "utf8")).toBe("mine");
  });

  test("writes nothing where an input could not be read", async () => {
    const folder = project({ "abi-lint.yaml": STRICT, "a.yaml": uses("a", "vmalloc") });
    expect((await abiLint(folder, "baseline", "create", "a.yaml", "missing.ko")).status).toBe(2);
    expect(readdirSync(folder)).not.toContain(FILE);
  });

  test("writes beside the policy, wherever it is called", async () => {
    const folder = project({ "abi-lint.yaml": STRICT });
    mkdirSync(join(folder, "below"));
    writeFileSync(join(folder, "below/a.yaml"), uses("a", "vmalloc"));
    expect((await abiLint(join(folder, "below"), "baseline", "create", "a.yaml")).stdout).toBe(`../${FILE}: 1 line\n`);
    expect(accepted(folder)).toEqual([line("a", "vmalloc")]);
    expect((await abiLint(join(folder, "below"), "a.yaml")).status).toBe(0);
  });

  test("where nothing is found the list is empty, and a line that is added later changes no other", async () => {
    const folder = project({ "a.yaml": uses("a", "vmalloc") });
    expect((await abiLint(folder, "baseline", "create", "a.yaml")).stdout).toBe(`${FILE}: 0 lines\n`);
    const empty = readFileSync(join(folder, FILE), "utf8");
    expect(renderBaseline([["r", "s", "symbol", "n", ""]]).startsWith(empty)).toBe(true);
    expect((await abiLint(folder, "a.yaml")).status).toBe(0);
  });

  test("what has a waiver needs no line, and what the policy says of itself is not accepted", async () => {
    const waiver = "waivers: [{ rule: internal-symbol, match: { name: NAME }, reason: a port, owner: us }]\n";
    const folder = project({
      "abi-lint.yaml": STRICT + waiver.replace("NAME", "[vmalloc, kfree]"),
      "a.yaml": uses("a", "vmalloc", "vfree"),
    });
    await abiLint(folder, "baseline", "create", "a.yaml");
    expect(accepted(folder)).toEqual([line("a", "vfree")]);
    writeFileSync(join(folder, "abi-lint.yaml"), STRICT + waiver.replace("NAME", "kfree"));
    rmSync(join(folder, FILE));
    await abiLint(folder, "baseline", "create", "a.yaml");
    expect(accepted(folder)).toEqual([line("a", "vfree"), line("a", "vmalloc")]);
    expect((await abiLint(folder, "a.yaml", "--format", "gcc")).stdout).toMatch(/^abi-lint\.yaml:2:.* \[unused-waiver\]\n$/);
  });
});

describe("update and prune", () => {
  const before = (): string =>
    project({
      "abi-lint.yaml": STRICT,
      "a.yaml": uses("a", "vmalloc", "fresh"),
      "b.yaml": uses("b", "kfree"),
      [FILE]: renderBaseline([
        ["internal-symbol", "a", "symbol", "vmalloc", ""],
        ["internal-symbol", "a", "symbol", "gone", ""],
        ["internal-symbol", "b", "symbol", "kfree", ""],
        ["missing-symbol", "a", "symbol", "vmalloc", "6.1"],
      ]),
    });

  test("update drops what is gone, adds nothing, and fails where something is new", async () => {
    const folder = before();
    const { status, stdout } = await abiLint(folder, "baseline", "update", "a.yaml", "b.yaml");
    expect(stdout).toMatchInlineSnapshot(`
      "abi-lint.baseline.yaml: 3 lines kept, 1 dropped, 1 of the kept speak of modules or kernels not given (--complete drops them)
      1 line more would be needed: abi-lint check shows the findings, --accept-new accepts them
      "
    `);
    expect(status).toBe(1);
    expect(accepted(folder)).toEqual([line("a", "vmalloc"), line("b", "kfree"), `- ["missing-symbol", "a", "symbol", "vmalloc", "6.1"]`]);
  });

  test("update --accept-new adds what is new", async () => {
    const folder = before();
    const { status, stdout } = await abiLint(folder, "baseline", "update", "a.yaml", "b.yaml", "--accept-new", "--complete");
    expect([status, stdout]).toEqual([0, `${FILE}: 2 lines kept, 2 dropped, 1 added\n`]);
    expect(accepted(folder)).toEqual([line("a", "fresh"), line("a", "vmalloc"), line("b", "kfree")]);
    expect((await abiLint(folder, "a.yaml", "b.yaml", "--format", "gcc")).stdout).toBe("");
  });

  test("prune only drops, and does not ask for what is new", async () => {
    const folder = before();
    expect((await abiLint(folder, "baseline", "prune", "a.yaml", "b.yaml")).status).toBe(0);
    expect(accepted(folder)).not.toContain(line("a", "gone"));
    expect(accepted(folder)).not.toContain(line("a", "fresh"));
  });

  test("of a module that is not given nothing is dropped, unless the inputs are said to be all", async () => {
    const folder = before();
    await abiLint(folder, "baseline", "prune", "a.yaml");
    expect(accepted(folder)).toContain(line("b", "kfree"));
    await abiLint(folder, "baseline", "prune", "a.yaml", "--complete");
    expect(accepted(folder)).toEqual([line("a", "vmalloc")]);
  });

  test("nothing is dropped where an input could not be read", async () => {
    const folder = before();
    const text = readFileSync(join(folder, FILE), "utf8");
    expect((await abiLint(folder, "baseline", "prune", "a.yaml", "missing.ko")).status).toBe(2);
    expect(readFileSync(join(folder, FILE), "utf8")).toBe(text);
  });

  test("another file by --baseline", async () => {
    const folder = before();
    await abiLint(folder, "baseline", "create", "a.yaml", "--baseline", "other.yaml");
    expect(accepted(folder, "other.yaml")).toEqual([line("a", "fresh"), line("a", "vmalloc")]);
    expect((await abiLint(folder, "a.yaml", "--baseline", "other.yaml", "--format", "gcc")).stdout).toBe("");
  });
});

test("a waiver for the kernels that the baseline does not accept excuses the rest", async () => {
  const symvers = (exporter: string): string => `0x00000001\tdma_buf_get\t${exporter}\tEXPORT_SYMBOL\tDMA_BUF\n`;
  const folder = project({
    "one.symvers": symvers("one"),
    "two.symvers": symvers("two"),
    "abi-lint.yaml": `kernels: [one.symvers, two.symvers]
rules: { not-checked: off }
waivers: [{ rule: namespace-not-imported, match: { name: dma_buf_get, exporter: two }, reason: a port, owner: us }]
`,
    "a.yaml": uses("a", "dma_buf_get"),
    [FILE]: renderBaseline([["namespace-not-imported", "a", "symbol", "dma_buf_get", "one"]]),
  });
  const { stdout, status } = await abiLint(folder, "a.yaml", "--no-uses");
  expect(stdout).toContain("0 errors, 0 warnings, 0 notes, 1 waived, 1 accepted by the baseline\n");
  expect(status).toBe(0);
});

test("what a merge left unsorted, update sorts", async () => {
  const lines = [line("a", "vmalloc"), line("a", "kfree"), line("a", "vmalloc")];
  const folder = project({
    "abi-lint.yaml": STRICT,
    "a.yaml": uses("a", "vmalloc", "kfree"),
    [FILE]: `${renderBaseline([])}${lines.join("\n")}\n`,
  });
  expect((await abiLint(folder, "a.yaml")).status).toBe(0);
  expect((await abiLint(folder, "baseline", "update", "a.yaml")).status).toBe(0);
  expect(readFileSync(join(folder, FILE), "utf8")).toBe(`${renderBaseline([])}${lines.slice(0, 2).toReversed().join("\n")}\n`);
});

describe("a baseline made from a run makes that run clean", () => {
  const modules = readdirSync(FIXTURES).filter((name) => name.endsWith(".ko"));
  const kernels = readdirSync(join(FIXTURES, "kernels")).map((name) => `kernels/${name}`);
  for (const policy of ["recommended", "strict"]) {
    test(`${policy}, all fixtures and one, on no kernel and on all`, { timeout: 60_000 }, async () => {
      const folder = mkdtempSync(join(root, "fixtures-"));
      cpSync(FIXTURES, folder, { recursive: true });
      for (const inputs of [modules, ["logger.ko"]]) {
        for (const options of [[], kernels.flatMap((kernel) => ["--kernel", kernel])]) {
          const run = [...inputs, "--policy", policy, "--baseline", "b.yaml", ...options];
          await abiLint(folder, "baseline", "create", ...run);
          const { stdout, status } = await abiLint(folder, ...run, "--format", "gcc", "--fail-on", "note");
          expect([inputs, stdout, status]).toEqual([inputs, "", 0]);
          const text = readFileSync(join(folder, "b.yaml"), "utf8");
          expect((await abiLint(folder, "baseline", "update", ...run)).status).toBe(0);
          expect(readFileSync(join(folder, "b.yaml"), "utf8")).toBe(text);
          rmSync(join(folder, "b.yaml"));
        }
      }
    });
  }
});

describe("what is printed for programs has the form of its schema", () => {
  test("a report with accepted findings and stale lines", async () => {
    const stale: Identity = ["internal-symbol", "a", "symbol", "gone", ""];
    const folder = project({ "abi-lint.yaml": STRICT, "a.yaml": uses("a", "vmalloc", "kfree") });
    writeFileSync(join(folder, FILE), renderBaseline([stale, ["internal-symbol", "a", "symbol", "kfree", ""]]));
    const { stdout } = await abiLint(folder, "a.yaml", "--format", "json");
    const { summary, findings, accepted: list } = JsonReport.parse(JSON.parse(stdout));
    expect(summary).toMatchObject({ error: 1, warning: 1, accepted: 1 });
    expect(findings.map((each) => [each.rule, each.baseline])).toEqual([
      ["internal-symbol", undefined],
      ["stale-baseline", "stale"],
    ]);
    expect(list.map((each) => each.interface?.name)).toEqual(["kfree"]);
  });

  test("a diff", async () => {
    const folder = new URL("cases/diff-tells-what-a-change-takes-on-drops-and-changes", import.meta.url).pathname;
    const { stdout } = await abiLint(folder, "diff", "old.yaml", "new.yaml", "--format", "json", "--fail-on-new", "internal");
    const { summary, subjects } = JsonDiff.parse(JSON.parse(stdout));
    expect(summary).toEqual({ taken: 3, dropped: 2, changed: 3, failing: 2 });
    expect(subjects[0]!.taken.map((use) => [use.name, use.level, use.fails])).toEqual([
      ["dma_buf_get", "internal", true],
      ["task_work_add", "internal", true],
      ["openat", "stable", false],
    ]);
  });
});
