import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InputError, parseSymvers } from "../src/index.ts";
import { compareBySeverities, type SeverityComparison } from "../src/kernels/lists/compare.ts";
import { detectList } from "../src/kernels/lists/detect.ts";
import { compileIgnored } from "../src/kernels/lists/ignored.ts";
import { parseKscResult } from "../src/kernels/lists/ksc-result.ts";
import type { ListFormat, VendorList } from "../src/kernels/lists/model.ts";
import { parseList } from "../src/kernels/lists/parse.ts";
import { holdsFor, listOfKabiFiles, parseKabiSymbolFile } from "../src/kernels/lists/redhat.ts";
import { renderAndroidList, renderTrimList } from "../src/kernels/lists/render-symbols.ts";
import { renderKscResult, renderRequestMarkdown, type RequestingModule } from "../src/kernels/lists/request.ts";
import { compileSeverities, renderSeverities } from "../src/kernels/lists/severities.ts";
import { compileWildcard } from "../src/kernels/lists/wildcard.ts";

const FIXTURES = new URL("lists", import.meta.url).pathname;
const textOf = (path: string): string => readFileSync(join(FIXTURES, path), "utf8");
const listOf = (path: string): VendorList => parseList(textOf(path), path);

/** What is wrong, as `line: message`. Anything but an InputError is a bug and fails the test. */
const problemsOf = (read: () => unknown): readonly string[] => {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
};
const notesOf = ({ notes }: Pick<VendorList, "notes">): readonly string[] => notes.map(({ line, message }) => `${line}: ${message}`);

describe("each list is told by its content", () => {
  test.each([
    ["redhat-stablelist/kabi_stablelist_x86_64", "redhat-stablelist"],
    ["redhat-stablelist/kabi_whitelist_ppc64", "redhat-stablelist"],
    ["redhat-kabi-files/kabi_x86_64/kfree", "redhat-kabi-files"],
    ["symvers/Module.kabi_x86_64", "symvers"],
    ["suse-severities/severities", "suse-severities"],
    ["android-symbol-list/abi_gki_aarch64_acme", "android-symbol-list"],
    ["android-symbol-list/acme", "android-symbol-list"],
    ["android-denied/symbols.deny", "android-denied"],
    ["libabigail/kmi.ini", "libabigail"],
    ["debian-ignore-changes/defines", "debian-ignore-changes"],
    ["debian-ignore-changes/ignore-changes", "debian-ignore-changes"],
    ["ubuntu-abi/generic", "ubuntu-abi"],
    ["ubuntu-ignore/blacklist", "ubuntu-ignore"],
    ["plain/names", "plain"],
  ] as const satisfies readonly (readonly [string, ListFormat])[])("%s is %s", (path, format) => {
    expect(detectList(textOf(path))).toBe(format);
    expect(listOf(path).format).toBe(format);
  });

  test("every folder of fixtures but ksc's is a format that is tested", () => {
    const formats = readdirSync(FIXTURES).filter((name) => name !== "ksc");
    for (const folder of formats)
      expect(
        listOf(
          readdirSync(join(FIXTURES, folder), { recursive: true, encoding: "utf8" })
            .map((name) => join(folder, name))
            .sort()
            .at(-1)!,
        ).format,
      ).toBe(folder);
    expect(formats).toHaveLength(11);
  });

  test.each([
    ["a list of Red Hat's without its title", "\tkfree\n\tvfree\n", "redhat-stablelist"],
    ["openEuler's title without a release", "[_x86_64_whitelist]\n    kfree\n", "redhat-stablelist"],
    ["Android's first title", "[abi_whitelist]\n  kfree\n", "android-symbol-list"],
    ["an index before the range", "#I:0\n#6-\n0x1\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n", "redhat-kabi-files"],
    ["rules that look like symbols with reasons", "kfree\tPASS\nvfree\tFAIL\n", "suse-severities"],
    ["a reason that ends with PASS among others", "kfree\tlet it\nvfree\tnot for drivers, never PASS\n", "android-denied"],
    ["bare paths", "drivers/net/acme\nkfree\n", "ubuntu-ignore"],
    ["names alone, as protected_exports has them", "kfree\nvfree", "plain"],
    ["prose", "The list\nof symbols\nis elsewhere\n", "plain"],
    ["a report of ksc", "[command: ksc -k a.ko]\n\n{a.ko@6.1}\n\n[x86_64]\n[STABLELISTUSAGE]\nkfree\n[NONSTABLELISTUSAGE]\n", undefined],
    ["sections that hold no list", "[suppress_function]\n  name = kfree\n", undefined],
    ["a module", "\u007fELF\u0002\0\0", undefined],
    ["comments alone", "# kfree\n", undefined],
    ["nothing", "", undefined],
  ])("%s", (_, text, format) => {
    expect(detectList(text)).toBe(format);
  });

  test("what is no list is refused, and the forms that are known are named", () => {
    expect(problemsOf(() => parseList("\n", "x"))).toEqual(["1: no list of symbols"]);
  });
});

