import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseProgram } from "../../src/inputs/strace-forms.ts";
import { pathInterface } from "../../src/inputs/strace-calls.ts";
import { compileDocumented } from "../../src/kernels/history/documented.ts";
import { openFacts } from "../../src/kernels/history/read.ts";
import { parseYaml } from "../../src/shared/yaml.ts";
import { subjectFromProgram } from "../../src/usage/from-program.ts";
import type { Subject } from "../../src/usage/model.ts";

// Logs of gdb and strace, made on the spot (prepare/traces.sh), beside what awk and strace's own table say of the same run; and what Documentation/ABI
// says of every file below this machine's /sys and /proc.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const here = (path: string): string => new URL(path, import.meta.url).pathname;
const traces = join(WORK, "traces");

const LOGS = ["gdb", "gdb-attach", "strace", "strace-attach", "shell"] as const;
const TABLE = "% time ";
const shipped = openFacts(readFileSync(here("../../rules/history/amd64.exports")), "amd64.exports");
const documented = compileDocumented(shipped);
const readSince = (text: string): Readonly<Record<string, Readonly<Record<string, string>>>> =>
  parseYaml(text, "since.yaml").value as Record<string, Record<string, string>>;
const since = readSince(readFileSync(here("../../rules/data/since.yaml"), "utf8"));

