import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesSource, type ByteSource } from "../src/inputs/bytes.ts";
import { carve } from "../src/inputs/bpf/embedded.ts";
import type { BpfFacts, BpfSite } from "../src/inputs/bpf/facts.ts";
import { parseBpfObject, type BpfNames } from "../src/inputs/bpf/object.ts";
import { InputError, type Problem } from "../src/shared/input-error.ts";
import { parseYaml } from "../src/shared/yaml.ts";
import { subjectFromBpf } from "../src/usage/from-bpf.ts";
import type { Use } from "../src/usage/model.ts";

const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, import.meta.url)));
const names = parseYaml(Buffer.from(fixture("../rules/data/bpf.yaml")).toString(), "rules/data/bpf.yaml").value as BpfNames;
const object = (name: string): Uint8Array => fixture(`fixtures/bpf/${name}.bpf.o`);
const parse = (bytes: Uint8Array, name = "x.bpf.o"): BpfFacts => parseBpfObject(bytesSource(name, bytes), names);
const factsOf = (name: string): BpfFacts => parse(object(name), `${name}.bpf.o`);
const usesOf = (name: string): readonly Use[] => subjectFromBpf(factsOf(name), `build/${name}.bpf.o`).uses;

/** The first problem with an object, or undefined where it was read. Anything but an InputError is a bug and fails the test. */
const problemWith = (bytes: Uint8Array): Problem | undefined => {
  try {
    subjectFromBpf(parse(bytes), "x.bpf.o");
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems[0];
  }
};

/** The fixture with 32-bit numbers of a section replaced. */
const patched = (name: string, section: string, at: number, ...values: readonly number[]): Uint8Array => {
  const bytes = object(name);
  const view = new DataView(bytes.buffer);
  const headers = Number(view.getBigUint64(40, true));
  const strings = Number(view.getBigUint64(headers + 64 * view.getUint16(62, true) + 24, true));
  for (let index = 0; index < view.getUint16(60, true); index++) {
    const header = headers + 64 * index;
    const from = strings + view.getUint32(header, true);
    if (Buffer.from(bytes).toString("latin1", from, bytes.indexOf(0, from)) !== section) continue;
    const start = Number(view.getBigUint64(header + 24, true)) + at;
    for (const [each, value] of values.entries()) view.setUint32(start + 4 * each, value, true);
    return bytes;
  }
  throw new Error(`no section ${section}`);
};

const placeOf = ({ section, offset, file, line, function: own }: BpfSite): string =>
  `${section}+${offset} ${own ?? "-"} ${file?.replace("/build/fixtures/bpf/src/", "")}:${line}`;

