import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { abiLint } from "../support/run.ts";
import { parseBuildLog } from "./builds.ts";

// The command on the sources of packages that were really built, by the declarations that are shipped: its status and its places beside the compiler's.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const WANTED = process.env["ABI_LINT_BUILDS"] ?? "acpi-call-dkms lime-forensics-dkms v4l2loopback-dkms";
const script = new URL("prepare/builds.sh", import.meta.url).pathname;
if (WANTED !== "there")
  execFileSync(script, [WORK, ...(WANTED === "all" ? [] : WANTED.split(" "))], { stdio: ["ignore", "ignore", "inherit"] });

const KERNELS = readFileSync(join(WORK, "kernels"), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(" ") as [series: string, release: string, build: string]);

interface Report {
  readonly subjects: readonly { readonly verdicts: readonly { readonly of: string; readonly rebuild: { readonly state: string } }[] }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly evidence: readonly { readonly confirmation?: string }[];
    readonly places: readonly { readonly file: string; readonly line: number }[];
  }[];
}

const resultOf = (name: string, release: string): string | undefined => {
  const log = join(WORK, "builds", name, release, "log");
  return existsSync(join(WORK, "builds", name, release, "result")) ? readFileSync(log, "utf8") : undefined;
};

const checked = async (name: string, release: string, base: string, ...more: readonly string[]): Promise<Report> => {
  // Beside the source lie folders that are named like kernels.
  const folder = join(WORK, "builds", name, "source");
  const { stdout, status } = await abiLint(folder, ".", "--kernel", release, "--builds-on", base, "--format", "json", ...more);
  expect([0, 1, 2]).toContain(status);
  return JSON.parse(stdout) as Report;
};

test("the verdict on a source is the build's, wherever one is given", async () => {
  const counts = { built: 0, alarmed: 0, broke: 0, called: 0, open: 0 };
  const wrong: string[] = [];
  for (const name of readdirSync(join(WORK, "builds")).sort()) {
    const base = KERNELS.find(([, release]) => parseBuildLog(resultOf(name, release) ?? "").built)?.[1];
    if (base === undefined) continue;
    for (const [, release] of KERNELS) {
      const log = resultOf(name, release);
      if (log === undefined || release === base) continue;
      const { built } = parseBuildLog(log);
      const { subjects } = await checked(name, release, base);
      const { state } = subjects[0]!.verdicts[0]!.rebuild;
      counts[built ? "built" : "broke"]++;
      if (state === "not-checked") counts.open++;
      if (built && state === "no") wrong.push(`${name} on ${release}: said not to build, and does`);
      if (!built && state === "no") counts.called++;
      if (!built && state === "yes") wrong.push(`${name} on ${release}: no difference found, and it does not build`);
    }
  }
  console.log(JSON.stringify(counts), wrong);
  expect(counts.built + counts.broke).toBeGreaterThan(2);
  expect(wrong).toEqual([]);
});

test("v4l2loopback 0.12.7 on 7.3.4: the compiler's five lines, which a compiler that is asked confirms", async () => {
  const name = readdirSync(join(WORK, "builds")).find((each) => each.startsWith("v4l2loopback_0.12.7-"))!;
  const [[, base], [, target, headers]] = ["6.1", "7.3"].map((series) => KERNELS.find((each) => each[0] === series)!) as [
    (typeof KERNELS)[number],
    (typeof KERNELS)[number],
  ];
  const { causes } = parseBuildLog(resultOf(name, target)!);
  expect(causes).toHaveLength(5);
  const { findings } = await checked(name, target, base, "--confirm", `${target}=${headers}`);
  const said = findings.filter(({ rule }) => rule.startsWith("source-")).map(({ places }) => places[0]!.line);
  const answers = findings.flatMap(({ evidence }) => evidence.flatMap(({ confirmation }) => confirmation ?? []));
  expect(answers).toEqual(["confirmed", "confirmed", "confirmed", "confirmed", "confirmed"]);
  expect(said.toSorted((a, b) => a - b)).toEqual(causes.map(({ line }) => line).toSorted((a, b) => a! - b!));
});
