import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bytesSource } from "../../src/inputs/bytes.ts";
import { parseElf } from "../../src/inputs/elf/elf.ts";
import { openSymbols } from "../../src/inputs/elf/symbols.ts";
import type { LookupDoors, NameLookup } from "../../src/inputs/lookups/doors.ts";
import { findLookups } from "../../src/inputs/lookups/lookups.ts";
import { parseYaml } from "../../src/shared/yaml.ts";

// What a SystemTap module reaches by name, held against the source that SystemTap wrote and its runtime.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const here = (path: string): string => new URL(path, import.meta.url).pathname;
const { doors } = parseYaml(readFileSync(here("../../rules/data/lookups.yaml"), "utf8"), "lookups.yaml").value as { doors: LookupDoors };

beforeAll(() => {
  execFileSync(here("prepare/systemtap.sh"), [WORK, here("../../examples/systemtap/opens.stp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
});

/** kallsyms_lookup_name("…") in runtime 4.8 as far as its configuration for 6.1 compiles it. */
const LOOKED_UP = [
  "__lock_task_sighand",
  "_stext",
  "copy_to_kernel_nofault",
  "get_mm_exe_file",
  "signal_wake_up",
  "signal_wake_up_state",
  "task_work_cancel_func",
  "uprobe_get_swbp_addr",
  "wake_up_state",
];

const names = (lookups: readonly NameLookup[], wanted: (each: NameLookup) => boolean): string[] =>
  [...new Set(lookups.filter(wanted).flatMap(({ name }) => name ?? []))].sort();

describe.each(["stap_opens", "stap_opens_dwarf"])("%s.ko", (module) => {
  const lookups = (): readonly NameLookup[] => {
    const elf = parseElf(bytesSource(module, new Uint8Array(readFileSync(join(WORK, "modules", `${module}.ko`)))));
    return findLookups(elf, openSymbols(elf)!, doors);
  };

  test("each name that it looks up was seen in its call, and no other is claimed", () => {
    expect(names(lookups(), ({ evidence }) => evidence !== "string")).toEqual(LOOKED_UP);
    expect(names(lookups(), ({ door, evidence }) => door === "kallsyms_lookup_name" && evidence === "call")).toEqual(LOOKED_UP);
  });

  test("the probed function is a candidate: the runtime copies its name from a table of its own", () => {
    expect(names(lookups(), ({ evidence }) => evidence === "string")).toEqual(["do_sys_openat2", "stap_self_tmp_value"]);
  });

  test("no name can be known where the runtime registers what its table says", () => {
    const unknown = lookups().filter(({ name }) => name === undefined);
    expect(new Set(unknown.map(({ door }) => door))).toEqual(new Set(["kallsyms_on_each_symbol", "register_kprobe", "register_kretprobe"]));
  });
});
