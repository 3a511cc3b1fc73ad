import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { readRuleTypes } from "../src/cli/rule-types.ts";
import { abiLint, abiLintIn, type Outcome } from "./support/run.ts";

// Rules written in TypeScript, through the command. The compiler takes about a second of CPU for a run.
const SLOW = { timeout: 60_000 };

const EXAMPLE = new URL("../examples/custom-rule", import.meta.url).pathname;

const MANIFEST = `
manifest: 1
subjects:
  - { name: logger, kind: module, licences: [GPL], uses: [filp_open, { name: gone, crc: "0x00000001" }, kfree] }
  - { name: other, kind: module, licences: [GPL], uses: [filp_open] }
`;

const symvers = (...names: string[]): string => names.map((name) => `0x00000000\t${name}\tvmlinux\tEXPORT_SYMBOL\t\n`).join("");

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A project of its own: a manifest, two kernels, and the files given. */
const project = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "abi-lint-custom-"));
  folders.push(folder);
  const all = { "m.yaml": MANIFEST, "old.symvers": symvers("kfree", "filp_open", "gone"), "new.symvers": symvers("kfree"), ...files };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
};

const rule = (body: string, head = ""): string =>
  `import type { Rule } from "abi-lint";\n${head}export default {${body}} satisfies Rule;\n`;

const FINE = `id: "no-files", title: "t", severity: "error", message: "{name} opens files",
  check: (_, uses) => uses.filter(({ name }) => name === "filp_open").map((use) => ({ use })),\n`;

const CODE = "extends: []\ncode: [./abi/*.ts]\n";

test("the worked example prints what is expected of it", SLOW, async () => {
  const { status, stdout, stderr } = await abiLint(EXAMPLE, "--allow-code", "abi-lint.manifest.yaml");
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  await expect(stdout).toMatchFileSnapshot(`${EXAMPLE}/expected.txt`);
});

describe("code runs only where that is allowed", () => {
  const folder = project({ "abi-lint.yaml": CODE, "abi/a.ts": "throw new Error('it ran');" });

  test("without the option the policy is refused, and the refusal says why", async () => {
    for (const command of [["m.yaml"], ["explain", "m.yaml", "kfree"]]) {
      const { status, stdout, stderr } = await abiLint(folder, ...command);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toBe(
        "abi-lint: error: abi-lint.yaml:2:8: rules written in TypeScript are code that would run with your rights " +
          "(where you trust whoever can change it: --allow-code, or ABI_LINT_ALLOW_CODE=1)\n" +
          "  | code: [./abi/*.ts]\n  |        ^\n",
      );
    }
    expect((await abiLintIn({ ABI_LINT_ALLOW_CODE: "0" }, folder, "m.yaml")).stderr).toContain("would run with your rights");
  });

  test("the environment can allow it", SLOW, async () => {
    const folder = project({ "abi-lint.yaml": CODE, "abi/a.ts": rule(FINE) });
    const { status, stdout } = await abiLintIn({ ABI_LINT_ALLOW_CODE: "1" }, folder, "m.yaml");
    expect(status).toBe(1);
    expect(stdout).toContain("filp_open opens files  [no-files]");
  });

  test("a file that the policy extends cannot bring code along", async () => {
    const folder = project({ "abi-lint.yaml": "extends: [./base.yaml]\n", "base.yaml": CODE, "abi/a.ts": rule(FINE) });
    const { status, stderr } = await abiLint(folder, "--allow-code", "m.yaml");
    expect(status).toBe(2);
    expect(stderr).toContain("base.yaml:2:1: only the project's own policy can name code to run (name it there)");
  });

  test("a path that names no file is an error where it stands", async () => {
    const said = {
      "./abi/none.ts": "there is no file abi/none.ts",
      "./*/a.ts": "* can stand in the last part of a path only",
      "./abi/*.ts": "no file fits abi/*.ts",
    };
    for (const [path, message] of Object.entries(said)) {
      const { stderr } = await abiLint(project({ "abi-lint.yaml": `code: ["${path}"]\n` }), "--allow-code", "m.yaml");
      expect(stderr).toContain(`abi-lint.yaml:1:8: ${message}\n`);
    }
  });
});

