import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { checkAfter, type IndexedFacts } from "../src/kernels/headers/check.ts";
import { factsOf } from "../src/kernels/headers/facts.ts";
import type { HeaderName, ReleaseHeaders, Tag } from "../src/kernels/headers/model.ts";
import { openDeclarations } from "../src/kernels/headers/read.ts";
import { isHeaderFile, readRelease } from "../src/kernels/headers/release.ts";
import { type ReleaseInput, writeDeclarations } from "../src/kernels/headers/write.ts";
import { InputError } from "../src/shared/input-error.ts";

const CONFIG =
  'CONFIG_X86_64=y\nCONFIG_64BIT=y\nCONFIG_SMP=y\nCONFIG_LOOSE=m\n# CONFIG_OFF is not set\nCONFIG_NR_CPUS=64\nCONFIG_NAME="x"\n';

const read = (files: Readonly<Record<string, string>>, release = "6.1.0-1", exported?: readonly string[]): ReleaseInput =>
  readRelease(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    { release, config: CONFIG, ...(exported && { exported: new Set(exported) }) },
  );

const indexOf = (...releases: readonly ReleaseInput[]): ReturnType<typeof openDeclarations> =>
  openDeclarations(writeDeclarations("a test", releases), "own.declarations");

/** What a tree's headers declare, written and read again. */
const headersOf = (files: Readonly<Record<string, string>>): ReleaseHeaders => indexOf(read(files)).headersOf(0);
const own = (text: string): ReleaseHeaders => headersOf({ "include/linux/own.h": text });

const withoutPlace = ({ header: _header, ...rest }: HeaderName): object => rest;
const names = (headers: ReleaseHeaders, name: string): readonly object[] => headers.names(name).map(withoutPlace);
const membersOf = (tag: Tag | undefined): readonly string[] => (tag?.members ?? []).map(({ name, type }) => `${type} ${name}`);