describe("Red Hat", () => {
  test("a stablelist says its release and architecture", () => {
    const { title, release, arch, symbols, notes } = listOf("redhat-stablelist/kabi_stablelist_x86_64");
    expect({ title, release, arch }).toEqual({ title: "rhel9_x86_64_stablelist", release: "rhel9", arch: "x86_64" });
    expect([...symbols.values()]).toEqual([
      { name: "___ratelimit", line: 2 },
      { name: "kfree", line: 3 },
      { name: "register_netdev", line: 4 },
    ]);
    expect(notes).toEqual([]);
  });

  test("RHEL 5 has a section for each subsystem and update", () => {
    const { release, arch, symbols } = listOf("redhat-stablelist/kabi_whitelist_ppc64");
    expect([release, arch]).toEqual(["rhel5", "ppc64"]);
    expect([...symbols.values()].map(({ name, group }) => `${name}: ${group}`)).toEqual([
      "cpu_khz: undefined",
      "dump_stack: undefined",
      "add_disk: rhel5_block_ga",
      "blkdev_issue_flush: rhel5_block_u2",
    ]);
  });

  test("blanks, which hide a symbol from ksc, are noted, and so are carriage returns, which do not, and symbols that stand twice", () => {
    const list = parseList("[rhel8_s390x_whitelist]\r\n\tkfree\r\n    vfree\r\n\tkfree\r\n", "x");
    expect([...list.symbols.keys()]).toEqual(["kfree", "vfree"]);
    expect(notesOf(list)).toEqual([
      "1: lines end with a carriage return, which the vendor's tool drops (and 3 more such lines)",
      '3: blanks around "vfree": ksc strips tabs only and does not find it',
      '4: "kfree" stands twice, first in line 2',
    ]);
  });

  const files = (): readonly string[] => readdirSync(join(FIXTURES, "redhat-kabi-files/kabi_x86_64")).map((name) => `kabi_x86_64/${name}`);

  test("the source form has a file for each symbol, with the minor releases that keep it", () => {
    const list = listOfKabiFiles(
      files().map((file) => parseKabiSymbolFile(textOf(`redhat-kabi-files/${file}`), `kabi-module/${file}`)),
      "kabi-module/kabi_x86_64",
    );
    expect(list).toMatchObject({ format: "redhat-kabi-files", arch: "x86_64", notes: [] });
    expect([...list.symbols.values()]).toEqual([
      { name: "del_timer", crc: 0x82fbe3d5, type: "EXPORT_SYMBOL", exporter: "vmlinux", range: { from: "0", to: "4" }, line: 4 },
      { name: "kfree", crc: 0x037a0cba, type: "EXPORT_SYMBOL", exporter: "vmlinux", range: { from: "6" }, line: 2 },
      {
        name: "nvme_start_queues",
        crc: 0x1b2c3d4e,
        type: "EXPORT_SYMBOL_GPL",
        exporter: "drivers/nvme/host/nvme-core",
        namespace: "NVME_TARGET_PASSTHRU",
        range: { from: "2" },
        line: 3,
      },
    ]);
  });

  test("the first release of a range belongs to it, the last does not", () => {
    expect([0, 3, 4, 5].map((minor) => holdsFor({ from: "0", to: "4" }, minor))).toEqual([true, true, false, false]);
    expect([5, 6, 10].map((minor) => holdsFor({ from: "6" }, minor))).toEqual([false, true, true]);
  });

  test.each([
    ["no range", "0x1\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n", ["1: no range such as #6- in the first line"]],
    ["a range that is none", "#six-\n0x1\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n", ['1: "#six-" is no range such as #6- or #6-8']],
    ["two ranges", "#6-\n#8-\n0x1\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n", ["2: a second range"]],
    ["no symbol", "#6-\n\n", ["1: no data line 0, counted from 0"]],
    ["an index beyond", "#6-\n#I:1\n0x1\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n", ["1: no data line 1, counted from 0"]],
    ["an index that is none", "#6-\n#I:x\n0x1\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n", ['2: "x" is no index of a data line']],
    ["a wrong line", "#6-\n0x1 kfree vmlinux\n", ["2: 1 column separated by tabs (3 to 5 expected)"]],
    ["another symbol", "#6-\n0x1\tvfree\tvmlinux\tEXPORT_SYMBOL\t\n", ['2: the file is named "kfree" and holds "vfree"']],
  ])("a file with %s is refused", (_, text, problems) => {
    expect(problemsOf(() => parseKabiSymbolFile(text, "kabi_x86_64/kfree"))).toEqual(problems);
  });

  test("a range that holds for no release is noted; files of two architectures are no list", () => {
    const line = "0x1\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n";
    const one = parseKabiSymbolFile(`#6-6\n${line}`, "kabi_x86_64/kfree");
    expect(notesOf(one)).toEqual(["1: the range 6-6 holds for no release"]);
    const other = parseKabiSymbolFile(`#6-\n${line}`, "kabi_s390x/kfree");
    expect(problemsOf(() => listOfKabiFiles([one, other], "x"))).toEqual(["2: for s390x, where kabi_x86_64/kfree is for x86_64"]);
    expect(problemsOf(() => listOfKabiFiles([one, one], "x"))).toEqual(['2: "kfree" stands twice']);
    expect(problemsOf(() => listOfKabiFiles([], "x"))).toEqual(["1: no symbol in this list"]);
  });
});

