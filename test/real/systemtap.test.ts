import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { abiLint } from "../support/run.ts";

// The module behind examples/systemtap, made anew: what is committed there is what SystemTap really takes.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const example = new URL("../../examples/systemtap", import.meta.url).pathname;

interface Subject {
  readonly licences: readonly string[];
  readonly uses: readonly { readonly name: string; readonly crc?: string }[];
}
const subjectIn = (text: string): Subject => (JSON.parse(text) as { subjects: Subject[] }).subjects[0]!;

beforeAll(() => {
  const script = new URL("prepare/systemtap.sh", import.meta.url).pathname;
  execFileSync(script, [WORK, join(example, "opens.stp")], { stdio: ["ignore", "inherit", "inherit"] });
});

test("the committed manifest is the export of the module that SystemTap makes of the script", async () => {
  const { stdout, status } = await abiLint(WORK, "export", join(WORK, "modules", "stap_opens.ko"));
  expect(status).toBe(0);
  const [fresh, committed] = [subjectIn(stdout), subjectIn(readFileSync(join(example, "abi-lint.manifest.json"), "utf8"))];
  expect(fresh.licences).toEqual(committed.licences);
  // Built for another release of 6.1 the CRCs differ; the names do not.
  expect(fresh.uses.map(({ name }) => name)).toEqual(committed.uses.map(({ name }) => name));
  console.log(`uses of the SystemTap module, fresh and committed: ${fresh.uses.length}, the same`);
});
