import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { abiLint } from "./support/run.ts";

const FIXTURES = new URL("fixtures", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "abi-lint-merge-"));
afterAll(() => rmSync(folder, { recursive: true }));

const INPUTS = [
  "logger.ko",
  "misbuilt.ko",
  "ksc-user.ko",
  "ksc-exporter.ko",
  "lookup-call.ko",
  "bpf/tracing.bpf.o",
  "strace/plain.strace",
  "nothing.ko",
];
const FORMATS = ["json", "sarif", "text", "gcc", "github", "gitlab", "junit", "markdown", "rdjsonl", "html"];
const POLICY = `
extends: [recommended]
waivers:
  - { rule: private-symbol, match: { name: kallsyms_lookup_name }, reason: until it is ported, owner: team }
  - { rule: missing-symbol, match: { name: never_used }, reason: nothing needs this, owner: team }
  - { rule: kernel-field, match: { name: "task_struct.*" }, reason: BPF port, owner: team, until: 2026-01-01 }
budget: { internal: 20 }
`;
writeFileSync(join(folder, "abi-lint.yaml"), POLICY);

const check = (...more: string[]): ReturnType<typeof abiLint> =>
  abiLint(
    folder,
    "check",
    ...INPUTS.map((input) => join(FIXTURES, input)),
    "-k",
    `6.1=${FIXTURES}/kernels/6.1.symvers`,
    "--btf",
    `7.3=${FIXTURES}/bpf/7.3.btf`,
    ...more,
  );

describe("shares of a run, joined", () => {
  for (const count of [1, 2, 3, 7]) {
    test(`${count} of them give the report of the whole run, byte for byte, in every format`, async () => {
      const shares = Array.from({ length: count }, (_, index) => `share-${index + 1}.json`);
      for (const [index, file] of shares.entries()) await check("--shard", `${index + 1}/${count}`, "--format", `json:${file}`);
      const to = (kind: string): string[] => FORMATS.flatMap((format) => ["--format", `${format}:${kind}.${format}`]);
      const whole = await check(...to("whole"));
      const merged = await abiLint(folder, "merge", ...shares.toReversed(), ...to("merged"));
      for (const format of FORMATS)
        expect(readFileSync(join(folder, `merged.${format}`), "utf8"), format).toBe(readFileSync(join(folder, `whole.${format}`), "utf8"));
      expect(merged.status).toBe(whole.status);
    });
  }

  test("each input falls to one share, and to the same whatever else is given", async () => {
    const namesOf = async (...argv: string[]): Promise<string[]> => {
      const { stdout } = await abiLint(folder, ...argv, "--format", "json");
      return (JSON.parse(stdout) as { subjects: { name: string }[] }).subjects.map(({ name }) => name);
    };
    const paths = ["logger.ko", "misbuilt.ko", "lookup-call.ko"].map((file) => join(FIXTURES, file));
    const seen = (await Promise.all(["1/2", "2/2"].map((share) => namesOf(...paths, "--shard", share)))).flat();
    expect(seen.toSorted()).toEqual(["logger", "lookup_call", "misbuilt"]);
    expect(await namesOf(paths[0]!, "--shard", "1/2")).toEqual(
      (await namesOf(...paths, "--shard", "1/2")).filter((name) => name === "logger"),
    );
  });
});

describe("what cannot be joined is no pass", () => {
  const refused = async (...argv: string[]): Promise<string> => {
    const { status, stderr, stdout } = await abiLint(folder, ...argv);
    expect([status, stdout]).toEqual([2, ""]);
    return stderr;
  };
  test("a share that is missing, given twice, or of another number", async () => {
    for (const share of ["1/3", "2/3", "3/3", "1/2"]) await check("--shard", share, "--format", `json:of-${share.replace("/", "-")}.json`);
    expect(await refused("merge", "of-1-3.json", "of-3-3.json")).toMatch("share 2 of 3 is not given");
    expect(await refused("merge", "of-1-3.json", "of-2-3.json", "of-1-3.json")).toMatch("of-1-3.json: is share 1 of 3 once more");
    expect(await refused("merge", "of-1-3.json", "of-1-2.json")).toMatch("of-1-2.json: is share 1 of 2, the first is one of 3");
  });
  test("what is no report, and no share", async () => {
    writeFileSync(join(folder, "no.json"), '{"report": 1, "findings": 3}');
    expect(await refused("merge", "no.json", "missing.json")).toMatch(/no\.json:1:\d+: .*\n[^]*missing\.json: no such file/);
    for (const share of ["0/3", "4/3", "1", "1/0", "a/b", "1/9999"])
      expect(await refused("check", "x.ko", "--shard", share)).toMatch("is no share");
  });
});
