import { execFileSync } from "node:child_process";
import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { basename, join, normalize } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bytesSource, type ByteSource } from "../../src/inputs/bytes.ts";
import { carve } from "../../src/inputs/bpf/embedded.ts";
import type { BpfFacts, BpfSite } from "../../src/inputs/bpf/facts.ts";
import { parseBpfObject, type BpfNames } from "../../src/inputs/bpf/object.ts";
import { parseYaml } from "../../src/shared/yaml.ts";

// BPF objects that Debian compiled, held against libbpf's own debug log, LLVM's disassembler and a reader of its own (bpf-facts.py).

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const here = (script: string): string => new URL(`prepare/${script}`, import.meta.url).pathname;
const groupBy = <T>(list: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const each of list) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
};
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
const out = (command: string, args: readonly string[], input?: string): string =>
  execFileSync(command, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "ignore"],
    ...(input !== undefined && { input }),
  });

const names = parseYaml(readFileSync(new URL("../../rules/data/bpf.yaml", import.meta.url), "utf8"), "rules/data/bpf.yaml")
  .value as BpfNames;

/** What bpf-facts.py prints of an object. */
interface RawFacts {
  readonly helpers: Readonly<Record<string, readonly string[]>>;
  readonly dead: Readonly<Record<string, readonly string[]>>;
  readonly maps: readonly (readonly [string, number])[];
  readonly undefined: Readonly<Record<string, boolean>>;
  readonly licence: string | null;
}
interface RealObject {
  readonly name: string;
  readonly facts: BpfFacts;
  readonly raw: RawFacts;
  /** What libbpf said while it opened the object, in order. */
  readonly log: readonly string[];
  /** Why it did not open it to the end. */
  readonly refused?: string;
}

let carved: readonly { readonly object: string; readonly file: string; readonly offset: number; readonly size: number }[] = [];
let objects: readonly RealObject[] = [];

