import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { nodeHost, type Host } from "../src/cli/host.ts";
import { sourceTree } from "../src/cli/source-tree.ts";
import { declarationsOf } from "../src/cli/kernel-declarations.ts";
import { readDeb } from "../src/cli/kernel-deb.ts";
import { parseAr } from "../src/inputs/ar.ts";
import { parseBtf } from "../src/inputs/btf/btf.ts";
import { bytesSource, readBytes, type ByteSource } from "../src/inputs/bytes.ts";
import { readConditionals } from "../src/inputs/conditionals.ts";
import { decompressed } from "../src/inputs/container.ts";
import { openSections } from "../src/inputs/dwarf/sections.ts";
import { parseElf, type Elf, type Section } from "../src/inputs/elf/elf.ts";
import { relocationTables } from "../src/inputs/elf/relocations.ts";
import { openSymbols } from "../src/inputs/elf/symbols.ts";
import { parseModule } from "../src/inputs/module.ts";
import { parseTar } from "../src/inputs/tar.ts";
import { openKernelBtf } from "../src/kernels/btf/kernel-btf.ts";
import { undecided, nextLevel, openLevel, type Level } from "../src/kernels/c/condition-text.ts";
import { learnAttributes } from "../src/kernels/c/scan.ts";
import { parseList } from "../src/kernels/lists/parse.ts";
import { compileIgnored, parseDebianIgnores } from "../src/kernels/lists/ignored.ts";
import { parseSeverities } from "../src/kernels/lists/severities.ts";
import { parseSymvers } from "../src/kernels/symvers.ts";
import { parseBaseline, renderBaseline } from "../src/policy/baseline.ts";
import { reader } from "../src/policy/reader.ts";
import { resolvePolicy } from "../src/policy/resolve.ts";
import { compileGlobs, globProblem } from "../src/shared/glob.ts";
import { InputError, type Problem } from "../src/shared/input-error.ts";
import * as limits from "../src/shared/limits.ts";
import { parseYaml } from "../src/shared/yaml.ts";
import { validate } from "../src/shared/validate.ts";
import { Manifest, parseManifest } from "../src/inputs/manifest.ts";
import { sourceRoot } from "../src/usage/source-root.ts";
import { makeElf, makeModule, rela, type MadeSection } from "./fuzz/elf.ts";
import { arMember, tarEnd, tarHeader, tarMember } from "./fuzz/made.ts";
import { bytesOf, lineProgram, sized, u16, u32, u64, unit, type Part } from "./support/dwarf-object.ts";