describe("an object that stands on the UAPI alone", () => {
  const facts = factsOf("uapi");

  test("its programs, by the names of their sections; a subprogram is none of them", () => {
    expect(facts.programs.map(({ name, section, type, attach }) => [name, section, type, attach.kind])).toEqual([
      ["count", "xdp", "xdp", "none"],
      ["forward", "xdp/devmap", "xdp", "none"],
      // No section of libbpf's: what stands before the slash is what older loaders went by.
      ["classify", "tc/ingress/first", "sched_cls", "none"],
      ["unnamed", "filter", "unspec", "none"],
    ]);
  });

  test("the helpers it calls, with their places", () => {
    expect(facts.helpers.map(({ id, name, sites }) => [id, name, ...sites.map(placeOf)])).toEqual([
      [1, "bpf_map_lookup_elem", "xdp+48 count uapi.bpf.c:46", "xdp/devmap+88 forward uapi.bpf.c:60"],
      [2, "bpf_map_update_elem", ".text+80 stamp uapi.bpf.c:38"],
      [5, "bpf_ktime_get_ns", ".text+8 stamp uapi.bpf.c:36"],
      [130, "bpf_ringbuf_output", "xdp+112 count uapi.bpf.c:50"],
    ]);
  });

  test("its maps, the inner one too, and no map of libbpf's for its global variables", () => {
    expect(facts.maps.map(({ name, type, typeName, inner, legacy }) => [name, type, typeName, inner, legacy])).toEqual([
      ["packets", 1, "BPF_MAP_TYPE_HASH", false, false],
      ["events", 27, "BPF_MAP_TYPE_RINGBUF", false, false],
      ["outer", 12, "BPF_MAP_TYPE_ARRAY_OF_MAPS", false, false],
      ["outer.inner", 2, "BPF_MAP_TYPE_ARRAY", true, false],
    ]);
  });

  test("its subject has UAPI uses only; a program whose type user space must choose is not known", () => {
    const subject = subjectFromBpf(facts, "build/uapi.bpf.o");
    expect(subject).toMatchObject({ name: "uapi", kind: "bpf-object", path: "build/uapi.bpf.o", licences: ["Dual BSD/GPL"], oddities: [] });
    expect(subject.uses.map(({ kind, name, seen }) => `${kind} ${name}${seen ? ` (${seen})` : ""}`)).toEqual([
      "bpf-helper bpf_ktime_get_ns",
      "bpf-helper bpf_map_lookup_elem",
      "bpf-helper bpf_map_update_elem",
      "bpf-helper bpf_ringbuf_output",
      "bpf-map-type BPF_MAP_TYPE_ARRAY",
      "bpf-map-type BPF_MAP_TYPE_ARRAY_OF_MAPS",
      "bpf-map-type BPF_MAP_TYPE_HASH",
      "bpf-map-type BPF_MAP_TYPE_RINGBUF",
      "bpf-program-type BPF_PROG_TYPE_SCHED_CLS",
      "bpf-program-type BPF_PROG_TYPE_XDP",
      "bpf-program-type filter (unknown)",
    ]);
    expect(subject.uses[1]!.sites[0]).toEqual({ file: "uapi.bpf.c", line: 46, column: 15, function: "count", section: "xdp", offset: 48 });
    expect(subject.uses[5]!.sites).toEqual([{ variable: "outer", section: ".maps", offset: 48 }]);
  });
});