/** libbpf's debug log; it opens an object and loads nothing. */
const openedBy = (path: string): Pick<RealObject, "log" | "refused"> => {
  const run = (): string =>
    execFileSync("sh", ["-c", '"$1" -d gen skeleton "$2" name x 2>&1 >/dev/null', "sh", join(WORK, "bpf/bpftool"), path], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
  const text = ((): string => {
    try {
      return run();
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  })();
  const log = lines(text).map((line) => line.replace(/^libbpf: /, ""));
  return log.at(-1)?.startsWith("Error: failed to open") ? { log, refused: log.at(-2)! } : { log };
};

beforeAll(() => {
  execFileSync(here("bpf-objects.sh"), [WORK], { stdio: ["ignore", "inherit", "inherit"] });
  carved = lines(readFileSync(join(WORK, "bpf/objects.tsv"), "utf8")).map((line) => {
    const [object, file, offset, size] = line.split("\t") as [string, string, string, string];
    return { object, file, offset: Number(offset), size: Number(size) };
  });
  const paths = carved.map(({ object }) => join(WORK, object));
  const raw = lines(out("python3", [here("bpf-facts.py"), ...paths])).map((line) => JSON.parse(line) as RawFacts);
  objects = paths.map((path, index) => ({
    name: path.split("/").slice(-2).join("/"),
    facts: parseBpfObject(bytesSource(path, readFileSync(path)), names),
    raw: raw[index]!,
    ...openedBy(path),
  }));
  expect(objects.length).toBeGreaterThanOrEqual(150);
});

const matches = (log: readonly string[], pattern: RegExp): readonly (readonly string[])[] =>
  log.flatMap((line) => {
    const match = pattern.exec(line);
    return match ? [match.slice(1)] : [];
  });

/** Objects whose log ends before the point in question, and why, one line for each reason. */
const explain = (what: string, left: readonly RealObject[]): void => {
  const reasons = groupBy(left, ({ refused }) => refused!.replace(/'[^']*'/g, "'…'"));
  for (const [reason, of] of reasons)
    console.log(`${what}: ${of.length} left to bpf-facts.py, for libbpf stops: ${reason} (${of[0]!.name} …)`);
};

describe("what stands in a real object", () => {
  test("programs, with their sections, are those that libbpf finds", () => {
    let compared = 0;
    // An object with a section `maps` is refused when that section is reached: what follows it is not listed.
    const [whole, left] = [
      objects.filter(({ refused }) => !refused?.includes("legacy map")),
      objects.filter(({ refused }) => refused?.includes("legacy map")),
    ];
    const listed = ({ log }: RealObject): string[] =>
      matches(log, /^sec '(.*)': found program '(.*)' at insn offset/)
        .filter(([section]) => section !== ".text")
        .map(([section, name]) => `${section} ${name}`);
    const mine = ({ facts }: RealObject): string[] => facts.programs.map(({ section, name }) => `${section} ${name}`);
    for (const object of whole) {
      expect(mine(object).sort(), object.name).toEqual(listed(object).sort());
      compared += object.facts.programs.length;
    }
    for (const object of left) expect(mine(object), object.name).toEqual(expect.arrayContaining(listed(object)));
    console.log(
      `programs (libbpf): ${compared} in ${whole.length} objects, 0 different; ${left.length} objects with a section maps only in part`,
    );
    expect(compared).toBeGreaterThan(1000);
  });

  test("helpers are called at exactly the instructions that a count of bytes finds", () => {
    let calls = 0;
    for (const { name, facts, raw } of objects) {
      const mine = Object.fromEntries(
        facts.helpers.map(({ id, sites }) => [id, sites.map(({ section, offset }) => `${section}+${offset}`).sort()]),
      );
      const expected = Object.fromEntries(Object.entries(raw.helpers).map(([id, places]) => [id, places.toSorted()]));
      expect(mine, name).toEqual(expected);
      // Code that the linker left over from weak functions: none here, else it would have to be told.
      expect(raw.dead, name).toEqual({});
      for (const { id, name: helper } of facts.helpers) expect(helper, `${name}: helper ${id}`).toMatch(/^bpf_/);
      calls += facts.helpers.reduce((sum, { sites }) => sum + sites.length, 0);
    }
    console.log(`helper calls (count of instructions): ${calls} in ${objects.length} objects, 0 different`);
    expect(calls).toBeGreaterThan(5000);
  });

  test("kernel functions, variables and configuration values are libbpf's externs", () => {
    let compared = 0;
    const opened = objects.filter(({ log }) => log.some((line) => /^collected \d+ externs/.test(line)));
    for (const { name, facts, raw, log } of opened) {
      const listed = (kind: string): string[] =>
        matches(log, new RegExp(`^extern \\(${kind}\\) #\\d+: symbol \\d+,.* name (.*)$`)).map(([extern]) => extern!);
      const inSection = (section: string): string[] => facts.externs.filter((each) => each.section === section).map((each) => each.name);
      expect([...facts.kfuncs.map((each) => each.name), ...inSection(".ksyms")].sort(), name).toEqual(listed("ksym").sort());
      expect(inSection(".kconfig").sort(), name).toEqual(listed("kcfg").sort());
      const all = [...facts.kfuncs, ...facts.externs];
      expect(Object.fromEntries(all.map((each) => [each.name, each.weak])), name).toEqual(raw.undefined);
      compared += all.length;
    }
    explain(
      "externs",
      objects.filter((each) => !opened.includes(each)),
    );
    console.log(`externs (libbpf): ${compared} in ${opened.length} objects, 0 different`);
    expect(compared).toBeGreaterThan(100);
  });

  test("maps have the types that libbpf finds, inner maps too; those of old sections what a reader of structs finds", () => {
    let [compared, legacy] = [0, 0];
    for (const { name, facts, raw, log } of objects) {
      const declared = facts.maps.filter((each) => !each.legacy).map((each) => `${each.name} ${each.type}`);
      expect(declared.sort(), name).toEqual(
        matches(log, /^map '(.*)': found type = (\d+)\.$/)
          .map((match) => match.join(" "))
          .sort(),
      );
      const old = facts.maps.filter((each) => each.legacy).map((each) => `${each.name} ${each.type}`);
      expect(old.sort(), name).toEqual(raw.maps.map((map) => map.join(" ")).sort());
      for (const { typeName } of facts.maps) expect(typeName, name).toMatch(/^BPF_MAP_TYPE_/);
      compared += declared.length;
      legacy += old.length;
    }
    console.log(`maps (libbpf): ${compared}, of old sections (bpf-facts.py): ${legacy}, in ${objects.length} objects, 0 different`);
    expect(compared).toBeGreaterThan(400);
    expect(legacy).toBeGreaterThan(10);
  });

  test("variables of struct_ops and their callbacks are libbpf's", () => {
    let compared = 0;
    for (const { name, facts, log } of objects) {
      const variables = matches(log, /^struct_ops init: struct (\w+)\(type_id=\d+\) (\w+) found at offset \d+$/).map(
        ([type, variable]) => `${type} ${variable}`,
      );
      expect(facts.structOps.map(({ type, variable }) => `${type} ${variable}`).sort(), name).toEqual(variables.sort());
      const callbacks = matches(log, /^struct_ops reloc (\w+): for .* \('(\w+)'\)$/).map(([variable, program]) => `${variable} ${program}`);
      expect(
        facts.structOps.flatMap(({ variable, callbacks: own }) => own.map(({ program }) => `${variable} ${program}`)).sort(),
        name,
      ).toEqual(callbacks.sort());
      compared += callbacks.length;
    }
    console.log(`callbacks of struct_ops (libbpf): ${compared}, 0 different`);
    expect(compared).toBeGreaterThan(30);
  });

  test("licences are what libbpf reads, and what the bytes of the section say", () => {
    let compared = 0;
    for (const { name, facts, raw, log } of objects) {
      expect(facts.licence ?? null, name).toBe(raw.licence);
      const [listed] = matches(log, /^license of x is (.*)$/);
      if (!listed) continue;
      expect(facts.licence, name).toBe(listed[0]);
      compared++;
    }
    console.log(`licences: ${objects.length} (bpf-facts.py), ${compared} of them also by libbpf, 0 different`);
    expect(compared).toBeGreaterThan(objects.length * 0.9);
  });

  test("lines are those of the DWARF that some objects still have", () => {
    let [compared, withDwarf] = [0, 0];
    for (const [index, { name, facts }] of objects.entries()) {
      const expected = dwarfLines(join(WORK, carved[index]!.object));
      if (expected.size === 0) continue;
      withDwarf++;
      const sites: readonly BpfSite[] = [
        ...[...facts.helpers, ...facts.kfuncs, ...facts.externs].flatMap((each) => each.sites),
        ...facts.relocations.map((each) => each.site),
      ];
      for (const { section, offset, file, line } of sites) {
        const place = expected.get(`${section}+${offset}`);
        expect(place, `${name} ${section}+${offset}`).toBeDefined();
        // LLVM puts the folder that the compiler ran in before a relative name.
        expect(
          `/${normalize(place!)}`.endsWith(`/${normalize(`${file}:${line}`)}`),
          `${name} ${section}+${offset}: ${file}:${line} is not ${place}`,
        ).toBe(true);
        compared++;
      }
    }
    console.log(`places (llvm-objdump -l): ${compared} in ${withDwarf} objects with DWARF, 0 different`);
    expect(compared).toBeGreaterThan(3000);
  });
});

/** The line of each instruction, by section and offset. */
const dwarfLines = (path: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  let [section, place] = ["", ""];
  for (const text of out("llvm-objdump", ["-d", "-l", "--no-show-raw-insn", path]).split("\n")) {
    const [head, where, instruction] = [/^Disassembly of section (.*):$/.exec(text), /^; (.*:\d+)$/.exec(text), /^ *(\d+):\t/.exec(text)];
    if (head) [section, place] = [head[1]!, ""];
    else if (where) place = where[1]!;
    else if (instruction && place !== "") found.set(`${section}+${Number(instruction[1]) * 8}`, place);
  }
  return found;
};

/** A file that is read where it is asked for, as the command does. */
const fileSource = (path: string): ByteSource & { close(): void } => {
  const fd = openSync(path, "r");
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    expect(readSync(fd, bytes, 0, length, offset)).toBe(length);
    return bytes;
  };
  return { name: path, size: fstatSync(fd).size, read, close: () => closeSync(fd) };
};

test("the objects inside every file of the packages are those that the script carves, byte for byte", () => {
  const expected = groupBy(carved, ({ file }) => file);
  let [files, bytes] = [0, 0];
  for (const folder of readdirSync(WORK).filter((name) => /^bpf-(trixie|sid)-/.test(name))) {
    for (const each of readdirSync(join(WORK, folder), { recursive: true, encoding: "utf8" })) {
      const path = join(folder, each);
      if (!lstatSync(join(WORK, path)).isFile()) continue;
      const source = fileSource(join(WORK, path));
      const mine = carve(source);
      const wanted = (expected.get(path) ?? []).toSorted((a, b) => a.offset - b.offset);
      expect(
        mine.map(({ offset, source: { size } }) => ({ offset, size })),
        path,
      ).toEqual(wanted.map(({ offset, size }) => ({ offset, size })));
      for (const [index, image] of mine.entries())
        expect(Buffer.from(image.source.read(0, image.source.size)).equals(readFileSync(join(WORK, wanted[index]!.object))), path).toBe(
          true,
        );
      files++;
      bytes += source.size;
      source.close();
    }
  }
  console.log(`carved: ${carved.length} objects out of ${files} files (${(bytes / 1e6).toFixed(0)} MB), the same bytes`);
  expect(files).toBeGreaterThan(500);
});

const SERIES = ["5.10", "6.1", "6.12", "7.3"] as const;

/** The enumerators of a release's <linux/bpf.h>, by way of a compiler and bpftool. */
const enumerators = (series: string): ReadonlyMap<string, number> => {
  const [source, object] = [join(WORK, "bpf", `uapi-${series}.c`), join(WORK, "bpf", `uapi-${series}.o`)];
  writeFileSync(source, "#include <linux/bpf.h>\nenum bpf_func_id a;\nenum bpf_map_type b;\nenum bpf_prog_type c;\n");
  const include = join(WORK, `bpf-uapi-${series}/usr/include`);
  out("clang", ["-target", "bpf", "-g", "-I", include, "-idirafter", "/usr/include/x86_64-linux-gnu", "-c", "-o", object, source]);
  const dump = out("bpftool", ["btf", "dump", "file", object, "format", "raw"]);
  return new Map([...dump.matchAll(/^\t'(\w+)' val=(\d+)$/gm)].map((match) => [match[1]!, Number(match[2])]));
};

describe("rules/data/bpf.yaml", () => {
  const tables = [
    { list: names.helpers, spelt: (name: string) => name.replace(/^bpf_/, "BPF_FUNC_"), prefix: "BPF_FUNC_" },
    { list: names.mapTypes, spelt: (name: string) => name, prefix: "BPF_MAP_TYPE_" },
    { list: names.programTypes, spelt: (name: string) => name, prefix: "BPF_PROG_TYPE_" },
  ];

  test("has every number of the newest header, each since the first release that has it", () => {
    const headers = new Map(SERIES.map((series) => [series, enumerators(series)]));
    let compared = 0;
    for (const { list, spelt, prefix } of tables) {
      for (const { number, name, since } of list) {
        const having = SERIES.filter((series) => headers.get(series)!.get(spelt(name)) === number);
        expect(having, name).toEqual(SERIES.slice(SERIES.indexOf(since as (typeof SERIES)[number])));
        compared++;
      }
      const newest = [...headers.get("7.3")!].filter(([name]) => name.startsWith(prefix) && !/_(unspec|UNSPEC)$/.test(name));
      expect([...new Set(newest.map(([, number]) => number))].sort((a, b) => a - b)).toEqual(list.map(({ number }) => number));
    }
    console.log(`numbers of <linux/bpf.h> (clang, bpftool): ${compared} in ${SERIES.join(", ")}, 0 different`);
    expect(compared).toBeGreaterThan(270);
  });

  test("tells program types by the names of sections as libbpf does", () => {
    const all = names.sections.flatMap(({ section, rest, type }) =>
      [section, ...(rest ? [`${section}/rest`] : [])].map((name) => ({ name, type })),
    );
    const told = new Map(
      lines(out(join(WORK, "bpf/run"), [join(WORK, "bpf/sections")], all.map(({ name }) => `${name}\n`).join(""))).map(
        (line) => line.split("\t") as [string, string],
      ),
    );
    // Names that only libbpf 1.8 has, which is inside bpftool and not packaged alone: that they are there is all that can be seen.
    const inBpftool = readFileSync(join(WORK, "bpf-tools/usr/sbin/bpftool"), "latin1");
    const newer = new Set<string>();
    for (const { name, type } of all) {
      const number = names.programTypes.find((each) => each.name === `BPF_PROG_TYPE_${type.toUpperCase()}`)!.number;
      if (told.get(name) === "-1") newer.add(name.replace(/\/rest$/, ""));
      else expect(told.get(name), name).toBe(String(number));
    }
    for (const name of newer) expect(inBpftool, name).toContain(`\0${name}+\0`);
    const known = new Set(names.sections.filter(({ rest }) => rest).map(({ section }) => section));
    const listed = [...inBpftool.matchAll(/\0([a-z_]{2,}(?:\.[a-z]+)*)\+(?=\0)/g)].map((match) => match[1]!);
    expect(listed.filter((name) => !known.has(name))).toEqual([]);
    console.log(
      `section names (libbpf): ${all.length - newer.size} told alike; newer than libbpf1: ${[...newer].join(", ")}; ${listed.length} seen in ${basename("usr/sbin/bpftool")}`,
    );
    expect(newer.size).toBeLessThan(20);
  });
});
