import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { gapOf, type Prediction } from "../../src/engine/source/model.ts";
import { predict } from "../../src/engine/source/predict.ts";
import type { ReleaseHeaders } from "../../src/kernels/headers/model.ts";
import { openDeclarations } from "../../src/kernels/headers/read.ts";
import { isHeaderFile, readRelease } from "../../src/kernels/headers/release.ts";
import { writeDeclarations } from "../../src/kernels/headers/write.ts";
import { openSource, readSource, type SourceFacts } from "../../src/kernels/source/read.ts";
import { type Cause, parseBuildLog } from "./builds.ts";

// What is predicted from the source alone beside what the compiler said: the builds of prepare/builds.sh, on three kernels. A pair is a release A and a
// kernel B. Where B failed, A is one that the source builds on; where it built, A is any other, and each sure prediction is a false alarm.
//
// Held out: chosen before the first line of the reader was written, and looked at once it was frozen.
const HELD_OUT = /^(digimend|r8168|xtables-addons)_/;

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
/** Few of builds/packages, so that it ends in minutes; `all` for all of them, which takes an hour the first time; `there` for what lies there already. */
const WANTED = process.env["ABI_LINT_BUILDS"] ?? "acpi-call-dkms lime-forensics-dkms v4l2loopback-dkms";

const script = new URL("prepare/builds.sh", import.meta.url).pathname;
if (WANTED !== "there")
  execFileSync(script, [WORK, ...(WANTED === "all" ? [] : WANTED.split(" "))], { stdio: ["ignore", "ignore", "inherit"] });

interface Kernel {
  readonly series: string;
  readonly folder: string;
  readonly headers: ReleaseHeaders;
}

/** Debian's headers are in two folders: what all flavours share, and the configured part. */
const filesIn = (folders: readonly string[]): { path: string; text: string }[] =>
  folders.flatMap((folder) =>
    ["include", "arch", "scripts"]
      .filter((below) => existsSync(join(folder, below)))
      .flatMap((below) => readdirSync(join(folder, below), { recursive: true, withFileTypes: true }))
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => isHeaderFile(relative(folder, path)) && existsSync(path))
      .map((path) => ({ path: relative(folder, path), text: readFileSync(path, "latin1") })),
  );

