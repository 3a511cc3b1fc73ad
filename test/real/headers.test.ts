import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packages } from "../../src/history/apt.ts";
import { checkWithBtf } from "../../src/history/check-declarations.ts";
import { btfOf, fetchHeaders, type HeadersPackages, readDeclaredRelease } from "../../src/history/declarations.ts";
import { readList } from "../../src/history/list.ts";
import { declaredBy } from "../../src/kernels/c/declaration.ts";
import { tokensOf } from "../../src/kernels/c/lex.ts";
import { checkAfter, type IndexedFacts } from "../../src/kernels/headers/check.ts";
import { openDeclarations } from "../../src/kernels/headers/read.ts";
import { isHeaderFile, readRelease } from "../../src/kernels/headers/release.ts";
import { type ReleaseInput, writeDeclarations } from "../../src/kernels/headers/write.ts";

// What the headers of Debian's kernels declare, against the compiler: the BTF of the same kernels, and gcc on the headers themselves.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const CACHE = process.env["ABI_LINT_HISTORY"] ?? join(WORK, "history");
const root = new URL("../..", import.meta.url).pathname;
const SHIPPED = join(root, "rules/history/amd64.declarations");

const RELEASES: ReadonlySet<string> = new Set(["6.12.107", "7.3.4"]);

describe("headers packages of two kernels", () => {
  const found: { readonly from: HeadersPackages; readonly input: ReleaseInput }[] = [];
  beforeAll(() => {
    const get = packages(CACHE, false);
    for (const entry of readList(join(root, "rules/history/releases.yaml")).filter(({ name }) => RELEASES.has(name))) {
      const from = fetchHeaders(get, entry);
      // A mirror without the release any more has nothing to be compared with.
      if (typeof from === "string") console.log(`NOT COMPARED: ${from}`);
      else found.push({ from, input: readDeclaredRelease(entry.name, from) });
    }
    expect(found).not.toEqual([]);
  });

  test("give the same index twice, and the one that is shipped", () => {
    const bytes = found.map(({ input }) => Buffer.from(writeDeclarations("twice", [input])));
    const again = found.map(({ from, input }) =>
      Buffer.from(writeDeclarations("twice", [readDeclaredRelease(input.release.release, from)])),
    );
    expect(again.map((each, index) => each.equals(bytes[index]!))).toEqual(found.map(() => true));

    const shipped = openDeclarations(readFileSync(SHIPPED), SHIPPED);
    for (const { input } of found) {
      const release = shipped.releases.findIndex((each) => each.release === input.release.release);
      expect(shipped.releases[release]).toEqual(input.release);
      const headers = shipped.headersOf(release);
      expect(
        [...input.facts.names].filter(([name, entries]) => JSON.stringify(headers.names(name)) !== JSON.stringify(entries)).length,
      ).toBe(0);
      expect([...input.facts.tags.values()].filter((tag) => headers.tag(tag.tag, tag.name)?.members.length !== tag.members.length)).toEqual(
        [],
      );
    }
  });

  test("fit the BTF of their kernels, and one another", () => {
    let before: IndexedFacts | undefined;
    for (const { from, input } of found) {
      const after = { about: input.release, facts: input.facts, isExported: (name: string) => input.exported?.has(name) };
      const btf = btfOf(from, join(WORK, "btf"));
      expect(btf).toBeDefined();
      const checks = [checkAfter(before, after), checkWithBtf(after, btf!)];
      for (const { text, wrong } of checks) {
        console.log(text.replace(/^ {4}.*\n/gm, ""));
        expect(wrong).toEqual([]);
      }
      before = after;
    }
  });

  test("would be refused had the reader lost its way: in one header of a hundred, or in the members of one struct of twenty", () => {
    const [{ from, input }] = found as [(typeof found)[0]];
    const sound = broken(input, {});
    const lost = new Set([...input.facts.headers.keys()].filter((_, index) => index % 100 === 0));
    const names = new Map([...input.facts.names].filter(([, entries]) => !entries.every(({ header }) => lost.has(header))));
    expect(checkAfter(sound, broken(input, { names })).wrong).toContainEqual(expect.stringContaining("exports are declared no more"));

    const tags = new Map(
      [...input.facts.tags].map(([key, tag], index) => [key, index % 20 === 0 ? { ...tag, members: tag.members.slice(1) } : tag] as const),
    );
    expect(checkWithBtf(broken(input, { tags }), btfOf(from, join(WORK, "btf"))!).wrong).toContainEqual(
      expect.stringContaining("structs, by the names of their members"),
    );
  });
});