describe("names", () => {
  test.each([
    ["int f(struct socket *s, u32 n);", "f", { form: "function", type: "int (struct socket *, u32)" }],
    ["static inline void f(void) { g(1); }", "f", { form: "inline", type: "void (void)" }],
    ["extern struct list_head f;", "f", { form: "variable", type: "struct list_head" }],
    ["typedef int (*f)(struct inode *, int);", "f", { form: "typedef", type: "int (*)(struct inode *, int)" }],
    ["typedef struct { int x; } f;", "f", { form: "typedef", type: "struct {f}" }],
    ["enum kind { A, f = 7, C };", "f", { form: "constant", of: "enum kind" }],
    ["enum { A, f };", "f", { form: "constant", of: "enum" }],
    ["#define f(a, b) g(a)", "f", { form: "macro", parameters: 2, variadic: false }],
    ["#define f(a, ...) g(a, __VA_ARGS__)", "f", { form: "macro", parameters: 1, variadic: true }],
    ["#define f(args...) g(args)", "f", { form: "macro", parameters: 0, variadic: true }],
    ["#define f g", "f", { form: "macro", variadic: false, target: "g" }],
    ["#define f __common.tos", "f", { form: "macro", variadic: false, body: "__common.tos" }],
    ["#define f 0x20UL", "f", { form: "macro", variadic: false, body: "0x20UL" }],
    ["#define f (a + b)", "f", { form: "macro", variadic: false }],
  ])("%s declares %s", (text, name, expected) => {
    expect(names(own(text), name)).toEqual([{ sure: true, ...expected }]);
  });

  test("what an #undef takes back, a guard and a dead branch are none", () => {
    const headers = own(
      "#ifndef _OWN_H\n#define _OWN_H\n#define gone 1\n#undef gone\n#ifdef CONFIG_OFF\nint dead(void);\n#endif\n#endif\n",
    );
    expect(["_OWN_H", "gone", "dead"].map((name) => headers.names(name))).toEqual([[], [], []]);
  });

  test("a name that nothing defines is presumed not to be defined, and what hangs on it being so is not sure", () => {
    const headers = own("#ifdef WANTED\nint with(void);\n#else\nint without(void);\n#endif\n#ifndef GUESS\n#define GUESS 1\n#endif\n");
    expect(names(headers, "with")).toEqual([{ sure: false, condition: "defined(WANTED)", form: "function", type: "int (void)" }]);
    expect(names(headers, "without")).toEqual([{ sure: true, form: "function", type: "int (void)" }]);
    expect(headers.names("GUESS")[0]).toMatchObject({ sure: true, body: "1" });
  });

  test("what hangs on another header's macro is not sure, in both branches", () => {
    const headers = headersOf({
      "include/linux/one.h": "#define BELL 1\n",
      "include/linux/two.h":
        "#if BELL > 2 || !defined( BELL )\nint rung;\nint ring(void);\n#elif CONFIG_NR_CPUS > 8\nint pull(void);\n#endif\n",
    });
    expect(headers.names("ring")[0]).toMatchObject({ sure: false, condition: "BELL > 2 || !defined(BELL)" });
    expect(headers.names("pull")[0]).toMatchObject({ sure: false, condition: "!(BELL > 2 || !defined(BELL))" });
  });

  test("what is said in both of two branches is sure", () => {
    const headers = headersOf({
      "include/linux/one.h": "#define BELL 1\n",
      "include/linux/two.h": "#ifdef BELL\nint ring(void);\n#else\nint ring(void);\n#endif\n",
    });
    expect(names(headers, "ring")).toEqual([{ sure: true, form: "function", type: "int (void)" }]);
  });

  test("names that macros put together are names", () => {
    const headers = own(`
#define PAGEFLAG(uname, lname) TESTFLAG(uname, lname) \\
	static inline void Set##uname(struct page *page) { }
#define TESTFLAG(uname, lname) static inline int Page##uname(struct page *page) { return 0; }
PAGEFLAG(Locked, locked)
	PAGEFLAG(Dirty, dirty)
static inline int after(void) { return 1; }
#define RETURNS(prototype) prototype;
RETURNS(int first(int a, int b))
RETURNS(void *second(void))
`);
    const type = "int (struct page *)";
    expect(["PageLocked", "PageDirty"].map((name) => headers.names(name)[0])).toMatchObject([{ type }, { type }]);
    expect(names(headers, "SetDirty")).toEqual([{ sure: true, form: "inline", type: "void (struct page *)" }]);
    expect(["after", "first", "second"].map((name) => headers.names(name)[0])).toMatchObject([
      { form: "inline" },
      { type: "int (int, int)" },
      { type: "void *(void)" },
    ]);
  });

  test("a macro that is not followed costs what it declares, and not what stands behind it", () => {
    const headers = headersOf({
      "include/linux/one.h": "#define MAKE(x) int x;\n",
      "include/linux/two.h": "#define MAKE(x) long x;\n",
      "include/linux/use.h": "MAKE(here)\nint there(void);\n",
    });
    expect(headers.names("there")).toHaveLength(1);
  });

  test("the more public header and what the preprocessor takes come first", () => {
    const headers = headersOf({
      "include/sound/f.h": "int f(void);",
      "include/linux/f.h": "int f(void);\n#define f(x) g(x)\n",
      "arch/x86/include/asm/f.h": "int f(void);",
    });
    expect(headers.names("f").map(({ header, form }) => `${header} ${form}`)).toEqual([
      "linux/f.h macro",
      "linux/f.h function",
      "asm/f.h function",
      "sound/f.h function",
    ]);
  });
});

