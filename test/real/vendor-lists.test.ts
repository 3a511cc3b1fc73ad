import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { abiLint } from "../support/run.ts";
import { symversOf } from "../support/symvers.ts";

// Real modules against a list made of real kernels: the symbols of 6.1.0-56 whose CRC is that of 6.1.0-47, held against nm, sort and comm.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const root = new URL("../..", import.meta.url).pathname;

const shell = (script: string, ...args: readonly string[]): string[] =>
  execFileSync("bash", ["-c", script, "bash", ...args], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } })
    .split("\n")
    .filter(Boolean);

test("what a made list lacks of real modules is what comm says it lacks", async ({ skip }) => {
  const [old, now] = [symversOf(WORK, "6.1.0-47"), symversOf(WORK, "6.1.0-56")];
  if (old === undefined || now === undefined) return skip("the mirror has not both kernels");
  execFileSync(join(root, "test/real/prepare/dkms.sh"), [WORK, "v4l2loopback-dkms", "acpi-call-dkms", "lime-forensics-dkms"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const modules = ["v4l2loopback", "acpi_call", "lime"].map((name) => join(WORK, "modules", `${name}.ko`));
  const folder = mkdtempSync(join(tmpdir(), "abi-lint-list-"));
  const kept = shell(`comm -12 <(cut -f 1,2 "$1" | sort) <(cut -f 1,2 "$2" | sort) | cut -f 2 | sort`, old, now);
  writeFileSync(join(folder, "kabi_stablelist_x86_64"), `[rhel9_x86_64_stablelist]\n${kept.map((name) => `\t${name}\n`).join("")}`);
  writeFileSync(join(folder, "abi-lint.yaml"), "extends: [rhel-kabi]\nlists: { made: kabi_stablelist_x86_64 }\n");
  writeFileSync(join(folder, "kept"), `${kept.join("\n")}\n`);
  let compared = 0;
  for (const module of modules) {
    const { stdout } = await abiLint(folder, module, "--no-places", "--format", "json");
    const { findings, subjects } = JSON.parse(stdout) as {
      findings: { rule: string; interface?: { name: string } }[];
      subjects: { lists: { listed: number; of: number }[] }[];
    };
    const mine = findings.filter(({ rule }) => rule === "off-stablelist").map(({ interface: taken }) => taken!.name);
    const theirs = shell(`comm -23 <(nm -u "$1" | awk '{ print $2 }' | sort) "$2"`, module, join(folder, "kept"));
    expect(mine.sort()).toEqual(theirs.sort());
    const [score] = subjects[0]!.lists;
    expect(score!.of - score!.listed).toBe(theirs.length);
    compared += score!.of;
    console.log(
      `${basename(module)}: ${score!.listed} of ${score!.of} symbols are on the list of ${kept.length}; ${theirs.length} are not, as comm says`,
    );
  }
  expect(compared).toBeGreaterThan(100);
  expect(readFileSync(join(folder, "kept"), "utf8").length).toBeGreaterThan(1000);
  rmSync(folder, { recursive: true });
});
