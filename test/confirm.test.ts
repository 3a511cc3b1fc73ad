import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { confirmPredictions } from "../src/cli/confirm.ts";
import { nodeHost } from "../src/cli/host.ts";
import type { Prediction } from "../src/engine/source/model.ts";
import type { Place, SourceFacts, SourceUnit } from "../src/kernels/source/model.ts";

// What --confirm asks a compiler, and what it makes of the answer. The compilers here are shell scripts that say what they are told to.

const WORK = mkdtempSync(join(tmpdir(), "abi-lint-confirm-"));
afterAll(() => rmSync(WORK, { recursive: true, force: true }));

const put = (path: string, text: string): string => {
  const whole = join(WORK, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
};

let compilers = 0;
const compiler = (script: string): string => {
  const path = put(`compilers/${++compilers}`, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};

/** A kernel's headers, as Debian has them: two folders, the one naming the other by where its package would put it. */
put("usr/src/headers-common/include/linux/kconfig.h", "");
put("usr/src/headers-amd64/include/generated/autoconf.h", "");
put("usr/src/headers-amd64/arch/x86/include/generated/asm/one.h", "");
put("usr/src/headers-amd64/Makefile", "include /nowhere/headers-common/Makefile\n");
mkdirSync(join(WORK, "lib"));
symlinkSync("../usr/src/headers-amd64", join(WORK, "lib/build"));
put("module/mod.c", "int g(void) { return f(1); }\n");

const place = (file: string, line: number): Place => ({ file, line, column: 1 });
const unit = (file: string, header?: string): SourceUnit => ({
  file,
  flags: { defines: [{ name: "X", body: "$(touch x)`touch y`;", isSure: true }], first: [], folders: [], forced: [], lostDefines: [] },
  module: "mod",
  uses: header === undefined ? [] : [{ kind: "member", tag: "struct s", member: "a", place: place(header, 1) }],
  own: [],
  reached: new Map(),
  hidden: new Set(),
});
const factsOf = (...units: readonly SourceUnit[]): SourceFacts => ({
  modules: ["mod"],
  units,
  extraCflags: [],
  lostIncludes: [],
  notRead: [],
  namesUsed: 1,
  untyped: 0,
});
const prediction = (subject: string, file: string, line: number): Prediction => ({
  kind: "name-gone",
  confidence: "sure",
  subject,
  names: [subject],
  does: "calls",
  before: [],
  after: [],
  places: [place(file, line)],
});

const ask = (
  script: string,
  {
    facts = factsOf(unit("mod.c")),
    predictions = [prediction("f", "mod.c", 1), prediction("h", "mod.c", 9)],
    headers = "usr/src/headers-amd64",
  }: { facts?: SourceFacts; predictions?: readonly Prediction[]; headers?: string } = {},
): ReturnType<typeof confirmPredictions> =>
  confirmPredictions({
    host: nodeHost(WORK),
    compiler: script.startsWith("/") ? script : compiler(script),
    headers: join(WORK, headers),
    source: join(WORK, "module"),
    facts,
    predictions,
  });

/** The words of the last argument, which is the file that is parsed. */
const FILE = 'for file; do :; done; echo "$file';

describe("a compiler is asked about predictions", () => {
  test("an error at the place, or one that names it, confirms; none of either does not", async () => {
    expect(await ask(`${FILE}:1:22: error: implicit declaration of function 'f'" >&2; exit 1`)).toEqual({
      answers: ["confirmed", "not-confirmed"],
      problems: [],
    });
    expect((await ask(":")).answers).toEqual(["not-confirmed", "not-confirmed"]);
  });

  test("what stands behind a missing header was not reached", async () => {
    const { answers } = await ask(`${FILE}:1:22: error: too few arguments to function 'f'
$file:2:10: fatal error: gone.h: No such file or directory" >&2`);
    expect(answers).toEqual(["confirmed", "not-reached"]);
  });

  test("with the target's folders, wherever they lie, and the flags as they are: no shell reads them", async () => {
    for (const headers of ["usr/src/headers-amd64", "lib/build"]) {
      const out = join(WORK, "arguments");
      const { problems } = await ask(`for each; do echo "$each" >>${out}; done; pwd >>${out}; env >>${out}`, { headers });
      expect(problems).toEqual([]);
      const lines = readFileSync(out, "utf8").split("\n");
      rmSync(out);
      expect(lines).toEqual(
        expect.arrayContaining([
          "-fsyntax-only",
          `-I${WORK}/usr/src/headers-common/include`,
          `-I${WORK}/usr/src/headers-amd64/arch/x86/include/generated`,
          `${WORK}/usr/src/headers-common/include/linux/kconfig.h`,
          "-DX=$(touch x)`touch y`;",
          `${WORK}/module/mod.c`,
          "LC_ALL=C",
        ]),
      );
      // Not started in the source, nor given what the caller's environment says to compilers.
      expect(lines).not.toContain(join(WORK, "module"));
      expect(lines.some((line) => /^(CPATH|C_INCLUDE_PATH|GCC_EXEC_PREFIX|HOME)=/.test(line))).toBe(false);
      expect(readdirSync(join(WORK, "module"))).toEqual(["mod.c"]);
    }
  });

  test("a whole tree is its own other part", async () => {
    put("whole/include/linux/kconfig.h", "");
    put("whole/include/generated/autoconf.h", "");
    put("whole/arch/arm64/include/generated/asm/one.h", "");
    put("whole/Makefile", "VERSION = 7\n");
    expect((await ask(`case "$*" in *-mgeneral-regs-only*) ${FILE}:1:1: error: x" >&2;; esac`, { headers: "whole" })).answers).toEqual([
      "confirmed",
      "not-confirmed",
    ]);
  });

  test("a header's units are asked until they are too many", async () => {
    const facts = (count: number): SourceFacts => factsOf(...Array.from({ length: count }, (_, index) => unit(`u${index}.c`, "own.h")));
    const predictions = [prediction("f", "own.h", 1)];
    // Only the last of them breaks.
    const script = `case "$*" in *u7.c) ${FILE}:1:1: error: 'f' undeclared" >&2;; esac`;
    expect((await ask(script, { facts: facts(8), predictions })).answers).toEqual(["confirmed"]);
    expect((await ask(":", { facts: facts(8), predictions })).answers).toEqual(["not-confirmed"]);
    expect((await ask(":", { facts: facts(9), predictions })).answers).toEqual(["not-reached"]);
  });

  test("a prediction that stands in no unit was not reached", async () => {
    expect((await ask("exit 1", { predictions: [prediction("EXTRA_CFLAGS", "Makefile", 1)] })).answers).toEqual(["not-reached"]);
  });
});

describe("what keeps it from an answer is said, and nothing is taken for refuted", () => {
  test.each([
    ["it is not there", "/nowhere/gcc", "mod.c", /^\/nowhere\/gcc could not be started: .*ENOENT/],
    ["it does not know an option", `echo "gcc: error: unrecognized command-line option '-mno-80387'" >&2; exit 1`, "mod.c", /unrecognized/],
    ["it does not understand the kernel's headers", 'echo "/usr/include/linux/a.h:3:1: error: odd" >&2', "mod.c", /a\.h:3: odd/],
    [
      "it never stops talking",
      'while :; do echo "a line that says nothing at all, over and over" >&2; done',
      "mod.c",
      /had too much to say/,
    ],
    ["it is killed", "kill -9 $$", "mod.c", /was ended by SIGKILL/],
  ])("%s", async (_, script, file, said) => {
    const { answers, problems } = await ask(script, { predictions: [prediction("f", file, 1)] });
    expect(answers).toEqual(["not-reached"]);
    expect(problems).toEqual([expect.stringMatching(said)]);
  });

  test.each([
    ["no folder", "nowhere", /is no folder/],
    ["a folder of something else", "module", /holds no configured kernel headers/],
  ])("headers that are %s: the compiler is not started", async (_, headers, said) => {
    const trace = join(WORK, "started");
    const { answers, problems } = await ask(`touch ${trace}`, { headers });
    expect([answers, problems]).toEqual([["not-reached", "not-reached"], [expect.stringMatching(said)]]);
    expect(existsSync(trace)).toBe(false);
  });
});