describe("structs", () => {
  test("members have their types, those of unnamed structs are the outer one's, bitfields are members", () => {
    const headers = own(`struct foo {
	const struct bar *a, **b;
	int (*fn)(struct inode *, int);
	union { struct { u8 low:4, :2, high:2; }; unsigned long all[N]; } ____cacheline_aligned;
	struct { int x; } inner[3];
	struct bar { long deep; } named;
} __packed;
#define __packed __attribute__((__packed__))
#define ____cacheline_aligned __packed
`);
    const tag = headers.tag("struct", "foo");
    expect(tag).toMatchObject({ header: "linux/own.h", sure: true, isWhole: true });
    expect(membersOf(tag)).toEqual([
      "const struct bar * a",
      "const struct bar ** b",
      "int (*)(struct inode *, int) fn",
      "u8 low",
      "u8 high",
      "unsigned long [N] all",
      "struct {foo.inner} [3] inner",
      "struct bar named",
    ]);
    expect(membersOf(headers.tag("struct", "{foo.inner}"))).toEqual(["int x"]);
    expect(membersOf(headers.tag("struct", "bar"))).toEqual(["long deep"]);
  });

  test("a member that is a macro is found as a macro", () => {
    const headers = own("struct flow { struct common __c; };\n#define flow_tos __c.tos\n");
    expect(headers.names("flow_tos")[0]).toMatchObject({ form: "macro", body: "__c.tos" });
  });

  test("members hang on the configuration, and on what is not known", () => {
    const headers = headersOf({
      "include/linux/one.h": "#define BELL 1\n",
      "include/linux/own.h": `struct foo {
	int a;
#ifdef CONFIG_SMP
	int smp;
#else
	int up;
#endif
#ifdef BELL
	int bell;
#else
	int knock;
#endif
	int z;
};`,
    });
    expect(headers.tag("struct", "foo")?.members.map(({ name, sure }) => `${name}${sure ? "" : "?"}`)).toEqual([
      "a",
      "smp",
      "bell?",
      "knock?",
      "z",
    ]);
  });

  test("macros that make members are followed, in structs and enums", () => {
    const headers = own(`
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]
#define __group(TAG, NAME, MEMBERS...) union { struct { MEMBERS } ; struct TAG { MEMBERS } NAME; }
#define COMMON int c1; int c2;
#define BRACED { int b1; }
#define UNSAFE(x) x##__unsafe
#define BOTH(x) x##_READ, x##_WRITE
struct foo { DECLARE_BITMAP(map, 8); __group(head, h, int m1; int m2;); COMMON int last; u8 UNSAFE(exit); union { struct BRACED; }; };
enum op { BOTH(SMALL), LAST };
`);
    expect(membersOf(headers.tag("struct", "foo"))).toEqual([
      "unsigned long [BITS_TO_LONGS ( 8 )] map",
      "int m1",
      "int m2",
      "struct head h",
      "int c1",
      "int c2",
      "int last",
      "u8 exit__unsafe",
      "int b1",
    ]);
    expect(membersOf(headers.tag("struct", "head"))).toEqual(["int m1", "int m2"]);
    expect(headers.names("SMALL_WRITE")[0]).toMatchObject({ form: "constant", of: "enum op" });
    expect(headers.names("LAST")).toHaveLength(1);
  });

  test("a macro may hide the keyword, and a struct may lie in another by its tag alone", () => {
    const headers = own(`
#define context_lock_struct(name, ...) struct __VA_ARGS__ name
#define __context_unsafe(why) __attribute__((noop))
#define LOCKNAME(x) static inline void x##_lock(void) { }
LOCKNAME(raw)
LOCKNAME(spin)
context_lock_struct(mutex) {
	int owner;
};
static inline void f(int x)
	__context_unsafe(/* why */)
{
	struct not_this { int y; };
}
struct outer { struct mutex; int own; };
context_lock_struct(later);
`);
    expect(membersOf(headers.tag("struct", "mutex"))).toEqual(["int owner"]);
    expect(membersOf(headers.tag("struct", "outer"))).toEqual(["int owner", "int own"]);
    expect(headers.tag("struct", "later")).toMatchObject({ isWhole: false, members: [] });
    expect(headers.tag("struct", "not_this")).toBeUndefined();
    expect(["f", "raw_lock", "spin_lock"].map((name) => names(headers, name))).toEqual(
      ["void (int)", "void (void)", "void (void)"].map((type) => [{ sure: true, form: "inline", type }]),
    );
  });
});

