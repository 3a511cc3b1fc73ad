import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseKscResult } from "../src/kernels/lists/ksc-result.ts";
import { PolicyFile } from "../src/policy/schema.ts";
import { JsonKernelSeverities } from "../src/reporters/kernel-schema.ts";
import { validate } from "../src/shared/validate.ts";
import { parseYaml } from "../src/shared/yaml.ts";
import { abiLint } from "./support/run.ts";

// The commands that judge by a vendor's list and write for one. What they read and write line by line is tested in lists.test.ts.

const FIXTURES = new URL("fixtures", import.meta.url).pathname;
const KSC = readFileSync(new URL("lists/ksc/ksc-result.txt", import.meta.url), "utf8");
const root = mkdtempSync(join(tmpdir(), "abi-lint-vendor-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A new folder with files in it, which is a repository of its own: no policy above it counts. */
const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(root, "case-"));
  mkdirSync(join(folder, ".git"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
};

const line = (name: string, crc = 1, type = "EXPORT_SYMBOL", exporter = "vmlinux", namespace = ""): string =>
  `0x${crc.toString(16).padStart(8, "0")}\t${name}\t${exporter}\t${type}\t${namespace}\n`;

describe("kernel diff --rules", () => {
  const GPL = "EXPORT_SYMBOL_GPL";
  const OLD = [
    line("stays"),
    line("gone_bad"),
    line("gone_well", 1, GPL, "drivers/net/acme"),
    line("other_bad", 1),
    line("other_well", 1, GPL, "drivers/net/acme"),
    line("of_ns", 1, GPL, "vmlinux", "ACME"),
    line("stricter", 1),
    line("looser", 1, GPL),
    line("moves", 1, GPL, "lib/a"),
    line("enters", 1),
    line("SHOUTED", 1),
    line("zero", 0),
  ].join("");
  const NEW = [
    line("stays"),
    line("new_any"),
    line("new_well", 1, GPL, "drivers/net/acme"),
    line("other_bad", 2),
    line("other_well", 2, GPL, "drivers/net/acme"),
    line("of_ns", 2, GPL, "vmlinux", "ACME"),
    line("stricter", 1, GPL),
    line("looser", 1),
    line("moves", 1, GPL, "lib/b"),
    line("enters", 1, "EXPORT_SYMBOL", "vmlinux", "ACME"),
    line("SHOUTED", 2),
    line("zero", 0),
  ].join("");
  const RULES = "# let drivers be\ndrivers/*\tPASS\nACME\tPASS\nother_bad FAIL # no\nSHOUTED PASS\nother_* PASS\n";
  const folder = (rules = RULES, now = NEW): string => folderOf({ "old.symvers": OLD, "new.symvers": now, severities: rules });
  const diff = (cwd: string, ...more: string[]) => abiLint(cwd, "kernel", "diff", "old.symvers", "new.symvers", ...more);

  test("every change is told with what tolerates it and by which rule, and status 1 says that one is not tolerated", async () => {
    const { status, stdout, stderr } = await diff(folder(), "--rules", "severities", "--format", "json");
    expect(status).toBe(1);
    expect(stderr).toBe(
      'abi-lint: note: severities:5:1: "SHOUTED" has no small letter and so is matched against namespaces; it is a symbol here: write SYMBOL SHOUTED\n',
    );
    const report = JsonKernelSeverities.parse(JSON.parse(stdout));
    // SUSE's order: additions, removals, then what changed, by name.
    expect(report.changes.map(({ kind, name, tolerated, rule }) => `${kind} ${name}: ${tolerated} ${rule?.line ?? "none"}`)).toEqual([
      "added new_any: implicitly none",
      "added new_well: by-rules 2",
      "removed gone_bad: not none",
      "removed gone_well: by-rules 2",
      "crc SHOUTED: not none",
      "type looser: implicitly none",
      "crc of_ns: by-rules 3",
      "crc other_bad: not 4",
      "crc other_well: by-rules 2",
      "type stricter: not none",
    ]);
    expect(report).toMatchObject({
      fails: true,
      rules: { file: "severities", count: 5 },
      toleratedByRules: { additions: 1, removals: 1, modifications: 2 },
      moved: [{ name: "moves", from: "lib/a", to: "lib/b" }],
      namespaces: [{ name: "enters", from: "", to: "ACME" }],
      notCompared: { crcs: 1, types: 0 },
      misread: [{ line: 5, kind: "namespace", pattern: "SHOUTED", verdict: "PASS" }],
    });
    expect(report.changes.find(({ name }) => name === "of_ns")).toEqual({
      kind: "crc",
      name: "of_ns",
      tolerated: "by-rules",
      rule: { line: 3, kind: "namespace", pattern: "ACME", verdict: "PASS" },
      from: { name: "of_ns", type: GPL, exporter: "vmlinux", namespace: "ACME", crc: "0x00000001" },
      to: { name: "of_ns", type: GPL, exporter: "vmlinux", namespace: "ACME", crc: "0x00000002" },
    });
  });

  test("where the rules tolerate every change the status is 0; what severities do not judge fails nothing", async () => {
    const all = await diff(folder("vmlinux PASS\ndrivers/* PASS\n"), "--rules", "severities");
    expect([all.status, all.stderr]).toEqual([0, ""]);
    expect(all.stdout).toContain("  passes: every change is tolerated\n");
    expect(all.stdout).toContain("moved to another module, not judged by severities\n  moves  lib/a -> lib/b\n");
    expect(all.stdout).toContain("other namespace, not judged by severities\n  enters  none -> ACME\n");
  });

  test("without --rules a diff is no check", async () => {
    expect((await diff(folder())).status).toBe(0);
  });

  test("the file alone decides: without a rule that matches, a change fails", async () => {
    const { status, stdout } = await diff(folder("nothing_here PASS\n"), "--rules", "severities");
    expect(status).toBe(1);
    expect(stdout).toContain("\n  gone_well  removed: EXPORT_SYMBOL_GPL by drivers/net/acme  (no rule matches)\n");
  });

  test("with --for only what a module takes is judged", async () => {
    const cwd = folder();
    const uses = (...names: string[]) => JSON.stringify({ manifest: 1, subjects: [{ name: "m", kind: "module", uses: names }] });
    writeFileSync(join(cwd, "well.yaml"), uses("stays", "of_ns", "gone_well"));
    writeFileSync(join(cwd, "bad.yaml"), uses("stays", "gone_bad"));
    const well = await diff(cwd, "--rules", "severities", "--for", "well.yaml");
    expect([well.status, well.stderr]).toEqual([0, ""]);
    expect(well.stdout).toContain("\n  only the 3 symbols taken by m\n");
    expect(well.stdout).toContain("\n  tolerated by rules: 0 additions, 1 removal, 1 modification\n");
    expect((await diff(cwd, "--rules", "severities", "--for", "bad.yaml")).status).toBe(1);
  });

  test("a long list is whole in a pipe", async () => {
    const many = Array.from({ length: 30 }, (_, index) => line(`new_${index}`)).join("");
    const { stdout } = await diff(folder(RULES, NEW + many), "--rules", "severities");
    expect(stdout).toContain("\n  new_29  added: EXPORT_SYMBOL by vmlinux\n");
    expect(stdout).not.toContain(" more (");
  });

  test.each([
    ["kfree MAYBE\n", 'severities:1:1: "MAYBE" is no verdict: PASS or FAIL'],
    ["# nothing\n", "severities:1:1: no rule in this list"],
  ])("a severity file that cannot be read is an error, no verdict: %j", async (rules, message) => {
    const { status, stdout, stderr } = await diff(folder(rules), "--rules", "severities");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`abi-lint: error: ${message}\n`);
  });

  test("a severity file that is not there is an error", async () => {
    expect((await diff(folder(), "--rules", "severity")).status).toBe(2);
  });
});

describe("request", () => {
  const LIST = "[rhel9_x86_64_stablelist]\n\tkfree\n\t__fentry__\n";
  const USES = `manifest: 1
subjects:
  - name: acme
    kind: module
    path: build/acme.ko
    arch: x86_64
    vermagic: "5.14.0-570.el9.x86_64 SMP preempt mod_unload modversions "
    imports: [DMA_BUF]
    uses:
      - kfree
      - { name: __fentry__, origin: toolchain }
      - { name: __x86_return_thunk, origin: toolchain }
      - { name: module_layout, origin: toolchain }
      - { name: dma_buf_get, sites: [{ file: src/b.c, line: 9 }, { file: src/a.c, line: 40 }, { file: src/a.c, line: 7 }, { file: src/a.c, line: 40, column: 8 }] }
      - { name: maybe_helper, weak: true }
      - acme_core_start
      - { kind: private, name: kallsyms_lookup_name, seen: call }
  - { name: acme_core, kind: module, arch: x86_64, exports: [{ name: acme_core_start, type: EXPORT_SYMBOL_GPL }], uses: [dma_buf_get, vfree] }
`;
  const POLICY = `rules: { off-stablelist: { match: { kind: symbol }, message: "{name}", severity: "off" } }
waivers:
  - { rule: internal-symbol, match: { name: dma_buf_* }, reason: "all of dma-buf", owner: a }
  - { rule: off-stablelist, match: { name: [dma_buf_get], module: acme }, reason: "Zero copy", owner: a, until: 2020-01-01 }
  - { rule: internal-symbol, match: { name: "*" }, reason: "says nothing of any", owner: a }
  - { rule: internal-symbol, match: { name: vfree, unless: { module: acme_core } }, reason: "not for acme_core", owner: a }
  - { rule: internal-symbol, match: { name: maybe_helper, module: acme_core }, reason: "of another module", owner: a }
`;
  const folder = (files: Readonly<Record<string, string>> = {}): string =>
    folderOf({ "uses.yaml": USES, list: LIST, "abi-lint.yaml": POLICY, ...files });
  const request = (cwd: string, ...more: string[]) => abiLint(cwd, "request", "uses.yaml", ...more);

  test("ksc's form holds what the list lacks, with the reasons of the policy's waivers", async () => {
    const { status, stdout, stderr } = await request(folder(), "--list", "list");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { command, modules } = parseKscResult(stdout, "x");
    expect(command).toBe("abi-lint request uses.yaml --list list");
    expect(
      modules.map(({ name, vermagic, namespaces, arch, listed, unlisted }) => ({
        name,
        vermagic,
        namespaces,
        arch,
        listed: listed.map(({ symbol }) => symbol),
        unlisted: unlisted.map(({ symbol, justification }) => `${symbol}: ${justification?.text ?? "?"}`),
      })),
    ).toEqual([
      {
        name: "acme.ko",
        vermagic: "5.14.0-570.el9.x86_64 SMP preempt mod_unload modversions",
        namespaces: ["DMA_BUF"],
        arch: "x86_64",
        listed: ["__fentry__", "kfree"],
        unlisted: ["__x86_return_thunk: ?", "dma_buf_get: Zero copy", "maybe_helper: ?"],
      },
      {
        name: "acme_core.ko",
        vermagic: "unknown",
        namespaces: [],
        arch: "x86_64",
        listed: [],
        unlisted: ["dma_buf_get: all of dma-buf", "vfree: ?"],
      },
    ]);
  });

  test("Markdown names the places, each once and in order, and the list by its title", async () => {
    const { stdout } = await request(folder(), "--list", "list", "--as", "markdown");
    expect(stdout).toContain("# Symbols to add to rhel9\\_x86\\_64\\_stablelist\n");
    expect(stdout).toContain("2 of its 5 symbols are on the list.\n");
    expect(stdout).toContain("- `dma_buf_get`: Zero copy\n  Used at `src/a.c:7`, `src/a.c:40`, `src/b.c:9`.\n");
  });

  test("Android's list and the one of a trimmed kernel need no other list, and hold all that is needed", async () => {
    const cwd = folder();
    expect((await request(cwd, "--as", "android")).stdout).toBe(`[abi_symbol_list]
# commonly used symbols
  dma_buf_get
  module_layout
  __put_task_struct

# required by acme.ko
  __fentry__
  kfree
  maybe_helper
  __x86_return_thunk

# required by acme_core.ko
  vfree
`);
    expect((await request(cwd, "--as", "unused-ksyms")).stdout).toBe(
      "__fentry__\n__x86_return_thunk\ndma_buf_get\nkfree\nmaybe_helper\nvfree\n",
    );
  });

  test("with -o the file is written whole and nothing is printed", async () => {
    const cwd = folder();
    const { status, stdout } = await request(cwd, "--as", "unused-ksyms", "-o", "keep");
    expect([status, stdout]).toEqual([0, ""]);
    expect(readFileSync(join(cwd, "keep"), "utf8")).toContain("\nvfree\n");
  });

  test.each([
    ["a severity file", "vmlinux PASS\n", "list: a severity file: it holds what may change, and no list of symbols that are kept"],
    ["a list of denied symbols", "kfree\tnever\n", "list: a list of what is denied, and no list of symbols that are kept"],
    ["a list for another architecture", LIST.replace("x86_64", "aarch64"), "is for x86_64, and list for aarch64"],
    ["a list with a wrong line", `${LIST}\tk free\n`, 'list:4:1: "k free" is no symbol name'],
  ])("%s is refused", async (_, list, message) => {
    const { status, stdout, stderr } = await request(folder({ list }), "--list", "list");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("the kernel's name of an architecture and the vendor's are one", async () => {
    const files = { "uses.yaml": USES.replaceAll("arch: x86_64", "arch: arm64"), list: LIST.replace("x86_64", "aarch64") };
    const { status, stdout } = await request(folder(files), "--list", "list");
    expect(status).toBe(0);
    expect(parseKscResult(stdout, "x").modules.map(({ arch }) => arch)).toEqual(["aarch64", "aarch64"]);
  });

  test("what is odd in a list goes to standard error, not into the request", async () => {
    const { status, stdout, stderr } = await request(folder({ list: LIST.replace("\tkfree", "    kfree") }), "--list", "list");
    expect(status).toBe(0);
    expect(stderr).toBe('abi-lint: note: list:2:1: blanks around "kfree": ksc strips tabs only and does not find it\n');
    expect(stdout).not.toContain("blanks");
  });

  test("--list is needed where something is asked for beyond it, and only there", async () => {
    const cwd = folder();
    const without = await request(cwd);
    expect([without.status, without.stdout]).toEqual([2, ""]);
    expect(without.stderr).toContain("--list: --as ksc asks for what a list lacks");
    expect((await request(cwd, "--as", "android", "--list", "list")).status).toBe(2);
  });

  test("a name that no list can hold is refused, and nothing is written", async () => {
    const cwd = folder({ "uses.yaml": `manifest: 1\nsubjects: [{ name: m, kind: module, uses: [kfree, "a)\\n(b"] }]\n` });
    const { status, stderr } = await request(cwd, "--as", "unused-ksyms", "-o", "keep");
    expect(status).toBe(2);
    expect(stderr).toContain('"a)\\x0a(b" is no symbol name');
    expect(() => readFileSync(join(cwd, "keep"))).toThrow();
  });

  test("where an input cannot be read nothing is written", async () => {
    const { status, stdout, stderr } = await abiLint(folder(), "request", "uses.yaml", "missing.ko", "--as", "android");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe("abi-lint: error: missing.ko: no such file\n");
  });

  test("what ksc gets wrong of several modules is right", async () => {
    const cwd = folderOf({ list: "unrelated\n" });
    const wanted = async (...names: string[]): Promise<readonly string[]> => {
      const { stdout } = await abiLint(cwd, "request", ...names.map((name) => join(FIXTURES, `ksc-${name}.ko`)), "--list", "list");
      return parseKscResult(stdout, "x").modules.map(({ name, unlisted }) => `${name}: ${unlisted.map(({ symbol }) => symbol).join(" ")}`);
    };
    // The import and the weak one, and not _GLOBAL_OFFSET_TABLE_.
    expect(await wanted("user")).toEqual(["ksc-user.ko: maybe_helper shared_helper"]);
    // A static function of that name provides nothing, nor does a weak use of it.
    expect(await wanted("user", "static", "weak")).toEqual([
      "ksc-user.ko: maybe_helper shared_helper",
      "ksc-static.ko: ",
      "ksc-weak.ko: shared_helper",
    ]);
    expect(await wanted("user", "exporter")).toEqual(["ksc-user.ko: maybe_helper", "ksc-exporter.ko: "]);
  });

  test("a compressed module is called as its file is, decompressed", async () => {
    const cwd = folderOf({ list: "_printk\n" });
    copyFileSync(join(FIXTURES, "logger.ko.xz"), join(cwd, "the-logger.ko.xz"));
    const { stdout } = await abiLint(cwd, "request", "the-logger.ko.xz", "--list", "list");
    const [section] = parseKscResult(stdout, "x").modules;
    expect([section?.name, section?.listed.map(({ symbol }) => symbol)]).toEqual(["the-logger.ko", ["_printk"]]);
  });
});

describe("import", () => {
  const imported = (text: string, ...more: string[]) => abiLint(folderOf({ "ksc-result.txt": text }), "import", "ksc-result.txt", ...more);
  const block = (symbol: string, text: string): string => `##########\n(${symbol})\n\n${text}\n\n`;
  const report = (...blocks: string[]): string =>
    `{acme-net.ko@6.1}\n\n[x86_64]\n[STABLELISTUSAGE]\n[NONSTABLELISTUSAGE]\n${blocks.join("")}##########\n`;

  test("justifications become waivers of the policy's own form, with the line they come from", async () => {
    const { status, stdout, stderr } = await imported(KSC);
    expect([status, stderr]).toEqual([0, "abi-lint: note: ksc-result.txt: left out: 1 symbol for which nothing is said\n"]);
    const reason = "Zero copy from the capture card, see issue #12 (and its thread)";
    expect(validate(parseYaml(stdout, "x"), PolicyFile)).toEqual({
      extends: [],
      waivers: [
        { rule: "off-stablelist", match: { name: "dma_buf_get", module: "acme" }, reason, owner: "?" },
        { rule: "off-stablelist", match: { name: "dma_buf_get", module: "acme_fs" }, reason, owner: "?" },
      ],
    });
    expect(stdout.split("\n").filter((each) => /^ *#/.test(each))).toEqual([
      "  # ksc-result.txt:18",
      "  # ksc-result.txt:18, to which line 29 refers",
    ]);
  });

  test("the waivers excuse what is found of the module, once there is such a rule", async () => {
    const cwd = folderOf({
      "ksc-result.txt": report(block("dma_buf_get", "for zero copy")),
      "uses.yaml": "manifest: 1\nsubjects: [{ name: acme_net, kind: module, uses: [dma_buf_get] }]\n",
      "abi-lint.yaml": `extends: [recommended, waivers.yaml]
rules:
  off-stablelist: { match: { kind: symbol }, message: "{name} is on no list", severity: error }
  not-checked: "off"
`,
    });
    expect((await abiLint(cwd, "import", "ksc-result.txt", "-o", "waivers.yaml")).status).toBe(0);
    const { stdout } = await abiLint(cwd, "uses.yaml", "--waived", "--format", "json");
    const found = JSON.parse(stdout) as { findings: { rule: string }[]; waived: { finding: { rule: string }; reason: string }[] };
    expect(found.findings.filter(({ rule }) => rule === "off-stablelist")).toEqual([]);
    expect(found.waived.map(({ reason }) => reason)).toEqual(["for zero copy"]);
  });

  test("any text is kept as it is, and commands nothing", async () => {
    const said = 'it\'s "quoted": {a} [b] # c \\ \u001b[31m é 𝄞 - * & ! | > % @ `x`';
    const { stdout } = await imported(report(block("a", said)));
    expect((parse(stdout) as { waivers: { reason: string }[] }).waivers.map(({ reason }) => reason)).toEqual([said]);
    expect(/^[\n\u0020-\u007e]*$/.test(stdout)).toBe(true);
  });

  test("a report without a justification gives no waiver, and says how many symbols it left out", async () => {
    const { status, stdout, stderr } = await imported(
      report(block("a", "ENTER JUSTIFICATION TEXT HERE"), block("b", ""), block("c", "JUSTIFICATION STATED UNDER `other.ko' SECTION")),
    );
    expect([status, stdout]).toEqual([0, "extends: []\nwaivers: []\n"]);
    expect(stderr).toBe("abi-lint: note: ksc-result.txt: left out: 3 symbols for which nothing is said\n");
  });

  test("the same words for a symbol twice are one waiver; other words are another", async () => {
    const { stdout } = await imported(report(block("a", "one"), block("a", "one"), block("a", "two")));
    expect((parse(stdout) as { waivers: { reason: string }[] }).waivers.map(({ reason }) => reason)).toEqual(["one", "two"]);
    expect(stdout).toContain("  # ksc-result.txt:9\n");
  });

  test("a report of an early ksc that does not tell the module gives waivers for any", async () => {
    const { stdout } = await imported("[x86_64]\n[WHITELISTUSAGE]\n[NONWHITELISTUSAGE]\n##########\n(vfree)\n\nbecause\n\n##########\n");
    expect((parse(stdout) as { waivers: { match: unknown }[] }).waivers.map(({ match }) => match)).toEqual([{ name: "vfree" }]);
  });

  test.each([
    ["a pattern for a symbol", report(block("*", "all of it")), 'ksc-result.txt:7:1: "*" is no symbol name'],
    ["a pattern for a module", report(block("a", "x")).replace("acme-net", "*"), 'ksc-result.txt:1:1: "*.ko" is no module\'s name'],
    ["no report", "kfree\n", "ksc-result.txt:1:1: a line outside of any section"],
  ])("%s is an error by line", async (_, text, message) => {
    const { status, stdout, stderr } = await imported(text);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`abi-lint: error: ${message}\n`);
  });
});
