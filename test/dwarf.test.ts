import { readFileSync } from "node:fs";
import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../src/inputs/bytes.ts";
import { openDwarf, type Dwarf } from "../src/inputs/dwarf/dwarf.ts";
import { parseElf, sectionNamed } from "../src/inputs/elf/elf.ts";
import { relocationTables } from "../src/inputs/elf/relocations.ts";
import { openSymbols } from "../src/inputs/elf/symbols.ts";
import { InputError } from "../src/shared/input-error.ts";
import { bytesOf, dwarfOf, elfOf, lineProgram, sized, u16, u32, u64, unit, type Part } from "./support/dwarf-object.ts";

const LOGGER = new Uint8Array(readFileSync(new URL("fixtures/logger.ko", import.meta.url)));
const elf = parseElf(bytesSource("logger.ko", LOGGER));
const symbols = openSymbols(elf)!;
const dwarf = openDwarf(elf, symbols)!;

/** Where the relocations against a symbol stand: section index and offset. */
const usesOf = (name: string): readonly (readonly [number, number])[] =>
  relocationTables(elf)
    .filter(({ target }) => (target.flags & 2) !== 0)
    .flatMap(({ target, read }) => {
      const table = read();
      return [...table.offsets.keys()]
        .filter((i) => symbols.at(table.symbols[i]!).name === name)
        .map((i) => [target.index, table.offsets[i]!] as const);
    });
/** The line of a source of the fixture that holds a text, from 1. */
const lineOf = (file: string, text: string): number =>
  readFileSync(new URL(`fixtures/${file}`, import.meta.url), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;
const shown = (section: number, offset: number): string[] =>
  dwarf.framesAt(section, offset).map((frame) => `${frame.function} ${frame.file}:${frame.line}:${frame.column}`);

describe("places in a module", () => {
  test("a call stands where it was written", () => {
    expect(usesOf("dma_buf_get").map(([section, offset]) => shown(section, offset))).toEqual([
      [`logger_new /build/fixtures/src/logger.c:${lineOf("src/logger.c", "= (char)dma_buf_get")}:18`],
    ]);
  });

  test("a call out of inlined helpers comes with those who called them, innermost first", () => {
    const [[section, offset]] = usesOf("__kmalloc") as [readonly [number, number]];
    expect(shown(section, offset)).toEqual([
      `kmalloc /build/fixtures/include/linux/kernel.h:${lineOf("include/linux/kernel.h", "return __kmalloc(")}:9`,
      `kzalloc /build/fixtures/include/linux/kernel.h:${lineOf("include/linux/kernel.h", "return kmalloc(")}:9`,
      `logger_new /build/fixtures/src/logger.c:${lineOf("src/logger.c", "= kzalloc(")}:15`,
    ]);
  });

  test("data belongs to the variable that holds it, to its last byte and no further", () => {
    const [[section, offset]] = usesOf("device_release") as [readonly [number, number]];
    const operations = {
      name: "operations",
      file: "/build/fixtures/src/logger.c",
      line: lineOf("src/logger.c", "struct operations operations ="),
      column: 32,
    };
    expect(dwarf.variableAt(section, offset)).toEqual(operations);
    expect(dwarf.variableAt(section, offset + 7)).toEqual(operations);
    expect(dwarf.variableAt(section, offset + 8)?.name).not.toBe("operations");
  });

  test("nothing is said of bytes that no unit covers", () => {
    const text = sectionNamed(elf, ".text")!;
    expect(dwarf.framesAt(text.index, text.size)).toEqual([]);
    expect(dwarf.framesAt(sectionNamed(elf, ".modinfo")!.index, 0)).toEqual([]);
    expect(dwarf.variableAt(text.index, 0)).toBeUndefined();
  });
});

// DW_TAG_compile_unit { stmt_list: sec_offset, low_pc: addr, high_pc: data4 }, with children
const CU: Part = [1, 0x11, 1, [0x10, 0x17], [0x11, 0x01], [0x12, 0x06], 0, 0];
const cu: Part = [1, u32(0), u64(0x10), u32(0x1000)];
// DW_TAG_inlined_subroutine { low_pc: addr, high_pc: data1, abstract_origin: ref4 }, with children
const INLINED: Part = [2, 0x1d, 1, [0x11, 0x01], [0x12, 0x0b], [0x31, 0x13], 0, 0];
const inlined = (origin: number): Part => [2, u64(0x10), 16, u32(origin)];
// Two rows: 0x10 is line 3, 0x20 is the end.
const LINES = lineProgram({}, [0, 9, 2, u64(0x10)], [3, 2], 1, [2, 16], [0, 1, 1]);
const FIRST_CHILD = 11 + 17;

interface Debug {
  readonly abbrev?: Part;
  readonly info?: Part;
  readonly line?: Uint8Array;
  readonly ranges?: Uint8Array;
}
const debug = ({ abbrev = [CU, 0], info = unit(cu, 0), line = LINES, ranges }: Debug): Dwarf =>
  dwarfOf(
    "made.ko",
    elfOf({
      ".debug_abbrev": bytesOf(abbrev),
      ".debug_info": bytesOf(info),
      ".debug_line": line,
      ...(ranges && { ".debug_ranges": ranges }),
    }),
  )!;
const problemOf = (run: () => unknown): { readonly message: string; readonly section?: string; readonly offset?: number } => {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.problems[0]!;
    throw error;
  }
  throw new Error("no problem");
};
// Nothing is relocated in these objects: their addresses are those of section 0.
const at = (made: Debug, offset = 0x10): unknown => debug(made).framesAt(0, offset);