/** A release as it would be, had its reader gone wrong. */
const broken = ({ release, facts, exported }: ReleaseInput, change: Partial<ReleaseInput["facts"]>): IndexedFacts => ({
  about: release,
  facts: { ...facts, ...change },
  isExported: (name) => exported?.has(name),
});

const KERNEL = existsSync("/lib/modules")
  ? readdirSync("/lib/modules").find((each) => existsSync(`/lib/modules/${each}/build/Module.symvers`))
  : undefined;
if (KERNEL === undefined) console.log("NOT COMPARED: gcc's reading of headers (no kernel's headers are installed)");

/** What many modules include; each of them hundreds more. */
const INCLUDED =
  "linux/module.h linux/fs.h linux/netdevice.h linux/pci.h linux/usb.h linux/blkdev.h linux/debugfs.h linux/seq_file.h linux/interrupt.h " +
  "linux/platform_device.h linux/of.h linux/acpi.h crypto/hash.h net/sock.h net/tcp.h net/cfg80211.h net/genetlink.h media/v4l2-ioctl.h " +
  "drm/drm_atomic_helper.h sound/pcm.h linux/hid.h linux/i2c.h linux/perf_event.h linux/bpf.h scsi/scsi_host.h linux/mtd/mtd.h " +
  "rdma/ib_verbs.h linux/gpio/driver.h linux/iio/iio.h linux/tty.h linux/regmap.h linux/dma-buf.h linux/device-mapper.h";

describe.skipIf(KERNEL === undefined)("gcc on the headers that are installed", () => {
  const build = realpathSync(`/lib/modules/${KERNEL}/build`);
  const source = existsSync(`/lib/modules/${KERNEL}/source`) ? realpathSync(`/lib/modules/${KERNEL}/source`) : build;
  const work = join(WORK, "headers-gcc");
  const facts = { functions: new Map<string, string>(), macros: new Map<string, number | undefined>() };
  let input: ReleaseInput;

  beforeAll(() => {
    const folders = [...new Set([build, source])];
    const files = folders.flatMap((folder) =>
      ["include", "arch/x86/include"].flatMap((below) =>
        existsSync(join(folder, below))
          ? readdirSync(join(folder, below), { recursive: true, encoding: "utf8" })
              .map((path) => join(below, path))
              .filter(isHeaderFile)
              .map((path) => ({ path, text: readFileSync(join(folder, path), "latin1") }))
          : [],
      ),
    );
    input = readRelease(files, { release: KERNEL!, config: readFileSync(join(build, ".config"), "utf8") });

    mkdirSync(work, { recursive: true });
    writeFileSync(
      join(work, "all.c"),
      INCLUDED.split(" ")
        .map((each) => `#include <${each}>\n`)
        .join(""),
    );
    // LINUXINCLUDE of the kernel's Makefile.
    const paths = [
      "arch/x86/include",
      "arch/x86/include/generated",
      "include",
      "arch/x86/include/uapi",
      "arch/x86/include/generated/uapi",
      "include/uapi",
      "include/generated/uapi",
    ];
    const flags = [
      ...paths.flatMap((path) => folders.map((folder) => `-I${join(folder, path)}`)),
      ...["kconfig.h", "compiler_types.h"].flatMap((each) => ["-include", join(source, "include/linux", each)]),
      ...'-nostdinc -D__KERNEL__ -DMODULE -DCC_USING_FENTRY -DKBUILD_MODNAME="x" -DKBUILD_MODFILE="x" -std=gnu11 -fno-pie -O2 -mcmodel=kernel -mno-sse -mno-red-zone -fshort-wchar -w'.split(
        " ",
      ),
    ];
    const gcc = (...more: readonly string[]): string => {
      const { stdout, stderr, status, error } = spawnSync("gcc", [...flags, ...more, "all.c"], {
        cwd: work,
        encoding: "utf8",
        maxBuffer: 1 << 30,
      });
      if (error) throw error;
      expect([status, stderr]).toEqual([0, ""]);
      return stdout;
    };
    gcc("-fsyntax-only", "-aux-info", "prototypes");
    for (const [, text] of readFileSync(join(work, "prototypes"), "utf8").matchAll(/^\/\* \S*\/include\/\S+:\d+:\w+ \*\/ (.*?);/gm)) {
      const [declared] = declaredBy(tokensOf(text!), new Map());
      if (declared?.signature !== undefined && !declared.name.startsWith("__compiletime_assert"))
        facts.functions.set(declared.name, declared.signature);
    }
    let file = "";
    for (const line of gcc("-E", "-dD").split("\n")) {
      file = /^# \d+ "([^"]+)"/.exec(line)?.[1] ?? file;
      const [, name, list] = /^#define (\w+)(\([^)]*\))?/.exec(line) ?? [];
      if (name !== undefined && /\/include\//.test(file) && !/dt-bindings|generated\/(autoconf|asm-offsets)/.test(file))
        facts.macros.set(name, list === undefined ? undefined : list === "()" ? 0 : list.split(",").length);
      facts.macros.delete(/^#undef (\w+)/.exec(line)?.[1] ?? "");
    }
  });

  test("finds no function that the index lacks, and of the same type but for what the preprocessor hides", () => {
    const { names } = input.facts;
    const missing = [...facts.functions.keys()].filter((name) => !names.has(name) && !name.startsWith("__builtin"));
    // Sizes, unnamed types and const results are written otherwise by gcc; va_list and functions as parameters it has as pointers.
    const plain = (type: string): string => type.replace(/\[[^\]]*\]/g, "[]").replace(/(struct|union|enum) \{[^}]*\}/g, "{}");
    const differ = [...facts.functions].filter(([name, type]) =>
      names.get(name)?.every((each) => !("type" in each) || plain(each.type) !== plain(type)),
    );
    console.log(
      `${KERNEL}: ${facts.functions.size} functions that gcc sees, ${missing.length} not in the index, ${differ.length} of another type`,
    );
    expect(facts.functions.size).toBeGreaterThan(10_000);
    // Static calls and the port accesses of asm/shared/io.h: names pasted by macros that another header defines too.
    expect(missing.filter((name) => !/^__(SCT__|(in|out)[bwl]$)/.test(name))).toEqual([]);
    expect(differ.length).toBeLessThan(0.015 * facts.functions.size);
  });

  test("finds no macro that the index lacks, nor with other parameters", () => {
    const { names } = input.facts;
    const arities = (name: string): readonly (number | undefined)[] =>
      (names.get(name) ?? []).flatMap((each) =>
        each.form === "macro" ? [each.parameters === undefined ? undefined : each.parameters + Number(each.variadic)] : [],
      );
    const missing = [...facts.macros.keys()].filter((name) => arities(name).length === 0);
    const differ = [...facts.macros].filter(([name, count]) => arities(name).length > 0 && !arities(name).includes(count));
    const guards = new Set(
      execFileSync(
        "bash",
        [
          "-c",
          `grep -rhE -m1 '^[ \\t]*#[ \\t]*(ifndef|if !defined)' "$@" | grep -oE '\\w+\\)?$' | tr -d ')'`,
          "bash",
          ...new Set([build, source].map((each) => join(each, "include"))),
          join(source, "arch/x86/include"),
          join(build, "arch/x86/include"),
        ],
        { encoding: "utf8", maxBuffer: 1 << 26 },
      ).split("\n"),
    );
    console.log(
      `${KERNEL}: ${facts.macros.size} macros that gcc sees, ${missing.length} not in the index, ${differ.length} with other parameters`,
    );
    expect(facts.macros.size).toBeGreaterThan(20_000);
    expect(missing.filter((name) => !guards.has(name))).toEqual([]);
    expect(differ).toEqual([]);
  });
});

