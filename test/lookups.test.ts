import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bytesSource } from "../src/inputs/bytes.ts";
import { parseElf } from "../src/inputs/elf/elf.ts";
import { relocationTables } from "../src/inputs/elf/relocations.ts";
import { openSymbols } from "../src/inputs/elf/symbols.ts";
import type { LookupDoors, NameLookup } from "../src/inputs/lookups/doors.ts";
import { findLookups } from "../src/inputs/lookups/lookups.ts";
import { InputError } from "../src/shared/input-error.ts";
import { parseYaml } from "../src/shared/yaml.ts";

const here = (path: string): URL => new URL(path, import.meta.url);
const { doors } = parseYaml(readFileSync(here("../rules/data/lookups.yaml"), "utf8"), "lookups.yaml").value as { doors: LookupDoors };
const fixtures = readdirSync(here("fixtures")).filter((file) => /^lookup-.*\.ko$/.test(file));
const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(here(`fixtures/${file}`)));

const lookupsIn = (bytes: Uint8Array, table: LookupDoors = doors): readonly NameLookup[] => {
  const elf = parseElf(bytesSource("x.ko", bytes));
  return findLookups(elf, openSymbols(elf)!, table);
};

/** One line for each: the function of the module, the door, the name, how sure. */
const shown = (lookups: readonly NameLookup[]): string[] =>
  lookups
    .map(({ function: owner, door, name, evidence, kind }) => {
      const what = name === undefined ? "?" : kind === "module" ? `module ${name}` : name;
      return `${owner}: ${door} ${what}${name === undefined ? "" : ` (${evidence})`}`;
    })
    .sort();

const CALLS = [
  "lookup_each: kallsyms_on_each_symbol ?",
  "lookup_either: kallsyms_lookup_name del_timer_sync (call)",
  "lookup_either: kallsyms_lookup_name timer_delete_sync (call)",
  "lookup_module: __request_module ?",
  "lookup_module: __request_module module nf_conntrack (call)",
  "lookup_plain: kallsyms_lookup_name find_task_by_vpid (call)",
  "lookup_symbol_get: __symbol_get drm_open (call)",
  "lookup_table: kallsyms_lookup_name set_memory_rw (call)",
  "lookup_table: kallsyms_lookup_name set_memory_x (call)",
  "lookup_unknown: kallsyms_lookup_name ?",
  "lookup_wrapped: kallsyms_lookup_name init_mm (call)",
  "lookup_wrapped: kallsyms_lookup_name tasklist_lock (call)",
];

describe("names that a module looks up at run time", () => {
  test("handed over in a call, through a function of its own, chosen from two, from a constant table", () => {
    expect(shown(lookupsIn(bytesOf("lookup-call.ko")))).toEqual(CALLS);
  });

  test("the same for arm64", () => {
    expect(shown(lookupsIn(bytesOf("lookup-arm64.ko")))).toEqual(CALLS);
  });

  test("in a struct kprobe, by the linker or by code; one that is handed to nobody is a candidate", () => {
    expect(shown(lookupsIn(bytesOf("lookup-kprobe.ko")))).toEqual([
      "probe_allocated: register_kprobe do_filp_open (struct)",
      "probe_both: register_kprobes vfs_read (struct)",
      "probe_both: register_kprobes vfs_write (struct)",
      "probe_fixed: register_kprobe do_fork (struct)",
      "probe_fixed: register_kretprobe kernel_clone (struct)",
      "probe_later: register_kprobe do_exit (struct)",
      "probe_on_stack: register_kprobe do_mmap (struct)",
      "probe_unknown: register_kprobe ?",
      "probe_unknown: register_kprobe never_registered (string)",
    ]);
  });

  test("through kallsyms_lookup_name where a kprobe found it, and not through another pointer", () => {
    expect(shown(lookupsIn(bytesOf("lookup-trick.ko")))).toEqual([
      "trick_init: kallsyms_lookup_name sys_call_table (call)",
      "trick_init: register_kprobe kallsyms_lookup_name (struct)",
      "trick_later: kallsyms_lookup_name commit_creds (call)",
    ]);
  });

  test("through a kallsyms_lookup_name of the module's own, inlined where it is used", () => {
    expect(shown(lookupsIn(bytesOf("lookup-own.ko")))).toEqual([
      "own_init: kallsyms_lookup_name get_task_mm (call)",
      "own_init: kallsyms_lookup_name task_work_add (call)",
    ]);
  });

  test("a module without such functions has none, and its relocations are not read", () => {
    expect(lookupsIn(bytesOf("logger.ko"))).toEqual([]);
    expect(lookupsIn(bytesOf("lookup-call.ko"), { register_kprobe: doors["register_kprobe"]! })).toEqual([]);
  });

  test("each known name stands at a relocation, each unknown one at a call", () => {
    for (const file of fixtures) {
      const bytes = bytesOf(file);
      const elf = parseElf(bytesSource(file, bytes));
      const places = new Set(
        relocationTables(elf).flatMap(({ target, read }) => [...read().offsets].map((offset) => `${target.name}+${offset}`)),
      );
      for (const { name, section, offset } of lookupsIn(bytes))
        if (name !== undefined) expect(places, `${file}: ${name}`).toContain(`${section}+${offset}`);
    }
    expect(fixtures.length).toBe(5);
  });
});

describe("where code cannot be followed", () => {
  /** lookup-call.ko with another machine in its header: relocations keep their meaning as far as it is used. */
  const foreign = (): Uint8Array => {
    const bytes = bytesOf("lookup-call.ko");
    new DataView(bytes.buffer).setUint16(18, 243, true);
    return bytes;
  };

  test("nothing is claimed: a door is called, and strings just before are at most candidates", () => {
    const lookups = lookupsIn(foreign());
    expect(new Set(lookups.map(({ door }) => door))).toEqual(
      new Set(["__request_module", "__symbol_get", "kallsyms_lookup_name", "kallsyms_on_each_symbol"]),
    );
    for (const { name, evidence } of lookups) expect(name === undefined || evidence === "string").toBe(true);
  });

  test("code that is not code leads to candidates at most", () => {
    const bytes = bytesOf("lookup-call.ko");
    const text = parseElf(bytesSource("x.ko", bytes)).sections.find(({ name }) => name === ".text")!;
    bytes.fill(0x06, text.offset, text.offset + text.size);
    const lookups = lookupsIn(bytes);
    expect(lookups.length).toBeGreaterThan(0);
    for (const { name, evidence } of lookups) expect(name === undefined || evidence === "string").toBe(true);
  });
});

test("any damage gives an InputError or other results, in bounded time", () => {
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let [read, refused] = [0, 0];
  for (const file of fixtures) {
    const original = bytesOf(file);
    const sections = parseElf(bytesSource(file, original)).sections.filter(({ name, size }) => size > 0 && !name.includes("debug"));
    for (let round = 0; round < 150; round++) {
      const bytes = original.slice();
      for (let i = random(8); i >= 0; i--) {
        const { offset, size } = sections[random(sections.length)]!;
        bytes[Math.min(offset + random(size), bytes.length - 1)] = random(256);
      }
      try {
        lookupsIn(bytes);
        read++;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        refused++;
      }
    }
  }
  expect(read).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(10);
});