describe("what is wrong with a rule is said at its place", () => {
  test("all errors of type and import of all files, before anything runs", SLOW, async () => {
    const folder = project({
      "abi-lint.yaml": CODE,
      "abi/import.ts": `import { readFileSync } from "node:fs";\nimport { Rule } from "abi-lint";\nexport default { ${FINE} } satisfies Rule;\nthrow 1;\n`,
      "abi/later.ts": rule(FINE, `const fs = await import("node:fs");\nconsole.log(fs);\n`),
      "abi/not-a-rule.ts": "export default { id: 'x' };\n",
      "abi/nothing.ts": "export const x = 1;\n",
      "abi/type.ts": rule(
        `\n  id: "x", title: "t", severity: "eror", message: "m",\n  check: (_, uses) => uses.map((use) => ({ use: use.nam })),\n`,
      ),
    });
    const { status, stdout, stderr } = await abiLint(folder, "--allow-code", "m.yaml");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatchInlineSnapshot(`
      "abi-lint: error: abi/import.ts:1:1: a rule can import nothing but types from "abi-lint" (it is one file, checked and run on its own)
        | import { readFileSync } from "node:fs";
        | ^
      abi-lint: error: abi/import.ts:2:1: a rule can import types only (write: import type … from "abi-lint")
        | import { Rule } from "abi-lint";
        | ^
      abi-lint: error: abi/later.ts:2:18: a rule can import nothing but types from "abi-lint" (it is one file, checked and run on its own)
        | const fs = await import("node:fs");
        |                  ^
      abi-lint: error: abi/later.ts:3:1: Cannot find name 'console'. (a rule knows the language and no surroundings)
        | console.log(fs);
        | ^
      abi-lint: error: abi/not-a-rule.ts:1:1: the default export is not a Rule (export default { … } satisfies Rule shows what is missing)
        | export default { id: 'x' };
        | ^
      abi-lint: error: abi/nothing.ts:1:1: has no default export (export default { … } satisfies Rule)
        | export const x = 1;
        | ^
      abi-lint: error: abi/type.ts:3:24: Type '"eror"' is not assignable to type '"error" | "note" | "warning"'. Did you mean '"error"'?
        |   id: "x", title: "t", severity: "eror", message: "m",
        |                        ^
      abi-lint: error: abi/type.ts:4:53: Property 'nam' does not exist on type 'UseView'. Did you mean 'name'?
        |   check: (_, uses) => uses.map((use) => ({ use: use.nam })),
        |                                                     ^
      "
    `);
  });

  test("what only shows when it is loaded, of all files too", SLOW, async () => {
    const folder = project({
      "abi-lint.yaml": CODE,
      "abi/a.ts": rule(FINE),
      "abi/again.ts": rule(FINE),
      "abi/id.ts": rule(FINE.replace("no-files", "No_Files")),
      "abi/placeholder.ts": rule(FINE.replace("no-files", "y").replace("{name}", "{nam} {peer}")),
      "abi/shipped.ts": rule(FINE.replace("no-files", "private-symbol")),
      "abi/throws.ts": rule(FINE.replace("no-files", "z"), `const list: string[] = [];\nlist[0]!.length;\n`),
    });
    const { status, stderr } = await abiLint(folder, "--allow-code", "m.yaml");
    expect(status).toBe(2);
    expect(stderr).toMatchInlineSnapshot(`
      "abi-lint: error: abi/again.ts:2:22: another rule has the id "no-files" already
        | export default {id: "no-files", title: "t", severity: "error", message: "{name} opens files",
        |                      ^
      abi-lint: error: abi/id.ts:2:22: expected kebab-case, not "No_Files"
        | export default {id: "No_Files", title: "t", severity: "error", message: "{name} opens files",
        |                      ^
      abi-lint: error: abi/placeholder.ts:2:67: unknown placeholder {nam} (did you mean "name"?)
        | export default {id: "y", title: "t", severity: "error", message: "{nam} {peer} opens files",
        |                                                                   ^
      abi-lint: error: abi/placeholder.ts:2:73: unknown placeholder {peer} (declare it in facts)
        | export default {id: "y", title: "t", severity: "error", message: "{nam} {peer} opens files",
        |                                                                         ^
      abi-lint: error: abi/shipped.ts:2:22: another rule has the id "private-symbol" already
        | export default {id: "private-symbol", title: "t", severity: "error", message: "{name} opens files",
        |                      ^
      abi-lint: error: abi/throws.ts:1:1: cannot be loaded: TypeError: Cannot read properties of undefined (reading 'length')
        | import type { Rule } from "abi-lint";
        | ^
      "
    `);
  });

  test("a rule that throws or says what makes no sense is an error, neither a fault of abi-lint nor a pass", SLOW, async () => {
    const failing = async (check: string): Promise<string> => {
      const body = `id: "x", title: "t", severity: "error", message: "{peer}", facts: { peer: "p" }, check: ${check}`;
      const folder = project({ "abi-lint.yaml": CODE, "abi/a.ts": rule(body) });
      const { status, stdout, stderr } = await abiLint(folder, "--allow-code", "m.yaml", "--kernel", "old.symvers");
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      return stderr;
    };
    const said = "abi-lint: error: abi/a.ts: the rule x failed on logger:";
    expect(await failing(`(_, uses) => [{ use: uses[9]!.sites.length }]`)).toBe(
      `${said} threw TypeError: Cannot read properties of undefined (reading 'sites')\n`,
    );
    expect(await failing(`() => [{ use: 9 }]`)).toBe(`${said} its verdict names no use that it was given\n`);
    expect(await failing(`() => [{ use: 0 }]`)).toBe(`${said} its verdict on filp_open lacks the fact "peer"\n`);
    expect(await failing(`() => [{ use: 0, facts: { peer: "a", more: "b" } }]`)).toBe(
      `${said} its verdict on filp_open has the fact "more", which the rule does not declare\n`,
    );
    expect(await failing(`() => [{ use: 0, kernels: ["6.1"], facts: { peer: "a" } }]`)).toBe(
      `${said} its verdict on filp_open names the kernel "6.1", which was not asked about\n`,
    );
    expect(await failing(`() => [0, 0].map((use) => ({ use, facts: { peer: "a" } }))`)).toBe(`${said} it has two verdicts on filp_open\n`);
    expect(await failing(`() => 1 as any`)).toBe(`${said} did not return a list of verdicts\n`);
  });
});