const folder = mkdtempSync(join(tmpdir(), "abi-lint-limits-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong; nothing where nothing is. Anything but an InputError fails the test. */
const problemsOf = async (read: () => unknown): Promise<readonly Problem[]> => {
  try {
    await read();
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
};
const messageOf = async (read: () => unknown): Promise<string | undefined> => (await problemsOf(read))[0]?.message;

const times = (count: number, section: MadeSection): readonly MadeSection[] => Array.from({ length: count }, () => section);
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
/** A file of any size that holds nothing but its first bytes: what is read of it is as short as they are. */
const hollow = (size: number, head: readonly number[] = []): ByteSource => ({
  name: "x",
  size,
  read: (offset, length) => (offset === 0 ? Uint8Array.from(head).subarray(0, length) : new Uint8Array(0)),
});
const GZIP = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0];

/** A module that takes one symbol at so many places. */
const taking = (places: number): Uint8Array =>
  makeModule({ symbols: { count: 1, of: () => ({ name: 1 }) }, relocations: rela(places, (i) => ({ offset: i % 64, symbol: 1 })) });
const facts = (module: Uint8Array, options: Parameters<typeof parseModule>[1] = {}): unknown =>
  parseModule(bytesSource("x.ko", module), options);
const DOORS = { kallsyms_lookup_name: { takes: "name", argument: 1 } } as const;

/** A section of an object of which nothing else is there. */
const elfOf = (section: Partial<Section>, content: (length: number) => Uint8Array): Elf => {
  const whole: Section = { index: 1, name: ".x", type: 1, flags: 2, offset: 0, size: 0, link: 1, info: 1, entsize: 0, ...section };
  const source: ByteSource = { name: "x", size: Number.MAX_SAFE_INTEGER, read: (_, length) => content(length) };
  const empty: Section = { ...whole, index: 0, name: "", size: 64, type: 0 };
  return {
    source,
    is64: true,
    little: true,
    machine: 62,
    arch: "x86_64",
    sections: [empty, whole, { ...whole, index: 2, type: 1, size: 64 }],
    named: new Map(),
  };
};

// A function at .text 0 with `depth` calls inlined into each other, all of its code theirs.
const ABBREVIATIONS: Part = [
  [1, 0x11, 1, [0x10, 0x17], [0x11, 0x01], [0x12, 0x06], 0, 0],
  [2, 0x2e, 1, [0x03, 0x08], [0x11, 0x01], [0x12, 0x06], 0, 0],
  [3, 0x1d, 1, [0x11, 0x01], [0x12, 0x06], [0x31, 0x13], 0, 0],
  0,
];
const CODE = 40_000;
const LINES = lineProgram({}, [0, 9, 2, u64(0)], [3, 2], 1, [2, 0xc0, 0xb8, 0x02], [0, 1, 1]);
const inlined = (depth: number, places: number): Uint8Array => {
  const calls: Part[] = Array.from({ length: depth }, () => [3, u64(0), u32(CODE), u32(28)]);
  const info = unit([1, u32(0), u64(0), u32(CODE)], [2, "f", u64(0), u32(CODE)], calls, Array<number>(depth).fill(0), 0, 0);
  const addresses = rela(2 + depth, (i) => ({ offset: i === 0 ? 16 : i === 1 ? 31 : 44 + 17 * (i - 2), symbol: 2, type: 1 }));
  return makeModule({
    text: new Uint8Array(CODE),
    symbols: { count: 2, of: (i) => (i === 0 ? { name: 1 } : { section: 4, type: 3 }) },
    relocations: rela(places, (i) => ({ offset: i * 8, symbol: 1 })),
    more: [
      { name: ".debug_abbrev", bytes: bytesOf(ABBREVIATIONS) },
      { name: ".debug_info", bytes: info },
      { name: ".debug_line", bytes: LINES },
      { name: ".rela.debug_info", bytes: addresses, type: 4, link: 2, info: 7 },
    ],
  });
};

/** An object with debug information of a unit whose compiler's folder, directory and file make a path of so many bytes. */
const pathOf = (length: number): Uint8Array => {
  const [directory, file] = ["d".repeat(1000), "f".repeat(1000)];
  const folderName = `/${"c".repeat(length - 2003)}`;
  const rest = bytesOf(1, 1, 1, 0xfb, 14, 13, [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1], directory, 0, file, 1, 0, 0, 0);
  const line = sized(u16(4), u32(rest.length), rest, [0, 9, 2, u64(0)], [3, 2], 1, [2, 64], [0, 1, 1]);
  const abbrev: Part = [1, 0x11, 0, [0x1b, 0x08], [0x10, 0x17], [0x11, 0x01], [0x12, 0x06], 0, 0, 0];
  return makeModule({
    symbols: { count: 2, of: (i) => (i === 0 ? { name: 1 } : { section: 4, type: 3 }) },
    relocations: rela(1, () => ({ offset: 0, symbol: 1 })),
    more: [
      { name: ".debug_abbrev", bytes: bytesOf(abbrev) },
      { name: ".debug_info", bytes: unit([1, folderName, u32(0), u64(0), u32(64)]) },
      { name: ".debug_line", bytes: line },
      {
        name: ".rela.debug_info",
        type: 4,
        link: 2,
        info: 7,
        bytes: rela(1, () => ({ offset: 12 + folderName.length + 1 + 4, symbol: 2, type: 1 })),
      },
      {
        name: ".rela.debug_line",
        type: 4,
        link: 2,
        info: 8,
        bytes: rela(1, () => ({ offset: line.length - 3 - 2 - 1 - 2 - 8, symbol: 2, type: 1 })),
      },
    ],
  });
};

const btfOf = (name: string): Uint8Array => {
  const strings = bytesOf("", name);
  const types = bytesOf(u32(1), u32(4 << 24), u32(0));
  return bytesOf(u16(0xeb9f), 1, 0, u32(24), u32(0), u32(types.length), u32(types.length), u32(strings.length), types, strings);
};

const ar = (...members: readonly Uint8Array[]): Uint8Array => bytesOf(bytes("!<arch>\n"), ...members);
const debOf = (control: string): Uint8Array =>
  ar(
    arMember("debian-binary", bytes("2.0\n")),
    arMember("control.tar", bytesOf(tarMember("./control", control), tarEnd)),
    arMember("data.tar", bytesOf(tarMember("./x", "x"), tarEnd)),
  );
const CONTROL = "Package: a\nVersion: 1\n";

/** A bound, what reaches it, and what passes it by one; and what is then said. */
interface Edge {
  readonly of: string;
  readonly at: () => unknown;
  readonly over: () => unknown;
  readonly says: RegExp;
}

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const list = (count: number): string => `a: &a [${"x,".repeat(count)}]\nb: *a\n`;
const versions = (count: number): MadeSection => ({ name: "__versions", bytes: new Uint8Array(64 * count) });
const exported = (count: number): Uint8Array => {
  const names = Array.from({ length: count }, (_, i) => `__ksymtab_${i.toString(36)}`);
  const offsets = names.map(
    (
      (at) => (name: string) =>
        (at += name.length + 1) - name.length - 1
    )(1),
  );
  return makeModule({
    strings: bytes(`\0${names.join("\0")}\0`),
    symbols: { count, of: (i) => ({ name: offsets[i]!, section: 6 }) },
    more: [{ name: "__ksymtab", bytes: new Uint8Array(8) }],
  });
};
const packed = (size: number): Uint8Array => {
  const content = zlib.deflateSync(new Uint8Array(16));
  return makeModule({
    more: [
      { name: ".debug_info", bytes: bytesOf(u32(1), u32(0), u64(size), u64(1), content), flags: 0x800 },
      { name: ".debug_line", bytes: new Uint8Array(4) },
    ],
  });
};
const PACKED = zlib.deflateSync(new Uint8Array(16)).length;
const tarOfNames = (length: number): Uint8Array =>
  bytesOf(tarMember("././@LongLink", "n".repeat(length), "L", false), tarMember("x", "", "0", false), tarEnd);
const symbolNamed = (length: number): Uint8Array =>
  makeModule({ strings: bytes(`\0${"n".repeat(length)}\0`), symbols: { count: 1, of: () => ({ name: 1 }) } });
const lines = (count: number): string => `kfree\n${"#\n".repeat(count - 1)}`;
const symvers = (count: number): string =>
  Array.from({ length: count }, (_, i) => `0x00000001\ts${i}\tvmlinux\tEXPORT_SYMBOL\t\n`).join("");
const keeping = (count: number): void => {
  const elf = parseElf(bytesSource("x", makeModule({ more: [{ name: ".debug_info", bytes: new Uint8Array(1) }] })));
  const sections = openSections(elf, openSymbols(elf)!);
  sections.keep(count, sections.get("info")!, 0);
};

/** A file system of which only the names are asked. */
const hostOf = (list: (folder: string) => readonly string[]): Host => ({
  ...nodeHost("/"),
  list,
  realPath: (path) => path,
  kindOf: (path) => (path.endsWith(".c") ? "file" : "folder"),
});
const filesIn = (count: number) => (): readonly string[] => Array.from({ length: count }, (_, i) => `${i}.c`);
const foldersIn =
  (depth: number) =>
  (folder: string): readonly string[] => [folder.split("/").length > depth ? "a.c" : "d"];

const EDGES: readonly Edge[] = [
  {
    of: "MAX_UNPACKED, of a compressed file",
    at: async () => expect(await messageOf(() => decompressed(hollow(limits.MAX_UNPACKED, GZIP)))).toMatch(/damaged/),
    over: () => decompressed(hollow(limits.MAX_UNPACKED + 1, GZIP)),
    says: /^1073741825 bytes of gzip data \(at most 1073741824\)$/,
  },
  {
    of: "MAX_UNPACKED, of what is read at once",
    at: () => readBytes(hollow(2 ** 40), 0, limits.MAX_UNPACKED, "section"),
    over: () => readBytes(hollow(2 ** 40), 0, limits.MAX_UNPACKED + 1, "section"),
    says: /^section has 1073741825 bytes \(at most 1073741824 are read at once\)$/,
  },
  {
    of: "MIN_UNPACKED and MAX_RATIO",
    at: () => decompressed(bytesSource("x.gz", zlib.gzipSync(new Uint8Array(limits.MIN_UNPACKED)))),
    over: () => decompressed(bytesSource("x.gz", zlib.gzipSync(new Uint8Array(limits.MIN_UNPACKED + 1)))),
    says: /^decompresses to more than 67108864 bytes$/,
  },
  {
    of: "MIN_SECTION_UNPACKED and MAX_SECTION_RATIO",
    at: async () =>
      expect(
        await messageOf(() => facts(packed(limits.MIN_SECTION_UNPACKED + limits.MAX_SECTION_RATIO * PACKED), { placesOf: () => true })),
      ).toMatch(/^unpacks to 16 bytes/),
    over: () => facts(packed(limits.MIN_SECTION_UNPACKED + limits.MAX_SECTION_RATIO * PACKED + 1), { placesOf: () => true }),
    says: /claim to unpack to/,
  },
  {
    of: "MAX_SECTIONS",
    at: () => parseElf(bytesSource("x", makeElf(times(limits.MAX_SECTIONS - 2, { name: "", bytes: new Uint8Array(0) })))),
    over: () => parseElf(bytesSource("x", makeElf(times(limits.MAX_SECTIONS - 1, { name: "", bytes: new Uint8Array(0) })))),
    says: /^100001 section headers \(1 to 100000 expected\)$/,
  },
  {
    of: "MAX_SYMBOLS",
    at: () => openSymbols(elfOf({ type: 2, size: 24 * limits.MAX_SYMBOLS, entsize: 24 }, () => new Uint8Array(24))),
    over: () => openSymbols(elfOf({ type: 2, size: 24 * (limits.MAX_SYMBOLS + 1), entsize: 24 }, () => new Uint8Array(24))),
    says: /^4000001 symbols \(at most 4000000\)$/,
  },
  {
    of: "MAX_NAME",
    at: () => facts(symbolNamed(limits.MAX_NAME)),
    over: () => facts(symbolNamed(limits.MAX_NAME + 1)),
    says: /^the name of symbol 1 lies outside/,
  },
  {
    of: "MAX_RELOCATIONS",
    at: () =>
      relocationTables(elfOf({ type: 4, size: 24 * limits.MAX_RELOCATIONS, info: 2 }, (length) => new Uint8Array(length)))[0]!.read(),
    over: () => relocationTables(elfOf({ type: 4, size: 24 * (limits.MAX_RELOCATIONS + 1), info: 2 }, () => new Uint8Array(0)))[0]!.read(),
    says: /^4000001 relocations \(at most 4000000\)$/,
  },
  {
    of: "MAX_MODULE_SYMBOLS, of those that are taken",
    at: () => facts(makeModule({ symbols: { count: limits.MAX_MODULE_SYMBOLS, of: () => ({ name: 1 }) } })),
    over: () => facts(makeModule({ symbols: { count: limits.MAX_MODULE_SYMBOLS + 1, of: () => ({ name: 1 }) } })),
    says: /^more than 100000 symbols that are not its own$/,
  },
  {
    of: "MAX_MODULE_SYMBOLS, of versions",
    at: () => facts(makeModule({ more: [versions(limits.MAX_MODULE_SYMBOLS)] })),
    over: () => facts(makeModule({ more: [versions(limits.MAX_MODULE_SYMBOLS + 1)] })),
    says: /^100001 versions \(at most 100000\)$/,
  },
  {
    of: "MAX_MODULE_SYMBOLS, of exports",
    at: () => facts(exported(limits.MAX_MODULE_SYMBOLS)),
    over: () => facts(exported(limits.MAX_MODULE_SYMBOLS + 1)),
    says: /^more than 100000 exports$/,
  },
  {
    of: "MAX_MODINFO",
    at: () => facts(makeModule({ modinfo: new Uint8Array(limits.MAX_MODINFO) })),
    over: () => facts(makeModule({ modinfo: new Uint8Array(limits.MAX_MODINFO + 1) })),
    says: /^1048577 bytes \(at most 1048576\)$/,
  },
  {
    of: "MAX_SITES",
    at: () => facts(taking(limits.MAX_SITES), { placesOf: () => true }),
    over: () => facts(taking(limits.MAX_SITES + 1), { placesOf: () => true }),
    says: /^more than 500000 places where symbols are taken/,
  },
  {
    of: "MAX_FRAMES",
    at: () => facts(inlined(249, limits.MAX_FRAMES / 250), { placesOf: () => true }),
    over: () => facts(inlined(249, limits.MAX_FRAMES / 250 + 1), { placesOf: () => true }),
    says: /or 1000000 frames at them$/,
  },
  {
    of: "MAX_LOOKUPS",
    at: () => facts(looking(limits.MAX_LOOKUPS), { doors: DOORS }),
    over: () => facts(looking(limits.MAX_LOOKUPS + 1), { doors: DOORS }),
    says: /^more than 20000 names that may be looked up$/,
  },
  {
    of: "MAX_KEPT",
    at: () => keeping(limits.MAX_KEPT),
    over: () => keeping(limits.MAX_KEPT + 1),
    says: /^more than 8000000 names, functions, ranges and lines$/,
  },
  {
    of: "MAX_UNITS",
    at: async () => expect(await messageOf(() => facts(units(limits.MAX_UNITS), { placesOf: () => true }))).toBeUndefined(),
    over: () => facts(units(limits.MAX_UNITS + 1), { placesOf: () => true }),
    says: /^more than 20000 units$/,
  },
  {
    of: "MAX_PATH",
    at: () => facts(pathOf(limits.MAX_PATH), { placesOf: () => true }),
    over: () => facts(pathOf(limits.MAX_PATH + 1), { placesOf: () => true }),
    says: /^a path of 4097 bytes \(at most 4096\)$/,
  },
  {
    of: "MAX_BTF_NAME",
    at: () => parseBtf(btfOf("n".repeat(limits.MAX_BTF_NAME)), "x", 0),
    over: () => parseBtf(btfOf("n".repeat(limits.MAX_BTF_NAME + 1)), "x", 0),
    says: /^a name of 1025 characters \(at most 1024\)$/,
  },
  {
    of: "MAX_SOURCE_FILES",
    at: () => sourceTree(hostOf(filesIn(limits.MAX_SOURCE_FILES)), "m"),
    over: () => sourceTree(hostOf(filesIn(limits.MAX_SOURCE_FILES + 1)), "m"),
    says: /^holds more than 50000 files/,
  },
  {
    of: "MAX_SOURCE_DEPTH",
    at: () => expect(sourceTree(hostOf(foldersIn(limits.MAX_SOURCE_DEPTH)), "m").paths).toHaveLength(1),
    over: () => sourceTree(hostOf(foldersIn(limits.MAX_SOURCE_DEPTH + 1)), "m"),
    says: /^folders lie deeper in one another than 40$/,
  },
  {
    of: "MAX_AR_MEMBERS",
    at: () => parseAr(bytesSource("x", ar(...Array<Uint8Array>(limits.MAX_AR_MEMBERS).fill(arMember("a", bytes("")))))),
    over: () => parseAr(bytesSource("x", ar(...Array<Uint8Array>(limits.MAX_AR_MEMBERS + 1).fill(arMember("a", bytes("")))))),
    says: /^more than 1000 members$/,
  },
  {
    of: "MAX_TAR_NAME",
    at: () => parseTar(bytesSource("x", tarOfNames(limits.MAX_TAR_NAME))),
    over: () => parseTar(bytesSource("x", tarOfNames(limits.MAX_TAR_NAME + 1))),
    says: /^a name of 65537 bytes \(at most 65536\)$/,
  },
  {
    of: "MAX_CONTROL",
    at: () => readDeb(bytesSource("x.deb", debOf(CONTROL.padEnd(limits.MAX_CONTROL, "\n")))),
    over: () => readDeb(bytesSource("x.deb", debOf(CONTROL.padEnd(limits.MAX_CONTROL + 1, "\n")))),
    says: /^a control file of 1048577 bytes \(at most 1048576\)$/,
  },
  {
    of: "MAX_YAML",
    at: () => parseYaml("a".repeat(limits.MAX_YAML), "x"),
    over: () => parseYaml("a".repeat(limits.MAX_YAML + 1), "x"),
    says: /^a text of 16777217 characters \(at most 16777216\)$/,
  },
  {
    of: "MAX_YAML_DEPTH",
    at: () => parseYaml(nested(limits.MAX_YAML_DEPTH), "x"),
    over: () => parseYaml(nested(limits.MAX_YAML_DEPTH * 2 + 2), "x"),
    says: /^nested deeper than 64 levels$/,
  },
  {
    // The list itself is one of what it stands for.
    of: "MAX_YAML_ALIASED",
    at: () => parseYaml(list(limits.MAX_YAML_ALIASED - 1), "x"),
    over: () => parseYaml(list(limits.MAX_YAML_ALIASED), "x"),
    says: /^the aliases up to here stand for more than 10000 keys and values$/,
  },
  {
    of: "MAX_LINE",
    at: () => parseList(`${"n".repeat(limits.MAX_LINE - 1)}\n`, "x"),
    over: () => parseList(`${"n".repeat(limits.MAX_LINE)}\n`, "x"),
    says: /^a line of 65536 characters or more$/,
  },
  {
    of: "MAX_LINES",
    at: () => parseList(lines(limits.MAX_LINES), "x"),
    over: () => parseList(lines(limits.MAX_LINES + 1), "x"),
    says: /^more than 200000 lines$/,
  },
  {
    of: "MAX_LINES, of a Module.symvers",
    at: () => parseSymvers(symvers(limits.MAX_LINES), "k", "x"),
    over: () => parseSymvers(symvers(limits.MAX_LINES + 1), "k", "x"),
    says: /^more than 200000 lines$/,
  },
];

/** A module that refers to a door of another machine so many times. */
function looking(count: number): Uint8Array {
  const module = makeModule({
    strings: bytes("\0kallsyms_lookup_name\0"),
    text: new Uint8Array(16 * count),
    symbols: { count: 1, of: () => ({ name: 1 }) },
    relocations: rela(count, (i) => ({ offset: 16 * i, symbol: 1 })),
  });
  new DataView(module.buffer).setUint16(18, 243, true);
  return module;
}

/** Debug information of so many units, each of a header and an entry. */
function units(count: number): Uint8Array {
  const one = unit(1);
  const info = new Uint8Array(one.length * count);
  for (let i = 0; i < count; i++) info.set(one, i * one.length);
  return makeModule({
    more: [
      { name: ".debug_abbrev", bytes: bytesOf(1, 0x11, 0, 0, 0, 0) },
      { name: ".debug_info", bytes: info },
      { name: ".debug_line", bytes: LINES },
    ],
  });
}

describe("what is at a bound is read, what passes it by one is refused and told of", () => {
  test.each(EDGES)("$of", { timeout: 20_000 }, async ({ at, over, says }) => {
    expect(await problemsOf(at)).toEqual([]);
    expect(await messageOf(over)).toMatch(says);
  });

  test("MAX_TAR_MEMBERS: the member that is refused is the one behind so many", async () => {
    const header = tarHeader("x", 0, "0", false);
    const endless: ByteSource = { name: "x.tar", size: 2 ** 40, read: () => header };
    expect(await problemsOf(() => parseTar(endless))).toEqual([
      { file: "x.tar", offset: 512 * limits.MAX_TAR_MEMBERS, message: "more than 200000 members" },
    ]);
  });

  test("MAX_TEXT: a file of any size, and what has no size of its own", async () => {
    const host = nodeHost(folder);
    writeFileSync(join(folder, "large"), "");
    truncateSync(join(folder, "large"), limits.MAX_TEXT);
    expect(host.readBytes("large")).toHaveLength(limits.MAX_TEXT);
    truncateSync(join(folder, "large"), limits.MAX_TEXT + 1);
    expect(await messageOf(() => host.readBytes("large"))).toBe(`goes on after ${limits.MAX_TEXT} bytes (it has ${limits.MAX_TEXT + 1})`);
    expect(await messageOf(() => host.readBytes("/dev/zero"))).toBe(`goes on after ${limits.MAX_TEXT} bytes`);
    expect(host.readText("/dev/null")).toBe("");
  });

  test("MAX_TEXT_PROBLEMS: a hundred faults of a text are told of, and that there are more", async () => {
    const keys = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}: 1\n`).join("");
    const told = (count: number): Promise<readonly Problem[]> =>
      problemsOf(() => validate(parseYaml(`manifest: 1\nsubjects: []\n${keys(count)}`, "x"), Manifest));
    expect(await told(limits.MAX_TEXT_PROBLEMS)).toHaveLength(limits.MAX_TEXT_PROBLEMS);
    const more = await told(limits.MAX_TEXT_PROBLEMS + 1);
    expect(more).toHaveLength(limits.MAX_TEXT_PROBLEMS + 1);
    expect(more.at(-2)?.message).toBe('unknown key "k99"');
    expect(more.at(-1)).toMatchObject({ line: 103, message: "there are more problems from here on" });
  });

  test("MAX_LIST_PROBLEMS: ten faults of a list are told of", async () => {
    expect(await problemsOf(() => parseList("kfree\n" + "a b\n".repeat(30), "x"))).toHaveLength(limits.MAX_LIST_PROBLEMS);
  });

  test("MAX_GLOB and MAX_GLOB_ALTERNATIVES", () => {
    expect(globProblem(`${"a".repeat(limits.MAX_GLOB - 1)}*`)).toBeUndefined();
    expect(globProblem(`${"a".repeat(limits.MAX_GLOB)}*`)).toBe("a pattern of 1001 characters (at most 1000)");
    expect(globProblem(`{${"a,".repeat(limits.MAX_GLOB_ALTERNATIVES - 1)}a}`)).toBeUndefined();
    expect(globProblem(`{${"a,".repeat(limits.MAX_GLOB_ALTERNATIVES)}a}`)).toMatch(/stand for more than 100 patterns$/);
    expect(globProblem("{a,b}{c,d}{e,f}{g,h}{i,j}{k,l}{m,n}")).toMatch(/stand for more than 100 patterns$/);
  });

  test("MAX_HEADERS_TEXT: what the headers of one kernel declare is not worked out where they have more", () => {
    const piece = Buffer.alloc(limits.MAX_HEADERS_TEXT / 4, " ");
    let read = 0;
    const files = new Map(
      ["a", "b", "c", "d", "e", "f"].map((name) => [
        `include/linux/${name}.h`,
        { shown: name, read: () => (read++, name === "e" ? Buffer.from(" ") : piece) },
      ]),
    );
    const kernel = parseSymvers("0x00000000\tx\tvmlinux\tEXPORT_SYMBOL\t\n", "k", "Module.symvers");
    const told = declarationsOf(nodeHost("/"), { files, given: "", links: 0 }, { kernel, from: "k", config: "" }, () => {});
    expect(told).toBe("its headers have more than 268435456 characters");
    // With the last of the five there is one more than it may be; what comes after is not read.
    expect(read).toBe(5);
  });

  test("every bound of limits.ts is one of these", () => {
    const told = [
      "MAX_HEADERS_TEXT",
      ...EDGES.map(({ of }) => of),
      "MAX_TAR_MEMBERS",
      "MAX_TEXT",
      "MAX_TEXT_PROBLEMS",
      "MAX_LIST_PROBLEMS",
      "MAX_GLOB",
      "MAX_GLOB_ALTERNATIVES",
    ];
    const names = told.flatMap((of) => of.match(/M(?:AX|IN)_[A-Z_]+/g)!);
    expect(new Set(names)).toEqual(new Set(Object.keys(limits)));
  });
});

// Each of these took minutes, or all memory, before it was bounded: the test's own time is the bound here.
describe("what is made to cost more than its bytes", () => {
  test("a glob that a backtracking matcher would try for years", () => {
    const name = "a".repeat(5000);
    expect(compileGlobs(`${"*a".repeat(400)}b`)(name)).toBe(false);
    expect(compileGlobs(`${"*a".repeat(400)}*`)(name)).toBe(true);
    expect(compileGlobs(`${"**/".repeat(100)}x`)("a/".repeat(2000))).toBe(false);
    const ignored = compileIgnored(parseDebianIgnores(`${"**a".repeat(500)}b\n`, "x"));
    expect(ignored(name, "m")).toBeUndefined();
  });

  test("parentheses in a glob are parentheses", () => {
    expect(compileGlobs("(a+)+b*")("aab")).toBe(false);
    expect(compileGlobs("(a+)+b*")("(a+)+bc")).toBe(true);
    expect(compileGlobs("[z-a]x*")("mx")).toBe(false);
  });

  test.each([
    ["maps in maps on one line", "a: ".repeat(5000)],
    ["lists in lists on one line", "- ".repeat(5000)],
    ["brackets that are not closed", "[".repeat(100_000)],
  ])("YAML: %s", async (_, text) => {
    expect(await messageOf(() => parseYaml(text, "x"))).toBe("nested deeper than 64 levels");
  });

  test("YAML: brackets in a string are no depth", () => {
    expect(parseYaml(JSON.stringify({ a: "[".repeat(5000) }), "x").value).toEqual({ a: "[".repeat(5000) });
  });

  test("YAML: an alias of what it is a part of, and one of nothing", async () => {
    expect(await messageOf(() => parseYaml("a: &a [*a]", "x"))).toBe("*a stands for what it is a part of");
    expect(await messageOf(() => parseYaml("a: *b", "x"))).toBe("*b stands for nothing: no &b is before it");
  });

  test("YAML: aliases of aliases", async () => {
    const text = Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} ${i === 0 ? "x" : `[${`*a${i - 1},`.repeat(10)}]`}\n`).join("");
    expect(await messageOf(() => parseYaml(text, "x"))).toMatch(/^the aliases up to here stand for more than/);
  });

  test("YAML: many keys, many aliases, many faults", async () => {
    const many = (line: (i: number) => string): string => Array.from({ length: 10_000 }, (_, i) => line(i)).join("");
    expect(
      Object.keys(
        parseYaml(
          many((i) => `k${i}: 1\n`),
          "x",
        ).value as object,
      ),
    ).toHaveLength(10_000);
    expect(Object.keys(parseYaml(`a: &a x\n${many((i) => `k${i}: *a\n`)}`, "x").value as object)).toHaveLength(10_001);
    expect(await problemsOf(() => parseYaml(`{"a": ${': ["X"] }],'.repeat(50_000)}`, "x"))).toHaveLength(101);
    expect(
      (
        await problemsOf(() =>
          parseYaml(
            many(() => "k: 1\n"),
            "x",
          ),
        )
      )
        .map(({ message }) => message)
        .slice(0, 2),
    ).toEqual(["Map keys must be unique", "Map keys must be unique"]);
  });

  test("more faults than a call has arguments", async () => {
    const many = "1,".repeat(130_000);
    const uses = `{"manifest": 1, "subjects": [{"name": "a", "kind": "module", "uses": [${many}1]}]}`;
    expect(await messageOf(() => parseManifest(uses, "x"))).toBe("more faults than can be told of");
    const policyOf = (text: string) => (): unknown =>
      resolvePolicy("./p.yaml", {
        reader,
        rules: [],
        promises: [],
        presets: new Map(),
        list: () => undefined,
        read: () => ({ file: "p.yaml", text: `extends: []\n${text}` }),
      });
    expect(await problemsOf(policyOf(`rules: {a: {match: {name: [${many}1]}}}`))).toHaveLength(101);
    expect(await problemsOf(policyOf(`rules: {a: {match: {name: x}, message: "${"{x}".repeat(130_000)}"}}`))).toHaveLength(101);
  });

  test("YAML: keys that are one once they are texts", async () => {
    expect(await messageOf(() => parseYaml('6.1: a\n"6.1": b\n', "x"))).toBe("Map keys must be unique");
    expect(parseYaml("6.1: a\n6.10: b\n", "x").value).toEqual({ "6.1": "a", "6.10": "b" });
  });

  test("a baseline with a name of ten million characters", () => {
    const identity = ["a", "b", "symbol", "n".repeat(10_000_000), ""] as const;
    expect(parseBaseline(renderBaseline([identity]), "x").accepted[0]?.identity).toEqual(identity);
  });

  test("a baseline with a control character, which JSON forbids and YAML takes", () => {
    const line = '- ["a\u0001", "", "symbol", "x", ""]';
    const { accepted } = parseBaseline(`${renderBaseline([])}${line}\n`, "x");
    expect(accepted[0]?.identity[0]).toBe("a\u0001");
  });

  test("a zstd file of many frames, each of which wants a window", async () => {
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 16 << 3, 1, 0, 0];
    const frames = (count: number): ByteSource => bytesSource("x.zst", Uint8Array.from(Array.from({ length: count }, () => frame).flat()));
    expect((await decompressed(frames(4))).size).toBe(0);
    expect(await messageOf(() => decompressed(frames(5)))).toBe("decompresses to more than 67108864 bytes");
  });

  test("a record of a pax header without a blank", async () => {
    const archive = bytesOf(tarMember("./PaxHeaders/x", "11 path=ab\nrest", "x"), tarMember("x", ""), tarEnd);
    expect(await messageOf(() => parseTar(bytesSource("x", archive)))).toBe("a pax header that does not add up");
  });

  test("names, section names and strings of debug information that are in each other", async () => {
    const overlapping = makeModule({
      strings: bytes(`\0${`${"a".repeat(60_000)}\0`.repeat(20)}`),
      symbols: { count: 99_000, of: (i) => ({ name: 1 + (i % 60_000) }) },
    });
    expect(await messageOf(() => facts(overlapping))).toBe("names that overlap");
    const sections = makeElf([
      ...times(50_000, { name: "", bytes: new Uint8Array(0) }),
      { name: "a".repeat(60_000), bytes: new Uint8Array(0) },
    ]);
    const view = new DataView(sections.buffer);
    for (let i = 1; i < 50_000; i++) view.setUint32(64 + 64 * i, 50_001 + i, true);
    expect(await messageOf(() => parseElf(bytesSource("x", sections)))).toBe("section names that overlap");
    const one = unit([1, u32(0)]);
    const info = new Uint8Array(one.length * 1000);
    const infoView = new DataView(info.buffer);
    for (let i = 0; i < 1000; i++) {
      info.set(one, i * one.length);
      infoView.setUint32(i * one.length + 12, i, true);
    }
    const object = makeModule({
      more: [
        { name: ".debug_abbrev", bytes: bytesOf([1, 0x11, 0, [0x03, 0x0e], 0, 0, 0]) },
        { name: ".debug_info", bytes: info },
        { name: ".debug_line", bytes: LINES },
        { name: ".debug_str", bytes: bytes(`${"a".repeat(60_000)}\0`) },
      ],
    });
    expect(await messageOf(() => facts(object, { placesOf: () => true }))).toBe("strings that overlap");
  });

  test("many thousand debug sections, relocated sections, functions at one place", async () => {
    const debug = times(40_000, { name: ".debug_info", bytes: new Uint8Array(1) });
    expect(
      await messageOf(() =>
        facts(makeModule({ more: [{ name: ".debug_line", bytes: new Uint8Array(4) }, ...debug] }), { placesOf: () => true }),
      ),
    ).toMatch(/debug_abbrev/);
    const relocated = Array.from({ length: limits.MAX_LOOKUPS + 1 }, (_, i): readonly MadeSection[] => [
      { name: ".text", bytes: new Uint8Array(8), flags: 6 },
      { name: ".rela", bytes: rela(1, () => ({ offset: 0, symbol: 1 })), type: 4, info: 6 + 2 * i, link: 2 },
    ]).flat();
    const door = makeModule({
      strings: bytes("\0kallsyms_lookup_name\0"),
      symbols: { count: 1, of: () => ({ name: 1 }) },
      more: relocated,
    });
    expect(await messageOf(() => facts(door, { placesOf: () => true, doors: DOORS }))).toMatch(/^more than 20000 names/);
    const size = 800_000;
    const functions = makeModule({
      text: new Uint8Array(size),
      symbols: { count: 50_001, of: (i) => (i === 0 ? { name: 1 } : { name: 1, type: 2, section: 4, size }) },
      relocations: rela(50_000, (i) => ({ offset: 16 * i, symbol: 1 })),
    });
    expect(await messageOf(() => facts(functions, { placesOf: () => true }))).toBeUndefined();
  });

  test("code whose ways meet everywhere is given up, and only candidates are left of it", () => {
    const [count, size] = [40, 30_000];
    const text = new Uint8Array(count * size).fill(0x90);
    const view = new DataView(text.buffer);
    for (let start = 0; start < text.length; start += size) {
      text[start] = 0xe8;
      // jz, to anywhere in the function
      for (let at = 6; at + 12 < size; at += 6) {
        text.set([0x0f, 0x84], start + at);
        view.setInt32(start + at + 2, 6 * ((at * 7919) % (size / 6 - 4)) - at - 6, true);
      }
    }
    const module = makeModule({
      strings: bytes("\0kallsyms_lookup_name\0f\0"),
      text,
      symbols: { count: count + 1, of: (i) => (i === 0 ? { name: 1 } : { name: 22, type: 2, section: 4, value: (i - 1) * size, size }) },
      relocations: rela(count, (i) => ({ offset: i * size + 1, symbol: 1, type: 4 })),
    });
    const { lookups } = facts(module, { doors: DOORS }) as ReturnType<typeof parseModule>;
    expect(lookups).toHaveLength(count);
    expect(lookups.every(({ name }) => name === undefined)).toBe(true);
  });

  test("a type of BTF that is written with long names again and again", async () => {
    const strings = bytesOf("", "a".repeat(100_000), "f");
    const types = bytesOf(
      [u32(1), u32(4 << 24), u32(0)],
      [u32(0), u32((13 << 24) | 9000), u32(0), ...Array.from({ length: 9000 }, () => [u32(0), u32(1)])],
      [u32(100_002), u32((12 << 24) | 1), u32(2)],
    );
    const btf = bytesOf(u16(0xeb9f), 1, 0, u32(24), u32(0), u32(types.length), u32(types.length), u32(strings.length), types, strings);
    expect(await messageOf(() => openKernelBtf([parseBtf(btf, "x", 0)]).functions("f"))).toBe("a name of 100000 characters (at most 1024)");
  });

  test("a source of conditions and names without end", () => {
    const continued = readConditionals(`#if LINUX_VERSION_CODE > 1\n${"a\\\n".repeat(200_000)}\n#endif\n`);
    expect(continued.around(3)).toEqual({ line: 1, text: "#if LINUX_VERSION_CODE > 1" });
    const names = readConditionals(`#if LINUX_VERSION_CODE > 1\n${"kfree\n".repeat(200_000)}#endif\n`);
    expect(names.aroundAll("kfree")?.line).toBe(1);
    const spans = readConditionals("#if LINUX_VERSION_CODE > 1\nkfree(a);\n#endif\n".repeat(50_000));
    for (let line = 2; line < 150_000; line += 3) if (spans.around(line)?.line !== line - 1) throw new Error(`line ${line}`);
  });

  test("a block of comments without end above a rule, conditions of branches without end, a chain of macros", () => {
    expect(parseSeverities(`${"# why\n".repeat(100_000)}kfree PASS\n`, "x").rules[0]?.comment).toHaveLength(4 * 100_000 - 1);
    let level: Level = openLevel(undefined, () => "A");
    for (let i = 0; i < 20_000; i++) {
      level = nextLevel(level, undefined, () => "B");
      undecided([level]);
    }
    expect(undecided([level])).toHaveLength(401);
    const chain = Array.from({ length: 15_000 }, (_, i) => `#define A${i} A${i + 1}\n`).join("");
    expect(learnAttributes([`${chain}#define A15000\n`]).has("A15000")).toBe(true);
  });
});

describe("no name in debug information leads out of the folder that sources are looked for in", () => {
  test.each([
    [["/../a/x.c", "/../../../b/x.c"], ["/", "/"], "/../../../etc/passwd", "passwd"],
    [["../../a.c", "../../b/b.c"], ["../..", "../.."], "../../../../etc/passwd", "passwd"],
    [["/home/me/m/a.c"], ["/home/me/m"], "/home/me/m/../../../etc/passwd", "passwd"],
    [["/home/me/m/a.c"], ["/home/me/m"], "/home/me/m/sub/../b.h", "b.h"],
  ])("%j compiled in %j: %s is shown as %s", (sources, directories, path, shown) => {
    expect(sourceRoot(sources, directories).shown(path)).toBe(shown);
  });
});