const readKernels = (): readonly Kernel[] => {
  const lines = readFileSync(join(WORK, "kernels"), "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(" ") as [string, string, string]);
  const inputs = rows.map(([, release, build]) => {
    const symvers = readFileSync(join(build, "Module.symvers"), "utf8").trim().split("\n");
    return readRelease(filesIn([build.replace(/-amd64$/, "-common"), build]), {
      release,
      config: readFileSync(join(build, ".config"), "utf8"),
      exported: new Set(symvers.map((line) => line.split("\t")[1]!)),
    });
  });
  const index = openDeclarations(writeDeclarations("test", inputs), "test");
  return rows.map(([series, folder], place) => ({ series, folder, headers: index.headersOf(place) }));
};

const treeOf = (folder: string): { paths: string[]; text: (path: string) => string | undefined } => ({
  paths: readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort(),
  text: (path) => readFileSync(join(folder, path), "latin1"),
});

const bare = (name: string): string => name.replace(/^(struct|union|enum) /, "");

/** Whether a prediction names a cause: by its name, or by the place where the compiler stands. */
const names = (prediction: Prediction, { kind, name, file, line }: Cause): boolean => {
  const said = [prediction.subject, ...prediction.names, ...(prediction.gives?.name === undefined ? [] : [prediction.gives.name])].map(
    bare,
  );
  const at = prediction.places.some(
    (place) =>
      file !== undefined &&
      place.line === line &&
      (place.file === file || place.file.endsWith(`/${file}`) || file.endsWith(`/${place.file}`)),
  );
  if (name === undefined || at) return at;
  const [container = "", member] = bare(name).replace(/\[.*/, "").split(".");
  if (said.includes(bare(name))) return true;
  // The compiler names the variable that is filled, or a member of what is gone as a whole.
  return (
    member !== undefined &&
    (kind === "initialiser" ? said.some((each) => each.endsWith(`.${member.split(".").at(-1)!}`)) : said.includes(container))
  );
};

/**
 * Messages that follow from another one, which parseBuildLog leaves in: a value whose member is gone is then put into the next member, an
 * enumerator that clashes is no number, and a struct that is gone has no member to put a brace group into.
 */
const FOLLOWS =
  /^(extra brace group at end of initializer|initializer element is not computable|array index in initializer not of integer type)/;
const follows = ({ text, kind, name, file, line }: Cause, all: readonly Cause[]): boolean =>
  FOLLOWS.test(text) ||
  (kind === "initialiser" &&
    /makes integer from pointer/.test(text) &&
    all.some((other) => other.kind === "member" && other.file !== file && name !== undefined && line !== undefined));

const kernels = readKernels();
const packages = readdirSync(join(WORK, "builds")).sort();
const sureOf = (found: readonly Prediction[]): readonly Prediction[] => found.filter(({ confidence }) => confidence === "sure");

interface Sums {
  broke: number;
  called: number;
  /** Not called, and not passed: the verdict is "not checked". */
  open: number;
  built: number;
  alarmed: number;
  causes: number;
  sure: number;
  undecided: number;
}
const none = (): Sums => ({ broke: 0, called: 0, open: 0, built: 0, alarmed: 0, causes: 0, sure: 0, undecided: 0 });

describe("what breaks is predicted, what builds is not alarmed about", () => {
  const rows: string[] = [];
  const faults: string[] = [];
  const sums = { tuned: none(), held: none() };

  test.each(packages)("%s", (name) => {
    const folder = join(WORK, "builds", name);
    const builds = kernels.flatMap((kernel) => {
      const at = join(folder, kernel.folder);
      return existsSync(join(at, "result")) ? [{ kernel, ...parseBuildLog(readFileSync(join(at, "log"), "utf8")) }] : [];
    });
    if (!builds.some(({ built }) => built)) return void rows.push(`${name.padEnd(46)} builds nowhere`);
    const source = openSource(treeOf(join(folder, "source")));
    const facts = new Map<Kernel, SourceFacts>();
    const started = process.cpuUsage();
    for (const kernel of kernels) facts.set(kernel, readSource(source, kernel.headers));
    const { user } = process.cpuUsage(started);
    const units = facts.get(kernels[0]!)!.units.length;
    // Two seconds of CPU for one reading of a module of less than 30 files.
    if (units < 30 && user / 1e6 / kernels.length > 2) faults.push(`${name}: ${user / 1e6 / kernels.length} s for ${units} files`);
    const sum = HELD_OUT.test(name) ? sums.held : sums.tuned;
    for (const target of builds)
      for (const a of kernels) {
        if (a === target.kernel || !(target.built || builds.some(({ kernel, built }) => kernel === a && built))) continue;
        const found = predict(facts.get(a)!, facts.get(target.kernel)!, a.headers, target.kernel.headers);
        const [sure, all] = [sureOf(found), found.length];
        const pair = `${name.padEnd(46)} ${a.series} -> ${target.kernel.series.padEnd(5)}`;
        if (target.built) {
          sum.built++;
          if (sure.length > 0) sum.alarmed++;
          for (const { kind, subject } of sure) faults.push(`${pair}: ${kind} ${subject}, and it builds`);
          rows.push(`${pair} built  sure 0/${sure.length}  undecided ${all - sure.length}`);
          continue;
        }
        const causes = target.causes.filter((cause) => !follows(cause, target.causes));
        const missed = causes.filter((cause) => !sure.some((each) => names(each, cause)));
        const weak = missed.filter((cause) => found.some((each) => names(each, cause)));
        const unseen = sure.filter((each) => !target.causes.some((cause) => names(each, cause)));
        sum.broke++;
        // What is undecided, or was not read, makes the verdict "not checked".
        const isOpen = all > 0 || facts.get(target.kernel)!.notRead.some((each) => gapOf(each) === "source-not-read");
        if (sure.length > 0) sum.called++;
        else if (isOpen) sum.open++;
        else faults.push(`${pair}: it fails, and nothing was sure to`);
        sum.causes += causes.length;
        sum.sure += causes.length - missed.length;
        sum.undecided += weak.length;
        rows.push(
          `${pair} broke  causes ${causes.length - missed.length}/${causes.length}  missed: ${missed.map((cause) => cause.name ?? cause.text).join(" ") || "none"}  ` +
            `beside the log: ${unseen.map(({ subject }) => subject).join(" ") || "none"}`,
        );
      }
  });

  test("the whole table", () => {
    console.log(rows.join("\n"));
    console.log(JSON.stringify(sums));
    const broke = sums.tuned.broke + sums.held.broke;
    // A comparison of nothing is none.
    expect(broke).toBeGreaterThan(2);
    expect(sums.tuned.built).toBeGreaterThan(2);
    expect(faults).toEqual([]);
    expect((sums.tuned.sure + sums.held.sure) / (sums.tuned.causes + sums.held.causes)).toBeGreaterThan(0.9);
  });
});

test("v4l2loopback 0.12.7 on 7.3: its five causes, where the compiler has them, and nothing else", () => {
  const name = packages.find((each) => each.startsWith("v4l2loopback_0.12.7-"));
  const [a, b] = ["6.1", "7.3"].map((series) => kernels.find((kernel) => kernel.series === series));
  if (name === undefined || a === undefined || b === undefined) throw new Error("the builds have no v4l2loopback 0.12.7");
  const source = openSource(treeOf(join(WORK, "builds", name, "source")));
  const found = predict(readSource(source, a.headers), readSource(source, b.headers), a.headers, b.headers);
  const { causes } = parseBuildLog(readFileSync(join(WORK, "builds", name, b.folder, "log"), "utf8"));
  expect(causes).toHaveLength(5);
  expect(found.map(({ confidence, subject, places }) => [confidence, subject, places[0]!.line])).toEqual(
    causes.map((cause) => ["sure", cause.name, cause.line]),
  );
});