describe("findings of a rule in TypeScript are findings like any other", () => {
  const kernels = ["--kernel", "old.symvers", "--kernel", "new.symvers"];
  const json = async (folder: string, ...options: string[]): Promise<any> => {
    const { stdout, stderr } = await abiLint(folder, "m.yaml", "--format", "json", ...kernels, ...options);
    expect(stderr).toBe("");
    const report = JSON.parse(stdout);
    return { ...report, own: report.findings.filter((each: any) => ["no-files", "lost", "vandal"].includes(each.rule)) };
  };

  test("they equal those of a rule in YAML that means the same", SLOW, async () => {
    const yaml = `extends: []
rules:
  no-files: { title: t, severity: warning, match: { name: filp_open }, message: "{name} of {subject}" }
  lost: { title: t, severity: error, match: { kind: symbol, exported: false, not: { name: kfree } }, message: "{name} on {kernels}", instead: "not {name}" }
waivers:
  - { rule: lost, match: { module: other, name: filp_open }, reason: r, owner: o }
  - { rule: no-files, match: { module: other, name: filp_open }, reason: r, owner: o }
`;
    const inYaml = await json(project({ "abi-lint.yaml": yaml }));
    const folder = project({
      "abi-lint.yaml": yaml.replace(/rules:[^]*(?=waivers:)/, "code: [./abi/*.ts]\n"),
      "abi/files.ts": rule(`id: "no-files", title: "t", severity: "warning", message: "{name} of {subject}",
        check: (_, uses) => uses.flatMap(({ name }, use) => (name === "filp_open" ? [{ use }] : [])),`),
      "abi/lost.ts": rule(`id: "lost", title: "t", severity: "error", message: "{name} on {kernels}", instead: "not {name}",
        check: (_, uses) => uses.flatMap((use) => {
          const kernels = use.kernels.filter(({ offer }) => !offer).map(({ kernel }) => kernel).reverse();
          return kernels.length > 0 ? [{ use, kernels }] : [];
        }),`),
    });
    const inCode = await json(folder, "--allow-code");
    expect(inCode).toEqual(inYaml);
    expect([inCode.own.length, inCode.waived.length]).toEqual([3, 2]);
  });

  test("the policy can change a rule's severity and name it in a waiver; a rule that nothing defines is still unknown", SLOW, async () => {
    const folder = project({ "abi-lint.yaml": `${CODE}rules: { no-files: note }\n`, "abi/a.ts": rule(FINE) });
    expect((await json(folder, "--allow-code")).own.map(({ severity }: any) => severity)).toEqual(["note", "note"]);
    const text = `${CODE}rules: { no-flies: note, no-files: { match: { name: x } } }\nwaivers: [{ rule: no-such, reason: r, owner: o }]\n`;
    writeFileSync(join(folder, "abi-lint.yaml"), text);
    const { status, stderr } = await abiLint(folder, "--allow-code", "m.yaml");
    expect(status).toBe(2);
    expect(stderr.split("\n").filter((line) => line.startsWith("abi-lint"))).toEqual([
      'abi-lint: error: abi-lint.yaml:3:10: unknown rule "no-flies" (did you mean "no-files"?)',
      'abi-lint: error: abi-lint.yaml:3:45: abi/a.ts says what "no-files" matches',
      'abi-lint: error: abi-lint.yaml:4:19: unknown rule "no-such"',
    ]);
  });

  test("what a rule does to what it is given, no other sees", SLOW, async () => {
    const folder = project({
      "abi-lint.yaml": CODE,
      "abi/a.ts": rule(`id: "vandal", title: "t", severity: "note", message: "m", check: (subject, uses) => {
        (subject as any).name = "x"; (subject as any).uses.length = 0; (uses as any)[0].name = "x"; (uses as any).length = 0; return [];
      }`),
      "abi/b.ts": rule(FINE),
    });
    const { own } = await json(folder, "--allow-code");
    expect(own.map((each: any) => `${each.subject}: ${each.interface.name}`)).toEqual(["logger: filp_open", "other: filp_open"]);
  });

  test("explain knows the rule", SLOW, async () => {
    const folder = project({ "abi-lint.yaml": CODE, "abi/a.ts": rule(FINE) });
    expect((await abiLint(folder, "explain", "no-files", "--allow-code")).stdout).toContain("defined  abi/a.ts:1");
    expect((await abiLint(folder, "explain", "m.yaml", "filp_open", "--allow-code")).stdout).toContain("[no-files]");
  });
});