describe("an object that reaches into the kernel", () => {
  const facts = factsOf("tracing");
  const uses = usesOf("tracing");
  const named = (kind: string): string[] => uses.filter((use) => use.kind === kind).map(({ name }) => name);
  const use = (kind: string, name: string): Use => uses.find((each) => each.kind === kind && each.name === name)!;

  test("where its programs hang themselves", () => {
    expect(
      facts.programs.map(({ name, type, attach, optional, loadsAttach }) =>
        [
          name,
          type,
          attach.kind,
          ...("how" in attach ? [attach.how] : []),
          ...("target" in attach ? [attach.target] : []),
          ...(optional ? ["optional"] : []),
          ...(loadsAttach ? ["on loading"] : []),
        ].join(" "),
      ),
    ).toEqual([
      "enter tracing fentry fentry vfs_read on loading",
      "leave tracing fentry fexit vfs_read on loading",
      "refuse tracing fentry fmod_ret.s nfs_file_open on loading",
      "sent kprobe kprobe kprobe tcp_sendmsg",
      "sent_back kprobe kprobe kretprobe tcp_sendmsg",
      "received kprobe kprobe kprobe tcp_recvmsg+0x10",
      "opened kprobe kprobe ksyscall openat",
      "several kprobe kprobe kprobe.multi tcp_*",
      "anywhere kprobe kprobe kprobe",
      // No function has a "-" in its name.
      "chosen kprobe kprobe kprobe.multi",
      "in_user_space kprobe user uprobe",
      "event tracepoint tracepoint tracepoint syscalls/sys_enter_openat",
      "switched raw_tracepoint raw-tracepoint raw_tp sched_switch",
      "switched_typed tracing raw-tracepoint tp_btf sched_switch on loading",
      "may_open lsm lsm-hook lsm.s file_open on loading",
      "walk tracing bpf-iterator iter task on loading",
      "maybe kprobe kprobe kprobe old_name optional",
      // A variable that is registered holds it …
      "threshold struct_ops none on loading",
      // … and this one only a variable with a "?" before its section.
      "begin struct_ops none optional on loading",
    ]);
  });

  test("one use for each target, however many ways it is attached to; what user space chooses is unknown", () => {
    expect(use("fentry", "vfs_read")).toMatchObject({ how: "fentry, fexit", weak: false, origin: "author" });
    expect(use("kprobe", "tcp_sendmsg").how).toBe("kprobe, kretprobe");
    expect(use("raw-tracepoint", "sched_switch").how).toBe("raw_tp, tp_btf");
    expect(uses.filter(({ seen }) => seen === "unknown").map(({ kind, name, how }) => `${kind} ${name} ${how}`)).toEqual([
      "kprobe kprobe kprobe",
      "kprobe kprobe.multi kprobe.multi",
    ]);
    expect(named("lsm-hook")).toEqual(["file_open"]);
    expect(named("bpf-iterator")).toEqual(["task"]);
    expect(named("tracepoint")).toEqual(["syscalls/sys_enter_openat"]);
  });

  test("kernel functions and variables, weak ones weak; a name with a flavour is the kernel's without it", () => {
    const list = (each: { name: string; weak: boolean; sites: readonly unknown[] }): string =>
      `${each.name}${each.weak ? " weak" : ""} ${each.sites.length}`;
    expect(facts.kfuncs.map(list)).toEqual(["bpf_get_task_exe_file 1", "bpf_new_thing___v2 weak 2", "bpf_put_file weak 2"]);
    expect(facts.externs.map((each) => `${each.section} ${list(each)}`)).toEqual([
      ".kconfig LINUX_KERNEL_VERSION 1",
      ".kconfig CONFIG_HZ 1",
      ".kconfig CONFIG_PREEMPT weak 1",
      ".ksyms bpf_prog_fops weak 1",
      ".ksyms jiffies_64 1",
    ]);
    expect(use("kfunc", "bpf_new_thing")).toMatchObject({ weak: true, guarded: "flavour" });
    expect(use("kfunc", "bpf_new_thing").sites[0]).toMatchObject({ written: "bpf_new_thing___v2", line: 204 });
    expect(named("kernel-variable")).toEqual(["bpf_prog_fops", "jiffies_64"]);
    // What libbpf answers itself is no configuration of the kernel.
    expect(named("kconfig")).toEqual(["CONFIG_HZ", "CONFIG_PREEMPT"]);
  });

  test("CO-RE relocations, with what they ask, in words", () => {
    expect(facts.relocations.map(({ ask, name, access }) => `${ask} ${name}${access.of === "field" ? ` @${access.offset}` : ""}`)).toEqual([
      "field-exists task_struct.__state @72",
      "field-offset task_struct.__state @72",
      "field-offset task_struct___old.state @0",
      "field-offset task_struct.mm @8",
      "field-offset mm_struct.total_vm @0",
      "field-offset task_struct.start_boottime @24",
      "field-offset task_struct.comm[3] @35",
      "field-offset task_struct.acct.utime[2] @64",
      "field-size task_struct.comm @32",
      "type-size struct file",
      "enum-exists bpf_func_id.BPF_FUNC_get_func_ip",
      "enum-value migrate_mode.MIGRATE_SYNC",
      "type-exists struct bio___v2",
      "field-offset bio___v2.bi_owner @0",
      "local-type-id struct file",
      "field-exists kernel_cap_t.val @0",
      "field-offset task_struct.policy @4",
    ]);
    const access = (name: string): unknown => facts.relocations.find((each) => each.name === name)!.access;
    expect(access("task_struct.start_boottime")).toEqual({
      of: "field",
      root: "struct task_struct",
      steps: [{ type: "struct" }, { member: "start_boottime", type: "u64" }],
      offset: 24,
    });
    expect(access("kernel_cap_t.val")).toMatchObject({ root: "typedef kernel_cap_t" });
    expect(access("migrate_mode.MIGRATE_SYNC")).toEqual({ of: "enum", root: "enum migrate_mode", value: "MIGRATE_SYNC" });
  });

  test("what may be missing without harm, and why", () => {
    const guards = uses.filter(({ core }) => core).map(({ kind, name, guarded }) => `${kind} ${name}: ${guarded ?? "needed"}`);
    expect(guards).toEqual([
      "enum-value bpf_func_id.BPF_FUNC_get_func_ip: exists",
      "enum-value migrate_mode.MIGRATE_SYNC: needed",
      "kernel-type struct bio___v2: exists",
      "kernel-type struct file: needed",
      // The type itself is asked for.
      "struct-field bio___v2.bi_owner: exists",
      "struct-field kernel_cap_t.val: exists",
      // In a subprogram that only the program with the "?" calls.
      "struct-field mm_struct.total_vm: optional",
      "struct-field task_struct.__state: exists",
      "struct-field task_struct.acct.utime[2]: needed",
      "struct-field task_struct.comm: needed",
      "struct-field task_struct.comm[3]: needed",
      "struct-field task_struct.mm: optional",
      "struct-field task_struct.policy: needed",
      "struct-field task_struct.start_boottime: needed",
      "struct-field task_struct___old.state: flavour",
    ]);
    expect(use("struct-field", "task_struct.__state").core!.asks).toEqual(["field-exists", "field-offset"]);
    // Asked for as a value of enum bpf_func_id.
    expect(use("bpf-helper", "bpf_get_func_ip").guarded).toBe("exists");
    // In a subprogram of that subprogram.
    expect(use("bpf-helper", "bpf_get_current_pid_tgid").guarded).toBe("optional");
    // In a subprogram of that program and of others.
    expect(use("bpf-helper", "bpf_map_update_elem").guarded).toBeUndefined();
    expect(use("kprobe", "old_name").guarded).toBe("optional");
    expect(use("bpf-program-type", "BPF_PROG_TYPE_KPROBE").guarded).toBeUndefined();
  });

  test("operations tables, and the callbacks that are filled in", () => {
    expect(facts.structOps.map(({ variable, type, optional, callbacks }) => ({ variable, type, optional, callbacks }))).toEqual([
      { variable: "calm", type: "tcp_congestion_ops", optional: false, callbacks: [{ member: "ssthresh", program: "threshold" }] },
      { variable: "steady", type: "tcp_congestion_ops", optional: false, callbacks: [{ member: "release", program: "threshold" }] },
      {
        variable: "hasty",
        type: "tcp_congestion_ops",
        optional: true,
        callbacks: [
          { member: "ssthresh", program: "threshold" },
          { member: "init", program: "begin" },
        ],
      },
    ]);
    expect(
      uses
        .filter(({ kind }) => kind === "struct-ops")
        .map(({ name, guarded, sites }) => [name, guarded, sites.map((site) => site.variable)]),
    ).toEqual([
      ["tcp_congestion_ops", undefined, ["calm", "steady", "hasty"]],
      ["tcp_congestion_ops.init", "optional", ["hasty"]],
      ["tcp_congestion_ops.release", undefined, ["steady"]],
      ["tcp_congestion_ops.ssthresh", undefined, ["calm", "hasty"]],
    ]);
  });
});

