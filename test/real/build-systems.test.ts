import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { cleanEnv, debian, EXAMPLES, packed, WORK, type Package } from "./hosts.ts";

// kbuild, dkms and autopkgtest themselves, as the examples have them call abi-lint; nothing is loaded, and nothing of the system is changed.

const base = join(WORK, "build-systems");
let release = "";
let abiLint: Package;

const run = (command: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) => {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28, env: cleanEnv(env) });
  return { status, stdout, stderr, output: stdout + stderr };
};

const copyOf = (example: string, folder: string): string => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(EXAMPLES, example), folder, { recursive: true });
  return folder;
};

beforeAll(() => {
  release = debian("dkms", "autopkgtest", "linux-headers-amd64", "nodejs", "shellcheck", "xz-utils", "zstd");
  abiLint = packed();
  rmSync(base, { recursive: true, force: true });
  mkdirSync(base, { recursive: true });
});

test("shellcheck finds no fault with the scripts", () => {
  const scripts = ["dkms/abi-lint-dkms", "autopkgtest/debian/tests/abi-lint"].map((path) => join(EXAMPLES, path));
  expect(run("shellcheck", scripts, EXAMPLES)).toMatchObject({ status: 0, output: "" });
});

describe("kbuild", () => {
  const FINDING =
    "doorbell.c:27:22: error: kallsyms_lookup_name is reached behind the linker's back, through register_kprobe [private-symbol]";
  let folder = "";
  const make = (args: readonly string[], env: Readonly<Record<string, string>> = { ABI_LINT: abiLint.command }) =>
    run("make", [`KDIR=/lib/modules/${release}/build`, ...args], folder, env);
  const findings = (stdout: string): readonly string[] =>
    stdout.split("\n").filter((line) => /^\S+:\d+:\d+: \w+: .* \[[\w-]+\]$/.test(line));

  beforeAll(() => {
    folder = copyOf("kbuild", join(base, "kbuild"));
  });

  test("make builds, and asks nobody", () => {
    const { status, stdout } = make(["QUICKSAND=y"], { ABI_LINT: "false" });
    expect(status).toBe(0);
    expect(existsSync(join(folder, "doorbell.ko"))).toBe(true);
    expect(stdout).not.toContain("--format gcc");
  });

  test("make abi-lint builds, and fails at the line, with a status of make's own", () => {
    expect(make(["clean"]).status).toBe(0);
    const { status, stdout, stderr } = make(["abi-lint", "QUICKSAND=y"]);
    expect(findings(stdout)).toEqual([FINDING]);
    expect(stderr).toMatch(/^make: \*\*\* \[abi-lint\.mk:\d+: abi-lint\] Error 1$/m);
    expect(status).toBe(2);
  });

  test("make CHECK_ABI=1 checks what it has just built", () => {
    expect(make(["clean"]).status).toBe(0);
    const bad = make(["-j2", "CHECK_ABI=1", "QUICKSAND=y"]);
    expect({ status: bad.status, findings: findings(bad.stdout) }).toEqual({ status: 2, findings: [FINDING] });
    const good = make(["CHECK_ABI=1"]);
    expect({ status: good.status, findings: findings(good.stdout) }).toEqual({ status: 0, findings: [] });
    expect(good.stdout).toContain(`--format gcc --kernel /lib/modules/${release}/build modules.order`);
  });

  test("the abi-lint of node_modules comes before that of PATH, ABI_LINT before both, and ABI_LINT_ARGS says what to check against", () => {
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    symlinkSync(abiLint.command, join(folder, "node_modules/.bin/abi-lint"));
    expect(make(["abi-lint", "QUICKSAND=y"], {}).stdout).toContain(FINDING);
    rmSync(join(folder, "node_modules"), { recursive: true });
    const bin = join(base, "bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(abiLint.command, join(bin, "abi-lint"));
    expect(make(["abi-lint", "QUICKSAND=y"], { PATH: `${bin}:${process.env["PATH"]}` }).stdout).toContain(FINDING);
    expect(make(["abi-lint", "QUICKSAND=y"], { ABI_LINT: "true" }).status).toBe(0);
    // 5.4 is not shipped.
    const unknown = make(["abi-lint", "ABI_LINT_ARGS=--kernel 5.4"]);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain("abi-lint: error: 5.4");
  });

  test("no command, no pass", () => {
    expect(make(["abi-lint"], { ABI_LINT: "/nowhere/abi-lint" }).status).toBe(2);
  });
});

/**
 * Runs a command with folders of its own in the place of /var/lib/dkms and, if asked, /lib/modules.
 * dkms reads the latter wherever --installtree points, and makes its signing keys in the former.
 */
const apart = (
  folders: { readonly dkms: string; readonly modules?: string },
  command: readonly string[],
  env: Readonly<Record<string, string>>,
) => {
  const script = `set -e; mount --bind "$1" /var/lib/dkms; [ -z "$2" ] || mount --bind "$2" /lib/modules; shift 2; exec "$@"`;
  return run("unshare", ["--mount", "sh", "-c", script, "apart", folders.dkms, folders.modules ?? "", ...command], base, env);
};

describe.each([
  ["3.0.10", "bookworm"],
  ["3.2", "trixie"],
])("dkms %s of %s", (version, from) => {
  const FINDING = "do_filp_open is reached behind the linker's back, through register_kprobe  [private-symbol]";
  let program = "dkms";
  let [sources, tree, modules] = ["", "", ""];

  beforeAll(() => {
    const folder = join(base, `dkms-${version}`);
    if (from !== "bookworm") {
      // A shell script: it runs as it is unpacked.
      execFileSync(new URL("prepare/suite.sh", import.meta.url).pathname, [WORK, from, "amd64", `dkms-${from}`, "dkms"], {
        stdio: "ignore",
      });
      program = join(WORK, `dkms-${from}`, "usr/sbin/dkms");
    }
    [sources, tree, modules] = ["src", "tree", "modules"].map((name) => join(folder, name)) as [string, string, string];
    copyOf("dkms", join(sources, "tally-1.0"));
    mkdirSync(tree);
    mkdirSync(join(modules, release), { recursive: true });
    for (const link of ["build", "source"]) symlinkSync(readlinkSync(`/lib/modules/${release}/${link}`), join(modules, release, link));
    expect(run(program, ["--version"], base).output).toContain(`dkms-${version}`);
  });

  const dkms = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    apart({ dkms: tree, modules }, [program, ...args, "tally/1.0", "-k", release, "--sourcetree", sources], {
      ABI_LINT: abiLint.command,
      ...env,
    });
  const installed = (): readonly string[] =>
    readdirSync(modules, { recursive: true, encoding: "utf8" }).filter((file) => /updates\/dkms\/tally\.ko/.test(file));
  /** What this kernel's modules are compressed with: 3.0 looks into modules.dep, 3.2 for modules. */
  const compressWith = (suffix: "" | ".xz" | ".zst"): void => {
    const folder = join(modules, release, "kernel");
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(join(modules, release, "modules.dep"), suffix === "" ? "" : `kernel/x.ko${suffix}:\n`);
    if (suffix === "") return;
    mkdirSync(folder);
    writeFileSync(join(folder, "x.ko"), readFileSync(join(EXAMPLES, "../test/fixtures/logger.ko")));
    execFileSync(suffix === ".xz" ? "xz" : "zstd", suffix === ".xz" ? ["x.ko"] : ["-q", "--rm", "x.ko"], { cwd: folder });
  };

  test.each(["", ".xz"] as const)("what the policy allows is installed (tally.ko%s)", (suffix) => {
    compressWith(suffix);
    const { status, output } = dkms(["install"]);
    expect({ status, installed: installed() }).toEqual({ status: 0, installed: [`${release}/updates/dkms/tally.ko${suffix}`] });
    expect(output).toMatch(/pre_install[\s\S]*\n0 errors, /);
    expect(dkms(["remove"]).status).toBe(0);
    expect(installed()).toEqual([]);
  });

  test.each(["", ".zst"] as const)("what it does not allow is built and not installed (tally.ko%s)", (suffix) => {
    compressWith(suffix);
    const { status, output } = dkms(["install"], { QUICKSAND: "y" });
    expect(output).toContain(`x86_64/module/tally.ko${suffix}:1:1  error  ${FINDING}`);
    expect(output).toContain("pre_install failed, aborting install.");
    expect({ status, installed: installed() }).toEqual({ status: 101, installed: [] });
    expect(existsSync(join(tree, "tally/1.0", release, "x86_64/module", `tally.ko${suffix}`))).toBe(true);
    // An administrator may.
    expect(dkms(["install", "--force"]).status).toBe(0);
    expect(installed()).toHaveLength(1);
    expect(dkms(["remove"]).status).toBe(0);
  });

  test("the advice of POST_BUILD never stops a build, whatever it finds", () => {
    compressWith("");
    const { status, output } = dkms(["build"], { QUICKSAND: "y" });
    expect(status).toBe(0);
    const log = join(tree, "tally/1.0", release, "x86_64/log/make.log");
    // 3.2 writes what the script prints to the log.
    expect(output + readFileSync(log, "utf8")).toContain(FINDING);
    expect(dkms(["remove"]).status).toBe(0);
  });

  test("where there is no abi-lint the gate stays shut", () => {
    const { status, output } = dkms(["install"], { ABI_LINT: "/nowhere/abi-lint" });
    expect(output).toContain("pre_install failed, aborting install.");
    expect({ status, installed: installed() }).toEqual({ status: 101, installed: [] });
    expect(dkms(["remove"]).status).toBe(0);
  });

  test("a MAKE that checks stops the build itself", () => {
    const folder = join(sources, "tally-1.0");
    const conf = readFileSync(join(folder, "dkms.conf"), "utf8");
    for (const file of ["Makefile", "abi-lint.mk"]) cpSync(join(EXAMPLES, "kbuild", file), join(folder, file));
    writeFileSync(join(folder, "dkms.conf"), `${conf}MAKE[0]="make KDIR=$kernel_source_dir abi-lint"\n`);
    const { status, output } = dkms(["build"], { QUICKSAND: "y" });
    expect(status).toBe(10);
    expect(output).toContain("Bad return status for module build");
    expect(readFileSync(join(tree, "tally/1.0/build/make.log"), "utf8")).toMatch(
      /^tally\.c:19:22: error: do_filp_open .*\[private-symbol\]$/m,
    );
    dkms(["remove"]);
    writeFileSync(join(folder, "dkms.conf"), conf);
    for (const file of ["Makefile", "abi-lint.mk"]) rmSync(join(folder, file));
  });

  test("with STRIP off, findings stand at their source lines", () => {
    const conf = join(sources, "tally-1.0/dkms.conf");
    const text = readFileSync(conf, "utf8");
    writeFileSync(conf, `${text}STRIP[0]="no"\n`);
    expect(dkms(["install"], { QUICKSAND: "y" }).output).toContain(`tally.c:19:22  error  ${FINDING}`);
    expect(dkms(["remove"]).status).toBe(0);
    writeFileSync(conf, text);
  });
});

describe("autopkgtest", () => {
  let folder = "";
  beforeAll(() => {
    folder = copyOf("dkms", join(base, "autopkgtest/tally"));
    cpSync(join(EXAMPLES, "autopkgtest/debian"), join(folder, "debian"), { recursive: true });
    // What every Debian source package has besides.
    writeFileSync(
      join(folder, "debian/control"),
      "Source: tally\nSection: kernel\nPriority: optional\nMaintainer: Nobody <nobody@example.org>\nStandards-Version: 4.6.2\n\n" +
        "Package: tally-dkms\nArchitecture: all\nDescription: counts how often /proc/tally is read\n An example.\n",
    );
    writeFileSync(
      join(folder, "debian/changelog"),
      "tally (1.0-1) unstable; urgency=medium\n\n  * An example.\n\n -- Nobody <nobody@example.org>  Mon, 23 Nov 2026 00:00:00 +0000\n",
    );
    mkdirSync(join(base, "autopkgtest/dkms"));
  });

  /** The null backend runs the test on this very machine. */
  const autopkgtest = (...env: readonly string[]) => {
    const out = join(base, "autopkgtest/out");
    rmSync(out, { recursive: true, force: true });
    const options = ["--no-built-binaries", `--output-dir=${out}`, ...env.map((each) => `--env=${each}`)];
    const { status } = apart({ dkms: join(base, "autopkgtest/dkms") }, ["autopkgtest", ...options, `${folder}/`, "--", "null"], {});
    return { status, summary: readFileSync(join(out, "summary"), "utf8"), artifacts: join(out, "artifacts") };
  };

  test("what the policy allows passes, and the report is kept", () => {
    const { status, summary, artifacts } = autopkgtest(`ABI_LINT=${abiLint.command}`);
    expect({ status, summary }).toEqual({ status: 0, summary: expect.stringMatching(/^abi-lint +PASS/) });
    const { findings } = JSON.parse(readFileSync(join(artifacts, `abi-lint-${release}.json`), "utf8")) as {
      findings: { severity: string }[];
    };
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test("what it does not allow fails", () => {
    const { status, summary, artifacts } = autopkgtest(`ABI_LINT=${abiLint.command}`, "QUICKSAND=y");
    expect({ status, summary }).toEqual({ status: 4, summary: expect.stringMatching(/^abi-lint +FAIL non-zero exit status 1/) });
    expect(readFileSync(join(artifacts, `abi-lint-${release}.json`), "utf8")).toContain('"private-symbol"');
  });

  test("without abi-lint it is skipped, not passed", () => {
    const { status, summary } = autopkgtest("ABI_LINT=/nowhere/abi-lint");
    expect({ status, summary }).toEqual({ status: 8, summary: expect.stringMatching(/^abi-lint +SKIP/) });
  });

  test("the script by itself, where a testbed has no kernel headers: not a pass", () => {
    const [temp, artifacts, empty] = ["temp", "artifacts", "empty"].map((name) => join(base, "autopkgtest", name)) as [
      string,
      string,
      string,
    ];
    for (const each of [temp, artifacts, empty]) mkdirSync(each);
    chmodSync(join(folder, "debian/tests/abi-lint"), 0o755);
    const script = `mount --bind "$1" /lib/modules; cd "$2"; exec debian/tests/abi-lint`;
    const { status, output } = run("unshare", ["--mount", "sh", "-c", script, "alone", empty, folder], base, {
      ABI_LINT: abiLint.command,
      AUTOPKGTEST_TMP: temp,
      AUTOPKGTEST_ARTIFACTS: artifacts,
    });
    expect({ status, output }).toEqual({ status: 1, output: "no kernel headers are installed: nothing was checked\n" });
  });
});