describe("headers", () => {
  const headers = headersOf({
    "include/linux/types.h": "#include <uapi/linux/types.h>\n#include <asm/unaligned.h>\nint a(void);",
    "include/uapi/linux/types.h": "#include <linux/posix_types.h>\nint b(void);",
    "include/uapi/linux/posix_types.h": "",
    "include/linux/user.h": "#include <uapi/linux/types.h>\n",
    "include/linux/apart.h": "",
    "include/uapi/linux/apart.h": "int c(void);",
    "include/asm-generic/unaligned.h": "int d(void);",
    "include/asm-generic/bitops.h": "int unused(void);",
    "arch/x86/include/asm/bitops.h": '#include "near.h"\n#ifdef CONFIG_OFF\n#include <linux/tiny.h>\n#endif\n',
    "arch/x86/include/asm/near.h": "",
    "include/linux/tiny.h": "int tiny(void);",
    "arch/x86/include/generated/asm/unaligned.h": "#include <asm-generic/unaligned.h>\n",
    "include/generated/uapi/linux/version.h": "#define LINUX_VERSION_CODE 393664\n",
    "include/generated/autoconf.h": "#define CONFIG_SMP 1\n",
    "arch/mips/include/asm/war.h": "int mips(void);",
    "scripts/Makefile.lib": "ccflags-y  += $(EXTRA_CFLAGS)\n",
  });

  test("are found under the names that a module includes them by", () => {
    const found = [
      "linux/types.h",
      "uapi/linux/types.h",
      "asm/unaligned.h",
      "linux/version.h",
      "generated/autoconf.h",
      "uapi/linux/apart.h",
      "asm/war.h",
    ];
    expect(found.map((path) => headers.hasHeader(path))).toEqual([true, true, true, true, true, true, false]);
    expect(["a", "b", "c", "d"].map((name) => headers.names(name)[0]?.header)).toEqual([
      "linux/types.h",
      "linux/types.h",
      "uapi/linux/apart.h",
      "asm-generic/unaligned.h",
    ]);
  });

  test("include each other", () => {
    expect(headers.includes("linux/types.h")).toEqual(["asm/unaligned.h", "linux/posix_types.h"]);
    expect(headers.includes("asm/bitops.h")).toEqual(["asm/near.h"]);
    // The part of uapi/ alone brings less than the whole header.
    expect(headers.includes("linux/user.h")).toEqual(["uapi/linux/types.h"]);
    expect(headers.includes("uapi/linux/types.h")).toEqual(["linux/posix_types.h"]);
    expect(headers.includes("no/such.h")).toEqual([]);
  });

  test("that x86 replaces are not read, and those that only a dead branch includes are a module's own choice", () => {
    expect(headers.names("unused")).toEqual([]);
    expect(headers.names("mips")).toEqual([]);
    expect(headers.names("CONFIG_SMP")).toEqual([]);
    expect(headers.names("tiny")[0]).toMatchObject({ sure: false });
  });

  test("come with the release's version, configuration and build rules", () => {
    expect([headers.version, headers.arch, headers.release]).toEqual([393664, "x86_64", "6.1.0-1"]);
    expect(["CONFIG_SMP", "CONFIG_LOOSE", "CONFIG_OFF", "CONFIG_NAME", "SMP"].map((option) => headers.config(option))).toEqual([
      "y",
      "m",
      undefined,
      '"x"',
      "y",
    ]);
    expect(headers.kbuild).toEqual({ honoursExtraCflags: true });
    expect(read({ "scripts/Makefile.lib": "ccflags-y += -g\n" }).release.honoursExtraCflags).toBe(false);
    expect([read({}, "6.14.1"), read({}, "6.15")].map(({ release }) => release.honoursExtraCflags)).toEqual([true, false]);
    expect(["include/linux/a.h", "scripts/Makefile.lib", "kernel/fork.c", "drivers/a.h"].map(isHeaderFile)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

const RELEASES = [
  read({ "include/linux/a.h": "int f(int);\nstruct s { int a; int b; };\n#define M 1\n" }, "1.0", ["f", "only_exported"]),
  read(
    { "include/linux/b.h": "int f(long);\nstruct s { int b; int c; int a; };\n#include <linux/c.h>\n", "include/linux/c.h": "" },
    "1.1",
    ["g"],
  ),
  read({ "include/linux/a.h": "int f(int);\nstruct s { int a; int b; };\n#define M 1\nstruct s;\n" }, "1.2"),
];

describe("an index of several releases", () => {
  const index = indexOf(...RELEASES);
  const [first, second, third] = [0, 1, 2].map((release) => index.headersOf(release)) as [ReleaseHeaders, ReleaseHeaders, ReleaseHeaders];

  test("tells each release's own, also where a later one returns to an earlier form", () => {
    expect(
      [first, second, third].map((headers) => headers.names("f").map((each) => ("type" in each ? `${each.header} ${each.type}` : ""))),
    ).toEqual([["linux/a.h int (int)"], ["linux/b.h int (long)"], ["linux/a.h int (int)"]]);
    expect([first, second, third].map((headers) => headers.names("M").length)).toEqual([1, 0, 1]);
    expect([first, second, third].map((headers) => headers.hasHeader("linux/c.h"))).toEqual([false, true, false]);
  });

  test("keeps the order of each release's members", () => {
    expect([first, second, third].map((headers) => membersOf(headers.tag("struct", "s")))).toEqual([
      ["int a", "int b"],
      ["int b", "int c", "int a"],
      ["int a", "int b"],
    ]);
  });

  test("knows what is exported, and where that is not known", () => {
    expect([first, second, third].map((headers) => ["f", "g", "only_exported"].map((name) => headers.isExported(name)))).toEqual([
      [true, false, true],
      [false, true, false],
      [undefined, undefined, undefined],
    ]);
    expect(first.names("only_exported")).toEqual([]);
  });

  test("gives back all that it was written from", () => {
    RELEASES.forEach(({ facts }, release) => expect(factsOf(index, release)).toEqual(facts));
  });

  test("with more names than a block holds finds each of them and none beside", () => {
    const all = Array.from({ length: 300 }, (_, number) => `name_${number * 7}`);
    const headers = own(all.map((name) => `int ${name}(void);`).join("\n"));
    expect(all.filter((name) => headers.names(name).length !== 1)).toEqual([]);
    expect(["", "name_", "name_1", "name_0a", "name_9999", "zzz", "a"].filter((name) => headers.names(name).length > 0)).toEqual([]);
  });

  test("is the same bytes for the same input", () => {
    expect(Buffer.from(writeDeclarations("a", RELEASES)).equals(Buffer.from(writeDeclarations("a", RELEASES)))).toBe(true);
  });
});

describe("a release that is to be indexed", () => {
  const names = Array.from({ length: 1000 }, (_, number) => `name_${number}`);
  const header = (which: readonly string[]): string => which.map((name) => `int ${name}(void);\n`).join("");
  const files = (change: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
    ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`include/linux/h${at}.h`, header(names.slice(50 * at, 50 * at + 50))])),
    ...change,
  });
  const checked = (input: ReleaseInput): IndexedFacts => ({
    about: input.release,
    facts: input.facts,
    isExported: (name) => input.exported?.has(name),
  });
  const before = checked(read(files(), "6.1.0-1", names));
  const wrong = (change: Readonly<Record<string, string>>): readonly string[] =>
    checkAfter(before, checked(read(files(change), "6.1.0-2", names))).wrong;

  test("fits the one before it where no more went than goes", () => {
    expect(wrong({})).toEqual([]);
    expect(wrong({ "include/linux/h0.h": header(names.slice(5, 50)) })).toEqual([]);
    // A name that went to another header is not lost.
    expect(wrong({ "include/linux/h0.h": "int own;\n", "include/linux/moved.h": header(names.slice(0, 50)) })).toEqual([]);
  });

  test("is refused where a body that is not closed swallows a header, and where names that it still exports are declared nowhere", () => {
    expect(wrong({ "include/linux/h0.h": `static inline void open(void) {\n${header(names.slice(0, 50))}` })).toEqual([
      "6.1.0-1 → 6.1.0-2: 1 headers lost most of their names: linux/h0.h (50 of 50)",
      "6.1.0-1 → 6.1.0-2: 50 exports are declared no more: name_0, name_1, name_10, name_11, name_12, …",
    ]);
    // Less than most of a header, and more than ever goes of what is exported.
    expect(wrong({ "include/linux/h1.h": header(names.slice(50, 85)) })).toEqual([
      "6.1.0-1 → 6.1.0-2: 15 exports are declared no more: name_85, name_86, name_87, name_88, name_89, …",
    ]);
  });
});

describe("a damaged index", () => {
  const bytes = Buffer.from(writeDeclarations("a test", RELEASES));

  test("is refused with the place: no index, cut short, edited", () => {
    const refused = (damaged: Buffer): unknown => {
      try {
        openDeclarations(damaged, "bad");
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(refused(Buffer.from("abi-lint facts 1 and more of that sort"))).toBeInstanceOf(InputError);
    for (let size = 0; size < bytes.length; size += 13) expect(refused(bytes.subarray(0, size)), `${size}`).toBeInstanceOf(InputError);
    for (let at = 0; at < bytes.length; at += 5) {
      const edited = Buffer.from(bytes);
      edited[at]! ^= 0x41;
      expect(refused(edited), `${at}`).toBeInstanceOf(InputError);
    }
  });

  test("whose checksum fits is read within its bounds, or refused", () => {
    let refused = 0;
    for (let at = 24; at < bytes.length; at++)
      for (const value of [0, 0x7f, 0xff]) {
        const forged = Buffer.from(bytes);
        forged[at] = value;
        forged.writeUInt32LE(crc32(forged.subarray(24)), 20);
        try {
          const index = openDeclarations(forged, "forged");
          index.releases.forEach((_, release) => factsOf(index, release));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused++;
        }
      }
    expect(refused).toBeGreaterThan(100);
  });
});

test("hostile headers are read in bounded time, to nothing or to what can be told", () => {
  const deep = (open: string, close: string, count: number): string => open.repeat(count) + close.repeat(count);
  const headers = headersOf({
    "include/linux/a.h": `struct a {${deep("struct {", "};", 5000)} int x; };\nint after_a(void);\n`,
    "include/linux/b.h":
      "#define E(x) E2(x) E2(x)\n#define E2(x) E3(x) E3(x)\n#define E3(x) E4(x) E4(x)\n#define E4(x) E(x)\nE(1)\nint after_b(void);\n",
    "include/linux/c.h": `${Array.from({ length: 40 }, (_, n) => `#define D${n}(x) D${n + 1}(x x)`).join("\n")}\n#define D40(x) x\nD0(int y;)\nint after_c(void);\n`,
    "include/linux/d.h": `${"#if X\n".repeat(500)}int d(void);\n`,
    "include/linux/e.h": `struct e { ${"#".repeat(1000)} int x; enum { ${deep("(", ")", 3000)} };`,
    "include/linux/g.h": `#define P(x) P(x) P(x) P(x) P(x); int x; P(x)\nstruct p { ${"P(a); ".repeat(500)} int last; };\n${"P(b) ".repeat(30_000)};\nint after_g(void);\n`,
    "include/linux/f.h": "struct f { struct g; }; struct g { struct f; };\n#define struct struct\n",
  });
  expect(["after_a", "after_b", "after_c", "after_g"].map((name) => headers.names(name).length)).toEqual([1, 1, 1, 1]);
  expect(headers.tag("struct", "f")?.members).toEqual([]);
});