test("offsets that were compiled in are told, but not where the memory of programs is read", () => {
  const facts = factsOf("opaque");
  expect(facts.opaqueReads.map(({ helper, added, site }) => `${helper} ${added} ${placeOf(site)}`)).toEqual([
    // The program that hangs on the kernel reads a pointer's first bytes too, and the other one the memory of programs.
    "bpf_probe_read 2448 .text+112 parent_of opaque.bpf.c:17",
    "bpf_probe_read_kernel 2448 .text+64 parent_of opaque.bpf.c:16",
  ]);
  expect(subjectFromBpf(facts, "opaque.bpf.o").oddities).toEqual([
    { oddity: "compiled-offsets", names: ["bpf_probe_read", "bpf_probe_read_kernel"] },
  ]);
  expect(factsOf("tracing").opaqueReads).toEqual([]);
  // With `r6 = r10` for `r6 = r1` at its beginning the function reads its own stack.
  expect(parse(patched("opaque", ".text", 0, 0xa6bf)).opaqueReads).toEqual([]);
});

test("an object from before BTF: maps in old sections, numbers that no release has, no lines", () => {
  const facts = factsOf("legacy");
  expect(facts).toMatchObject({ hasBtf: false, licence: "GPL", sources: [], relocations: [] });
  expect(facts.maps.map(({ name, typeName, legacy, site }) => `${name} ${typeName} ${legacy} ${site.section}+${site.offset}`)).toEqual([
    "first BPF_MAP_TYPE_HASH true maps+0",
    "second BPF_MAP_TYPE_ARRAY true maps+20",
    "third map type 9999 true maps/third+0",
  ]);
  expect(facts.programs.map(({ section, type }) => `${section} ${type}`)).toEqual(["socket socket_filter", "lirc_mode2/rc5 lirc_mode2"]);
  expect(facts.helpers.map(({ name }) => name)).toEqual(["bpf_map_lookup_elem", "helper 9999"]);
  // Without types, whatever is called and not defined is taken for a kernel function; this one the compiler asks for.
  expect(usesOf("legacy").filter(({ kind }) => kind === "kfunc")).toMatchObject([{ name: "__bpf_trap", weak: true, origin: "toolchain" }]);
});