describe("lists in the form of Module.symvers", () => {
  test("CRC, exporter, type and namespace are kept", () => {
    expect([...listOf("symvers/Module.kabi_x86_64").symbols.values()]).toEqual([
      { name: "___ratelimit", crc: 0x1d24c881, type: "EXPORT_SYMBOL", exporter: "vmlinux", line: 1 },
      { name: "kfree", crc: 0x037a0cba, type: "EXPORT_SYMBOL", exporter: "vmlinux", line: 2 },
      { name: "dma_buf_get", crc: 0x5a6b7c8d, type: "EXPORT_SYMBOL_GPL", exporter: "vmlinux", namespace: "DMA_BUF", line: 3 },
    ]);
  });

  test("they hold what the reader of Module.symvers finds in them", () => {
    const kernel = parseSymvers(textOf("symvers/Module.kabi_x86_64"), "k", "x");
    for (const { line: _, ...entry } of listOf("symvers/Module.kabi_x86_64").symbols.values())
      expect(entry).toEqual(kernel.find(entry.name));
  });

  test("an empty line is noted, a second line for a symbol is an error", () => {
    const text = "0x1\ta\tvmlinux\tEXPORT_SYMBOL\r\n\r\n0x2\tb\tvmlinux\tEXPORT_SYMBOL\r\n";
    expect(notesOf(parseList(text, "x"))).toEqual([
      "1: lines end with a carriage return, which the vendor's tool drops (and 2 more such lines)",
      "2: an empty line",
    ]);
    expect(problemsOf(() => parseList(`${text}0x2\ta\tvmlinux\tEXPORT_SYMBOL\n`, "x"))).toEqual(['4: "a" stands twice, first in line 1']);
  });

  test("Ubuntu writes type, module, CRC and symbol; the last line for a symbol counts", () => {
    expect([...listOf("ubuntu-abi/generic").symbols.values()]).toEqual([
      { name: "kvm_read_guest_atomic", crc: 0x46560648, type: "EXPORT_SYMBOL", exporter: "arch/x86/kvm/kvm", line: 1 },
      { name: "panic_notifier_list", crc: 0, type: "EXPORT_SYMBOL_GPL", exporter: "vmlinux", line: 2 },
    ]);
    const twice = parseList("EXPORT_SYMBOL vmlinux 0x1\tkfree\nEXPORT_SYMBOL vmlinux 0x2\tkfree\n", "x");
    expect(twice.symbols.get("kfree")?.crc).toBe(2);
    expect(notesOf(twice)).toEqual(['2: "kfree" stands twice, first in line 1; the last counts']);
  });
});

describe("Android and libabigail", () => {
  test("a symbol list tells who needs a symbol", () => {
    expect([...listOf("android-symbol-list/abi_gki_aarch64_acme").symbols.values()]).toEqual([
      { name: "kfree", group: "commonly used symbols", line: 3 },
      { name: "module_layout", group: "commonly used symbols", line: 4 },
      { name: "__put_task_struct", group: "commonly used symbols", line: 5 },
      { name: "__traceiter_acme_event", group: "required by acme.ko", line: 8 },
      { name: "__tracepoint_acme_event", group: "required by acme.ko", line: 9 },
    ]);
  });

  test("any indentation is read, and a symbol that stands twice is noted", () => {
    const list = listOf("android-symbol-list/acme");
    expect([...list.symbols.values()].map(({ name, group, line }) => `${line} ${name}: ${group}`)).toEqual([
      "4 iget_failed: required by acme_fs.ko",
      "5 d_add: required by acme_fs.ko",
      "9 console_verbose: no longer needed",
    ]);
    expect(notesOf(list)).toEqual(['6: "iget_failed" stands twice, first in line 4']);
  });

  test("a section of another name is not read, which is noted", () => {
    const list = parseList("[abi_symbol_list]\n  kfree\n[abi_types]\n  task_struct\n", "x");
    expect([...list.symbols.keys()]).toEqual(["kfree"]);
    expect(notesOf(list)).toEqual(["3: section [abi_types] is not read: its name does not end with symbol_list"]);
  });

  test("a comment speaks of its own section only", () => {
    const list = parseList("[abi_symbol_list]\n# required by a.ko\n  kfree\n[abi_symbol_list]\n  vfree\n", "x");
    expect([...list.symbols.values()].map(({ name, group }) => `${name}: ${group}`)).toEqual([
      "kfree: required by a.ko",
      "vfree: undefined",
    ]);
  });

  test("the reasons of symbols.deny are kept; the first of two lines counts", () => {
    const list = listOf("android-denied/symbols.deny");
    expect([...list.symbols.values()]).toEqual([
      { name: "filp_open", reason: "Drivers must not open files", line: 4 },
      { name: "disable_kprobe", reason: "kprobes are not for drivers", line: 5 },
    ]);
    const more = parseList("a\tone\nb\nc\tthree\na\tother\n", "x");
    expect(more.symbols.get("a")?.reason).toBe("one");
    expect(notesOf(more)).toEqual(['2: "b" is denied without a reason', '4: "a" stands twice, first in line 1']);
  });

  test("libabigail reads several names of a line, from the sections with the right endings", () => {
    const list = listOf("libabigail/kmi.ini");
    expect([...list.symbols.values()]).toEqual([
      { name: "kfree", line: 6 },
      { name: "kmalloc_trace", line: 6 },
      { name: "register_netdev", line: 8 },
      { name: "add_disk", group: "acme_stablelist", line: 11 },
    ]);
    expect(list.title).toBe("acme_kernel_whitelist");
    expect(notesOf(list)).toEqual([
      "2: section [suppress_function] is not read: its name does not end with whitelist, stablelist or symbol_list",
      '7: "version = 3" is no bare name: libabigail passes over it',
    ]);
  });

  test("libabigail stops at an empty section, and takes a carriage return for a part of the name", () => {
    expect(notesOf(parseList("[a_whitelist]\n[b_whitelist]\n kfree\n", "x"))).toEqual([
      "1: section [a_whitelist] is empty: libabigail reads nothing from there on",
    ]);
    expect(problemsOf(() => parseList("[a_whitelist]\n kfree\r\n", "x"))).toEqual(["2: a carriage return"]);
  });
});