/** A log of strace -C: what came before its table, and the table. */
const partsOf = (name: string): readonly [log: string, table: string] => {
  const text = readFileSync(join(traces, `${name}.strace`), "utf8");
  const at = text.indexOf(`\n${TABLE}`) + 1;
  expect(at).toBeGreaterThan(0);
  return [text.slice(0, at), text.slice(at)];
};
const subjectOf = (name: string): Subject => subjectFromProgram(parseProgram(partsOf(name)[0], name), name);
const countsOf = (subject: Subject, ...kinds: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(subject.uses.filter(({ kind }) => kinds.includes(kind)).map(({ name, count }) => [name, count!]));

/** What a line of shell makes of a log, as `count name` lines. */
const counted = (name: string, script: string): Readonly<Record<string, number>> => {
  const printed = execFileSync(
    "bash",
    ["-euo", "pipefail", "-c", `sed '/^${TABLE}/,$d' ${name}.strace | (${script} || true) | sort | uniq -c`],
    {
      cwd: traces,
      encoding: "utf8",
    },
  );
  return Object.fromEntries(
    printed.split("\n").flatMap((line) => {
      const [, count, what] = /^ *(\d+) (.*)$/.exec(line) ?? [];
      return what === undefined ? [] : [[what, Number(count)] as const];
    }),
  );
};

beforeAll(() => {
  execFileSync(here("prepare/traces.sh"), [WORK], { stdio: ["ignore", "ignore", "inherit"] });
});

describe.each(LOGS)("the log of %s", (name) => {
  test("names and counts are those that awk counts", () => {
    const counts = counted(name, `sed -E 's/^[0-9]+ +//' | awk -F '(' '/^[a-z_][a-z0-9_]*\\(/ { print $1 }'`);
    expect(Object.keys(counts).length).toBeGreaterThan(15);
    expect(countsOf(subjectOf(name), "syscall")).toEqual(counts);
  });

  test("and those of strace's own table, failures too", () => {
    const [log, table] = partsOf(name);
    // The table counts a call that a signal interrupts and the kernel begins anew (`= ? ERESTART…`) among the errors; its program never sees one.
    const anew = counted(name, `sed -nE 's/^([0-9]+ +)?(<\\.\\.\\. )?([a-z0-9_]+)( resumed|\\().*= \\? ERESTART.*/\\3/p'`);
    const of = (text: string, more: Readonly<Record<string, number>>): object =>
      Object.fromEntries(
        parseProgram(text, name)
          .asked.filter((each) => each.kind === "syscall" && !["exit", "exit_group"].includes(each.name))
          .map((each) => [each.name, [each.count, each.failed + (more[each.name] ?? 0)]]),
      );
    expect(of(log, anew)).toEqual(of(table, {}));
  });

  test("requests of ptrace and ioctl are those that sed finds", () => {
    const subject = subjectOf(name);
    const requests = counted(
      name,
      `sed -nE 's/^([0-9]+ +)?ptrace\\(([A-Z_]+).*/\\2 &/p' | sed -E 's/^(PTRACE_[GS]ETREGSET) .*, (NT_[A-Z0-9_]+), .*/\\1(\\2)/; s/ .*//'`,
    );
    expect(countsOf(subject, "ptrace-request")).toEqual(requests);
    expect(countsOf(subject, "ioctl")).toEqual(counted(name, `sed -nE 's/^([0-9]+ +)?ioctl\\([^ ]+, ([A-Z0-9_]+)[,) ].*/\\2/p'`));
  });

  test("paths are those that sed finds", () => {
    const first = `sed -nE 's/^([0-9]+ +)?(access|chdir|execve|readlink|stat|statfs|lstat|open)\\("(\\/(proc|sys)(\\/[^"]*)?)".*/\\3/p; s/^([0-9]+ +)?(openat|newfstatat|statx|faccessat2?|readlinkat)\\(AT_FDCWD<[^>]*>, "(\\/(proc|sys)(\\/[^"]*)?)".*/\\3/p; s/^([0-9]+ +)?(openat|newfstatat|statx)\\([0-9]+<(\\/(proc|sys)[^>]*)>, "([^"\\/][^"]*)".*/\\3\\/\\5/p'`;
    const named = `sed -E 's#/$##; s#^/proc/[0-9]+#/proc/PID#; s#/task/[0-9]+#/task/TID#; s#/(fd|fdinfo)/[0-9]+#/\\1/FD#'`;
    expect(countsOf(subjectOf(name), "procfs", "sysfs", "debugfs")).toEqual(counted(name, `${first} | ${named}`));
  });

  test("every request is one that the manual or the headers name", () => {
    const headers = ["/usr/include/linux/ptrace.h", "/usr/include/x86_64-linux-gnu/sys/ptrace.h", "/usr/include/linux/elf.h"]
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, "utf8"))
      .join("\n");
    const words = new Set(headers.match(/\b(?:PTRACE|NT)_[A-Z0-9_]+\b/g));
    const unknown = Object.keys(countsOf(subjectOf(name), "ptrace-request")).filter((request) =>
      request.split(/[()]/).some((word) => word !== "" && !words.has(word) && since["ptrace-requests"]![word] === undefined),
    );
    expect(unknown).toEqual([]);
  });

  test("every path is graded, or said to be ungraded", () => {
    const subject = subjectOf(name);
    const levels = subject.uses
      .filter(({ kind }) => /^(?:proc|sys|debug)fs$/.test(kind))
      .map((use) => ({ path: use.name, level: documented(use.name)?.level }));
    const of = (kind: string): number => subject.uses.filter((use) => use.kind === kind).length;
    const graded = levels.filter(({ level }) => level !== undefined).map(({ path, level }) => `${path} ${level}`);
    console.log(
      `${name}: ${of("syscall")} system calls, ${of("ptrace-request")} ptrace requests, ${of("ioctl")} ioctl requests, ${of("procfs")} files of /proc, ` +
        `${of("sysfs")} of /sys; in Documentation/ABI: ${graded.join(", ") || "none"}`,
    );
    if (name.startsWith("gdb")) expect(graded).toEqual(["/sys/devices/system/cpu/online testing"]);
    const calls = Object.keys(countsOf(subject, "syscall"));
    // Of these syscalls(2) gives no version.
    expect(["pread64", "pwrite64"]).toEqual(
      expect.arrayContaining(calls.filter((call) => since["syscalls"]![call] === undefined && since["seen"]![call] === undefined)),
    );
  });
});

