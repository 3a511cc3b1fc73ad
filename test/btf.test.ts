import { describe, expect, test } from "vitest";
import { parseBtf, type Btf } from "../src/inputs/btf/btf.ts";
import { parseBtfExt, type BtfExt } from "../src/inputs/btf/ext.ts";
import { openBtf } from "../src/inputs/btf/kernel.ts";
import { layoutOf } from "../src/inputs/btf/layout.ts";
import { compatOf, rootOf, shapeOf, withoutFlavour } from "../src/inputs/btf/shape.ts";
import { prototypeText, typeText } from "../src/inputs/btf/text.ts";
import { bytesSource } from "../src/inputs/bytes.ts";
import { parseElf } from "../src/inputs/elf/elf.ts";
import { InputError } from "../src/shared/input-error.ts";
import {
  array,
  btfOf,
  datasec,
  enum64,
  enumeration,
  extOf,
  float,
  func,
  fwd,
  int,
  named,
  other,
  proto,
  ptr,
  struct,
  tag,
  variable,
  type Type,
} from "./support/btf.ts";
import { bytesOf, elfOf } from "./support/dwarf-object.ts";

const parse = (types: readonly Type[], file = "vmlinux.btf"): Btf => parseBtf(btfOf(types).bytes, file, 0);

/** The one problem that reading ends with. */
const problemOf = (read: () => unknown): InputError["problems"][number] => {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError && error.problems.length === 1) return error.problems[0]!;
    throw error;
  }
  throw new Error("nothing was wrong with it");
};
const fault = (bytes: Uint8Array, base?: Btf): string => {
  const { offset, message } = problemOf(() => parseBtf(bytes, "a.btf", 0, base));
  return `${offset}: ${message}`;
};
/** A copy with a byte or a 32-bit word changed. */
const patched = (bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array => {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
};

// One of each kind: ids as the comments say.
const KINDS: readonly Type[] = [
  int("int", 4, { signed: true }), // 1
  int("unsigned char", 1), // 2
  ptr(1), // 3
  array(2, 16), // 4
  struct("task", 40, [
    { name: "pid", type: 1, at: 0 },
    { name: "comm", type: 4, at: 64 },
    { name: "", type: 6, at: 256 },
  ]), // 5
  struct(
    "",
    8,
    [
      { name: "next", type: 10, at: 0 },
      { name: "word", type: 1, at: 0 },
    ],
    "union",
  ), // 6
  enumeration("state", { RUNNING: 0, GONE: -1 }), // 7
  fwd("list"), // 8
  named("typedef", "task_t", 5), // 9
  ptr(8), // 10
  named("const", "", 5), // 11
  proto(1, 3, 9, 0), // 12
  func("wake", 12), // 13
  variable("current", 3), // 14
  datasec(".data", 8, [14, 0, 8]), // 15
  float("double", 8), // 16
  tag(17, "bpf_kfunc", 13), // 17
  tag(18, "user", 5), // 18
  enum64("big", { ALL: 2 ** 40 }), // 19
  struct("flags", 4, [
    { name: "a", type: 1, at: 0, bits: 3 },
    { name: "b", type: 1, at: 3, bits: 29 },
  ]), // 20
  named("volatile", "", 1), // 21
  named("restrict", "", 3), // 22
];
const written = btfOf(KINDS);
const kinds = parse(KINDS);

describe("types", () => {
  test("each kind is read with its name and what it refers to", () => {
    const all = Array.from({ length: kinds.count }, (_, id) => `${kinds.kindOf(id)} ${kinds.nameOf(id)} ${kinds.targetOf(id)}`);
    expect(all).toEqual([
      "void  0",
      "int int 0",
      "int unsigned char 0",
      "ptr  1",
      "array  2",
      "struct task 0",
      "union  0",
      "enum state 0",
      "fwd list 0",
      "typedef task_t 5",
      "ptr  8",
      "const  5",
      "func-proto  1",
      "func wake 12",
      "var current 3",
      "datasec .data 0",
      "float double 0",
      "decl-tag bpf_kfunc 13",
      "type-tag user 5",
      "enum64 big 0",
      "struct flags 0",
      "volatile  1",
      "restrict  3",
    ]);
  });

  test("sizes in bytes, through typedefs, modifiers and arrays", () => {
    expect([1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 14, 15, 16, 19].map((id) => kinds.sizeOf(id))).toEqual([
      4, 8, 16, 40, 4, 0, 40, 40, 0, 0, 8, 8, 8, 8,
    ]);
  });

  test("members stand at bits, and a bitfield has a width", () => {
    expect(kinds.members(5).map(({ name, type, bitOffset, bitSize }) => [name, type, bitOffset, bitSize])).toEqual([
      ["pid", 1, 0, 0],
      ["comm", 4, 64, 0],
      ["", 6, 256, 0],
    ]);
    expect(kinds.members(20).map(({ bitOffset, bitSize }) => [bitOffset, bitSize])).toEqual([
      [0, 3],
      [3, 29],
    ]);
  });

  test("values of enumerations, 64 bits wide too", () => {
    expect(kinds.enumerators(7)).toEqual([
      { name: "RUNNING", value: 0n },
      { name: "GONE", value: -1n },
    ]);
    expect(kinds.enumerators(19)).toEqual([{ name: "ALL", value: 2n ** 40n }]);
  });

  test("what is left: integers, arrays, parameters, variables, linkage", () => {
    expect(kinds.intOf(1)).toEqual({ bits: 32, offset: 0, signed: true, char: false, bool: false });
    expect(kinds.lengthOf(4)).toBe(16);
    expect(kinds.parameters(12)).toEqual([
      { name: "p0", type: 3 },
      { name: "p1", type: 9 },
      { name: "", type: 0 },
    ]);
    expect(kinds.variables(15)).toEqual([{ type: 14, offset: 0, size: 8 }]);
    expect([kinds.linkageOf(13), kinds.linkageOf(14)]).toEqual([1, 1]);
    expect([kinds.isUnion(8), parse([fwd("u", "union")]).isUnion(1)]).toEqual([false, true]);
  });

  test("what a kind does not have is empty", () => {
    expect([
      kinds.members(1),
      kinds.parameters(5),
      kinds.enumerators(5),
      kinds.variables(5),
      kinds.lengthOf(5),
      kinds.linkageOf(5),
    ]).toEqual([[], [], [], [], 0, 0]);
  });

  test("types are found by their name, all of them", () => {
    const twice = parse([int("x", 4), struct("x", 0, []), struct("constructor", 0, [])]);
    expect([twice.idsOf("x"), twice.idsOf("constructor"), twice.idsOf("y"), twice.idsOf("")]).toEqual([[1, 2], [3], [], []]);
  });

  test("names that are not ASCII are UTF-8", () => {
    expect(parse([struct("größe", 0, [])]).nameOf(1)).toBe("größe");
  });

  test("pointers are as wide as a long", () => {
    expect(parse([ptr(0), int("long unsigned int", 4)]).sizeOf(1)).toBe(4);
    expect(parse([ptr(0), int("long unsigned int", 8)]).sizeOf(1)).toBe(8);
  });

  test("a number past the last type is a fault of the caller", () => {
    expect(() => kinds.kindOf(kinds.count)).toThrow(RangeError);
  });
});

describe("split BTF", () => {
  const base = btfOf([int("int", 4), struct("inode", 8, [{ name: "i", type: 1, at: 0 }])]);
  const vmlinux = parseBtf(base.bytes, "vmlinux.btf", 0);
  const module = btfOf(
    [
      ptr(4),
      struct("ext4_inode", 16, [
        { name: "vfs", type: 2, at: 0 },
        { name: "next", type: 3, at: 64 },
      ]),
    ],
    { base },
  );

  test("goes on counting types and strings where its base ends", () => {
    const btf = parseBtf(module.bytes, "ext4.ko", 0, vmlinux);
    expect([btf.count, btf.nameOf(2), btf.nameOf(4), btf.targetOf(3)]).toEqual([5, "inode", "ext4_inode", 4]);
    expect(btf.members(4).map(({ name, type }) => [name, type])).toEqual([
      ["vfs", 2],
      ["next", 3],
    ]);
    expect([btf.idsOf("inode"), btf.idsOf("ext4_inode"), [...btf.names()]]).toEqual([[2], [4], ["ext4_inode"]]);
  });

  test("is not read without its base", () => {
    expect(fault(module.bytes)).toBe(
      "72: the string section does not begin with the empty string (split BTF, as modules have it, needs the kernel's before it)",
    );
  });

  test("does not fit a base with fewer types, or with its strings elsewhere", () => {
    const fewer = parseBtf(btfOf([int("int", 4)], { more: ["inode", "i"] }).bytes, "other.btf", 0);
    expect(fault(module.bytes, fewer)).toBe("32: type 4 of 4 (other.btf is not its base)");
    const shorter = parse([int("int", 4), struct("dentry", 0, [])], "other.btf");
    expect(fault(module.bytes, shorter)).toBe("36: name at offset 13, in the middle of a string (other.btf is not its base)");
    const moved = parse([int("an_int", 4), struct("an_inode", 0, [])], "other.btf");
    expect(fault(module.bytes, moved)).toBe("36: name at offset 13, in the middle of a string (other.btf is not its base)");
  });
});

describe("BTF that is damaged or hostile", () => {
  /** All that can be asked of BTF, of every type: whatever it answers, it must come to an end. */
  const walk = (btf: Btf): void => {
    for (let id = 0; id < btf.count; id++) {
      for (const ask of [
        btf.kindOf,
        btf.nameOf,
        btf.targetOf,
        btf.sizeOf,
        btf.members,
        btf.parameters,
        btf.enumerators,
        btf.lengthOf,
        btf.variables,
      ])
        ask(id);
      for (const ask of [btf.intOf, btf.linkageOf, btf.isUnion]) ask(id);
      for (const write of [shapeOf, compatOf, rootOf, layoutOf, typeText, prototypeText]) write(btf, id);
      btf.idsOf(btf.nameOf(id));
    }
  };

  test("every part of it, cut off anywhere, is an input error at a place", () => {
    for (let length = 0; length < written.bytes.length; length++) {
      const { file, offset, section } = problemOf(() => parseBtf(written.bytes.subarray(0, length), "a.btf", 1000));
      expect([file, section, offset! >= 1000 && offset! <= 1000 + length]).toEqual(["a.btf", ".BTF", true]);
    }
  });

  test("whatever one byte of it becomes, it is read to an end or refused", () => {
    for (let at = 0; at < written.bytes.length; at++) {
      for (const value of [0, 1, 4, 13, 0x7f, 0x80, 0xff]) {
        try {
          walk(parseBtf(patched(written.bytes, at, value), "a.btf", 0));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }
    }
  });

  test("the header", () => {
    const { bytes } = written;
    const { length } = bytes;
    expect(fault(patched(bytes, 0, 0x7f, 0x45))).toBe("0: not BTF: the magic number is 0x457f (0xeb9f expected)");
    expect(fault(patched(bytes, 0, 0xeb, 0x9f))).toBe("0: big-endian BTF is not supported (little-endian is)");
    expect(fault(patched(bytes, 2, 2))).toBe("2: BTF version 2 (1 expected)");
    expect(fault(patched(bytes, 4, 23))).toBe(`4: header of 23 bytes (at least 24 expected, ${length} in all)`);
    expect(fault(patched(bytes, 4, 0, 0, 0, 0xff))).toBe(`4: header of 4278190080 bytes (at least 24 expected, ${length} in all)`);
    expect(fault(patched(bytes, 8, 2))).toBe("8: the type section begins at byte 26, which is no multiple of 4");
  });

  test("sections of four billion bytes", () => {
    const { bytes } = written;
    const most = [0xfc, 0xff, 0xff, 0xff];
    expect(fault(patched(bytes, 8, ...most))).toMatch(/^8: the type section of \d+ bytes ends past the end/);
    expect(fault(patched(bytes, 12, ...most))).toBe(`8: the type section of 4294967292 bytes ends past the end (${bytes.length} bytes)`);
    expect(fault(patched(bytes, 20, ...most))).toBe(`16: the string section of 4294967292 bytes ends past the end (${bytes.length} bytes)`);
  });

  test("a type with sixteen million members", () => {
    const { bytes } = btfOf([struct("s", 0, [])]);
    expect(fault(patched(bytes, 28, 0xff, 0xff, 0xff))).toBe(
      "24: type 1 (struct) of 201326592 bytes ends past the end of the type section",
    );
  });

  test("strings without end or beginning", () => {
    const { bytes } = btfOf([int("int", 4)]);
    expect(fault(patched(bytes, bytes.length - 1, 0x21))).toBe(`${bytes.length - 1}: the last string has no end`);
    expect(fault(patched(bytes, bytes.length - 5, 0x21))).toBe(
      `${bytes.length - 5}: the string section does not begin with the empty string (split BTF, as modules have it, needs the kernel's before it)`,
    );
  });

  test("names, types and members that are not there", () => {
    const { bytes } = btfOf([struct("s", 4, [{ name: "m", type: 1, at: 0 }]), array(1, 2)]);
    expect(fault(patched(bytes, 24, 5))).toBe("24: name at offset 5 of 5 bytes of strings");
    expect(fault(patched(bytes, 36, 6))).toBe("36: name at offset 6 of 5 bytes of strings");
    expect(fault(patched(bytes, 40, 3))).toBe("40: type 3 of 3");
    expect(fault(patched(bytes, 60, 9))).toBe("60: type 9 of 3");
    expect(fault(patched(bytes, 64, 9))).toBe("64: type 9 of 3");
  });

  test("kinds that are not known", () => {
    const { bytes } = btfOf([int("int", 4)]);
    expect(fault(patched(bytes, 31, 0))).toBe("31: type 1 is of kind 0, which is not known");
    expect(fault(patched(bytes, 31, 20))).toBe("31: type 1 is of kind 20, which is not known");
  });

  test("kinds that are not known, of a size that the layout section tells", () => {
    const layout = [Array.from({ length: 20 * 4 }, () => 0), [4, 8, 0, 0]];
    const types = [other(20, 2, new Uint8Array(20)), int("int", 4)];
    const btf = parseBtf(btfOf(types, { layout }).bytes, "a.btf", 0);
    expect([btf.kindOf(1), btf.sizeOf(1), btf.nameOf(2)]).toEqual(["unknown", 0, "int"]);
    const { bytes } = btfOf(types, { layout });
    expect(fault(patched(bytes, 28, 0xff, 0xff, 0xff, 0xff))).toMatch(/^24: the layout section of \d+ bytes ends past the end/);
  });

  test.each([
    ["a typedef of itself", [named("typedef", "t", 1)]],
    ["a pointer to itself", [ptr(1)]],
    ["modifiers in a ring", [named("const", "", 2), named("volatile", "", 3), named("restrict", "", 1)]],
    ["an array of itself", [array(1, 1)]],
    ["a function that gives itself", [proto(2), ptr(1)]],
    ["a long chain", [...Array.from({ length: 65 }, (_, i) => ptr(i + 2)), int("int", 4)]],
  ] as const)("%s", (_, types) => {
    expect(fault(btfOf(types).bytes)).toBe("24: type 1 leads back to itself, or through more than 64 types");
  });

  test("a chain that is too long from its end", () => {
    const types = [int("int", 4), ...Array.from({ length: 64 }, (_, i) => ptr(i + 1))];
    expect(fault(btfOf(types).bytes)).toBe(`${24 + 16 + 63 * 12}: type 65 leads through more than 64 types`);
  });

  test("a struct in itself, and prototypes that take themselves, are no trouble to read", () => {
    const nested = parse([
      struct("", 4, [
        { name: "", type: 1, at: 0 },
        { name: "", type: 1, at: 0 },
      ]),
      proto(0, 3, 3),
      ptr(2),
    ]);
    expect(nested.sizeOf(1)).toBe(4);
    expect(problemOf(() => shapeOf(nested, 2)).message).toBe("a type is nested too deep or has too many parts to be written");
    expect(problemOf(() => typeText(nested, 2)).message).toBe("a type is nested too deep or has too many parts to be written");
    expect(problemOf(() => layoutOf(nested, 1)).message).toBe("a type is nested too deep or has too many parts to be written");
  });

  test("prototypes that take each other ten times over, six deep", () => {
    const deep = Array.from({ length: 6 }, (_, level) => [
      proto(0, ...Array.from({ length: 10 }, () => level * 2 + 2)),
      ptr(level * 2 + 3),
    ]);
    const btf = parse([...deep.flat(), int("int", 4)]);
    expect(problemOf(() => typeText(btf, 1)).message).toBe("a type is nested too deep or has too many parts to be written");
    expect(shapeOf(btf, 9)).toMatch(/^fn\(\(fn\(/);
  });
});

describe(".BTF.ext", () => {
  const more = ["kprobe/do_unlinkat", "probe.c", "return 0;", "0:1:2"];
  const object = btfOf([struct("task", 4, []), proto(0), func("probe", 2)], { more });
  const btf = parseBtf(object.bytes, "probe.o", 0);
  const name = object.offsetOf("kprobe/do_unlinkat");
  const functions = { size: 8, sections: [{ name, records: [[0, 3]] }] };
  const place = 7 * 2 ** 10 + 5;
  const lines = { size: 16, sections: [{ name, records: [[8, object.offsetOf("probe.c"), object.offsetOf("return 0;"), place]] }] };
  const record = [16, 1, object.offsetOf("0:1:2"), 8];
  const relocations = { size: 16, sections: [{ name, records: [record] }] };
  const whole = extOf(functions, lines, relocations);
  const read = (bytes: Uint8Array): BtfExt => parseBtfExt(bytes, "probe.o", 0, btf);
  const extFault = (bytes: Uint8Array): string => {
    const { offset, message } = problemOf(() => read(bytes));
    return `${offset}: ${message}`;
  };

  test("says by section where functions begin, what made an instruction, and what is relocated", () => {
    const section = "kprobe/do_unlinkat";
    expect(read(whole)).toEqual({
      functions: [{ section, records: [{ at: 0, type: 3 }] }],
      lines: [{ section, records: [{ at: 8, file: "probe.c", line: 7, column: 5 }] }],
      relocations: [{ section, records: [{ at: 16, type: 1, access: "0:1:2", kind: 8 }] }],
    });
  });

  test("of an old compiler has no relocations", () => {
    expect(read(extOf(functions, lines)).relocations).toEqual([]);
  });

  test("of a later compiler may have longer records", () => {
    const longer = { size: 20, sections: [{ name, records: [[...record, 99]] }] };
    expect(read(extOf(functions, lines, longer)).relocations).toEqual(read(whole).relocations);
  });

  test("cut off anywhere is an input error at a place", () => {
    for (let length = 0; length < whole.length; length++) {
      const { file, offset, section } = problemOf(() => parseBtfExt(whole.subarray(0, length), "probe.o", 1000, btf));
      expect([file, section, offset! >= 1000 && offset! <= 1000 + length]).toEqual(["probe.o", ".BTF.ext", true]);
    }
  });

  test("whatever one byte of it becomes, it is read to an end or refused", () => {
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 1, 13, 0x7f, 0x80, 0xff]) {
        try {
          read(patched(whole, at, value));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }
    }
  });

  test("that is not what it should be", () => {
    const start = 32 + 4 + 8 + 8 + 4 + 8 + 16; // of core_relo: behind the header, func_info and line_info
    expect(extFault(patched(whole, 0, 0x7f, 0x45))).toBe("0: not .BTF.ext: the magic number is 0x457f (0xeb9f expected)");
    expect(extFault(patched(whole, 0, 0xeb, 0x9f))).toBe("0: big-endian BTF is not supported (little-endian is)");
    expect(extFault(patched(whole, 2, 2))).toBe("2: .BTF.ext version 2 (1 expected)");
    expect(extFault(patched(whole, start, 12))).toBe(`${start}: core_relo has records of 12 bytes (at least 16 expected, a multiple of 4)`);
    expect(extFault(patched(whole, start + 8, 0xff, 0xff, 0xff, 0xff))).toBe(
      `${start + 8}: 4294967295 records of 16 bytes of section kprobe/do_unlinkat end past the end of core_relo`,
    );
    expect(extFault(patched(whole, 28, 8))).toBe(`${start + 4}: core_relo ends in the head of a section`);
    expect(extFault(patched(whole, start + 8, 0))).toBe(`${start + 8}: core_relo of section kprobe/do_unlinkat has no records`);
    expect(extFault(patched(whole, start + 16, 4))).toBe(`${start + 16}: type 4 of 4`);
    expect(extFault(patched(whole, start + 20, 0xff))).toBe(`${start + 20}: access string at offset 255, outside the string section`);
    expect(extFault(patched(whole, start + 24, 13))).toBe(`${start + 24}: relocation of kind 13, which is not known`);
    expect(extFault(patched(whole, 28, 0xff, 0xff, 0xff, 0xff))).toMatch(/^80: core_relo of 4294967295 bytes ends past the end/);
  });
});

describe("types as text", () => {
  // A function's pointer in an array in a struct, and what else C nests.
  const btf = parse([
    int("int", 4, { signed: true }), // 1
    int("char", 1, { signed: true }), // 2
    int("_Bool", 1, { bool: true }), // 3
    struct("inode___old", 0, []), // 4
    ptr(4), // 5
    named("const", "", 2), // 6
    ptr(6), // 7
    proto(1, 5, 7, 0), // 8
    ptr(8), // 9
    array(9, 4), // 10
    named("typedef", "umode_t", 11 + 1), // 11
    int("short unsigned int", 2), // 12
    array(1, 3), // 13
    array(13, 2), // 14
    ptr(14), // 15
    named("const", "", 5), // 16
    ptr(16), // 17
    fwd("dentry", "union"), // 18
    ptr(18), // 19
    enumeration("", { A: 1 }), // 20
    float("double", 8), // 21
    int("old", 4, { bits: 3, offset: 5 }), // 22
    tag(18, "user", 11), // 23
    ptr(0), // 24
    func("f", 8), // 25
    proto(0), // 26
    proto(9, 11), // 27
    ptr(5), // 28
  ]);

  test.each([
    [1, "int", "s32"],
    [2, "char", "char"],
    [3, "bool", "bool"],
    [4, "struct inode___old", "struct inode"],
    [5, "struct inode___old *", "struct inode *"],
    [7, "const char *", "char *"],
    [8, "int (struct inode___old *, const char *, ...)", "fn(struct inode *, char *, ...) s32"],
    [9, "int (*)(struct inode___old *, const char *, ...)", "(fn(struct inode *, char *, ...) s32) *"],
    [10, "int (*[4])(struct inode___old *, const char *, ...)", "(fn(struct inode *, char *, ...) s32) *[4]"],
    [11, "umode_t", "u16"],
    [14, "int [2][3]", "s32[2][3]"],
    [15, "int (*)[2][3]", "(s32[2][3]) *"],
    [17, "struct inode___old * const *", "struct inode **"],
    [19, "union dentry *", "union dentry *"],
    [20, "enum {...}", "enum"],
    [21, "double", "float64"],
    [22, "old", "u3@5"],
    [23, "umode_t", "u16"],
    [24, "void *", "void *"],
    [25, "int (struct inode___old *, const char *, ...)", "fn(struct inode *, char *, ...) s32"],
    [26, "void (void)", "fn() void"],
    [27, "int (*(umode_t))(struct inode___old *, const char *, ...)", "fn(u16) (fn(struct inode *, char *, ...) s32) *"],
    [28, "struct inode___old **", "struct inode **"],
  ])("type %i is %s, of the shape %s", (id, text, shape) => {
    expect([typeText(btf, id), shapeOf(btf, id)]).toEqual([text, shape]);
  });

  test.each([
    [1, "int"],
    [4, "struct"],
    [8, "fn((struct)*, (int)*, void) int"],
    [14, "((int)[])[]"],
    [18, "fwd"],
    [20, "enum"],
    [21, ""],
    [22, ""],
    [24, "(void)*"],
  ])("what libbpf compares of type %i is %s", (id, text) => {
    expect(compatOf(btf, id)).toBe(text);
  });

  test("the root of a relocation has its own kind and flavour", () => {
    expect([4, 11, 12, 18].map((id) => rootOf(btf, id))).toEqual([
      "struct inode___old",
      "typedef umode_t",
      "int short unsigned int",
      "fwd dentry",
    ]);
    expect(rootOf(kinds, 19)).toBe("enum big");
  });

  test("a flavour is what follows the last three underscores between others", () => {
    expect(["a___b", "a___b___c", "a___", "___a", "a____b", "a__b", "a___b_"].map(withoutFlavour)).toEqual([
      "a",
      "a___b",
      "a___",
      "___a",
      "a____b",
      "a__b",
      "a",
    ]);
  });
});

describe("files that hold a kernel's BTF", () => {
  const vmlinux = btfOf([
    int("long", 8),
    struct("inode", 16, [
      { name: "i_rdev", type: 1, at: 0 },
      { name: "i_ino", type: 1, at: 64 },
    ]),
  ]);
  const executable = (bytes: Uint8Array): Uint8Array => patched(bytes, 16, 2);
  const open = (bytes: Uint8Array, base?: Btf): Btf => openBtf(bytesSource("file", bytes), "file", base);

  test("a raw file, whole", () => {
    expect(open(vmlinux.bytes).count).toBe(3);
  });

  test("a vmlinux, which is no relocatable object", () => {
    const bytes = executable(elfOf({ ".text": new Uint8Array(7), ".BTF": vmlinux.bytes }));
    expect(open(bytes).count).toBe(3);
    expect(() => parseElf(bytesSource("file", bytes))).toThrow(/ELF type 2 is not a relocatable object/);
  });

  test("an error in it stands where it is in the file", () => {
    const start = 64 + 5 * 64 + 24 + 7; // behind the header, the section headers, .symtab and .text
    const bytes = executable(elfOf({ ".text": new Uint8Array(7), ".BTF": patched(vmlinux.bytes, 2, 9) }));
    expect(problemOf(() => open(bytes))).toEqual({
      file: "file",
      offset: start + 2,
      section: ".BTF",
      message: "BTF version 9 (1 expected)",
    });
  });

  test("a module is split from vmlinux, or from its own part of the base", () => {
    const module = btfOf([struct("own", 16, [{ name: "inode", type: 2, at: 0 }])], { base: vmlinux });
    expect(open(elfOf({ ".BTF": module.bytes }), open(vmlinux.bytes)).nameOf(3)).toBe("own");
    const part = btfOf([struct("inode", 16, [])]);
    const outside = btfOf([struct("own", 16, [{ name: "inode", type: 1, at: 0 }])], { base: part });
    const opened = open(elfOf({ ".BTF": outside.bytes, ".BTF.base": part.bytes }), open(vmlinux.bytes));
    expect([opened.nameOf(1), opened.nameOf(2), opened.base!.count]).toEqual(["inode", "own", 2]);
  });

  test("what has none says so", () => {
    const why = (bytes: Uint8Array): string => problemOf(() => open(bytes)).message;
    expect(why(elfOf({ ".text": new Uint8Array(7) }))).toMatch(/^no \.BTF section/);
    expect(why(elfOf({ ".BTF": new Uint8Array(0) }))).toMatch(/^no \.BTF section/);
    expect(why(bytesOf("MZ", new Uint8Array(0x200), "HdrS"))).toMatch(/^a packed kernel/);
    expect(why(bytesOf(new Uint8Array(0x202), "HdrS...."))).toMatch(/^a packed kernel/);
    expect(why(bytesOf("text that is no ELF"))).toMatch(/^neither raw BTF nor an ELF file/);
    expect(why(new Uint8Array(0))).toBe("neither raw BTF nor an ELF file (a vmlinux or a module)");
  });

  test("big-endian BTF is refused as such", () => {
    expect(() => open(patched(vmlinux.bytes, 0, 0xeb, 0x9f))).toThrow("big-endian BTF is not supported");
  });
});
