import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeHost } from "../../src/cli/host.ts";
import { openHistory } from "../../src/cli/history.ts";
import { findRelease } from "../../src/kernels/history/releases.ts";
import { abiLint } from "../support/run.ts";
import { parseBuildLog, type Cause } from "./builds.ts";

// Real modules, really built on three kernels (prepare/builds.sh): what broke beside what abi-lint had named from the objects of the oldest kernel that a
// version builds on, and what held beside what it had raised an alarm about.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
/** Few of builds/packages, so that it ends in minutes; `all` for all of them, which takes an hour. */
const WANTED = process.env["ABI_LINT_BUILDS"] ?? "acpi-call-dkms lime-forensics-dkms v4l2loopback-dkms";

const script = new URL("prepare/builds.sh", import.meta.url).pathname;
execFileSync(script, [WORK, ...(WANTED === "all" ? [] : WANTED.split(" "))], { stdio: ["ignore", "ignore", "inherit"] });

interface Finding {
  readonly rule: string;
  readonly message: string;
  readonly interface?: { readonly name: string };
  readonly evidence: readonly { readonly kind: string; readonly name?: string; readonly names?: readonly string[] }[];
}
interface Report {
  readonly findings: readonly Finding[];
  readonly subjects: readonly {
    readonly uses: readonly { readonly name: string; readonly kind: string }[];
    readonly verdicts: readonly { readonly rebuild: { readonly state: string; readonly unclear: number } }[];
  }[];
}

const KERNELS = ["6.1", "6.12", "7.3"] as const;
const seriesOf = (folder: string): string => /^\d+\.\d+/.exec(folder)![0];
const releaseOf = (folder: string): string => folder.replace(/(\+deb[\d.]+)?-amd64$/, "");

interface Build {
  readonly folder: string;
  readonly kernel: string;
  readonly built: boolean;
  readonly causes: readonly Cause[];
  readonly modules: readonly string[];
}

const buildsOf = (folder: string): readonly Build[] =>
  readdirSync(folder)
    .filter((kernel) => existsSync(join(folder, kernel, "result")))
    .map((kernel): Build => {
      const at = join(folder, kernel);
      const { built, causes } = parseBuildLog(readFileSync(join(at, "log"), "utf8"));
      const modules = readdirSync(at).filter((file) => file.endsWith(".ko"));
      return { folder: at, kernel, built, causes, modules: modules.map((file) => join(at, file)) };
    })
    .sort((a, b) => KERNELS.indexOf(seriesOf(a.kernel) as "6.1") - KERNELS.indexOf(seriesOf(b.kernel) as "6.1"));

/** The modules of a build, each where kbuild left it: beside its sources, so that abi-lint can read these as it does in a project of its own. */
const placed = async ({ folder, modules }: Build): Promise<{ readonly root: string; readonly files: readonly string[] }> => {
  const root = mkdtempSync(join(tmpdir(), "abi-lint-builds-"));
  cpSync(join(folder, "../source"), root, { recursive: true });
  const folders = [
    "",
    ...readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((each) => each.isDirectory())
      .map((each) => relative(root, join(each.parentPath, each.name))),
  ];
  const files = await Promise.all(
    modules.map(async (module) => {
      const { stdout } = await abiLint(folder, "export", module);
      const source = /"file":"([^"]+\.c)"/.exec(stdout)?.[1];
      const beside = folders.find((each) => source !== undefined && existsSync(join(root, each, source))) ?? "";
      cpSync(module, join(root, beside, basename(module)));
      return join(beside, basename(module));
    }),
  );
  return { root, files };
};

/** Checks the modules of a build against a release, or the newest of its series where the history has that one not: it then says so. */
const check = async ({ root, files }: Awaited<ReturnType<typeof placed>>, kernel: string): Promise<{ readonly stdout: string }> => {
  for (const name of [releaseOf(kernel), seriesOf(kernel)]) {
    const { stdout, stderr } = await abiLint(
      root,
      ...files,
      "--kernel",
      name,
      "--format",
      "json",
      "--policy",
      "recommended",
      // What exports and headers tell without it; with it: check-source.test.ts.
      "--no-source",
    );
    if (stderr === "") return { stdout };
    console.log(stderr.trim());
  }
  throw new Error(`${kernel} could not be judged`);
};

/** What a finding says is gone or changed: the name that the source has. */
const namedBy = ({ evidence, interface: taken }: Finding): string =>
  evidence.find((each) => each.name !== undefined && each.kind !== "export")?.name ?? taken?.name ?? "";

const REBUILD_RULES = new Set(["export-gone", "signature-changed", "namespace-not-imported", "namespace-restricted", "gpl-only-symbol"]);

/**
 * Sources that adapt themselves by a configure script, or in a file of their own, so that exports alone say too much of them, or too little: what
 * reading them says is in check-source.test.ts. Printed, counted, and not held.
 */