test("gdb and strace ask for what is told of them: a tracer is ptrace(2), /proc and nothing of the inside", () => {
  const gdb = Object.keys(countsOf(subjectOf("gdb"), "ptrace-request"));
  expect(gdb).toEqual(
    expect.arrayContaining([
      "PTRACE_GETREGS",
      "PTRACE_GETREGSET(NT_X86_XSTATE)",
      "PTRACE_KILL",
      "PTRACE_POKEUSER",
      "PTRACE_SINGLESTEP",
      "PTRACE_SYSCALL",
    ]),
  );
  expect(Object.keys(countsOf(subjectOf("gdb-attach"), "ptrace-request"))).toEqual(
    expect.arrayContaining(["PTRACE_ATTACH", "PTRACE_DETACH"]),
  );
  const strace = Object.keys(countsOf(subjectOf("strace"), "ptrace-request"));
  expect(strace).toEqual(expect.arrayContaining(["PTRACE_GET_SYSCALL_INFO", "PTRACE_LISTEN", "PTRACE_SEIZE"]));
  for (const name of LOGS)
    expect(subjectOf(name).uses.filter(({ kind }) => !/^(?:syscall|ptrace-request|ioctl|netlink|procfs|sysfs)$/.test(kind))).toEqual([]);
});

test("a table and a profile are names, and say so", () => {
  const table = subjectFromProgram(parseProgram(readFileSync(join(traces, "count.summary"), "utf8"), "count"), "count");
  expect(table.oddities.map(({ oddity }) => oddity)).toEqual(["names-only"]);
  expect(table.uses.length).toBeGreaterThan(20);

  const text = readFileSync(join(traces, "containers.json"), "utf8");
  const profile = subjectFromProgram(parseProgram(text, "containers.json"), "containers.json");
  const { syscalls } = JSON.parse(text) as { syscalls: readonly { names: readonly string[]; action: string }[] };
  const named = (rules: typeof syscalls): Set<string> => new Set(rules.flatMap(({ names }) => names));
  const allowed = named(syscalls.filter(({ action }) => action === "SCMP_ACT_ALLOW"));
  expect(new Set(profile.uses.map(({ name }) => name))).toEqual(allowed);
  expect(profile.oddities.map(({ oddity }) => oddity)).toEqual(["permission-not-use"]);
  console.log(`containers.json: ${syscalls.length} rules, ${allowed.size} calls allowed, ${named(syscalls).size} named`);
});

test("every file below /sys and /proc is graded by Documentation/ABI or by nothing", () => {
  for (const root of ["/sys", "/proc"]) {
    // Processes come and go while find looks.
    const found = execFileSync("bash", ["-c", `find ${root} -xdev -type f 2>/dev/null || true`], { encoding: "utf8", maxBuffer: 1 << 30 });
    const names = new Set(found.split("\n").flatMap((path) => pathInterface(path)?.name ?? []));
    const levels: Record<string, number> = {};
    for (const name of names) {
      const level = documented(name)?.level ?? "none";
      levels[level] = (levels[level] ?? 0) + 1;
    }
    const share = (count: number): string => `${count} (${((100 * count) / names.size).toFixed(1)} %)`;
    console.log(
      `${root}: ${names.size} names; ${Object.entries(levels)
        .sort()
        .map(([level, count]) => `${level} ${share(count)}`)
        .join(", ")}`,
    );
    if (root === "/sys") expect(levels["none"]! / names.size).toBeLessThan(0.5);
  }
});

test("rules/data/since.yaml is what the manual pages say", () => {
  const printed = execFileSync(here("prepare/since.py"), [WORK], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const file = readFileSync(here("../../rules/data/since.yaml"), "utf8");
  const packageOf = (text: string): string => /from (manpages-dev \S+)\.$/m.exec(text)![1]!;
  console.log(`since.yaml: from ${packageOf(file)}; now ${packageOf(printed)}`);
  // Newer pages know more, and of what was known the same.
  if (packageOf(printed) === packageOf(file)) expect(file).toBe(printed);
  const now = readSince(printed);
  for (const key of ["syscalls", "ptrace-requests"]) expect(now[key]).toMatchObject(since[key]!);
});
