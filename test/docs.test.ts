import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { EXIT } from "../src/cli/exit-code.ts";
import { nodeHost } from "../src/cli/host.ts";
import { policySource } from "../src/cli/load-policy.ts";
import { reader } from "../src/policy/reader.ts";
import { readOwn } from "../src/cli/read-shipped.ts";
import { resolvePolicy } from "../src/index.ts";
import { JsonReport } from "../src/reporters/json-schema.ts";
import { JsonKernel, JsonKernelDiff, JsonKernelList, JsonKernelSeverities } from "../src/reporters/kernel-schema.ts";
import { abiLint } from "./support/run.ts";
import { referenceText } from "./support/reference.ts";
import { SCHEMAS } from "./support/schemas.ts";

const root = new URL("..", import.meta.url).pathname;
const readme = readFileSync(`${root}README.md`, "utf8");
const example = `${root}examples/systemtap`;

/** The fenced block of the README that begins with a line. */
const block = (first: string): string => {
  const found = [...readme.matchAll(/^```\w*\n(.*?)^```$/gms)].map((match) => match[1]!).find((text) => text.startsWith(first));
  if (found === undefined) throw new Error(`README.md has no block that begins with "${first}"`);
  return found;
};

test("the README's transcript is what the demo prints", { timeout: 60_000 }, () => {
  // As a person types it: what an outer `npm run --silent` left in the environment would silence npm's own lines.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_config_")));
  const { stdout, status } = spawnSync("npm", ["run", "demo"], { cwd: root, encoding: "utf8", env: { ...env, NO_COLOR: "1" } });
  expect(status).toBe(0);
  expect(block("$ npm run demo")).toBe(`$ npm run demo\n${stdout}`);
});

test("the example's expected output is what is printed", async () => {
  const { stdout } = await abiLint(example, "abi-lint.manifest.json");
  await expect(stdout).toMatchFileSnapshot(`${example}/expected.txt`);
});

test.each(["nvidia", "broadcom"])("the matrix of the %s example is what is printed", async (name) => {
  const folder = `${root}examples/${name}`;
  const { stdout, stderr } = await abiLint(folder, "abi-lint.manifest.json", "--no-uses");
  expect(stderr).toBe("");
  await expect(stdout).toMatchFileSnapshot(`${folder}/expected.txt`);
});

test("the three houses stand as their README shows them", async () => {
  const houses = `${root}examples/houses`;
  const { stdout, stderr } = await abiLint(
    houses,
    "compare",
    "../systemtap/abi-lint.manifest.json",
    "opens.manifest.json",
    "gdb.manifest.json",
  );
  expect(stderr).toBe("");
  await expect(stdout).toMatchFileSnapshot(`${houses}/expected.txt`);
});

test("the story of a review goes as its README tells it", async () => {
  const folder = `${root}examples/review`;
  const commands = [
    [],
    ["--policy", "with-waiver.yaml", "--today", "2026-12-01"],
    ["--policy", "with-waiver.yaml", "--today", "2027-02-01"],
  ];
  let transcript = "";
  const statuses: number[] = [];
  for (const options of commands) {
    const { stdout, stderr, status } = await abiLint(folder, "change.manifest.json", "--no-uses", ...options);
    expect(stderr).toBe("");
    statuses.push(status);
    transcript += `$ abi-lint ${["change.manifest.json", "--no-uses", ...options].join(" ")}\n${stdout}--- status ${status}\n`;
  }
  expect(statuses).toEqual([1, 0, 1]);
  await expect(transcript).toMatchFileSnapshot(`${folder}/expected.txt`);
});

test("the README and --help give the same exit statuses", async () => {
  const { stdout: help } = await abiLint(root, "--help");
  for (const status of [EXIT.clean, EXIT.findings, EXIT.notChecked]) {
    const meaning = new RegExp(`^ {2}${status} {2}(.*)$`, "m").exec(help)?.[1];
    expect(meaning).toBeTruthy();
    expect(readme).toContain(`| ${status} | ${meaning} |`);
  }
});

const kernelSchema = (schema: z.ZodType, title: string): string =>
  `${JSON.stringify({ title, ...z.toJSONSchema(schema, { target: "draft-7", io: "input" }) }, null, 2)}\n`;
const KERNEL_SCHEMAS = {
  "kernel-list.json": kernelSchema(JsonKernelList, "abi-lint JSON list of kernels, version 1"),
  "kernel-show.json": kernelSchema(JsonKernel, "abi-lint JSON kernel, version 1"),
  "kernel-diff.json": kernelSchema(JsonKernelDiff, "abi-lint JSON diff of kernels, version 1"),
  "kernel-severities.json": kernelSchema(JsonKernelSeverities, "abi-lint JSON diff of kernels by severities, version 1"),
};

for (const [file, text] of Object.entries({ ...SCHEMAS, ...KERNEL_SCHEMAS })) {
  test(`rules/schema/${file} is what the code accepts`, async () => {
    await expect(text).toMatchFileSnapshot(`${root}rules/schema/${file}`);
  });
}

test("the JSON report has the form of its schema", async () => {
  const { stdout } = await abiLint(example, "abi-lint.manifest.json", "--format", "json");
  expect(JsonReport.safeParse(JSON.parse(stdout)).error).toBeUndefined();
});

test("rules/README.md is the reference of what is shipped", async () => {
  const source = policySource(nodeHost(root), readOwn(nodeHost(root)), reader);
  const all = resolvePolicy("./none.yaml", { ...source, list: () => undefined, read: () => ({ file: "none.yaml", text: "extends: []" }) });
  await expect(referenceText(all, { recommended: resolvePolicy(undefined, source) })).toMatchFileSnapshot(`${root}rules/README.md`);
});

test("no shipped promise stands behind one that has already decided", () => {
  const source = policySource(nodeHost(root), readOwn(nodeHost(root)), reader);
  const { promises } = resolvePolicy(undefined, source);
  const general = (index: number, kind: string): boolean =>
    promises.slice(0, index).some(({ match }) => Object.keys(match).length === 1 && [match.kind].flat().includes(kind as never));
  expect(
    promises
      .filter(({ match }, index) => [match.kind ?? []].flat().some((kind) => general(index, kind)))
      .map(({ at }) => `${at.file}:${at.line}`),
  ).toEqual([]);
});