const BEYOND_EXPORTS = /^(apfs_0\.3\.13|hinic|lenovolegionlinux_0\.1|lttng-modules_2\.16|nvidia|openafs|reform2-lpc_1\.71|virtualbox|xone)/;

const history = openHistory(nodeHost("/"));
const packages = readdirSync(join(WORK, "builds"));

describe("what broke was named, what held was not alarmed", () => {
  const rows: string[] = [];
  const faults: string[] = [];
  const sums = { pairs: 0, broke: 0, held: 0, onExports: 0, named: 0, unseen: 0, outOfReach: 0, unclear: 0, alarmed: 0 };

  test.each(packages)("%s", async (name) => {
    const builds = buildsOf(join(WORK, "builds", name));
    const base = builds.find(({ built, modules }) => built && modules.length > 0);
    if (!base) return void rows.push(`${name.padEnd(52)} builds on none of ${builds.map(({ kernel }) => seriesOf(kernel)).join(", ")}`);
    const at = await placed(base);
    for (const target of builds) {
      if (KERNELS.indexOf(seriesOf(target.kernel) as "6.1") <= KERNELS.indexOf(seriesOf(base.kernel) as "6.1")) continue;
      const { stdout } = await check(at, target.kernel);
      const report = JSON.parse(stdout) as Report;
      const imports = new Set(report.subjects.flatMap(({ uses }) => uses.filter(({ kind }) => kind === "symbol").map((use) => use.name)));
      const named = new Set(report.findings.filter(({ rule }) => REBUILD_RULES.has(rule)).map(namedBy));
      const causes = new Set(target.causes.flatMap((cause) => cause.name ?? []));
      const onExports = [...causes].filter((cause) => imports.has(cause));
      // A function that is exported as before and that no header in reach declares any more: what includes what is not seen.
      const kernel = history.kernel(findRelease(history.releases, target.kernel)!);
      const isOutOfReach = (cause: string): boolean =>
        target.causes.some(({ kind, name: about }) => kind === "implicit" && about === cause) && kernel.find(cause) !== undefined;
      // Said to be unclear, because the source adapts itself (to other kernels than this one, as it turned out).
      const unclear = new Set(
        report.findings
          .filter(({ rule }) => rule === "unclear-rebuild")
          .flatMap(({ evidence }) => evidence.flatMap(({ names = [] }) => names)),
      );
      const missed = onExports.filter((cause) => !named.has(cause) && !unclear.has(cause) && !isOutOfReach(cause));
      sums.unclear += onExports.filter((cause) => !named.has(cause) && unclear.has(cause)).length;
      sums.outOfReach += onExports.filter((cause) => !named.has(cause) && !unclear.has(cause) && isOutOfReach(cause)).length;
      const alarms = [...named].filter((each) => !causes.has(each));
      const states = report.subjects.map(({ verdicts }) => verdicts[0]!.rebuild);
      const said = states.some(({ state }) => state === "no") ? "no" : states.some(({ state }) => state === "not-checked") ? "?" : "yes";
      sums.pairs++;
      sums[target.built ? "held" : "broke"]++;
      sums.onExports += onExports.length;
      sums.named += onExports.filter((cause) => named.has(cause)).length;
      sums.unseen += [...causes].filter((cause) => !imports.has(cause) && !named.has(cause)).length;
      if (target.built) sums.alarmed += alarms.length;
      const isHeld = !BEYOND_EXPORTS.test(name);
      rows.push(
        [
          `${name.padEnd(52)} ${seriesOf(base.kernel)} -> ${seriesOf(target.kernel).padEnd(5)}`,
          `${target.built ? "held " : "broke"}  said ${said.padEnd(3)}`,
          target.built
            ? `alarms: ${alarms.join(" ") || "none"}`
            : `named: ${[...named].filter((each) => causes.has(each)).join(" ") || "none"}`,
          ...(target.built
            ? []
            : [
                `missed: ${missed.join(" ") || "none"}`,
                `not reached: ${alarms.join(" ") || "none"}`,
                `not seen: ${causes.size - [...causes].filter((each) => imports.has(each) || named.has(each)).length}`,
              ]),
        ].join("  "),
      );
      if (target.built && isHeld) faults.push(...alarms.map((each) => `${name} on ${target.kernel}: alarm about ${each}, and it builds`));
      if (isHeld) faults.push(...missed.map((each) => `${name} on ${target.kernel}: ${each} broke the build and was not named`));
    }
    rmSync(at.root, { recursive: true });
  });

  test("the whole table", () => {
    console.log(rows.sort().join("\n"));
    console.log(JSON.stringify(sums));
    // A comparison of nothing is none.
    expect(sums.broke).toBeGreaterThan(2);
    expect(sums.held).toBeGreaterThan(2);
    expect(sums.named).toBeGreaterThan(2);
    expect(faults).toEqual([]);
  });
});