test("of a linked object, code that a stronger function replaced is nobody's", () => {
  const facts = factsOf("linked");
  expect(facts.programs.map(({ name }) => name)).toEqual(["unlinked", "removed"]);
  // The weak function called bpf_ktime_get_ns and read inode.i_ino.
  expect(facts.helpers.map(({ name, sites }) => `${name} ${sites.length}`)).toEqual(["bpf_map_lookup_elem 2", "bpf_probe_read_kernel 1"]);
  expect(facts.relocations.map(({ name, site }) => `${name} ${placeOf(site)}`)).toEqual([
    "super_block.s_dev .text+96 pick part-two.bpf.c:17",
  ]);
  expect(facts.maps.map(({ name }) => name)).toEqual(["shared"]);
});

describe("what is no BPF object that can be read", () => {
  test("a big-endian one is refused by name", () => {
    expect(problemWith(object("big-endian"))).toMatchObject({
      offset: 5,
      message: "big-endian BPF objects are not supported (little-endian ones are)",
    });
  });

  test("a kernel module is refused", () => {
    expect(problemWith(fixture("fixtures/logger.ko"))).toMatchObject({ offset: 18, message: "not a BPF object: made for x86_64" });
  });

  test.each(["uapi", "tracing", "legacy", "linked", "opaque"])(
    "%s, cut short anywhere, is refused with a place",
    { timeout: 60_000 },
    (name) => {
      const bytes = object(name);
      for (let length = 0; length < bytes.length; length++) {
        const problem = problemWith(bytes.subarray(0, length));
        expect(problem, `${length} of ${bytes.length} bytes`).toBeDefined();
        expect(problem!.offset, `${length} of ${bytes.length} bytes: ${problem!.message}`).toBeTypeOf("number");
      }
    },
  );

  test.each([
    ["linked", 5],
    ["legacy", 3],
    ["uapi", 13],
    ["tracing", 61],
  ])("%s with a damaged byte is read or refused, whichever byte", { timeout: 60_000 }, (name, step) => {
    const bytes = object(name);
    let refused = 0;
    for (const value of [0, 0xff]) {
      for (let at = 0; at < bytes.length; at += step) {
        const copy = bytes.slice();
        copy[at] = value;
        if (problemWith(copy)) refused++;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / step / 10);
  });

  test("a call into nowhere is refused", () => {
    // The call of a helper becomes one of the object's own function, 4,096 instructions further on.
    const bytes = patched("uapi", "xdp/devmap", 88, 0x1085, 4096);
    expect(problemWith(bytes)).toMatchObject({ section: "xdp/devmap", message: "a call that leads to no function" });
  });

  test("a function that is no whole number of instructions, or ends past its section, is refused", () => {
    const bytes = object("uapi");
    const view = new DataView(bytes.buffer);
    const headers = Number(view.getBigUint64(40, true));
    const table = Array.from({ length: view.getUint16(60, true) }, (_, index) => headers + 64 * index).find(
      (at) => view.getUint32(at + 4, true) === 2,
    )!;
    const symbols = Number(view.getBigUint64(table + 24, true));
    const functions = Array.from({ length: Number(view.getBigUint64(table + 32, true)) / 24 }, (_, index) => symbols + 24 * index).filter(
      (at) => (bytes[at + 4]! & 15) === 2,
    );
    expect(functions.length).toBe(5);
    for (const size of [0, 4, 1 << 20]) {
      const copy = bytes.slice();
      new DataView(copy.buffer).setUint32(functions[0]! + 16, size, true);
      expect(problemWith(copy)?.message).toMatch(/^function \w+, \d+ bytes from byte 0, is no run of instructions of \d+ bytes$/);
    }
  });
});

describe("objects inside other files", () => {
  const [uapi, legacy, big] = [object("uapi"), object("legacy"), object("big-endian")];
  const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
  const found = (bytes: Uint8Array): string[] => carve(bytesSource("x", bytes)).map(({ offset, source }) => `${offset} ${source.size}`);

  test("a file that is an object holds itself", () => {
    expect(found(uapi)).toEqual([`0 ${uapi.length}`]);
  });

  test("several, wherever they begin and whatever lies between them, of either byte order", () => {
    const bytes = joined(
      new Uint8Array(3).fill(0x7f),
      uapi,
      new Uint8Array(5),
      legacy,
      legacy,
      Buffer.from("\x7fELF\x02\x01\x01"),
      big,
      new Uint8Array(99),
    );
    const second = 3 + uapi.length + 5;
    expect(found(bytes)).toEqual([
      `3 ${uapi.length}`,
      `${second} ${legacy.length}`,
      `${second + legacy.length} ${legacy.length}`,
      `${second + 2 * legacy.length + 7} ${big.length}`,
    ]);
    const [first] = carve(bytesSource("x", bytes));
    expect(Buffer.from(first!.source.read(0, first!.source.size)).equals(Buffer.from(uapi))).toBe(true);
    expect(parseBpfObject(first!.source, names).programs.length).toBe(4);
  });

  test("one that lies over the edge of what is read at once, at each place near it", () => {
    for (let before = (1 << 20) - 70; before < (1 << 20) + 6; before++) {
      expect(found(joined(new Uint8Array(before), legacy))).toEqual([`${before} ${legacy.length}`]);
    }
  });

  test("what lies within an object is not searched, however far it reaches", () => {
    const bytes = joined(new Uint8Array(3 << 20), uapi, new Uint8Array(1 << 20));
    const view = new DataView(bytes.buffer);
    const [table, inside] = [64, 3 << 20];
    // An object of one section, which reaches to the last byte but 99.
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    view.setUint16(16, 1, true);
    view.setUint16(18, 247, true);
    view.setBigUint64(40, BigInt(table), true);
    view.setUint16(58, 64, true);
    view.setUint16(60, 1, true);
    view.setUint32(table + 4, 1, true);
    view.setBigUint64(table + 32, BigInt(bytes.length - 99), true);
    expect(found(bytes)).toEqual([`0 ${bytes.length - 99}`]);
    expect(found(bytes.subarray(1))).toEqual([`${inside - 1} ${uapi.length}`]);
  });

  test("one that is not all there is none", () => {
    expect(found(uapi.subarray(0, -1))).toEqual([]);
    expect(found(joined(new Uint8Array(1000), uapi.subarray(0, 64)))).toEqual([]);
    expect(found(fixture("fixtures/logger.ko"))).toEqual([]);
    expect(found(new Uint8Array(0))).toEqual([]);
  });

  test("a file of nothing but headers that share one table is refused, not read for ever", () => {
    const count = 1 << 14;
    const bytes = new Uint8Array(64 * count);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < count / 2; index++) {
      const at = 64 * index;
      bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], at);
      view.setUint16(at + 16, 1, true);
      view.setUint16(at + 18, 247, true);
      view.setBigUint64(at + 40, 64n, true);
      view.setUint16(at + 58, 64, true);
      view.setUint16(at + 60, 8000, true);
      // Read as a section header: of a type that has bytes, more than there are.
      view.setUint32(at + 4, 1, true);
      view.setBigUint64(at + 32, 1n << 40n, true);
      bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], at);
    }
    let reads = 0;
    const counted: ByteSource = {
      name: "x",
      size: bytes.length,
      read: (offset, length) => {
        reads += length;
        return bytes.subarray(offset, offset + length);
      },
    };
    expect(() => carve(counted)).toThrow("more headers of BPF objects than the file can hold");
    expect(reads).toBeLessThan(4 * bytes.length);
  });
});
