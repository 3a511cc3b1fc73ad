import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../../src/findings/model.ts";
import { REPORTERS, type Format } from "../../src/reporters/index.ts";
import { HOSTILE, hostileReport, manyFindings, REPORTS } from "../support/reports.ts";
import { abiLint } from "../support/run.ts";

// The formats held against programs that others wrote to read them. What cannot be had here shows as skipped.

const WORK = join(process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real", "formats");
const root = new URL("../..", import.meta.url).pathname;

/** A package of npm with its native program and nothing of its scripts: a `require` that finds it, or nothing where it cannot be had. */
const npm = (name: string, version: string): NodeJS.Require | undefined => {
  const folder = join(WORK, "npm", name.replaceAll("/", "-"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}\n");
  const options = ["--no-fund", "--no-audit", "--ignore-scripts", "--silent", "--prefix", folder];
  const { status } = spawnSync("npm", ["install", ...options, `${name}@${version}`], { stdio: ["ignore", "ignore", "inherit"] });
  return status === 0 ? createRequire(join(folder, "package.json")) : undefined;
};

const isInstalled = (program: string): boolean => spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;

const NAMED: Readonly<Record<string, Report>> = {
  ...REPORTS,
  many: manyFindings(300),
  ...Object.fromEntries(HOSTILE.map((text, index) => [`hostile-${index}`, hostileReport(text)])),
};

/** Every report in a format as a file, and one that the command made of a real module. */
const written = async (format: Format, extension: string): Promise<readonly string[]> => {
  const folder = join(WORK, format);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const render = await REPORTERS[format]();
  const texts = Object.entries(NAMED).flatMap(([name, report]) =>
    [false, true].map(
      (waived) =>
        [`${name}${waived ? "-waived" : ""}`, render(report, { color: false, width: 100, uses: false, waived, version: "0.1.0" })] as const,
    ),
  );
  const { stdout } = await abiLint(`${root}examples/systemtap`, "abi-lint.manifest.json", "--format", format);
  expect(stdout).toContain("task_work_cancel_func");
  return [...texts, ["systemtap", stdout] as const].map(([name, text]) => {
    const file = join(folder, `${name}.${extension}`);
    writeFileSync(file, text);
    return file;
  });
};

test("Microsoft's validator of SARIF, with its rules for GitHub, finds fault with no report", async ({ skip }) => {
  const require = npm("@microsoft/sarif-multitool-linux", "5.7.0");
  if (!require) return skip("npm has no sarif-multitool here");
  const program = require("@microsoft/sarif-multitool-linux") as string;
  chmodSync(program, 0o755);
  // Its status is 0 whatever it finds.
  const faults = (files: readonly string[]): readonly string[] => {
    const rules = ["--level", "Error;Warning", "--kind", "Fail", "--rule-kind", "Sarif;Ghas"];
    const output = execFileSync(program, ["validate", ...files, ...rules], { encoding: "utf8", maxBuffer: 1 << 28 });
    expect(output).toContain(`${files.length} files scanned.`);
    return output.split("\n").filter((line) => /: (error|warning) [A-Z]+\d+:/.test(line));
  };
  const files = await written("sarif", "sarif");
  const found = faults(files);
  // abi-lint has no home on the web to name. That it is missed once in each report shows that none was given up on, which is done without a word.
  const [homeless, others] = [true, false].map((is) => found.filter((line) => /SARIF2005.*(informationUri|version)/.test(line) === is));
  expect(others).toEqual([]);
  expect(homeless!.filter((line) => line.includes("informationUri"))).toHaveLength(files.length);
  const broken = join(WORK, "sarif", "broken.sarif");
  writeFileSync(
    broken,
    readFileSync(files[2]!, "utf8")
      .replace(/"startLine": \d+/, '"startLine": 0')
      .replace('"ruleIndex": 0', '"ruleIndex": 99'),
  );
  expect(faults([broken]).length).toBeGreaterThan(1);
  console.log(`sarif-multitool 5.7.0: ${files.length} reports; each names no home, nothing else`);
});

test("libxml2 takes every JUnit report by Jenkins' schemas", async ({ skip }) => {
  if (!isInstalled("xmllint")) return skip("xmllint (libxml2-utils) is not installed");
  const { status } = spawnSync(join(root, "test/real/prepare/source.sh"), [WORK, "bookworm", "python-xmlrunner", "xmlrunner"], {
    stdio: "inherit",
  });
  if (status !== 0) return skip("the mirror has no source of python-xmlrunner, which carries the schemas");
  const schemas = execFileSync("find", [join(WORK, "xmlrunner"), "-name", "junit-10.xsd"], { encoding: "utf8" })
    .trim()
    .split("\n");
  const files = await written("junit", "xml");
  const xmllint = (schema: string, ...paths: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync("xmllint", ["--noout", "--nonet", "--schema", schema, ...paths], { encoding: "utf8" });
  for (const schema of schemas) {
    const { status: valid, stderr } = xmllint(schema, ...files);
    expect([valid, (stderr as string).split("\n").filter((line) => !line.endsWith(" validates") && line !== "")]).toEqual([0, []]);
    const broken = join(WORK, "junit", "broken.xml");
    writeFileSync(broken, readFileSync(files[0]!, "utf8").replace("<testcase classname=", "<testcase class-name="));
    expect(xmllint(schema, broken).status).not.toBe(0);
  }
  console.log(`xmllint: ${files.length} reports by ${schemas.length} states of junit-10.xsd`);
});

const TAGS = new Set("h2 p table thead tbody tr th td code br strong ul li".split(" ").flatMap((tag) => [`<${tag}>`, `</${tag}>`]));

test("GitHub's Markdown makes tables, code and words of every report, and nothing else", async ({ skip }) => {
  if (!isInstalled("cmark-gfm")) return skip("cmark-gfm is not installed");
  const extensions = ["table", "autolink", "strikethrough", "tasklist"].flatMap((each) => ["-e", each]);
  const rendered = (file: string): string =>
    execFileSync("cmark-gfm", ["--unsafe", ...extensions, file], { encoding: "utf8", maxBuffer: 1 << 28 });
  const files = await written("markdown", "md");
  for (const file of files) {
    const html = rendered(file);
    const tags = new Set(html.match(/<[^>]*>/g));

    expect([file, [...tags].filter((tag) => !TAGS.has(tag))]).toEqual([file, []]);
    const outside = html.replace(/<code>.*?<\/code>/gs, "").replace(/<[^>]*>/g, "");
    expect([file, outside.match(/[@#&$~:!][A-Za-z0-9]|www\.|::|[^\u0020-\u007e\n…]/)]).toEqual([file, null]);
    // The renderer pads short rows and cuts long ones: what was cut is not there.
    for (const line of readFileSync(file, "utf8")
      .split("\n")
      .filter((each) => each.startsWith("| error")))
      expect(line.split("|")).toHaveLength(6);
  }
  // The judge is awake.
  const broken = join(WORK, "markdown", "broken.md");
  writeFileSync(broken, "www.example.com <script>\n");
  expect(rendered(broken)).toContain("<a href=");
  console.log(`cmark-gfm: ${files.length} reports`);
});

test("a validator of reviewdog's format, of others' making, takes every line", async ({ skip }) => {
  const require = npm("@umbrelladocs/rdformat-validator", "1.0.1");
  if (!require) return skip("npm has no rdformat-validator here");
  const program = join(require.resolve("@umbrelladocs/rdformat-validator"), "../../bin/rdformat-validator.js");
  // It reads one document: the lines as the list of a DiagnosticResult.
  const validate = (file: string, change = (text: string): string => text): ReturnType<typeof spawnSync> => {
    const lines = change(readFileSync(file, "utf8"))
      .trimEnd()
      .split("\n")
      .filter((line) => line !== "");
    const input = `{"diagnostics":[${lines.join(",")}]}`;
    return spawnSync(process.execPath, [program, "--strict", "--no-extra-fields", "--verbose"], {
      input,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
  };
  const files = await written("rdjsonl", "jsonl");
  for (const file of files) {
    const { status, stdout } = validate(file);
    expect([file, status, status === 0 ? "" : stdout]).toEqual([file, 0, ""]);
  }
  expect(validate(files[2]!, (text) => text.replace('"ERROR"', '"FATAL"')).status).toBe(1);
  expect(validate(files[2]!, (text) => text.replace('"source"', '"sources"')).status).toBe(1);
  console.log(`rdformat-validator 1.0.1: ${files.length} reports`);
});
