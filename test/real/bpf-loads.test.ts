import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { abiLint } from "../support/run.ts";

// What abi-lint says of the running kernel by its BTF, held against that kernel: every object is handed to it by libbpf.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const KERNEL_BTF = "/sys/kernel/btf/vmlinux";
const OBJECTS = join(WORK, "bpf/objects");
const BPFFS = join(WORK, "bpf/fs");
const prepare = new URL("prepare/bpf-objects.sh", import.meta.url).pathname;

/** What a kernel says that lacks something which BTF shows: a field, a type, a function, a tracepoint, a hook. */
const SHOWN_BY_BTF =
  /unknown#195896080|failed to find BTF|failed to resolve|no matching targets found|find_btf|-ESRCH in vmlinux BTF|failed to find kernel BTF type|kernel BTF ID .*not found|calling invalid kernel function|extern \(func ksym\) .*not found|is not found in kernel/;

let canLoad = false;
beforeAll(() => {
  execFileSync(prepare, [WORK], { stdio: ["ignore", "inherit", "inherit"] });
  mkdirSync(BPFFS, { recursive: true });
  canLoad = spawnSync("mount", ["-t", "bpf", "bpf", BPFFS]).status === 0 && spawnSync("test", ["-r", KERNEL_BTF]).status === 0;
});
afterAll(() => {
  if (canLoad) spawnSync("umount", [BPFFS]);
});

interface Outcome {
  readonly object: string;
  readonly says: "yes" | "no" | "not-checked";
  readonly isLoaded: boolean;
  readonly log: string;
}

/** What libbpf or the verifier says first, without what differs from object to object. */
const reasonOf = (log: string): string => {
  const lines = log.split("\n").filter((line) => line !== "" && !/libbpf strict mode|BEGIN PROG LOAD LOG|^Error: /.test(line));
  const telling =
    lines.find((line) =>
      /program of this type cannot use helper|unknown func|invalid|not allowed|Permission denied|EPERM|too large|unbounded|R\d.*expected/i.test(
        line,
      ),
    ) ??
    lines.find((line) => /failed|guess|not supported/i.test(line)) ??
    lines.at(-1) ??
    "nothing";
  return telling
    .replace(/'[^']*'/g, "'…'")
    .replace(/\d{2,}/g, "N")
    .slice(0, 140);
};

test("what is told of the running kernel's types is what the kernel does", async ({ skip }) => {
  if (!canLoad) skip("NOT COMPARED: this machine's kernel has no BTF, or lets no BPF be loaded");
  const objects = readdirSync(OBJECTS, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".bpf.o"));
  const outcomes: Outcome[] = [];
  for (const object of objects) {
    const { stdout } = await abiLint(OBJECTS, object, "--btf", `running=${KERNEL_BTF}`, "--format", "json");
    const report = JSON.parse(stdout) as { subjects: { verdicts: { load: { state: Outcome["says"] } }[] }[] };
    const pins = join(BPFFS, "object");
    const {
      status,
      stderr,
      stdout: out,
    } = spawnSync(join(WORK, "bpf/bpftool"), ["prog", "loadall", join(OBJECTS, object), pins], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    spawnSync("rm", ["-rf", pins]);
    outcomes.push({ object, says: report.subjects[0]!.verdicts[0]!.load.state, isLoaded: status === 0, log: `${out}${stderr}` });
  }
  const of = (says: Outcome["says"], isLoaded: boolean): Outcome[] =>
    outcomes.filter((each) => each.says === says && each.isLoaded === isLoaded);
  console.log(
    `${outcomes.length} objects on ${execFileSync("uname", ["-r"], { encoding: "utf8" }).trim()}: said to load ${of("yes", true).length} loaded and ` +
      `${of("yes", false).length} refused; said not to load ${of("no", false).length} refused and ${of("no", true).length} loaded`,
  );
  const reasons = new Map<string, number>();
  for (const { log } of of("yes", false)) reasons.set(reasonOf(log), (reasons.get(reasonOf(log)) ?? 0) + 1);
  for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`  refused for another reason: ${count} × ${reason}`);
  expect(outcomes.length).toBeGreaterThan(150);
  expect(of("no", true).map(({ object }) => object)).toEqual([]);
  expect(
    of("yes", false)
      .filter(({ log }) => SHOWN_BY_BTF.test(log))
      .map(({ object, log }) => `${object}: ${reasonOf(log)}`),
  ).toEqual([]);
  expect(of("no", false).length).toBeGreaterThan(10);
});