describe("hostile debug information", () => {
  test("what the cases below are made of is sound", () => {
    expect(at({})).toEqual([{ file: "a.c", line: 3, column: 0 }]);
    expect(at({}, 0x20)).toEqual([]);
  });

  test("an inlined call that is its own origin", () => {
    const info = unit(cu, inlined(FIRST_CHILD), 0, 0);
    const problem = problemOf(() => at({ abbrev: [CU, INLINED, 0], info }));
    expect(problem).toMatchObject({ section: ".debug_info", message: "an entry that refers to another without end" });
  });

  test("a division by a line_range of 0", () => {
    const problem = problemOf(() => at({ line: lineProgram({ lineRange: 0 }, 200) }));
    expect(problem).toMatchObject({ section: ".debug_line", message: "a line_range of 0" });
  });

  test("instructions of no length stay at one address", () => {
    expect(at({ line: lineProgram({ minimumLength: 0 }, [0, 9, 2, u64(0x10)], 1, [2, 16], 255, [0, 1, 1]) })).toEqual([]);
  });

  test("a base of another form than an offset is none", () => {
    const indexed: Part = [1, 0x11, 0, [0x73, 0x0f], [0x10, 0x17], [0x11, 0x1b], [0x12, 0x06], 0, 0];
    const sections = {
      ".debug_abbrev": bytesOf(indexed, 0),
      ".debug_info": sized(u16(5), 1, 8, u32(0), 1, 1, u32(0), 0, u32(0x1000)),
      ".debug_line": LINES,
      ".debug_addr": sized(u16(5), 8, 0, u64(0x10)),
    };
    expect(dwarfOf("made.ko", elfOf(sections))!.framesAt(0, 0x10)).toEqual([{ file: "a.c", line: 3, column: 0 }]);
  });

  test("numbers that never end", () => {
    const endless = new Uint8Array(100_000).fill(0x80);
    expect(problemOf(() => at({ line: lineProgram({}, 3, endless) })).message).toContain("LEB128");
    expect(problemOf(() => at({ info: unit(endless) })).message).toContain("LEB128");
    expect(problemOf(() => at({ abbrev: endless })).message).toContain("LEB128");
  });

  test("lengths and counts of gigabytes", () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(problemOf(() => at({ info: [u32(0xffff_fff0), u16(4)] })).message).toContain("reserved");
    expect(problemOf(() => at({ info: [u32(0xefff_ffff), u16(4)] })).message).toContain("a unit of 4026531839 bytes");
    expect(problemOf(() => at({ info: [u32(0xffff_ffff), u64(2 ** 40), u16(4)] })).message).toContain("a unit of 1099511627776 bytes");
    const names = bytesOf(u32(60), u16(5), 8, 0, u32(40), [1, 1, 1, 0xfb, 14, 1], [1, 1, 0x08], huge, new Uint8Array(60));
    expect(problemOf(() => at({ line: names })).message).toContain("4294967295 names");
    // An extended operation, a block.
    expect(problemOf(() => at({ line: lineProgram({}, 0, huge) })).message).toContain("bytes wanted");
    const variable: Part = [2, 0x34, 0, [0x02, 0x18], 0, 0];
    expect(problemOf(() => at({ abbrev: [CU, variable, 0], info: unit(cu, [2, huge], 0) })).message).toContain("4294967295 bytes wanted");
  });

  test("abbreviations that are none, twice or in circles", () => {
    expect(problemOf(() => at({ info: unit(9) })).message).toBe("an entry with abbreviation 9, which does not exist");
    expect(problemOf(() => at({ abbrev: [[1, 0x11, 0, [0x03, 0x7f], 0, 0], 0] })).message).toBe("form 0x7f is of no version of DWARF");
    expect(problemOf(() => at({ abbrev: [[1, 0x11, 0, [0x03, 0x16], 0, 0], 0], info: unit(1, 0x16, 0x16) })).message).toContain(
      "DW_FORM_indirect",
    );
    expect(problemOf(() => at({ abbrev: new Uint8Array(64).fill(1) })).message).toContain("wanted");
    expect(at({ abbrev: [CU, CU, 0] })).toHaveLength(1);
  });

  test("entries nested without end", () => {
    const block: Part = [2, 0x0b, 1, 0, 0];
    const info = unit(cu, new Uint8Array(20_000).fill(2));
    expect(problemOf(() => at({ abbrev: [CU, block, 0], info })).message).toBe("entries nested 10001 deep");
    const calls = unit(
      cu,
      Array.from({ length: 300 }, () => inlined(0)),
    );
    expect(problemOf(() => at({ abbrev: [CU, INLINED, 0], info: calls })).message).toBe("inlined calls 257 deep");
  });

  test("a compression that lies", () => {
    const packed = zlib.deflateSync(bytesOf(unit(cu, 0)));
    const compressed = (type: number, size: number): unknown =>
      dwarfOf(
        "made.ko",
        elfOf(
          { ".debug_abbrev": bytesOf(CU, 0), ".debug_info": bytesOf(u32(type), u32(0), u64(size), u64(1), packed), ".debug_line": LINES },
          { ".debug_info": 0x800 },
        ),
      )!.framesAt(0, 0x10);
    const { length } = unit(cu, 0);
    expect(compressed(1, length)).toEqual([{ file: "a.c", line: 3, column: 0 }]);
    expect(problemOf(() => compressed(1, length + 1)).message).toContain("announced");
    expect(problemOf(() => compressed(1, length - 1)).message).toContain("cannot be decompressed");
    expect(problemOf(() => compressed(1, 2 ** 40)).message).toContain("claim to unpack");
    expect(problemOf(() => compressed(3, length)).message).toContain("compression 3");
    expect(problemOf(() => compressed(2, length)).message).toMatch(/zstd|cannot be decompressed/);
  });
});