describe("SUSE's severities", () => {
  test("types, comments and verdicts are read as suse-kabi-tools read them", () => {
    const { rules, notes } = listOf("suse-severities/severities");
    expect(rules.map(({ line, kind, pattern, verdict, comment }) => [line, kind, pattern, verdict, comment])).toEqual([
      [7, "module", "drivers/net/acme/acme-core", "FAIL", "local to the driver (bsc#1000001)"],
      [8, "module", "drivers/net/acme/*", "PASS", "local to the driver (bsc#1000001)"],
      [10, "symbol", "vmlinux_only_helper", "PASS", "bsc#1000002"],
      [11, "namespace", "DMA_BUF", "FAIL", "closing the namespace is a break"],
      [12, "symbol", "__SC[KT]__tp_func_*", "PASS", undefined],
      [13, "namespace", "acme_*", "PASS", undefined],
      [14, "symbol", "PDE_DATA", "PASS", undefined],
    ]);
    expect(notes).toEqual([]);
  });

  test("a pattern without a letter becomes a rule for namespaces, which is noted; so is a rule that stands twice", () => {
    const list = parseList("_* PASS\nkfree PASS\n* FAIL\nkfree FAIL\nSYMBOL * PASS\nvmlinux PASS\n", "x");
    expect(list.rules.map(({ kind }) => kind)).toEqual(["namespace", "symbol", "namespace", "symbol", "symbol", "module"]);
    expect(notesOf(list)).toEqual([
      '1: "_*" has no letter and so is matched against namespaces; for symbols write SYMBOL _* (and 1 more such line)',
      '4: "kfree" stands twice: line 2 decides',
    ]);
  });

  test.each([
    ["kfree PASS\nvfree\n", ['2: no verdict behind "vfree": PASS or FAIL']],
    ["kfree PASS\nvfree pass\nkmalloc PASS\n", ['2: "pass" is no verdict: PASS or FAIL']],
    ["kfree PASS\nvfree PASS please\nvfree PASS FAIL\n", ['2: "please" behind the verdict', '3: "FAIL" behind the verdict']],
    ["kfree PASS\nSYMBOL PASS\n", ["2: no pattern between SYMBOL and PASS"]],
    ["kfree PASS\nSYMBOL vfree\nvfree FAIL\n", ['2: "vfree" is no verdict: PASS or FAIL']],
    ["kfree PASS\nv[fr PASS\n", ['2: "v[fr" has a bracket that is not closed: SUSE\'s tool stops at it']],
  ])("%j is refused by line", (text, problems) => {
    expect(problemsOf(() => parseList(text, "x"))).toEqual(problems);
  });

  test("the first rule that matches the symbol, its module or its namespace decides; where none does, a change fails", () => {
    const severityOf = compileSeverities(listOf("suse-severities/severities").rules);
    const asked = (symbol: string, module: string, namespace?: string): string => {
      const { verdict, rule } = severityOf({ symbol, module, ...(namespace !== undefined && { namespace }) });
      return `${verdict} ${rule?.line}`;
    };
    expect(asked("acme_start", "drivers/net/acme/acme-core")).toBe("FAIL 7");
    expect(asked("acme_start", "drivers/net/acme/sub/acme-pci")).toBe("PASS 8");
    expect(asked("vmlinux_only_helper", "vmlinux", "DMA_BUF")).toBe("PASS 10");
    expect(asked("dma_buf_get", "vmlinux", "DMA_BUF")).toBe("FAIL 11");
    expect(asked("__SCK__tp_func_x", "vmlinux")).toBe("PASS 12");
    expect(asked("__SCX__tp_func_x", "vmlinux")).toBe("FAIL undefined");
    expect(asked("x", "vmlinux", "acme_pci")).toBe("PASS 13");
    expect(asked("acme_pci", "vmlinux")).toBe("FAIL undefined");
    expect(asked("PDE_DATA", "vmlinux")).toBe("PASS 14");
  });

  test("a literal rule and a pattern keep their order, whichever comes first", () => {
    const order = (text: string): (number | undefined)[] => {
      const of = compileSeverities(parseList(text, "x").rules);
      return ["foobar", "foo", "bar"].map((symbol) => of({ symbol, module: "vmlinux" }).rule?.line);
    };
    expect(order("foo* PASS\nfoobar FAIL\nbar PASS\n")).toEqual([1, 1, 3]);
    expect(order("foobar FAIL\nfoo* PASS\nbar PASS\n")).toEqual([1, 2, 3]);
    expect(order("x* FAIL\nfoobar FAIL\n*bar PASS\nfoo PASS\n")).toEqual([2, 4, 3]);
  });

  test("of a rule that stands twice the first decides", () => {
    const of = compileSeverities(parseList("foo PASS\nfoo FAIL\n", "x").rules);
    expect(of({ symbol: "foo", module: "vmlinux" }).rule?.line).toBe(1);
  });

  test("a comment behind a rule says more of it than the lines above, and an empty line ends those", () => {
    const { rules } = parseList("# all of it\nfoo PASS\nbar PASS # this one\n\nbaz PASS\n", "x");
    expect(rules.map(({ comment }) => comment)).toEqual(["all of it", "this one", undefined]);
  });

  test("what is written is read again as the same rules, in order and with their comments", () => {
    const { rules } = listOf("suse-severities/severities");
    const written = renderSeverities(rules);
    const again = parseList(written, "x").rules;
    const facts = (each: VendorList["rules"]): unknown =>
      each.map(({ kind, pattern, verdict, comment }) => [kind, pattern, verdict, comment]);
    expect(facts(again)).toEqual(facts(rules));
    expect(renderSeverities(again)).toBe(written);
    expect(written.split("\n").slice(0, 3)).toEqual([
      "# local to the driver (bsc#1000001)",
      "drivers/net/acme/acme-core\tFAIL",
      "drivers/net/acme/*\tPASS",
    ]);
    expect(written).toContain("NAMESPACE acme_*\tPASS\nSYMBOL PDE_DATA\tPASS\n");
  });
});