test("what was checked once is kept, and taken only where nobody else can have changed it", SLOW, async () => {
  const folder = project({ "abi-lint.yaml": CODE, "abi/a.ts": rule(FINE) });
  const cache = join(folder, "cache/abi-lint/rules");
  const check = (): Promise<Outcome> => abiLintIn({ XDG_CACHE_HOME: join(folder, "cache") }, folder, "--allow-code", "m.yaml");
  const first = await check();
  const file = join(cache, readdirSync(cache)[0]!);
  expect([statSync(cache).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
  expect(await check()).toEqual(first);

  const kept = readFileSync(file, "utf8");
  writeFileSync(file, kept.replace("filp_open", "kfree"));
  expect(await check()).toEqual(first);
  expect(readFileSync(file, "utf8")).toBe(kept);

  writeFileSync(file, "");
  chmodSync(cache, 0o777);
  expect(await check()).toEqual(first);
  expect(readFileSync(file, "utf8")).toBe("");

  writeFileSync(join(folder, "abi/a.ts"), rule(FINE.replace("opens files", "opens")));
  expect((await check()).stdout).toContain("filp_open opens  [no-files]");
});

test("a cache that cannot be made is none", SLOW, async () => {
  const folder = project({ "abi-lint.yaml": CODE, "abi/a.ts": rule(FINE), cache: "a file\n" });
  expect((await abiLintIn({ XDG_CACHE_HOME: join(folder, "cache") }, folder, "--allow-code", "m.yaml")).status).toBe(1);
});

test("the types that rules are checked against declare all that they name", () => {
  const types = readRuleTypes(nodeHost("/"), new URL("../src", import.meta.url).pathname);
  expect(Object.keys(types)).toEqual(["custom/rule.ts", "shared/vocabulary.ts", "usage/model.ts", "shared/core-access.ts"]);
  // Types only: a value would have to be imported when a rule runs.
  expect(types["custom/rule.ts"]!.match(/^(?:import|export) (?!type|interface).*$/m)).toBeNull();
});