describe("work goes by the size of the input", () => {
  const within = (milliseconds: number, run: () => unknown): void => {
    const start = performance.now();
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
    expect(performance.now() - start).toBeLessThan(milliseconds);
  };

  test("a million rows for one line program", () => {
    const line = lineProgram({}, [0, 9, 2, u64(0)], new Uint8Array(1_000_000).fill(0xff), [0, 1, 1]);
    within(1500, () => at({ line }, 0x100));
  });

  test("many entries with abbreviations full of attributes without bytes", () => {
    const flags = new Uint8Array(200_000).map((_, i) => (i % 2 ? 0x19 : 0x6c));
    const variable: Part = [2, 0x34, 0, [0x02, 0x0a], flags, 0, 0];
    within(1500, () =>
      at({
        abbrev: [CU, variable, 0],
        info: unit(
          cu,
          new Uint8Array(200_000).map((_, i) => (i % 2 ? 0 : 2)),
          0,
        ),
      }),
    );
  });

  test("many units that share overlapping tables", () => {
    const abbrev = bytesOf(
      Array.from({ length: 20_000 }, (_, i) => [(i % 100) + 1, 0x34, 0, 0, 0]),
      0,
    );
    const info = Array.from({ length: 5_000 }, (_, i) => [u32(8), u16(4), u32(i * 5), 8, 1]);
    within(1500, () => at({ abbrev, info }));
    const programs = Array.from({ length: 2_000 }, (_, i) => unit([1, u32(i), u64(0x10), u32(0x1000)], 0));
    within(1500, () => at({ info: programs, line: lineProgram({}, new Uint8Array(100_000).fill(0xff)) }));
  });

  test("many entries that share one long range list", () => {
    const block: Part = [2, 0x2e, 0, [0x55, 0x17], 0, 0];
    const ranges = bytesOf(
      Array.from({ length: 5_000 }, (_, i) => [u64(i * 2 + 1), u64(i * 2 + 2)]),
      u64(0),
      u64(0),
    );
    const info = unit(
      cu,
      Array.from({ length: 3_000 }, () => [2, u32(0)]),
      0,
    );
    within(1500, () => at({ abbrev: [CU, block, 0], info, ranges }));
  });
});