describe("wildcards, as SUSE's tool matches them", () => {
  test.each([
    ["drivers/*", "drivers/net/acme/acme-core", true],
    ["drivers/?et", "drivers/net", true],
    ["a?b", "a/b", true],
    ["*", "", true],
    ["?", "", false],
    ["a*b*c", "a-b-c", true],
    ["*bc", "abcd", false],
    ["*bc", "abcbc", true],
    ["[a-cD-EF]", "E", true],
    ["[a-cD-EF]", "e", false],
    ["[^abc]x", "dx", true],
    ["[^abc]x", "ax", false],
    ["[!a]", "!", true],
    ["[!a]", "b", false],
    ["[]]", "]", true],
    ["[^]]", "]", false],
    ["[-]", "-", true],
    ["[^]-]", "-", false],
    ["[a-]", "-", true],
    ["[--0]", ".", true],
    ["\\*x", "*x", true],
    ["\\*x", "ax", false],
    ["x\\", "x", false],
    ["x\\", "x\\", false],
    ["Foo", "foo", false],
  ])("%s on %j: %s", (pattern, text, expected) => {
    expect(compileWildcard(pattern)!(text)).toBe(expected);
  });

  test("a bracket that is not closed is no pattern", () => {
    expect(["[", "a[b", "[]", "[^]", "[a-"].map(compileWildcard)).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  test("every short pattern agrees with a regular expression on every short text", () => {
    const pieces = { a: "a", b: "b", "*": "[^]*", "?": "[^]", "[ab]": "[ab]", "[^a]": "[^a]" };
    const grow = (words: readonly string[], letters: readonly string[], depth: number): readonly string[] =>
      depth === 0
        ? words
        : [
            ...words,
            ...grow(
              words.flatMap((word) => letters.map((letter) => word + letter)),
              letters,
              depth - 1,
            ),
          ];
    const patterns = grow(
      [""],
      Object.keys(pieces).map((piece) => `${piece} `),
      3,
    );
    const texts = [...new Set(grow([""], ["a", "b", "c"], 4))];
    const wrong: string[] = [];
    for (const spaced of new Set(patterns)) {
      const parts = spaced.split(" ").filter((part) => part !== "") as (keyof typeof pieces)[];
      const expected = new RegExp(`^${parts.map((part) => pieces[part]).join("")}$`);
      const matches = compileWildcard(parts.join(""))!;
      for (const text of texts) if (matches(text) !== expected.test(text)) wrong.push(`${parts.join("")} on ${text}`);
    }
    expect(wrong).toEqual([]);
    expect([new Set(patterns).size, texts.length]).toEqual([259, 121]);
  });

  test("a pattern made to be slow is not", () => {
    const pattern = compileWildcard(`${"*a".repeat(200)}b`)!;
    expect(pattern("a".repeat(20_000))).toBe(false);
    expect(compileWildcard(`${"*[ab]".repeat(200)}c`)!("a".repeat(20_000))).toBe(false);
  }, 2000);
});

describe("what Debian and Ubuntu let pass", () => {
  test("Debian's words stand in the [abi] sections of a file of definitions, or alone", () => {
    const { ignored, symbols } = listOf("debian-ignore-changes/defines");
    expect(ignored.map(({ line, on, pattern }) => `${line} ${on} ${pattern}`)).toEqual([
      "4 symbol __cpuhp_*",
      "5 symbol cxl_*",
      "6 module drivers/net/ethernet/*",
      "8 module drivers/iio/**",
      "9 symbol register_key_type",
      "16 symbol perf_*",
      "16 symbol dax_flush",
    ]);
    expect(symbols.size).toBe(0);
    expect(listOf("debian-ignore-changes/ignore-changes").ignored.map(({ on, pattern }) => `${on} ${pattern}`)).toEqual([
      "symbol __cpuhp_*",
      "module fs/nfs/**",
      "symbol register_key_type",
    ]);
  });

  test("one star stays within a component of a path, two cross it, and nothing else is special", () => {
    const lineOf = (text: string, symbol: string, module: string): number | undefined =>
      compileIgnored(parseList(text, "x"))(symbol, module)?.line;
    expect(lineOf("module:drivers/*\n", "x", "drivers/net")).toBe(1);
    expect(lineOf("module:drivers/*\n", "x", "drivers/net/acme")).toBeUndefined();
    expect(lineOf("module:drivers/**\n", "x", "drivers/net/acme")).toBe(1);
    expect(lineOf("name:kfre?\nmodule:x\n", "kfree", "y")).toBeUndefined();
    expect(lineOf("name:a.c\nmodule:*.o\n", "abc", "xyo")).toBeUndefined();
    expect(lineOf("cxl_*\nmodule:drivers/*\n", "cxl_open", "drivers/cxl")).toBe(1);
  });

  test("Ubuntu's list has names and modules, and no patterns", () => {
    const list = listOf("ubuntu-ignore/blacklist");
    expect(list.ignored.map(({ line, on, pattern }) => `${line} ${on} ${pattern}`)).toEqual([
      "1 module drivers/scsi/acme",
      "2 symbol acme_start",
      "4 module drivers/net/acme",
    ]);
    const passes = compileIgnored(list);
    expect(passes("acme_start", "vmlinux")?.line).toBe(2);
    expect(passes("acme_stop", "drivers/scsi/acme")?.line).toBe(1);
    expect(passes("acme_stop", "vmlinux")).toBeUndefined();
    expect(compileIgnored(parseList("M: x\nacme_*\n", "x"))("acme_stop", "y")).toBeUndefined();
  });
});

describe("wrong lines are errors with their line", () => {
  test.each([
    [
      "redhat-stablelist",
      "[rhel9_x86_64_stablelist]\n\tkfree\n\tk free\n[x\n",
      ['3: "k free" is no symbol name', "4: a section without its closing bracket"],
    ],
    ["redhat-stablelist", "[rhel9_x86_64_stablelist]\n", ["1: no symbol in this list"]],
    ["symvers", "0x1\ta\tvmlinux\tEXPORT_SYMBOL\n0xg\tb\tvmlinux\tEXPORT_SYMBOL\n", ['2: "0xg" is no CRC such as 0x0012ab34']],
    [
      "android-symbol-list",
      "kfree\n[abi_symbol_list]\n  kfree # why\n",
      ["1: a line before the first section", '3: "kfree # why" is no symbol name'],
    ],
    ["android-symbol-list", "[abi_symbol_list]\n# nobody\n", ["1: no symbol in this list"]],
    ["android-denied", "kfree\tno\n1x\tno\n", ['2: "1x" is no symbol name']],
    ["libabigail", "kfree\n[x_whitelist]\n  a{b}\n", ["1: a line before the first section", '3: "a{b}" is no symbol name']],
    [
      "debian-ignore-changes",
      "module:x\nmodule:\nkind:x\na:b:c\n",
      ["2: no pattern behind module:", '3: "kind:" is no prefix: name: or module:', '4: "a:b:c" has more than one colon'],
    ],
    ["debian-ignore-changes", "[base]\nignore-changes: x\n", ["1: no pattern in this list"]],
    [
      "ubuntu-abi",
      "EXPORT_SYMBOL vmlinux 0x1\ta\nEXPORT_SYMBOL vmlinux 1 b\n",
      ["2: not the four columns EXPORT_…, module, CRC such as 0x0012ab34, symbol"],
    ],
    ["ubuntu-ignore", "M: x\nM: x y\n", ['2: "M: x y" is neither a name nor M: and a module']],
    ["plain", "kfree\nk-free\nk free\n", ['2: "k-free" is no symbol name', '3: "k free" is no symbol name']],
    ["plain", "kfree\r\nvfree\n", ["1: a carriage return"]],
    ["plain", "kfree\nvf\0ree\n", ["2: a NUL byte: no text"]],
  ] as const satisfies readonly (readonly [ListFormat, string, readonly string[]])[])("%s: %j", (format, text, problems) => {
    expect(detectList(text)).toBe(format);
    expect(problemsOf(() => parseList(text, "x"))).toEqual(problems);
  });
});

test("a line that no list can hold is an error, and after ten errors the rest is not looked at", () => {
  expect(problemsOf(() => parseList(`kfree\n${"x".repeat(70_000)}\n`, "x"))).toEqual(["2: a line of 65536 characters or more"]);
  expect(problemsOf(() => parseList(`kfree\n${"-\n".repeat(50)}`, "x"))).toEqual(
    Array.from({ length: 10 }, (_, index) => `${index + 2}: "-" is no symbol name`),
  );
});

describe("an Android symbol list is written as extract_symbols writes it", () => {
  const modules = [
    { name: "b.ko", symbols: ["kfree", "_printk", "__tracepoint_acme", "module_layout"] },
    { name: "a.ko", symbols: ["kfree", "Zorro", "alpha", "__alpha", "_alpha", "al_pha"] },
  ];

  test("what several need first, then each module's own, in AOSP's order, with the functions of tracepoints", () => {
    expect(renderAndroidList(modules)).toBe(`[abi_symbol_list]
# commonly used symbols
  kfree
  module_layout
  __put_task_struct

# required by a.ko
  __alpha
  _alpha
  al_pha
  alpha
  Zorro

# required by b.ko
  _printk
  __traceiter_acme
  __tracepoint_acme
`);
  });

  test("what the kernel does not export is on no list; a module without symbols of its own has no group", () => {
    const exported = new Set(["kfree", "__tracepoint_acme"]);
    expect(renderAndroidList(modules, (name) => exported.has(name))).toBe(`[abi_symbol_list]
# commonly used symbols
  kfree
  module_layout
  __put_task_struct

# required by b.ko
  __tracepoint_acme
`);
  });

  test("it is read again as the same symbols, in the same groups", () => {
    const list = parseList(renderAndroidList(modules), "x");
    expect(list.format).toBe("android-symbol-list");
    expect([...list.symbols.values()].filter(({ group }) => group === "required by b.ko").map(({ name }) => name)).toEqual([
      "_printk",
      "__traceiter_acme",
      "__tracepoint_acme",
    ]);
    expect(list.notes).toEqual([]);
  });

  test("the list of a kernel that trims its exports is bare names, each once, and reads as plain", () => {
    const text = renderTrimList(["kfree", "Zorro", "kfree", "__alloc_skb"]);
    expect(text).toBe("Zorro\n__alloc_skb\nkfree\n");
    expect([...parseList(text, "x").symbols.keys()]).toEqual(["Zorro", "__alloc_skb", "kfree"]);
  });
});

describe("requests in the form of ksc", () => {
  const vermagic = "5.14.0-570.el9.x86_64 SMP preempt mod_unload modversions ";
  const modules: readonly RequestingModule[] = [
    {
      name: "acme.ko",
      vermagic,
      namespaces: ["DMA_BUF", "NET_MANA"],
      arch: "x86_64",
      listed: ["register_netdev", "kfree"],
      wanted: [
        {
          name: "dma_buf_get",
          reason: "Zero copy from the capture card,\nsee issue #12 (and its thread)",
          places: ["acme.c:12", "acme.c:40"],
        },
        { name: "acme_helper", places: [] },
      ],
    },
    { name: "acme_fs.ko", vermagic, namespaces: [], arch: "x86_64", listed: [], wanted: [{ name: "dma_buf_get", places: ["fs.c:1"] }] },
  ];

  test("the report is ksc's, byte for byte, but that a reason is one line", () => {
    const expected = textOf("ksc/ksc-result.txt").replace("card,\nsee", "card, see");
    expect(renderKscResult("ksc -k /root/acme.ko -k /root/acme_fs.ko", modules)).toBe(expected);
  });

  test("a report is read with the lines of its symbols and justifications", () => {
    const { command, modules, notes } = parseKscResult(textOf("ksc/ksc-result.txt"), "ksc-result.txt");
    expect(command).toBe("ksc -k /root/acme.ko -k /root/acme_fs.ko");
    expect(notes).toEqual([]);
    expect(modules).toEqual([
      {
        name: "acme.ko",
        line: 3,
        vermagic: vermagic.trim(),
        namespaces: ["DMA_BUF", "NET_MANA"],
        arch: "x86_64",
        listed: [
          { symbol: "kfree", line: 7 },
          { symbol: "register_netdev", line: 8 },
        ],
        unlisted: [
          { symbol: "acme_helper", line: 11 },
          {
            symbol: "dma_buf_get",
            line: 16,
            justification: { text: "Zero copy from the capture card, see issue #12 (and its thread)", line: 18 },
          },
        ],
      },
      {
        name: "acme_fs.ko",
        line: 23,
        vermagic: vermagic.trim(),
        namespaces: [],
        arch: "x86_64",
        listed: [],
        unlisted: [{ symbol: "dma_buf_get", line: 29, under: "acme.ko" }],
      },
    ]);
  });

  test("what is written is read again as the same", () => {
    const { modules: read } = parseKscResult(renderKscResult("x", modules), "x");
    expect(read.map(({ unlisted }) => unlisted.map(({ symbol, justification, under }) => [symbol, justification?.text, under]))).toEqual([
      [
        ["acme_helper", undefined, undefined],
        ["dma_buf_get", "Zero copy from the capture card, see issue #12 (and its thread)", undefined],
      ],
      [["dma_buf_get", undefined, "acme.ko"]],
    ]);
  });

  test("a second module's own reason is written, not referred to", () => {
    const [first, second] = modules as [RequestingModule, RequestingModule];
    const text = renderKscResult("x", [first, { ...second, wanted: [{ name: "dma_buf_get", reason: "for the cache", places: [] }] }]);
    expect(parseKscResult(text, "x").modules[1]!.unlisted[0]!.justification?.text).toBe("for the cache");
  });

  test("the old names of the lists are read, and an early report takes the module's name from its command", () => {
    const text =
      "[command: ksc -k ./old/acme.ko]\n[x86_64]\n[WHITELISTUSAGE]\nkfree\n[NONWHITELISTUSAGE]\n##########\n(vfree)\n\nbecause\n\n##########\n";
    expect(parseKscResult(text, "x").modules).toMatchObject([{ name: "acme.ko", arch: "x86_64", unlisted: [{ symbol: "vfree" }] }]);
  });

  test("a block that is left open ends at the next module, which is noted", () => {
    const text =
      "{a.ko}\n[NONSTABLELISTUSAGE]\n##########\n(vfree)\nfor {b.ko}\n[see there]\n{a.c} and {b.ko}\n{b.ko@6.1}\n[STABLELISTUSAGE]\nkfree\n";
    const { modules, notes } = parseKscResult(text, "x");
    expect(modules.map(({ name }) => name)).toEqual(["a.ko", "b.ko"]);
    expect(modules[0]!.unlisted[0]!.justification?.text).toBe("for {b.ko} [see there] {a.c} and {b.ko}");
    expect(notesOf({ notes })).toEqual(['4: the block of "vfree" is not closed by ##########']);
  });

  test.each([
    ["kfree\n", ["1: a line outside of any section"]],
    ["{a.ko}\n[x86_64]\n", ["1: no report of ksc: neither [STABLELISTUSAGE] nor [WHITELISTUSAGE]"]],
    ["{a.ko}\n[NONSTABLELISTUSAGE]\nvfree\n##########\nkfree\n", ["3: no symbol in parentheses", "5: no symbol in parentheses"]],
    ["", ["1: no report of ksc: neither [STABLELISTUSAGE] nor [WHITELISTUSAGE]"]],
  ])("%j is no report", (text, problems) => {
    expect(problemsOf(() => parseKscResult(text, "x"))).toEqual(problems);
  });

  test("the request in Markdown names places and reasons, and nothing in it is markup", () => {
    const [first] = modules as [RequestingModule];
    const text = renderRequestMarkdown("RHEL 9.6 *kABI*", [
      { ...first, wanted: [...first.wanted, { name: "x", reason: "<b>see</b> [this](url) | that", places: ["a`b.c:1"] }] },
    ]);
    expect(text).toBe(`# Symbols to add to RHEL 9.6 \\*kABI\\*

## acme.ko

Built for \`5.14.0-570.el9.x86_64 SMP preempt mod_unload modversions\` on x86\\_64. 2 of its 5 symbols are on the list.

- \`acme_helper\`: no reason given
- \`dma_buf_get\`: Zero copy from the capture card, see issue \\#12 (and its thread)
  Used at \`acme.c:12\`, \`acme.c:40\`.
- \`x\`: \\<b\\>see\\</b\\> \\[this\\](url) \\| that
  Used at \`\`a\`b.c:1\`\`.
`);
  });
});

describe("kernel against kernel, as ksymvers compare judges it", () => {
  const kernel = (...lines: readonly string[]): ReturnType<typeof parseSymvers> =>
    parseSymvers(lines.map((line) => `${line.replaceAll(" ", "\t")}\n`).join(""), "k", "x");
  const before = kernel(
    "0x00000001 same vmlinux EXPORT_SYMBOL",
    "0x00000002 gone vmlinux EXPORT_SYMBOL",
    "0x00000003 gone_too drivers/acme EXPORT_SYMBOL",
    "0x00000004 changed vmlinux EXPORT_SYMBOL",
    "0x00000005 opened vmlinux EXPORT_SYMBOL_GPL",
    "0x00000006 closed vmlinux EXPORT_SYMBOL",
    "0x00000007 moved drivers/acme EXPORT_SYMBOL ACME",
    "0x00000008 both vmlinux EXPORT_SYMBOL",
    "0x00000009 PDE_DATA vmlinux EXPORT_SYMBOL",
    "0x00000000 bare vmlinux EXPORT_SYMBOL",
  );
  const after = kernel(
    "0x00000001 same vmlinux EXPORT_SYMBOL",
    "0x0000000a added vmlinux EXPORT_SYMBOL",
    "0x0000000b added_too drivers/acme EXPORT_SYMBOL",
    "0x00000014 changed drivers/acme EXPORT_SYMBOL",
    "0x00000005 opened vmlinux EXPORT_SYMBOL",
    "0x00000006 closed vmlinux EXPORT_SYMBOL_GPL",
    "0x00000017 moved vmlinux EXPORT_SYMBOL",
    "0x00000018 both vmlinux EXPORT_SYMBOL_GPL",
    "0x00000019 PDE_DATA vmlinux EXPORT_SYMBOL",
    "0x00000000 bare vmlinux EXPORT_SYMBOL",
  );
  const told = ({ changes }: SeverityComparison): readonly string[] =>
    changes.map(({ kind, name, tolerated, rule }) => `${kind} ${name}: ${tolerated}${rule ? ` by ${rule.line}` : ""}`);

  test("without rules additions and lost restrictions are tolerated, nothing else", () => {
    const compared = compareBySeverities(before, after, []);
    expect(told(compared)).toEqual([
      "added added: implicitly",
      "added added_too: implicitly",
      "removed gone: not",
      "removed gone_too: not",
      "crc PDE_DATA: not",
      "crc both: not",
      "type both: not",
      "crc changed: not",
      "type closed: not",
      "crc moved: not",
      "type opened: implicitly",
    ]);
    expect(compared.fails).toBe(true);
    expect(compared.toleratedByRules).toEqual({ additions: 0, removals: 0, modifications: 0 });
    expect(compareBySeverities(before, before, [])).toMatchObject({ changes: [], fails: false, notCompared: { crcs: 1, types: 0 } });
  });

  test("a rule is asked about the module and namespace of before; only of what is new about those of after", () => {
    const rules = parseList("drivers/acme PASS\nboth PASS\nPDE_DATA PASS\nvmlinux FAIL\n", "x").rules;
    const compared = compareBySeverities(before, after, rules);
    expect(told(compared)).toEqual([
      "added added: implicitly by 4",
      "added added_too: by-rules by 1",
      "removed gone: not by 4",
      "removed gone_too: by-rules by 1",
      "crc PDE_DATA: not by 4",
      "crc both: by-rules by 2",
      "type both: by-rules by 2",
      "crc changed: not by 4",
      "type closed: not by 4",
      "crc moved: by-rules by 1",
      "type opened: implicitly by 4",
    ]);
    expect(compared.toleratedByRules).toEqual({ additions: 1, removals: 1, modifications: 2 });
  });

  test("a rule for a symbol in capitals is matched against namespaces: it is told, unless the line says what it is", () => {
    const misread = (text: string): readonly string[] =>
      compareBySeverities(before, after, parseList(text, "x").rules).misread.map(({ pattern }) => pattern);
    expect(misread("PDE_DATA PASS\nACME PASS\n_* PASS\n")).toEqual(["PDE_DATA"]);
    const named = kernel("0x1 ACME vmlinux EXPORT_SYMBOL", "0x2 acme vmlinux EXPORT_SYMBOL ACME");
    expect(compareBySeverities(named, named, parseList("ACME PASS\n", "x").rules).misread).toEqual([]);
    expect(misread("SYMBOL PDE_DATA PASS\nNAMESPACE PDE_DATA PASS\n")).toEqual([]);
  });

  test("moved exports and other namespaces are told apart and fail nothing", () => {
    const { moved, namespaces } = compareBySeverities(before, after, []);
    expect(moved).toEqual([
      { name: "changed", from: "vmlinux", to: "drivers/acme" },
      { name: "moved", from: "drivers/acme", to: "vmlinux" },
    ]);
    expect(namespaces).toEqual([{ name: "moved", from: "ACME" }]);
    const one = kernel("0x1 a vmlinux EXPORT_SYMBOL");
    expect(compareBySeverities(one, kernel("0x1 a net/a EXPORT_SYMBOL NS"), [])).toMatchObject({ changes: [], fails: false });
  });

  test.each([
    ["EXPORT_UNUSED_SYMBOL", "EXPORT_SYMBOL", "implicitly"],
    ["EXPORT_SYMBOL_GPL", "EXPORT_SYMBOL_GPL_FUTURE", "implicitly"],
    ["EXPORT_SYMBOL_GPL_FUTURE", "EXPORT_SYMBOL_GPL", "not"],
    ["EXPORT_UNUSED_SYMBOL_GPL", "EXPORT_UNUSED_SYMBOL", "implicitly"],
    ["EXPORT_SYMBOL", "EXPORT_UNUSED_SYMBOL", "not"],
    ["EXPORT_SYMBOL", "EXPORT_OTHER", "not"],
  ])("%s to %s: %s tolerated", (from, to, tolerated) => {
    const { changes } = compareBySeverities(kernel(`0x1 a vmlinux ${from}`), kernel(`0x1 a vmlinux ${to}`), []);
    expect(changes.map((change) => change.tolerated)).toEqual([tolerated]);
  });

  test("types that one side does not tell are not compared, and counted", () => {
    const old = kernel("0x1 a vmlinux");
    expect(compareBySeverities(old, kernel("0x1 a vmlinux EXPORT_SYMBOL_GPL"), [])).toMatchObject({
      changes: [],
      notCompared: { crcs: 0, types: 1 },
    });
  });
});
