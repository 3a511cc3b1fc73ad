import { describe, expect, test } from "vitest";
import { parseBtf, type Btf } from "../src/inputs/btf/btf.ts";
import { layoutOf } from "../src/inputs/btf/layout.ts";
import { compatOf, rootOf } from "../src/inputs/btf/shape.ts";
import { openKernelBtf, type CoreAnswer, type KernelBtf } from "../src/kernels/btf/kernel-btf.ts";
import type { CoreAccess, CoreAsk, CoreStep } from "../src/shared/core-access.ts";
import {
  array,
  btfOf,
  enum64,
  enumeration,
  float,
  func,
  fwd,
  int,
  named,
  proto,
  ptr,
  struct,
  tag,
  variable,
  type Type,
  type WrittenBtf,
} from "./support/btf.ts";

const parse = (types: readonly Type[]): Btf => parseBtf(btfOf(types).bytes, "vmlinux.btf", 0);

describe("what a kernel's BTF says by name", () => {
  const kernel = openKernelBtf([
    parse([
      int("int", 4, { signed: true }), // 1
      ptr(0), // 2
      proto(0, 2, 1, 7), // 3, a tracepoint's: its first argument is the tracing core's
      ptr(3), // 4
      named("typedef", "btf_trace_sched_wakeup", 4), // 5
      struct("task_struct", 4, [{ name: "pid", type: 1, at: 0 }]), // 6
      ptr(6), // 7
      proto(1, 7), // 8
      func("wake", 8, 0), // 9
      proto(1, 1), // 10
      func("wake", 10, 0), // 11
      func("wake", 8, 0), // 12
      func("bpf_lsm_file_open", 8), // 13
      func("bpf_iter_task", 8), // 14
      struct("bpf_struct_ops_hid_bpf_ops", 0, []), // 15
      enumeration("bpf_map_type", { BPF_MAP_TYPE_HASH: 1 }), // 16
      enumeration("bpf_func_id", { BPF_FUNC_map_lookup_elem: 1 }), // 17
      enumeration("bpf_prog_type", { BPF_PROG_TYPE_KPROBE: 2 }), // 18
      variable("runqueues", 6), // 19
      func("__x64_sys_openat", 8), // 20
      ptr(8), // 21
      struct("ops", 16, [
        { name: "wake", type: 21, at: 0 },
        { name: "", type: 23, at: 64 },
      ]), // 22
      struct("", 4, [{ name: "flags", type: 1, at: 0 }], "union"), // 23
      tag(17, "bpf_kfunc", 9), // 24
      proto(0, 2), // 25
      ptr(25), // 26
      named("typedef", "btf_trace_bare", 26), // 27
      named("typedef", "btf_trace_odd", 1), // 28
    ]),
  ]);

  test("functions, each form of them once", () => {
    expect([kernel.functions("wake"), kernel.functions("sleep"), kernel.functions("task_struct")]).toEqual([
      ["int (struct task_struct *)", "int (int)"],
      [],
      [],
    ]);
  });

  test("tracepoints, without what no program sees", () => {
    expect(["sched_wakeup", "bare", "odd", "gone"].map((name) => kernel.tracepoint(name))).toEqual([
      "(int, struct task_struct *)",
      "(void)",
      undefined,
      undefined,
    ]);
  });

  test("what programs hang on and ask for", () => {
    const asked = [
      ["lsm-hook", "file_open"],
      ["bpf-iterator", "task"],
      ["struct-ops", "hid_bpf_ops"],
      ["map-type", "BPF_MAP_TYPE_HASH"],
      ["map-type", "hash"],
      ["helper", "bpf_map_lookup_elem"],
      ["program-type", "kprobe"],
      ["variable", "runqueues"],
      ["syscall", "openat"],
    ] as const;
    expect(asked.filter(([what, name]) => !kernel.has(what, name))).toEqual([]);
    expect(asked.filter(([what]) => kernel.has(what, "gone"))).toEqual([]);
    expect([kernel.has("lsm-hook", "wake"), kernel.has("variable", "wake"), kernel.has("helper", "HASH")]).toEqual([false, false, false]);
  });

  test("members of a table of callbacks", () => {
    expect([
      kernel.member("ops", "wake"),
      kernel.member("ops", "flags"),
      kernel.member("ops", "gone"),
      kernel.member("gone", "wake"),
    ]).toEqual(["int (struct task_struct *)", "s32", undefined, undefined]);
  });

  test("kfuncs, where any is tagged", () => {
    expect([kernel.isKfunc("wake"), kernel.isKfunc("bpf_iter_task"), openKernelBtf([parse([int("int", 4)])]).isKfunc("wake")]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  test("a name that every object has is no name here", () => {
    expect([kernel.functions("constructor"), kernel.has("variable", "__proto__"), kernel.member("ops", "toString")]).toEqual([
      [],
      false,
      undefined,
    ]);
  });
});

describe("CO-RE relocations", () => {
  const field = (root: string, ...steps: readonly (CoreStep | [member: string, type: string])[]): CoreAccess => ({
    of: "field",
    root,
    steps: steps.map((step) => (Array.isArray(step) ? { member: step[0], type: step[1] } : (step as CoreStep))),
    offset: 0,
  });
  const said = (answer: CoreAnswer): string =>
    answer.state === "found"
      ? `${answer.offset ?? ""}${answer.bitOffset === undefined ? "" : `.${answer.bitOffset}`} ${answer.declared} ${answer.value ?? ""}`.trim()
      : answer.state === "incompatible"
        ? `incompatible: ${answer.type}`
        : answer.state;
  const ask = (kernel: KernelBtf, access: CoreAccess, ...asks: readonly CoreAsk[]): string => said(kernel.core(access, asks));

  const TYPES: readonly Type[] = [
    int("int", 4, { signed: true }), // 1
    int("char", 1), // 2
    ptr(0), // 3
    array(2, 16), // 4
    array(1, 0), // 5, flexible
    struct("task", 104, [
      { name: "pid", type: 1, at: 32 },
      { name: "comm", type: 4, at: 64 },
      { name: "", type: 7, at: 192 },
      { name: "inner", type: 9, at: 256 },
      { name: "state", type: 11, at: 320 },
      { name: "grid", type: 13, at: 352 },
      { name: "old", type: 14, at: 640 },
      { name: "load", type: 15, at: 704 },
      { name: "entries", type: 5, at: 768 },
    ]), // 6
    struct(
      "",
      8,
      [
        { name: "", type: 8, at: 0 },
        { name: "raw", type: 3, at: 0 },
      ],
      "union",
    ), // 7
    struct("", 8, [
      { name: "low", type: 1, at: 0 },
      { name: "high", type: 1, at: 32 },
    ]), // 8
    named("const", "", 10), // 9
    struct("inner", 8, [
      { name: "x", type: 1, at: 0 },
      { name: "y", type: 1, at: 32 },
    ]), // 10
    enumeration("task_state", { TASK_RUNNING: 0, TASK_DEAD: 64 }), // 11
    array(10, 3), // 12: three of inner
    array(12, 3), // 13: three times three of inner
    int("old", 4, { bits: 3, offset: 5 }), // 14
    float("double", 8), // 15
    struct("bits", 8, [
      { name: "a", type: 1, at: 0, bits: 3 },
      { name: "b", type: 1, at: 3, bits: 5 },
      { name: "c", type: 1, at: 30, bits: 4 },
    ]), // 16
    // Two of a name that agree on one member, and differ in another and in size.
    struct("slot", 8, [
      { name: "same", type: 1, at: 0 },
      { name: "moved", type: 1, at: 32 },
    ]), // 17
    struct("slot", 12, [
      { name: "same", type: 1, at: 0 },
      { name: "moved", type: 1, at: 64 },
      { name: "only", type: 1, at: 32 },
    ]), // 18
    struct("conn", 4, [{ name: "a", type: 1, at: 0 }]), // 19
    struct("conn___v2", 8, [{ name: "b", type: 1, at: 32 }]), // 20
    named("typedef", "pid_t", 1), // 21
    fwd("declared"), // 22
    enum64("big", { BIG___v1: 2 ** 33 }), // 23
    named("typedef", "state_t", 11), // 24
    named("typedef", "real_t", 15), // 25
    struct("nested", 4, [
      { name: "", type: 26, at: 0 },
      { name: "", type: 26, at: 0 },
    ]), // 26: no compiler writes a struct in itself
    struct("tail", 8, [
      { name: "early", type: 5, at: 0 },
      { name: "last", type: 4, at: 0 },
    ]), // 27
  ];
  const kernel = openKernelBtf([parse(TYPES)]);

  test.each([
    ["a member", field("struct task", ["pid", "s32"]), "4 int"],
    ["through a flavour of the object's", field("struct task___mine", ["pid", "s32"]), "4 int"],
    ["of a flavour of the kernel's", field("struct conn", ["b", "s32"]), "4 int"],
    ["in structs and unions without a name", field("struct task", ["high", "s32"]), "28 int"],
    ["the object's own nameless members are no steps", field("struct task", { type: "union" }, ["raw", "void *"]), "24 void *"],
    ["a member of a member", field("struct task", ["inner", "struct inner"], ["y", "s32"]), "36 int"],
    ["an element", field("struct task", ["comm", "char[16]"], { index: 3, type: "char" }), "11 char"],
    [
      "an element of an element",
      field("struct task", ["grid", "struct inner[3][3]"], { index: 1, type: "struct inner[3]" }, { index: 2, type: "struct inner" }, [
        "y",
        "s32",
      ]),
      "88 int",
    ],
    ["past the end of an array", field("struct task", ["comm", "char[99]"], { index: 16, type: "char" }), "absent"],
    [
      "any element of an array without length that ends its struct",
      field("struct task", ["entries", "s32[0]"], { index: 5, type: "s32" }),
      "116 int",
    ],
    [
      "past the end of an array without length that something follows",
      field("struct tail", ["early", "s32[0]"], { index: 0, type: "s32" }),
      "absent",
    ],
    ["past the end of an array that ends its struct", field("struct tail", ["last", "char[99]"], { index: 16, type: "char" }), "absent"],
    ["an element of what is no array", field("struct task", ["pid", "s32"], { index: 0, type: "s32" }), "absent"],
    ["a second element of the root", { ...field("struct task", ["pid", "s32"]), first: 2 } as CoreAccess, "212 int"],
    ["the root itself", field("struct task"), "0 struct task"],
    ["a bitfield, at its bit", field("struct bits", ["b", "s32"]), "0.3 int : 5"],
    ["no such member", field("struct task", ["tgid", "s32"]), "absent"],
    ["no such type", field("struct process", ["pid", "s32"]), "absent"],
    ["a union, where the kernel has a struct", field("union task", ["pid", "s32"]), "absent"],
    ["a member of what is no struct", field("typedef pid_t", ["pid", "s32"]), "absent"],
    ["a struct that holds itself", field("struct nested", ["gone", "s32"]), "absent"],
    ["what has no name", field("struct ", ["low", "s32"]), "absent"],
  ])("a field: %s", (_, access, answer) => {
    expect(ask(kernel, access)).toBe(answer);
  });

  test.each([
    ["any integer for any", "pid", "u64", "4 int"],
    ["a pointer for an integer", "pid", "void *", "incompatible: s32"],
    ["an integer for a pointer", "raw", "u64", "incompatible: void *"],
    ["any pointer for any", "raw", "(fn() void) *", "24 void *"],
    ["any struct or union for any", "inner", "union other", "32 const struct inner"],
    ["an integer for a struct", "inner", "u64", "incompatible: struct inner"],
    ["an enum of the name", "state", "enum task_state", "40 enum task_state"],
    ["an enum of another", "state", "enum other", "incompatible: enum task_state"],
    ["an enum without a name", "state", "enum", "40 enum task_state"],
    ["an integer for an enum", "state", "u32", "incompatible: enum task_state"],
    ["an array of another length", "comm", "u8[8]", "8 char [16]"],
    ["an array of something else", "comm", "struct inner[16]", "incompatible: char[16]"],
    ["an array of arrays for an array", "comm", "u8[4][4]", "incompatible: char[16]"],
    ["an element for an array", "comm", "u8", "incompatible: char[16]"],
    ["an integer that begins within its bytes", "old", "u32", "incompatible: u3@5"],
    ["the same, from both", "old", "u3@5", "incompatible: u3@5"],
    ["a floating point number", "load", "float32", "88 double"],
    ["a function", "raw", "fn() void", "incompatible: void *"],
  ])("a field's type: %s", (_, member, type, answer) => {
    expect(ask(kernel, field("struct task", [member, type]))).toBe(answer);
  });

  test("several types of a name that agree give an answer; those that do not, none", () => {
    expect(ask(kernel, field("struct slot", ["same", "s32"]), "field-offset", "field-size", "field-exists")).toBe("0 int");
    expect(ask(kernel, field("struct slot", ["moved", "s32"]), "field-exists")).toBe("ambiguous");
    expect(ask(kernel, field("struct slot", ["only", "s32"]), "field-offset")).toBe("4 int");
    const slot: CoreAccess = { of: "type", root: "struct slot", type: "struct" };
    expect([ask(kernel, slot, "type-exists"), ask(kernel, slot, "type-size"), ask(kernel, slot, "target-type-id")]).toEqual([
      "struct slot",
      "ambiguous",
      "ambiguous",
    ]);
  });

  test("bitfields that differ only in how they are cut out", () => {
    const [wide, narrow] = [int("wide", 8), int("narrow", 1)];
    const two = (bits: number): KernelBtf =>
      openKernelBtf([
        parse([
          wide,
          narrow,
          struct("f", 8, [{ name: "b", type: 1, at: 9, bits: 5 }]),
          struct("f", 8, [{ name: "b", type: 2, at: 9, bits }]),
        ]),
      ]);
    const answers = (bits: number): readonly string[] =>
      (["field-exists", "field-offset", "field-size", "field-lshift", "field-rshift"] as const).map((each) =>
        ask(two(bits), field("struct f", ["b", "u8"]), each),
      );
    const found = "1.1 wide : 5";
    expect(answers(5)).toEqual([found, "ambiguous", "ambiguous", "ambiguous", found]);
    expect(answers(4).at(-1)).toBe("ambiguous");
  });

  test("a bitfield across two words is loaded with a wider one", () => {
    const types = [int("wide", 8), int("word", 4), ...[1, 2].map((type) => struct("f", 8, [{ name: "b", type, at: 30, bits: 4 }]))];
    expect(ask(openKernelBtf([parse(types)]), field("struct f", ["b", "u8"]), "field-offset", "field-size", "field-lshift")).toBe(
      "3.6 wide : 4",
    );
  });

  test.each([
    ["a type", "struct task___x", "struct", "struct task"],
    ["a typedef", "typedef pid_t", "int", "pid_t"],
    ["a typedef of something else", "typedef pid_t", "struct", "incompatible: s32"],
    ["a typedef of a floating point number, which libbpf knows no rule for", "typedef real_t", "", "incompatible: float64"],
    ["a declaration", "fwd declared", "fwd", "struct declared"],
    ["a struct that is only declared", "struct declared", "struct", "absent"],
    ["an integer", "int int", "int", "int"],
    ["an enum of 64 bits", "enum big", "enum", "enum big"],
  ])("a type: %s", (_, root, type, answer) => {
    expect(ask(kernel, { of: "type", root, type })).toBe(answer);
  });

  test.each([
    ["a value", "enum task_state", "TASK_DEAD", "enum task_state 64"],
    ["behind a typedef", "typedef state_t", "TASK_DEAD___x", "enum task_state 64"],
    ["of 64 bits", "enum big", "BIG", "enum big 8589934592"],
    ["no such value", "enum task_state", "TASK_PARKED", "absent"],
    ["no such enum", "enum gone", "TASK_DEAD", "absent"],
  ])("an enum: %s", (_, root, value, answer) => {
    expect(ask(kernel, { of: "enum", root, value })).toBe(answer);
  });

  describe("whether a type matches", () => {
    // The object's type beside kernels' types of the same name: each is written after the kinds that they share.
    const shared: readonly Type[] = [
      int("int", 4, { signed: true }),
      int("unsigned int", 4),
      ptr(1),
      ptr(2),
      struct("in", 4, [{ name: "x", type: 1, at: 0 }]),
      ptr(5),
    ];
    const member = (type: number, name = "m"): { name: string; type: number; at: number } => ({ name, type, at: 0 });
    const s = (...members: readonly { name: string; type: number; at: number }[]): Type => struct("s", 8, members);
    const matching = (local: Type | readonly Type[], target: Type | readonly Type[]): boolean => {
      const [from, to] = [local, target].map((types) => parse([...shared, ...[types].flat()])) as [Btf, Btf];
      const id = shared.length + 1;
      const access: CoreAccess = { of: "type", root: rootOf(from, id), type: compatOf(from, id), layout: layoutOf(from, id) };
      return openKernelBtf([to]).core(access, ["type-matches"]).state === "found";
    };

    test.each([
      ["itself", s(member(1)), s(member(1)), true],
      ["more members, in another order", s(member(1)), s(member(2, "n"), member(1)), true],
      ["fewer members", s(member(1), member(2, "n")), s(member(1)), false],
      ["a member of another name", s(member(1)), s(member(1, "n")), false],
      ["an integer of another sign", s(member(1)), s(member(2)), false],
      ["a pointer to an integer of another sign", s(member(3)), s(member(4)), false],
      ["a flavour of the member's name", s(member(1, "m___x")), s(member(1)), true],
      ["a union for a struct", s(member(1)), struct("s", 8, [member(1)], "union"), false],
      [
        "a struct by value, with fewer members",
        [s(member(8)), struct("part", 4, [member(1, "x")])],
        [s(member(8)), struct("part", 4, [])],
        false,
      ],
      [
        "a struct behind a pointer, whatever is in it",
        [s(member(8)), ptr(9), struct("far", 4, [member(1, "x")])],
        [s(member(8)), ptr(9), struct("far", 0, [])],
        true,
      ],
      [
        "a struct behind a pointer that is only declared",
        [s(member(8)), ptr(9), struct("far", 4, [member(1, "x")])],
        [s(member(8)), ptr(9), fwd("far")],
        true,
      ],
      [
        "a union behind a pointer that is declared as a struct",
        [s(member(8)), ptr(9), struct("far", 4, [], "union")],
        [s(member(8)), ptr(9), fwd("far")],
        false,
      ],
      [
        "a declaration behind a pointer that is a struct",
        [s(member(8)), ptr(9), fwd("far")],
        [s(member(8)), ptr(9), struct("far", 4, [])],
        true,
      ],
      ["an array of another length", [s(member(8)), array(1, 2)], [s(member(8)), array(1, 3)], false],
      ["an array of the same", [s(member(8)), array(1, 2)], [s(member(8)), array(1, 2)], true],
      ["a function of other arguments", [s(member(8)), ptr(9), proto(1, 1)], [s(member(8)), ptr(9), proto(1, 2)], false],
      ["a function of more arguments", [s(member(8)), ptr(9), proto(1, 1)], [s(member(8)), ptr(9), proto(1, 1, 1)], false],
      ["a function of the same", [s(member(8)), ptr(9), proto(1, 1, 6)], [s(member(8)), ptr(9), proto(1, 1, 6)], true],
      ["more values, of other numbers", enumeration("e", { A: 1 }), enumeration("e", { B: 1, A: 2 }), true],
      ["fewer values", enumeration("e", { A: 1, B: 2 }), enumeration("e", { A: 1 }), false],
      ["another value", enumeration("e", { A: 1 }), enumeration("e", { B: 1 }), false],
      ["an enum of another size", enumeration("e", { A: 1 }), enum64("e", { A: 1 }), false],
      [
        "nameless members, the second of which it is",
        [s(member(8, "")), struct("", 4, [member(1)])],
        [s(member(8, ""), member(9, "")), struct("", 4, [member(2)]), struct("", 4, [member(1)])],
        true,
      ],
      [
        "two nameless members, of which there is one",
        [s(member(8, ""), member(8, "")), struct("", 4, [member(1)])],
        [s(member(8, "")), struct("", 4, [member(1)])],
        false,
      ],
      ["two values of a name, of which there is one", enumeration("e", { A: 1, A___x: 1 }), enumeration("e", { A: 1 }), false],
      [
        "a floating point number, which libbpf knows no rule for",
        [s(member(8)), float("double", 8)],
        [s(member(8)), float("double", 8)],
        false,
      ],
      ["a pointer to void", [s(member(8)), ptr(0)], [s(member(8)), ptr(0)], true],
    ])("%s", (_, local, target, answer) => {
      expect(matching(local, target)).toBe(answer);
    });
  });

  describe("of a kernel with modules", () => {
    const base: WrittenBtf = btfOf([int("int", 4, { signed: true }), struct("inode", 8, [{ name: "i_ino", type: 1, at: 32 }])]);
    const vmlinux = parseBtf(base.bytes, "vmlinux", 0);
    const split = (...types: readonly Type[]): Btf => parseBtf(btfOf(types, { base }).bytes, "a.ko", 0, vmlinux);

    test("types of modules are asked where vmlinux has none", () => {
      const kernel = openKernelBtf([
        vmlinux,
        split(struct("inode", 8, [{ name: "mine", type: 1, at: 0 }])),
        split(struct("ext4", 12, [{ name: "vfs", type: 2, at: 32 }])),
      ]);
      expect(ask(kernel, field("struct inode", ["mine", "s32"]))).toBe("absent");
      expect(ask(kernel, field("struct ext4", ["vfs", "struct inode"], ["i_ino", "s32"]))).toBe("8 int");
      expect(kernel.types).toBe(5);
    });

    test("types of several modules must agree", () => {
      const parts = [0, 32].map((at) => split(struct("conn", 8, [{ name: "id", type: 1, at }])));
      expect(ask(openKernelBtf([vmlinux, ...parts]), field("struct conn", ["id", "s32"]))).toBe("ambiguous");
      expect(ask(openKernelBtf([vmlinux, parts[1]!]), field("struct conn", ["id", "s32"]))).toBe("4 int");
    });

    test("a module that carries its base along leads on into vmlinux", () => {
      const own = btfOf([struct("inode", 8, []), struct("gone", 4, [])]);
      const module = parseBtf(
        btfOf([struct("wrapped", 16, [{ name: "vfs", type: 1, at: 64 }])], { base: own }).bytes,
        "b.ko",
        0,
        parseBtf(own.bytes, "b.ko (.BTF.base)", 0),
      );
      const kernel = openKernelBtf([vmlinux, module]);
      expect(ask(kernel, field("struct wrapped", ["vfs", "struct inode"], ["i_ino", "s32"]))).toBe("12 int");
      expect(ask(kernel, { of: "type", root: "struct gone", type: "struct" })).toBe("absent");
    });
  });
});