describe("a module with wrong bytes is read or refused, and never harms", () => {
  const ask = (bytes: Uint8Array): void => {
    try {
      const broken = parseElf(bytesSource("broken.ko", bytes));
      const found = openDwarf(broken, openSymbols(broken)!);
      for (const { index, size, flags } of broken.sections) {
        if ((flags & 2) === 0) continue;
        for (let offset = 0; offset < Math.min(size, 400); offset += 5) {
          found?.framesAt(index, offset);
          found?.variableAt(index, offset);
        }
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const { file, offset } of error.problems) {
        expect(file).toBe("broken.ko");
        expect(offset).toBeLessThanOrEqual(bytes.length);
      }
    }
  };
  const sections = elf.sections.filter(({ name, size }) => name.includes("debug_") && size > 0);

  test("each debug section cut short, at its boundary and within", () => {
    const header = new DataView(LOGGER.buffer, LOGGER.byteOffset).getBigUint64(40, true);
    for (const { index, size } of sections) {
      for (const cut of [0, 1, 3, 11, size >> 1, size - 1]) {
        const bytes = LOGGER.slice();
        new DataView(bytes.buffer).setBigUint64(Number(header) + index * 64 + 32, BigInt(cut), true);
        ask(bytes);
      }
    }
  });

  test("bits flipped by a seeded generator", () => {
    let seed = 20_100_115;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const end = performance.now() + 1_500;
    for (let round = 0; round < 400 && performance.now() < end; round++) {
      const bytes = LOGGER.slice();
      for (let flips = 1 + random(4); flips > 0; flips--) {
        const { offset, size } = sections[random(sections.length)]!;
        const byte = offset + random(size);
        bytes[byte] = random(2) ? bytes[byte]! ^ (1 << random(8)) : random(256);
      }
      ask(bytes);
    }
  });
});
