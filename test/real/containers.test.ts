import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bytesSource, InputError, parseModule } from "../../src/index.ts";
import { parseElf } from "../../src/inputs/elf/elf.ts";
import { abiLint } from "../support/run.ts";

// One real module in every form in which kernels ship modules, made by the tools that make them.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const here = (script: string): string => new URL(`prepare/${script}`, import.meta.url).pathname;
const forms = join(WORK, "forms");
const plain = join(forms, "v4l2loopback.ko");

const manifestOf = async (file: string): Promise<Record<string, unknown>> => {
  const { stdout, stderr, status } = await abiLint(forms, "export", file);
  expect({ file, status, stderr }).toEqual({ file, status: 0, stderr: "" });
  const { path: _, ...subject } = (JSON.parse(stdout) as { subjects: Record<string, unknown>[] }).subjects[0]!;
  return subject;
};

beforeAll(() => {
  execFileSync(here("dkms.sh"), [WORK, "v4l2loopback-dkms"], { stdio: ["ignore", "inherit", "inherit"] });
  const release = execFileSync(here("release.sh"), { encoding: "utf8" }).trim();
  rmSync(forms, { recursive: true, force: true });
  mkdirSync(forms, { recursive: true });
  copyFileSync(join(WORK, "modules/v4l2loopback.ko"), plain);
  const sh = (script: string): void => void execFileSync("bash", ["-euc", script], { cwd: forms, stdio: ["ignore", "ignore", "inherit"] });
  const sign = `/lib/modules/${release}/build/scripts/sign-file`;
  const kbuild = readdirSync("/usr/lib").find((name) => name.startsWith("linux-kbuild-6.1"));
  const tool = existsSync(sign) ? sign : `/usr/lib/${kbuild}/scripts/sign-file`;
  sh(`openssl req -new -x509 -newkey rsa:2048 -keyout key.pem -out cert.pem -days 2 -nodes -subj /CN=throw-away 2>/dev/null
cp v4l2loopback.ko signed.ko; ${tool} sha256 key.pem cert.pem signed.ko
gzip -9nk v4l2loopback.ko; xz -k --check=crc32 --lzma2=dict=1MiB v4l2loopback.ko; zstd -q -19 v4l2loopback.ko
gzip -9nk signed.ko; xz -k --check=crc32 --lzma2=dict=1MiB signed.ko; zstd -q -19 signed.ko
strip --strip-debug -o stripped.ko v4l2loopback.ko; objcopy --only-keep-debug v4l2loopback.ko stripped.ko.debug
strip --strip-unneeded -o bare.ko v4l2loopback.ko; xz -k bare.ko`);
});

describe("v4l2loopback in every form", () => {
  test("compressed by gzip, xz and zstd, and signed before: the same manifest", async () => {
    const expected = await manifestOf("v4l2loopback.ko");
    for (const name of ["v4l2loopback.ko.gz", "v4l2loopback.ko.xz", "v4l2loopback.ko.zst"])
      expect(await manifestOf(name), name).toEqual(expected);
    for (const name of ["signed.ko", "signed.ko.gz", "signed.ko.xz", "signed.ko.zst"]) {
      expect(await manifestOf(name), name).toEqual({ ...expected, signed: true });
    }
    console.log("forms with the manifest of the plain module: 3 compressed, 4 signed");
  });

  test("stripped, its debug information beside it: the same uses at the same places", async () => {
    const { sha256: _, ...expected } = await manifestOf("v4l2loopback.ko");
    const { sha256: __, ...stripped } = await manifestOf("stripped.ko");
    expect(stripped).toEqual(expected);
    const names = (subject: Record<string, unknown>): string[] => (subject["uses"] as { name: string }[]).map(({ name }) => name);
    expect(names(await manifestOf("bare.ko.xz"))).toEqual(names(expected));
  });

  test("cut at each section's boundaries and at 200 other places, it is refused with a place", () => {
    const bytes = new Uint8Array(readFileSync(plain));
    const { sections } = parseElf(bytesSource(plain, bytes));
    const cuts = new Set([
      ...sections.flatMap(({ offset, size, type }) => (type === 8 ? [offset] : [offset, offset + size])),
      ...Array.from({ length: 200 }, (_, i) => Math.floor((bytes.length * i) / 200)),
    ]);
    let refused = 0;
    for (const cut of [...cuts].filter((each) => each < bytes.length)) {
      try {
        parseModule(bytesSource(plain, bytes.subarray(0, cut)), { placesOf: () => true });
        expect.fail(`read from its first ${cut} bytes`);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.problems[0]!.offset).toBeTypeOf("number");
        refused++;
      }
    }
    console.log(`prefixes of ${bytes.length} bytes refused: ${refused}`);
  });
});
