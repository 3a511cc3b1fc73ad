import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { abiLint } from "./support/run.ts";

const fixture = (name: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
const plain = fixture("logger.ko");

const folder = mkdtempSync(join(tmpdir(), "abi-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A module with a signature of the form that scripts/sign-file appends; what is signed does not matter to a reader. */
const signed = (module: Uint8Array, length = 32): Uint8Array => {
  const descriptor = new Uint8Array(12);
  descriptor[2] = 2;
  new DataView(descriptor.buffer).setUint32(8, length, false);
  return Buffer.concat([module, new Uint8Array(32).fill(0x30), descriptor, Buffer.from("~Module signature appended~\n")]);
};

const manifestOf = async (name: string, bytes: Uint8Array): Promise<Record<string, unknown>> => {
  writeFileSync(join(folder, name), bytes);
  const { stdout, stderr, status } = await abiLint(folder, "export", name);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return (JSON.parse(stdout) as { subjects: Record<string, unknown>[] }).subjects[0]!;
};

describe("a module is the same in every container", async () => {
  const { path: _, ...expected } = await manifestOf("logger.ko", plain);
  const containers: readonly (readonly [string, string, Uint8Array])[] = [
    ["gzip", "logger.ko.gz", gzipSync(plain)],
    ["xz", "logger.ko.xz", fixture("logger.ko.xz")],
    ["zstd", "logger.ko.zst", fixture("logger.ko.zst")],
    ["gzip under a name that says nothing", "module", gzipSync(plain)],
  ];
  for (const [what, name, bytes] of containers) {
    test(what, async () => {
      const { path, ...manifest } = await manifestOf(name, bytes);
      expect(path).toBe(name);
      expect(manifest).toEqual(expected);
    });
  }

  test("signed, and signed and then compressed: the same but for being signed", async () => {
    for (const [name, bytes] of [
      ["signed.ko", signed(plain)],
      ["signed.ko.gz", gzipSync(signed(plain))],
    ] as const) {
      const { path: _, ...manifest } = await manifestOf(name, bytes);
      expect(manifest).toEqual({ ...expected, signed: true });
    }
  });
});

describe("a container that is damaged or a bomb is refused", () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["gzip, cut short", gzipSync(plain).subarray(0, 2000), /damaged gzip data/],
    ["xz, cut short", fixture("logger.ko.xz").subarray(0, 1000), /damaged xz data/],
    ["zstd, cut short", fixture("logger.ko.zst").subarray(0, 1000), /damaged zstd data/],
    ["xz, a flipped bit", fixture("logger.ko.xz").map((byte, index) => (index === 900 ? byte ^ 1 : byte)), /damaged xz data/],
    [
      "zstd, a flipped bit",
      fixture("logger.ko.zst").map((byte, index) => (index === 9 ? byte ^ 0xff : byte)),
      /damaged zstd data|not an ELF file|: /,
    ],
    ["gzip, a bomb", gzipSync(new Uint8Array(80 << 20)), /decompresses to more than 67108864 bytes/],
    ["xz, a bomb", fixture("bomb.xz"), /decompresses to more than 67108864 bytes/],
    ["zstd, a bomb", fixture("bomb.zst"), /decompresses to more than 67108864 bytes/],
    ["a signature longer than the file", signed(plain, 0x7fffffff), /appended signature of 2147483647 bytes/],
    ["only a magic", new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), /damaged xz data/],
  ];
  for (const [what, bytes, message] of cases) {
    test(what, async () => {
      writeFileSync(join(folder, "broken"), bytes);
      const { stderr, stdout, status } = await abiLint(folder, "broken");
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(/^abi-lint: error: broken: /);
      expect(stderr).toMatch(message);
    });
  }
});
