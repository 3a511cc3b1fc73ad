import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../../src/inputs/bytes.ts";
import { openDwarf } from "../../src/inputs/dwarf/dwarf.ts";
import { parseElf, type Elf } from "../../src/inputs/elf/elf.ts";
import { relocationTables } from "../../src/inputs/elf/relocations.ts";
import { openSymbols } from "../../src/inputs/elf/symbols.ts";
import { addr2line } from "../support/addr2line.ts";

// Real modules and objects of every shape of DWARF that compilers write, held against binutils' addr2line.

const WORKDIR = process.env.ABI_LINT_REAL ?? "/tmp/abi-lint-real";
const PACKAGES = ["acpi-call-dkms", "v4l2loopback-dkms", "lime-forensics-dkms", "jool-dkms"];
const prepared = (script: string, ...args: readonly string[]): string[] =>
  execFileSync(new URL(`prepare/${script}`, import.meta.url).pathname, [WORKDIR, ...args], { encoding: "utf8", maxBuffer: 2 ** 26 })
    .trim()
    .split("\n");

const [SHF_ALLOC, SHF_EXECINSTR] = [2, 4];
type Offsets = ReadonlyMap<number, readonly number[]>;

/** Every byte of code. */
const everyByte = (elf: Elf): Offsets =>
  new Map(
    elf.sections
      .filter(({ flags, size }) => (flags & SHF_ALLOC) !== 0 && (flags & SHF_EXECINSTR) !== 0 && size > 0)
      .map(({ index, size }) => [index, Array.from({ length: size }, (_, i) => i)]),
  );

/** Every byte of code that is relocated. */
const everyRelocation = (elf: Elf): Offsets =>
  new Map(
    relocationTables(elf)
      .filter(({ target }) => (target.flags & SHF_EXECINSTR) !== 0)
      .map(({ target, read }) => [target.index, [...new Set(read().offsets)]]),
  );

interface Outcome {
  compared: number;
  /** Of these, where binutils starts in the wrong file (see below) and elfutils agrees with us. */
  firstFile: number;
  readonly different: string[];
}

/**
 * binutils up to 2.40 starts each sequence of a DWARF 5 line program in file 0; the standard says 1 (section 6.2.2), and both
 * `readelf --debug-dump=decodedline` and elfutils do as it says. Only the innermost file is then another one.
 */
const sameButFirstFile = (ours: readonly string[], theirs: readonly string[]): boolean => {
  const withoutFile = (frames: readonly string[]): string =>
    frames.map((frame, i) => (i === 0 ? frame.replace(/ .*:/, " ") : frame)).join("\n");
  return withoutFile(ours) === withoutFile(theirs);
};

const compare = (path: string, tool: string, offsetsOf: (elf: Elf) => Offsets): Outcome => {
  const elf = parseElf(bytesSource(path, new Uint8Array(readFileSync(path))));
  const dwarf = openDwarf(elf, openSymbols(elf)!)!;
  const outcome: Outcome = { compared: 0, firstFile: 0, different: [] };
  for (const [index, offsets] of offsetsOf(elf)) {
    const { name } = elf.sections[index]!;
    const theirs = addr2line(tool, path, name, offsets);
    expect(theirs).toHaveLength(offsets.length);
    for (const [i, offset] of offsets.entries()) {
      outcome.compared++;
      const found = dwarf.framesAt(index, offset);
      // Where no entry for a function covers the byte (padding), addr2line takes the name of the symbol before it; where nothing does, no file.
      const expected = theirs[i]!.map((frame) => (found[0]?.function === undefined ? frame.replace(/^\S+/, "??") : frame));
      const ours = found.map(({ function: called = "??", file, line }) => `${called} ${file}:${line}`);
      if (ours.join("\n") === expected.join("\n")) continue;
      if (ours.length === 0 && expected.length === 1 && expected[0]!.endsWith(":0")) continue;
      const second = sameButFirstFile(ours, expected) ? addr2line("eu-addr2line", path, name, [offset])[0]! : [];
      if (second[0]?.replace(/^\S+/, "") === ours[0]?.replace(/^\S+/, "")) outcome.firstFile++;
      else outcome.different.push([`${name}+0x${offset.toString(16)}`, ...ours, "but addr2line:", ...expected].join("\n  "));
    }
  }
  return outcome;
};

const report = (path: string, { compared, firstFile }: Outcome): void => {
  const besides = firstFile > 0 ? `, of them ${firstFile} as elfutils says, where binutils starts in the wrong file` : "";
  process.stdout.write(`${basename(path)}: ${compared} places the same${besides}\n`);
};

describe("modules of Debian: every relocated byte of code", () => {
  const modules = prepared("dkms.sh", ...PACKAGES).map((line) => line.split(" ")[0]!);
  test.for(modules)("%s", (module) => {
    const path = `${WORKDIR}/modules/${module}`;
    const outcome = compare(path, "addr2line", everyRelocation);
    expect(outcome.different.slice(0, 5)).toEqual([]);
    expect(outcome.compared).toBeGreaterThan(0);
    report(path, outcome);
  });
});

describe("objects of every version of DWARF, compiler and machine: every byte of code", () => {
  const objects = prepared("dwarf-objects.sh").map((line) => line.split(" ") as [string, string]);
  test.for(objects)("%s as %s says", ([path, tool]) => {
    const outcome = compare(path, tool, everyByte);
    expect(outcome.different.slice(0, 5)).toEqual([]);
    expect(outcome.compared).toBeGreaterThan(0);
    report(path, outcome);
  });
});