test("the shipped index knows what the headers of a kernel are known for", () => {
  const index = openDeclarations(readFileSync(SHIPPED), SHIPPED);
  const of = (release: string): ReturnType<typeof index.headersOf> =>
    index.headersOf(index.releases.findIndex((each) => each.release === release));
  const [old, now] = [of("6.1.0-56"), of("7.3.4")];
  const forms = (name: string): readonly string[] => [old, now].map((headers) => headers.names(name)[0]?.form ?? "none");
  // strncpy is an inline function of linux/fortify-string.h in 6.1; kmalloc is a macro around alloc_hooks() since there is memory allocation profiling.
  expect(["from_timer", "timer_container_of", "in_irq", "strncpy", "kmalloc", "PageLocked", "trace_xdp_exception"].map(forms)).toEqual([
    ["macro", "none"],
    ["none", "macro"],
    ["macro", "none"],
    ["inline", "none"],
    ["inline", "macro"],
    ["inline", "inline"],
    ["inline", "inline"],
  ]);
  expect([old, now].map((headers) => headers.names("v4l2_fh_add")[0])).toMatchObject([
    { type: "void (struct v4l2_fh *)" },
    { type: "void (struct v4l2_fh *, struct file *)" },
  ]);
  expect([old, now].map((headers) => headers.tag("struct", "inode")?.members.find(({ name }) => name === "i_state")?.type)).toEqual([
    "unsigned long",
    "struct inode_state_flags",
  ]);
  expect([old, now].map((headers) => headers.kbuild.honoursExtraCflags)).toEqual([true, false]);
  expect([old, now].map((headers) => headers.hasHeader("asm/unaligned.h"))).toEqual([true, false]);
});
