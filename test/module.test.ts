import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesSource, InputError, parseModule, subjectFromModule, type Problem } from "../src/index.ts";
import { parseElf } from "../src/inputs/elf/elf.ts";
import { openSymbols } from "../src/inputs/elf/symbols.ts";
import { compileNames } from "../src/usage/names.ts";

const logger = new Uint8Array(readFileSync(new URL("fixtures/logger.ko", import.meta.url)));

/** A copy of the fixture with some bytes replaced. */
const patched = (...patches: readonly (readonly [offset: number, bytes: readonly number[]])[]): Uint8Array => {
  const copy = logger.slice();
  for (const [offset, bytes] of patches) copy.set(bytes, offset);
  return copy;
};

/** The first problem with a module, or undefined where it was read. Anything but an InputError is a bug and fails the test. */
const problemWith = (bytes: Uint8Array): Problem | undefined => {
  try {
    parseModule(bytesSource("x.ko", bytes));
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems[0];
  }
};

const view = new DataView(logger.buffer);
const headers = Number(view.getBigUint64(40, true));
const count = view.getUint16(60, true);
const sections = Array.from({ length: count }, (_, index) => {
  const at = headers + index * 64;
  return {
    at,
    offset: Number(view.getBigUint64(at + 24, true)),
    size: Number(view.getBigUint64(at + 32, true)),
    type: view.getUint32(at + 4, true),
  };
});
const symtab = sections.find((each) => each.type === 2)!;
const max64 = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

describe("what stands in a module", () => {
  const facts = parseModule(bytesSource("logger.ko", logger));

  test("undefined symbols, the weak one marked", () => {
    expect(facts.undefinedSymbols.map(({ name, weak }) => `${name}${weak ? " (weak)" : ""}`).sort()).toEqual([
      "__kmalloc",
      "_printk",
      "device_release",
      "dma_buf_get",
      "jiffies",
      "kfree",
      "optional_hook (weak)",
    ]);
  });

  test("repeated modinfo keys, in the section's order", () => {
    expect(facts.modinfo.filter(({ key }) => key === "alias").map(({ value }) => value)).toEqual(["char-major-10-2", "char-major-10-1"]);
  });

  test("symbol versions, module_layout among them", () => {
    expect(facts.modversions.form).toBe("basic");
    expect(facts.modversions.versions).toContainEqual({ name: "kfree", crc: 0x037a0cba });
    expect(facts.modversions.versions[0]).toEqual({ name: "module_layout", crc: 0xa1b2c3d4 });
  });

  test("exports with type and namespace", () => {
    expect(facts.exports.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: "logger_free", type: "EXPORT_SYMBOL_GPL" },
      { name: "logger_new", type: "EXPORT_SYMBOL" },
      { name: "logger_operations", type: "EXPORT_SYMBOL_GPL", namespace: "LOGGER" },
    ]);
  });
});

test("a livepatch's symbols are private uses of the object they belong to", () => {
  const bytes = new Uint8Array(readFileSync(new URL("fixtures/livepatch.ko", import.meta.url)));
  const elf = parseElf(bytesSource("livepatch.ko", bytes));
  const table = elf.sections.find((each) => each.type === 2)!;
  const symbols = openSymbols(elf)!;
  const index = Array.from({ length: symbols.count }, (_, each) => each).find((each) => symbols.at(each).name.startsWith(".klp.sym."))!;
  // What the tools that make livepatches do after the linker: SHN_LIVEPATCH in place of SHN_UNDEF.
  new DataView(bytes.buffer).setUint16(table.offset + index * 24 + 6, 0xff20, true);
  const facts = parseModule(bytesSource("livepatch.ko", bytes), { placesOf: () => true });
  expect(facts.livepatchSymbols).toEqual([
    { spelled: ".klp.sym.ext4.ext4_hidden.constprop.0,2", object: "ext4", name: "ext4_hidden.constprop.0" },
  ]);
  const { uses } = subjectFromModule(facts, "livepatch.ko", compileNames({}, []));
  expect(uses.map(({ kind, name, seen, sites }) => [kind, name, seen, sites[0]?.file])).toEqual([
    ["private", "ext4_hidden.constprop.0", "struct", "livepatch.c"],
  ]);
});

describe("a module that is cut short or lies is refused with its place", () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["an empty file", new Uint8Array(0), /empty/],
    ["text", new TextEncoder().encode("#!/bin/sh\n"), /not an ELF file/],
    ["a class that does not exist", patched([4, [3]]), /class 3/],
    ["a byte order that does not exist", patched([5, [0]]), /byte order 0/],
    ["an executable", patched([16, [2]]), /type 2 is not a relocatable object/],
    ["section headers far outside", patched([40, [0, 0, 0, 0, 0, 0, 1, 0]]), /past the end|larger than any file/],
    ["a section table offset of 2^64 - 1", patched([40, max64]), /larger than any file/],
    ["section headers of another size", patched([58, [63]]), /63 bytes/],
    ["no section headers", patched([40, [0, 0, 0, 0, 0, 0, 0, 0]]), /no section headers/],
    ["names in a section that does not exist", patched([62, [0xf0, 0]]), /no section 240/],
    ["a symbol table of 4 GB", patched([symtab.at + 32, [0, 0, 0, 0, 1, 0, 0, 0]]), /past the end of the file/],
    ["symbols of another size", patched([symtab.at + 56, [16]]), /16/],
    ["more local symbols than symbols", patched([symtab.at + 44, [0xff, 0xff, 0, 0]]), /first global symbol 65535/],
    ["a string table that does not exist", patched([symtab.at + 40, [0xff, 0, 0, 0]]), /string table, section 255/],
    ["a symbol's name out of range", patched([symtab.offset + symtab.size - 24, [0xff, 0xff, 0xff, 0x7f]]), /name of symbol/],
    ["sections that overlap", patched([sections[1]!.at + 32, [0xff, 0x0f]]), /overlaps/],
  ];
  for (const [what, bytes, message] of cases) {
    test(what, () => {
      const problem = problemWith(bytes);
      expect(problem?.message).toMatch(message);
      expect(problem?.offset).toBeTypeOf("number");
    });
  }

  test("every prefix of it", () => {
    const read = Array.from({ length: logger.length }, (_, length) => length).filter((length) => !problemWith(logger.subarray(0, length)));
    expect(read).toEqual([]);
  });

  test("any single bit flipped gives facts or an input error, nothing else", () => {
    for (let bit = 0; bit < logger.length * 8; bit += 7) {
      const flipped = logger.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      problemWith(flipped);
    }
  });
});
