import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";

test("what is said of symbol names stands in the headers of three kernels", () => {
  const script = new URL("prepare/names.sh", import.meta.url).pathname;
  const printed = execFileSync("bash", [script, WORK], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  console.log(printed.trim().split("\n").slice(-6).join("\n"));
  expect(printed).not.toBe("");
});
