import { describe, expect, test } from "vitest";
import { chooseBase } from "../src/engine/source/base.ts";
import { compilerCommand, confirmationOf, readMessages } from "../src/engine/source/confirm.ts";
import type { Prediction } from "../src/engine/source/model.ts";
import { predict } from "../src/engine/source/predict.ts";
import type { ReleaseHeaders } from "../src/kernels/headers/model.ts";
import { openDeclarations } from "../src/kernels/headers/read.ts";
import { readRelease } from "../src/kernels/headers/release.ts";
import { writeDeclarations } from "../src/kernels/headers/write.ts";
import { openSource, readSource, type SourceFacts } from "../src/kernels/source/read.ts";

type Files = Readonly<Record<string, string>>;

const HONOURS = "ccflags-y += $(EXTRA_CFLAGS)\n";

/** A kernel of these headers, through an index as the shipped one is. */
const kernel = (
  release: string,
  headers: Files,
  {
    config = "CONFIG_SMP=y\nCONFIG_LOOSE=m\n",
    exported,
    kbuild = HONOURS,
  }: { config?: string; exported?: readonly string[]; kbuild?: string } = {},
): ReleaseHeaders => {
  const files = Object.entries({
    "scripts/Makefile.lib": kbuild,
    "include/linux/kernel.h": '#define KERN_INFO "6"\nint printk(const char *fmt, ...);\n',
    ...headers,
  });
  const input = readRelease(
    files.map(([path, text]) => ({ path, text })),
    { release, config, ...(exported && { exported: new Set(exported) }) },
  );
  return openDeclarations(writeDeclarations("test", [input]), "test").headersOf(0);
};

const treeOf = (files: Files): { paths: string[]; text: (path: string) => string | undefined } => ({
  paths: Object.keys(files).sort(),
  text: (path) => files[path],
});

const MAKEFILE = "obj-m := mod.o\n";
const read = (files: Files, headers: ReleaseHeaders): SourceFacts =>
  readSource(openSource(treeOf({ Makefile: MAKEFILE, ...files })), headers);

const predicted = (files: Files, a: ReleaseHeaders, b: ReleaseHeaders): readonly Prediction[] => {
  const source = openSource(treeOf({ Makefile: MAKEFILE, ...files }));
  return predict(readSource(source, a), readSource(source, b), a, b);
};

const shown = ({ confidence, kind, subject, places }: Prediction): string =>
  `${confidence} ${kind} ${subject} ${places.map(({ file, line, column }) => `${file}:${line}:${column}`).join(" ")}`;

/** What is predicted of a source with one `.c` file, whose headers are `linux/foo.h` alone. */
const between = (then: string, now: string, source: string): readonly string[] =>
  predicted(
    { "mod.c": `#include <linux/foo.h>\n${source}` },
    kernel("6.1", { "include/linux/foo.h": then }),
    kernel("7.3", { "include/linux/foo.h": now }),
  ).map(shown);

describe("each kind, where it breaks and where it does not", () => {
  test.each([
    ["a function that is gone", "int f(int a);", "", "int g(void) { return f(1); }", ["sure name-gone f mod.c:2:22"]],
    ["… and that an own macro replaces", "int f(int a);", "", "#define f(a) (a)\nint g(void) { return f(1); }", []],
    [
      "… and that is called for older kernels only",
      "int f(int a);",
      "",
      "#include <linux/version.h>\n#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)\nint g(void) { return f(1); }\n#endif\n",
      [],
    ],
    ["a constant that is gone", "enum e { ONE };", "", "int a = ONE;", ["sure name-gone ONE mod.c:2:9"]],
    ["a type that is gone", "typedef int f_t;", "", "f_t a;", ["sure name-gone f_t mod.c:2:1"]],
    ["a struct that is gone", "struct s { int a; };", "", "struct s a;", ["sure name-gone struct s mod.c:2:1"]],
    ["a local that has the name", "int f(int a);", "", "int g(int f) { return f; }", []],
    ["one argument more", "int f(int a);", "int f(int a, int b);", "int g(void) { return f(1); }", ["sure argument-count f mod.c:2:22"]],
    ["a macro's argument more", "#define F(a) (a)", "#define F(a, b) (a + b)", "int g = F(1);", ["sure argument-count F mod.c:2:9"]],
    [
      "one argument more that is given",
      "int f(int a);",
      "int f(int a, int b);",
      "#ifdef NEW_F\nint g(void) { return f(1, 2); }\n#endif\n",
      [],
    ],
    ["a variadic macro takes any number", "#define F(a) (a)", "#define F(a, ...) (a)", "int g = F(1);", []],
    [
      "an argument of another struct",
      "struct a; struct b; int f(struct a *x);",
      "struct a; struct b; int f(struct b *x);",
      "int g(struct a *x) { return f(x); }",
      ["sure argument-type f mod.c:2:29"],
    ],
    [
      "a pointer to nothing fits all",
      "struct a; struct b; int f(struct a *x);",
      "struct a; struct b; int f(struct b *x);",
      "int g(void *x) { return f(x) + f(0); }",
      [],
    ],
    ["an integer that got wider", "int f(int x);", "int f(unsigned long x);", "int g(int x) { return f(x); }", []],
    [
      "an argument by its address and cast",
      "struct a { int n; }; struct b; int f(struct a *x);",
      "struct a { int n; }; struct b; int f(struct b *x);",
      "int g(void) { struct a own; return f((struct b *)&own) + f(&own); }",
      ["sure argument-type f mod.c:2:58"],
    ],
    [
      "a result of another type",
      "struct a; struct b; struct a *f(void);",
      "struct a; struct b; struct b *f(void);",
      "void g(void) { struct a *x = f(); }",
      ["sure return-type f mod.c:2:30"],
    ],
    [
      "a result that nobody looks at",
      "struct a; struct b; struct a *f(void);",
      "struct a; struct b; struct b *f(void);",
      "void g(void) { f(); }",
      [],
    ],
    [
      "a member that is gone",
      "struct s { int a, b; };",
      "struct s { int b; };",
      "int g(struct s *x) { return x->a + x->b; }",
      ["sure member-gone struct s.a mod.c:2:32"],
    ],
    [
      "a member that neither has, where the source reads it on the new one alone",
      "#define OLD_WAY 1\nstruct s { int b; };",
      "struct s { int b; };",
      "#ifdef OLD_WAY\nint g(struct s *x) { return x->b; }\n#else\nint g(struct s *x) { return x->a; }\n#endif\n",
      ["sure member-gone struct s.a mod.c:5:32"],
    ],
    [
      "a macro that became a function, whose arguments now have types",
      "struct a; struct b;\n#define f(x) do { } while (x)",
      "struct a; struct b;\nint f(struct b *x);",
      "void g(struct a *x, struct b *y) { f(y); f(x); }",
      ["sure argument-type f mod.c:2:42"],
    ],
    [
      "an argument that a macro of the kernel's gives",
      "struct user_namespace; struct b; int f(struct user_namespace *x);\n#define current_user_ns() (0)",
      "struct user_namespace; struct b; int f(struct b *x);\n#define current_user_ns() (0)",
      "int g(void) { return f(current_user_ns()); }",
      ["sure argument-type f mod.c:2:22"],
    ],
    [
      "an own function that a header has as a macro now",
      "int f(int a);",
      "int f(int a);\n#define own(a) (a)",
      "static int own(int a) { return f(a); }",
      ["sure redefinition own mod.c:2:12"],
    ],
    [
      "a member that a macro still names",
      "struct s { int a; };",
      "struct s { struct { int a; } in; };\n#define a in.a\n",
      "int g(struct s *x) { return x->a; }",
      [],
    ],
    [
      "a member through own structs and casts",
      "struct s { int a; };",
      "struct s { int b; };",
      "struct own { struct s *in; };\nint g(void *x) { return ((struct own *)x)->in->a; }",
      ["sure member-gone struct s.a mod.c:3:48"],
    ],
    [
      "a member through container_of",
      "#define container_of(p, t, m) (p)\nstruct s { int a; };",
      "#define container_of(p, t, m) (p)\nstruct s { int b; };",
      "int g(void *x) { return container_of(x, struct s, b)->a; }",
      ["sure member-gone struct s.a mod.c:2:55"],
    ],
    [
      "a member that became a struct",
      "struct s { unsigned int state; };",
      "struct st { int v; };\nstruct s { struct st state; };",
      "int g(struct s *x) { return x->state & 1; }",
      ["sure member-type struct s.state mod.c:2:38"],
    ],
    [
      "a member that became const",
      "struct s { int a; };",
      "struct s { const int a; };",
      "void g(struct s *x) { x->a = 1; }",
      ["sure member-type struct s.a mod.c:2:23"],
    ],
    ["a member that became const is read", "struct s { int a; };", "struct s { const int a; };", "int g(struct s *x) { return x->a; }", []],
    [
      "a callback with other parameters",
      "struct s; struct ops { int (*f)(struct s *); };",
      "struct s; struct ops { int (*f)(struct s *, int); };",
      "static int own(struct s *x) { return 0; }\nstruct ops o = {\n\t.f = own,\n};",
      ["sure callback-type struct ops.f mod.c:4:7"],
    ],
    [
      "a callback that is assigned",
      "struct s; struct ops { int (*f)(struct s *); };",
      "struct s; struct ops { int (*f)(struct s *, int); };",
      "static int own(struct s *x) { return 0; }\nvoid g(struct ops *o) { o->f = own; }",
      ["sure callback-type struct ops.f mod.c:3:25"],
    ],
    [
      "a callback in a nested initialiser",
      "struct in { void (*fn)(int); }; struct out { struct in notify; };",
      "struct in { void (*fn)(int, int); }; struct out { struct in notify; };",
      "static void own(int a) {}\nstruct out o = { .notify.fn = own };",
      ["sure callback-type struct in.fn mod.c:3:31"],
    ],
    [
      "a call through a member",
      "struct s; struct ops { int (*f)(struct s *); };",
      "struct s; struct ops { int (*f)(struct s *, int); };",
      "int g(struct ops *o, struct s *x) { return o->f(x); }",
      ["sure argument-count struct ops.f mod.c:2:44"],
    ],
    [
      "a callback whose parameters got names",
      "struct s; struct ops { int (*f)(struct s *); };",
      "struct s; struct ops { int (*f)(struct s *x); };",
      "static int own(struct s *x) { return 0; }\nstruct ops o = { .f = own };",
      [],
    ],
    [
      "an own function that a header has now",
      "int f(int a);",
      "int f(int a);\nstatic inline int g(int a) { return a; }",
      "static int g(int a) { return f(a); }",
      ["sure redefinition g mod.c:2:12"],
    ],
    [
      "an own enumerator that a header has now",
      "int f(int a);",
      "int f(int a);\nenum { OWN };",
      "enum own { OWN };",
      ["sure redefinition OWN mod.c:2:12"],
    ],
    [
      "an own struct that a header has now",
      "int f(int a);",
      "int f(int a);\nstruct own { int a; };",
      "struct own { int b; };",
      ["sure redefinition struct own mod.c:2:8"],
    ],
    [
      "a callback by a typedef of the kernel's, through an own function",
      "typedef void (*fn_t)(int);",
      "typedef void (*fn_t)(int, int);",
      "static void own(int a) {}\nvoid g(fn_t f) {}\nvoid h(void) { g(own); }",
      ["sure callback-type fn_t mod.c:4:16"],
    ],
    [
      "a callback whose number became an enum",
      "struct ops { int (*f)(void); };",
      "enum e { E };\nstruct ops { enum e (*f)(void); };",
      "static int own(void) { return 0; }\nstruct ops o = { .f = own };",
      ["undecided callback-type struct ops.f mod.c:3:23"],
    ],
    [
      "a member that became an array",
      "struct s { int *a; };",
      "struct s { int a[4]; };",
      "void g(struct s *x, int *y) { x->a = y; }",
      ["sure member-type struct s.a mod.c:2:31"],
    ],
    [
      "an own function for kernels without it",
      "int f(int a);",
      "#define g(a) (a)",
      "#ifndef g\nstatic int g(int a) { return a; }\n#endif\n",
      [],
    ],
  ] as const)("%s", (_, then, now, source, expected) => {
    expect(between(then, now, source)).toEqual(expected);
  });

  test("a header that is gone, once, with the names it led to", () => {
    const files = { "mod.c": "#include <linux/kernel.h>\n#include <asm/odd.h>\nint g(void *p) { return get_odd(p); }\n" };
    const then = kernel("6.1", { "arch/x86/include/asm/odd.h": "static inline int get_odd(void *p) { return 0; }" });
    const now = kernel("7.3", { "include/linux/odd.h": "static inline int get_odd(void *p) { return 0; }" });
    const found = predicted(files, then, now);
    expect(found.map(shown)).toEqual(["sure header-gone asm/odd.h mod.c:2:1"]);
    expect(found[0]).toMatchObject({ names: ["asm/odd.h", "get_odd"], does: "includes" });
  });

  test("a header that another one no longer includes", () => {
    const inner = { "include/linux/inner.h": "void *inner(int a);\n" };
    const then = kernel("6.1", { ...inner, "include/linux/outer.h": "#include <linux/inner.h>\n" });
    const now = kernel("7.3", { ...inner, "include/linux/outer.h": "int outer;\n" });
    const source = "#include <linux/outer.h>\nvoid *g(void) { return inner(1); }\n";
    const found = predicted({ "mod.c": source }, then, now);
    expect(found.map(shown)).toEqual(["sure include-lost linux/inner.h mod.c:2:24"]);
    expect(found[0]).toMatchObject({
      names: ["inner"],
      does: "calls",
      after: [{ header: "linux/inner.h", form: "function", type: "void *(int)" }],
    });
    expect(predicted({ "mod.c": `#include <linux/inner.h>\n${source}` }, then, now)).toEqual([]);
  });

  test("the part of a header that is in uapi/ leads to its own names, and not to what the whole one includes", () => {
    const both = {
      "include/linux/whole.h": "#include <linux/inner.h>\n#include <uapi/linux/whole.h>\n",
      "include/uapi/linux/whole.h": "enum { PART };\n",
      "include/linux/inner.h": "void *inner(int a);\n",
    };
    const then = kernel("6.1", { ...both, "include/linux/outer.h": "#include <linux/whole.h>\n" });
    const now = kernel("7.3", { ...both, "include/linux/outer.h": "#include <uapi/linux/whole.h>\n" });
    const source = "#include <linux/outer.h>\nint a = PART;\nvoid *g(void) { return inner(1); }\n";
    expect(predicted({ "mod.c": source }, then, now).map(shown)).toEqual(["sure include-lost linux/inner.h mod.c:3:24"]);
    expect(predicted({ "mod.c": `${source}#include <linux/whole.h>\n` }, then, now)).toEqual([]);
  });

  test("a struct as a member of an own one, before the header that has it", () => {
    const inner = { "include/linux/inner.h": "struct inner { int a; };\n" };
    const then = kernel("6.1", { ...inner, "include/linux/outer.h": "#include <linux/inner.h>\n" });
    const now = kernel("7.3", { ...inner, "include/linux/outer.h": "struct inner;\n" });
    const found = (own: string): readonly string[] =>
      predicted(
        { "mod.c": `#include <linux/outer.h>\n${own}\n#include <linux/inner.h>\nint g(struct inner *x) { return x->a; }\n` },
        then,
        now,
      ).map(shown);
    expect(found("struct own { struct inner in; };")).toEqual(["sure include-lost linux/inner.h mod.c:2:14"]);
    expect(found("struct own { struct inner *in; };")).toEqual([]);
  });

  test("a header that is lost is not told where an own header was not found", () => {
    const inner = { "include/linux/inner.h": "void *inner(int a);\n" };
    const then = kernel("6.1", { ...inner, "include/linux/outer.h": "#include <linux/inner.h>\n" });
    const now = kernel("7.3", { ...inner, "include/linux/outer.h": "int outer;\n" });
    const source = "#include <linux/outer.h>\n#include <made/by-configure.h>\nvoid *g(void) { return inner(1); }\n";
    expect(predicted({ "mod.c": source }, then, now)).toEqual([]);
  });

  test("a namespace that is given as a word, where it wants a string", () => {
    const headers = { "include/linux/module.h": "#define MODULE_IMPORT_NS(ns) MODULE_INFO(import_ns, ns)\n" };
    const found = (name: string): readonly string[] =>
      predicted(
        { "mod.c": `#include <linux/module.h>\nMODULE_IMPORT_NS(${name});\n` },
        kernel("6.12.1", headers),
        kernel("6.13.0", headers),
      ).map(shown);
    expect(found("DMA_BUF")).toEqual(["sure argument-type MODULE_IMPORT_NS mod.c:2:1"]);
    expect(found('"DMA_BUF"')).toEqual([]);
  });

  test("a function that is declared as before and no longer exported", () => {
    const headers = { "include/linux/foo.h": "int f(int a);\nint f2(int a);\n" };
    const files = { "mod.c": "#include <linux/foo.h>\nint g(void) { return f(1) + f2(2); }\n" };
    const found = predicted(files, kernel("6.1", headers, { exported: ["f", "f2"] }), kernel("7.3", headers, { exported: ["f2"] }));
    expect(found.map(shown)).toEqual(["sure not-exported f mod.c:2:22"]);
    expect(predicted(files, kernel("6.1", headers), kernel("7.3", headers))).toEqual([]);
  });

  test("EXTRA_CFLAGS that Kbuild ignores: once, with the own headers that are lost", () => {
    const headers = { "include/linux/foo.h": "int f(int a);\n" };
    const files = {
      Makefile: "obj-m := mod.o\nEXTRA_CFLAGS += -I$(src)/inc -DFAST\n",
      "mod.c": '#include <linux/foo.h>\n#include "own.h"\n#ifdef FAST\nint g(void) { return f(OWN); }\n#endif\n',
      "inc/own.h": "#define OWN 1\n",
    };
    const [then, now] = [kernel("6.1", headers), kernel("7.3", headers, { kbuild: "# nothing\n" })];
    const found = predicted(files, then, now);
    expect(found.map(shown)).toEqual(["sure flag-ignored EXTRA_CFLAGS Makefile:2:1 mod.c:2:1"]);
    expect(found[0]?.names).toEqual(["own.h"]);
    expect(predicted({ ...files, Makefile: "obj-m := mod.o\nccflags-y += -I$(src)/inc -DFAST\n" }, then, now)).toEqual([]);
  });

  test("EXTRA_CFLAGS that Kbuild ignores: a macro that is then none", () => {
    const headers = { "include/linux/foo.h": "int f(int a);\n" };
    const found = (source: string): readonly Prediction[] =>
      predicted(
        { Makefile: "obj-m := mod.o\nEXTRA_CFLAGS += -DNUMBER=1\n", "mod.c": `#include <linux/foo.h>\n${source}` },
        kernel("6.1", headers),
        kernel("7.3", headers, { kbuild: "# nothing\n" }),
      );
    expect(found("int g(void) { return f(NUMBER); }\n").map(shown)).toEqual(["sure flag-ignored EXTRA_CFLAGS Makefile:2:1 mod.c:2:24"]);
    expect(found("int g(void) { return f(NUMBER); }\n")[0]?.names).toEqual(["NUMBER"]);
    expect(found("#ifdef NUMBER\nint g(void) { return f(NUMBER); }\n#endif\n").map(({ confidence }) => confidence)).toEqual(["undecided"]);
  });

  test("a struct with another name is one cause, however many calls take it", () => {
    const headers = (name: string): Files => ({
      "include/linux/foo.h": `struct ${name} { int n; };\nint f(struct ${name} *x);\nint f2(struct ${name} *x);\n`,
    });
    const source = "#include <linux/foo.h>\nint g(struct old *x) { return f(x) + f2(x) + x->n; }\n";
    const found = predicted({ "mod.c": source }, kernel("6.1", headers("old")), kernel("7.3", headers("new")));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: "name-gone", subject: "struct old", names: ["f", "f2", "struct old"] });
  });
});

test("one callback that several functions fill is one cause, and so is a function called in several ways", () => {
  const then = "struct ops { int (*f)(int); };\nint gone(int a, ...);\n";
  const now = "struct ops { int (*f)(int, int); };\n";
  const source =
    "static int a(int x) { return gone(1); }\nstatic int b(int x) { return gone(1, 2); }\nstruct ops one = { .f = a }, two = { .f = b };\n";
  expect(between(then, now, source)).toEqual([
    "sure name-gone gone mod.c:2:30 mod.c:3:30",
    "sure callback-type struct ops.f mod.c:4:25 mod.c:4:43",
  ]);
});

describe("what is said with a prediction", () => {
  test("what the source does, and what each release declares and where", () => {
    const then = kernel("6.1", { "include/linux/foo.h": "int f(int a);\n" });
    const now = kernel("7.3", { "include/linux/foo.h": "int f(int a, long b);\n" });
    expect(
      predicted({ "mod.c": "#include <linux/foo.h>\nint g(void) { return f(1); }\nint h(void) { return f(2); }\n" }, then, now),
    ).toEqual([
      {
        kind: "argument-count",
        confidence: "sure",
        subject: "f",
        names: ["f"],
        does: "calls",
        count: 1,
        before: [{ header: "linux/foo.h", form: "function", type: "int (int)" }],
        after: [{ header: "linux/foo.h", form: "function", type: "int (int, long)" }],
        places: [
          { file: "mod.c", line: 2, column: 22 },
          { file: "mod.c", line: 3, column: 22 },
        ],
      },
    ]);
  });

  test("a macro that a configure script decides leaves both branches undecided, with the condition", () => {
    const then = kernel("6.1", { "include/linux/foo.h": "int f(int a);\n" });
    const now = kernel("7.3", { "include/linux/foo.h": "int f(int a, int b);\n" });
    const source = "#include <linux/foo.h>\n#ifdef HAVE_F2\nint g(void) { return f(1, 2); }\n#else\nint g(void) { return f(1); }\n#endif\n";
    const found = predicted({ "mod.c": source, configure: "#!/bin/sh\ncheck HAVE_F2\n" }, then, now);
    expect(found.map(shown)).toEqual(["undecided argument-count f mod.c:5:22"]);
    expect(found[0]?.undecided).toEqual({ condition: "#ifdef HAVE_F2", place: { file: "mod.c", line: 2, column: 1 } });
    // Nothing decides about it: it is not defined.
    expect(predicted({ "mod.c": source }, then, now).map(shown)).toEqual(["sure argument-count f mod.c:5:22"]);
  });

  test("what is declared under an undecided condition stays undecided where it is used", () => {
    const then = kernel("6.1", { "include/linux/foo.h": "struct ops { int (*f)(int); };\n" });
    const now = kernel("7.3", { "include/linux/foo.h": "struct ops { int (*f)(long); };\n" });
    const source =
      "#include <linux/foo.h>\nstatic int own(\n#ifndef HAVE_LONG\n\tint a\n#else\n\tlong a\n#endif\n\t) { return 0; }\nstruct ops o = { .f = own };\n";
    const found = (files: Files): readonly string[] => predicted({ "mod.c": source, ...files }, then, now).map(shown);
    expect(found({})).toEqual(["sure callback-type struct ops.f mod.c:9:23"]);
    expect(found({ configure: "HAVE_LONG" })).toEqual(["undecided callback-type struct ops.f mod.c:9:23"]);
  });

  test("a macro of the kernel's in #ifdef is asked of the headers", () => {
    const then = kernel("6.1", { "include/linux/foo.h": "#define from_f(x) (x)\nvoid old(int a);\nvoid new(int a);\n" });
    const now = kernel("7.3", { "include/linux/foo.h": "void new(int a);\n" });
    const source = "#include <linux/foo.h>\n#ifdef from_f\nvoid g(void) { new(1); }\n#else\nvoid g(void) { setup_old(1); }\n#endif\n";
    // It is called for the new kernel only, and is in neither.
    expect(predicted({ "mod.c": source }, then, now).map(shown)).toEqual(["sure name-gone setup_old mod.c:5:16"]);
  });

  test("counts are given of what was read, and of what was not understood", () => {
    const facts = read(
      { "mod.c": '#include <linux/kernel.h>\nint g(void) { printk(KERN_INFO "x"); return unknown()->member; }\n' },
      kernel("6.1", {}),
    );
    expect(facts.namesUsed).toBe(3);
    expect(facts.untyped).toBe(1);
    expect(facts.notRead).toEqual([]);
  });
});

describe("what is compiled, and how", () => {
  const headers = kernel("6.1", { "include/linux/foo.h": "int f(int a);\n" });
  const units = (files: Files, on = headers): readonly string[] => readSource(openSource(treeOf(files)), on).units.map(({ file }) => file);

  test("the objects of obj-m, their parts, and folders below", () => {
    const files = {
      Kbuild: "obj-m += one.o\none-objs := a.o b.o\none-$(CONFIG_SMP) += smp.o\none-$(CONFIG_OFF) += off.o\nobj-m += sub/\n",
      "sub/Makefile": "obj-$(CONFIG_LOOSE) := two.o\n",
      "a.c": "",
      "b.c": "",
      "smp.c": "",
      "off.c": "",
      "other.c": "",
      "sub/two.c": "",
    };
    expect(units(files).toSorted()).toEqual(["a.c", "b.c", "smp.c", "sub/two.c"]);
  });

  test("conditions on the version, an include, and functions on text", () => {
    const files = {
      Makefile: [
        "include parts.mk",
        "ifeq ($(shell pwd),)",
        "endif",
        "ifneq ($(KERNELRELEASE),)",
        "\tobj-m := mod.o",
        "mod-y := $(addprefix lib/,$(PARTS:.c=.o))",
        "ifeq ($(VERSION),6)",
        "mod-y += six.o",
        "else",
        "mod-y += seven.o",
        "endif",
        "endif",
      ].join("\n"),
      "parts.mk": "PARTS := x.c y.c\n",
      "lib/x.c": "",
      "lib/y.c": "",
      "six.c": "",
      "seven.c": "",
    };
    expect(units(files)).toEqual(["lib/x.c", "lib/y.c", "six.c"]);
    expect(units(files, kernel("7.3", {}))).toEqual(["lib/x.c", "lib/y.c", "seven.c"]);
  });

  test("-D, -I and -include decide what is read", () => {
    const found = (flags: string): readonly string[] =>
      readSource(
        openSource(
          treeOf({
            Makefile: `obj-m := mod.o\n${flags}\n`,
            "mod.c": "#ifdef ON\nint a = FROM_FORCED;\n#endif\n#include <linux/own.h>\n",
            "inc/linux/own.h": "int b = FROM_OWN;\n",
            "force.h": "#define ON\n",
          }),
        ),
        headers,
      )
        .units.flatMap(({ uses }) => uses)
        .flatMap((use) => (use.kind === "name" ? use.name : use.kind === "include" ? use.header : []));
    expect(found("")).toEqual(["linux/own.h"]);
    expect(found("ccflags-y := -DON")).toEqual(["linux/own.h", "FROM_FORCED"]);
    expect(found("CFLAGS_mod.o := -D ON -I$(src)/inc")).toEqual(["FROM_FORCED", "FROM_OWN"]);
    expect(found("CFLAGS_MODULE += -DON -I$(src)/inc")).toEqual(["FROM_FORCED", "FROM_OWN"]);
    expect(found("TOP := $(shell dirname $(lastword $(MAKEFILE_LIST)))/inc/..\nccflags-y += -I$(TOP)/inc")).toEqual(["FROM_OWN"]);
    expect(found("NOSTDINC_FLAGS += -include $(PWD)/force.h -I$(M)/inc")).toEqual(["FROM_FORCED", "FROM_OWN"]);
    expect(found('X := 1\nccflags-y += -DON=\\"$(X)\\" -DFROM_FORCED=OTHER')).toEqual(["linux/own.h", "OTHER"]);
    expect(found("ifeq ($(shell test -e /x && echo 1),1)\nccflags-y += -DON\nendif")).toEqual(["linux/own.h", "FROM_FORCED"]);
  });

  test("an own header in a folder that no flag names is found by its path; one that is named as a kernel's is not", () => {
    const found = (header: string): readonly string[] =>
      readSource(
        openSource(
          treeOf({
            Makefile: "obj-m := a/mod.o\nccflags-y := -I$(shell ./where)\n",
            "a/mod.c": `#include <${header}>\n`,
            "a/inc/own/own.h": "int a = NEAR;\n",
            "b/inc/own/own.h": "int a = FAR;\n",
            "a/inc/linux/own.h": "int a = OLD;\n",
          }),
        ),
        headers,
      ).units.flatMap(({ uses }) => uses.flatMap((use) => (use.kind === "name" ? use.name : use.kind === "include" ? use.header : [])));
    expect(found("own/own.h")).toEqual(["NEAR"]);
    expect(found("linux/own.h")).toEqual(["linux/own.h"]);
  });

  test("dkms.conf says which modules and with which variables", () => {
    const files = {
      "dkms.conf":
        'PACKAGE_NAME="real"\nMAKE[0]="make -C ${kernel_source_dir} M=${dkms_tree}/real/1/build/src WITH_B=1"\nBUILT_MODULE_NAME[0]="$PACKAGE_NAME"\n',
      "src/Makefile": "obj-m := real.o test.o\nreal-objs := a.o\nifeq ($(WITH_B),1)\nreal-objs += b.o\nendif\n",
      "src/a.c": "",
      "src/b.c": "",
      "src/test.c": "",
      "conf/Makefile": "obj-m := probe.o\n",
      "conf/probe.c": "",
    };
    expect(units(files)).toEqual(["src/a.c", "src/b.c"]);
  });

  test("a module, or a part of one, that a condition lists which is not understood, is undecided", () => {
    const then = kernel("6.1", { "include/linux/foo.h": "int f(int a);\n" });
    const now = kernel("7.3", { "include/linux/foo.h": "" });
    const found = (makefile: string, more: Files = {}): readonly (readonly unknown[])[] =>
      predicted(
        { Makefile: makefile, "mod.c": "#include <linux/foo.h>\nint g(void) { return f(1); }\n", "rest.c": "", ...more },
        then,
        now,
      ).map(({ confidence, undecided }) => [confidence, undecided?.condition, undecided?.place.line]);
    const module_ = "X := 1\nifeq ($(shell ./ask),1)\nobj-m := mod.o\nendif\n";
    const hangs = [["undecided", "ifeq ($(shell ./ask),1)", 2]];
    expect(found(module_)).toEqual(hangs);
    expect(found("obj-m := all.o\nall-objs := rest.o\nifeq ($(shell ./ask),1)\nall-objs += mod.o\nendif\n")).toEqual([
      ["undecided", "ifeq ($(shell ./ask),1)", 3],
    ]);
    expect(found("obj-m := mod.o\nifeq ($(shell ./ask),1)\nccflags-y := -DA\nendif\n")).toEqual([["sure", undefined, undefined]]);
    // dkms.conf says that it is built, or an earlier build was; an `if` of the shell's says nothing.
    const named = (text: string): Files => ({ "dkms.conf": text });
    expect(found(module_, named('BUILT_MODULE_NAME[0]="mod"\n'))).toEqual([["sure", undefined, undefined]]);
    expect(found(module_, named('if ask; then\nBUILT_MODULE_NAME[0]="mod"\nfi\n'))).toEqual(hangs);
    expect(found(module_, { ".mod.o.cmd": "savedcmd_/b/mod.o := gcc -c -o /b/mod.o /b/mod.c\n\nsource_/b/mod.o := /b/mod.c\n" })).toEqual([
      ["sure", undefined, undefined],
    ]);
  });

  test("an earlier build's command settles what a shell decides", () => {
    const makefile = "obj-m := mod.o\nHAS := $(shell ./check)\nifeq ($(HAS),1)\nccflags-y += -DHAS_IT\nendif\n";
    const source = "#ifdef HAS_IT\nvoid g(void) { f(1); }\n#else\nvoid g(void) { f(2); }\n#endif\n";
    const conditions = (more: Files): readonly unknown[] =>
      readSource(openSource(treeOf({ Makefile: makefile, "mod.c": source, ...more })), headers).units.flatMap(({ uses }) =>
        uses.map((use) => use.undecided?.condition ?? use.place.line),
      );
    expect(conditions({})).toEqual(["#ifdef HAS_IT", "#ifdef HAS_IT"]);
    const command = (flags: string): Files => ({
      ".mod.o.cmd": `savedcmd_/b/mod.o := gcc -D__KERNEL__ ${flags} -c -o /b/mod.o /b/mod.c\n\nsource_/b/mod.o := /b/mod.c\n`,
    });
    expect(conditions(command("-DHAS_IT"))).toEqual([2]);
    expect(conditions(command(""))).toEqual([4]);
  });

  test("a makefile that is a program is read as far as it goes, and that is said", () => {
    const facts = readSource(
      openSource(
        treeOf({
          Makefile:
            "define MAKE_IT\nobj-m := $(1).o\nendef\n$(foreach m,a b,$(eval $(call MAKE_IT,$(m))))\nifeq ($(shell uname -m | sed s/x/y/),y)\nendif\n",
          "a.c": "",
          "b.c": "",
        }),
      ),
      headers,
    );
    expect(facts.units).toEqual([]);
    expect(facts.notRead.map(({ file, why, line }) => [file, why, line])).toEqual([
      ["Makefile", "no-makefile", undefined],
      ["Makefile", "make-not-understood", 5],
    ]);
  });

  test("a makefile that expands without end ends", () => {
    const text = `A = $(B) $(B)\nB = $(A) $(A)\nobj-m := $(A) mod.o\n${"ccflags-y += $(foreach i,$(A),$(foreach j,1 2 3,$(A)))\n".repeat(20)}`;
    expect(readSource(openSource(treeOf({ Makefile: text, "mod.c": "" })), headers).units.map(({ file }) => file)).toEqual(["mod.c"]);
  });
});

describe("hostile sources are bounded", () => {
  const headers = kernel("6.1", { "include/linux/foo.h": "int f(int a);\nstruct s { int a; };\n" });
  const names = (files: Files): readonly string[] =>
    read(files, headers).units.flatMap(({ uses }) => uses.flatMap((use) => (use.kind === "call" ? use.callee : [])));

  test("a file of 50 MB and a binary are not read, and that is said", () => {
    const facts = read(
      { "mod.c": '#include "big.h"\n#include "bin.h"\nint a = f(1);\n', "big.h": " ".repeat(50_000_000), "bin.h": "\u007fELF\0\0\0" },
      headers,
    );
    expect(facts.notRead).toEqual([
      { file: "big.h", why: "too-large" },
      { file: "bin.h", why: "binary" },
    ]);
    expect(facts.units[0]?.uses.some((use) => use.kind === "call" && use.callee === "f")).toBe(true);
  });

  test("a file whose braces do not match is said not to be read; what is undecided may not match", () => {
    const source = "int g(void) { { return f(1); }\n";
    expect(read({ "mod.c": source }, headers).notRead).toEqual([{ file: "mod.c", why: "unbalanced" }]);
    expect(read({ "mod.c": `${source}}\n}\n` }, headers).notRead).toEqual([{ file: "mod.c", why: "unbalanced" }]);
    const either = "#ifdef HAVE_A\nint g(void) {\n#else\nint h(void) {\n#endif\nreturn f(1); }\n";
    expect(read({ "mod.c": either, configure: "HAVE_A" }, headers).notRead).toEqual([]);
  });

  test("macros that double without end are given up, and that is said", () => {
    const doubling = Array.from({ length: 60 }, (_, index) => `#define M${index} M${index + 1} M${index + 1}\n`).join("");
    const facts = read({ "mod.c": `${doubling}int a = M0;\n` }, headers);
    expect(facts.notRead).toContainEqual({ file: "mod.c", why: "too-long" });
  });

  const doubled = (body: string): string =>
    `${Array.from({ length: 40 }, (_, index) => `#define M${index}(x) M${index + 1}(${body})\n`).join("")}int a = M0(ab);\n`;
  test.each([
    ["tokens that ## doubles", { "mod.c": doubled("x##x") }, ["mod.c too-long"]],
    ["strings that # doubles", { "mod.c": doubled("#x #x") }, ["mod.c too-long"]],
    ["half a million arguments", { "mod.c": `#define F(a, ...) __VA_ARGS__\nint x[] = { F(${"1,".repeat(250_000)}1) };` }, []],
    ["comments that nothing ends", { "mod.c": '"/*"\n#a\n'.repeat(200_000) }, []],
    ["a makefile that includes itself", { Makefile: `${MAKEFILE}${"include Makefile\n".repeat(3000)}` }, undefined],
    ["makefiles that include each other", { Makefile: `${MAKEFILE}include a.mk\n`, "a.mk": "include Makefile\n".repeat(500) }, undefined],
    ["a variable that grows with each line", { Makefile: `${MAKEFILE}${"ccflags-y += -DA=$(ccflags-y) -Ix\n".repeat(15_000)}` }, undefined],
    ["a pattern of stars", { Makefile: `${MAKEFILE}X := $(wildcard ${"*a".repeat(30)}b)\n`, ["a".repeat(250)]: "" }, []],
    ["a dkms.conf whose variables double", { "dkms.conf": `X="${"x".repeat(1000)}"\n${'X="$X$X"\n'.repeat(60)}` }, []],
  ] as const)("%s", (_, files, notRead) => {
    const started = process.cpuUsage();
    const facts = read({ "mod.c": "int a;\n", ...(files as Files) }, headers);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(20);
    expect(facts.units).toHaveLength(1);
    if (notRead !== undefined) expect(facts.notRead.map(({ file, why }) => `${file} ${why}`)).toEqual(notRead);
  });

  test("macros that name themselves and each other end where C says", () => {
    const facts = read({ "mod.c": "#define f(x) f(x, 1)\n#define a b\n#define b a\nint g(void) { return f(a); }\n" }, headers);
    expect(
      facts.units[0]?.uses.flatMap((use) =>
        use.kind === "call" ? [[use.callee, use.values.length, use.place.line, use.place.column]] : [],
      ),
    ).toEqual([["f", 2, 4, 22]]);
    expect(facts.notRead).toEqual([]);
  });

  test("files that include each other are read until the depth is reached", () => {
    expect(names({ "mod.c": '#include "one.h"\nint a = f(1);\n', "one.h": '#include "two.h"\n', "two.h": '#include "one.h"\n' })).toEqual([
      "f",
    ]);
  });

  test.each([
    ["a call that the file ends in", "int g(void) { return f(a["],
    ["parameters that the file ends in", "int g(int a["],
    ["typeofs in typeofs", `${"typeof(".repeat(30_000)}int`],
    ["a declaration of many names", `int ${Array.from({ length: 60_000 }, (_, index) => `a${index}`).join(", ")};`],
    ["brackets that nothing closes", `int g(void) { return ${"(".repeat(30_000)}f(1`],
    ["blocks that nothing closes", `int g(void) ${"{".repeat(30_000)} f(1);`],
    ["too many closing ones", `int g(void) { f(1); ${"}".repeat(30_000)} int h(void) { f(2); }`],
    ["structs in structs", `${"struct { ".repeat(5000)} int a;`],
    ["pointers to pointers", `int ${"*".repeat(30_000)} a; int g(void) { return f(1); }`],
    ["functions in parameters", `int a(${"int (*)(".repeat(5000)}`],
    ["conditions that nothing ends", `${"#if 1\n".repeat(5000)}int a = f(1);`],
    ["a comment and a string that nothing ends", 'int a = f(1); /* int b = "'],
    ["operators alone", "= + - * / % ; , . -> ) ] } ".repeat(3000)],
    ["ternaries in ternaries", `int a = ${"1 ? ".repeat(20_000)} f(1);`],
    ["unary after unary", `int a = ${"!".repeat(30_000)} f(1);`],
    ["initialisers in initialisers", `struct s a = ${"{ ".repeat(20_000)}`],
  ])("%s", (_, source) => {
    const started = process.cpuUsage();
    expect(() => read({ "mod.c": `#include <linux/foo.h>\n${source}` }, headers)).not.toThrow();
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(20);
  });
});

describe("the release a source is held to build on", () => {
  test("the newest one on which nothing is sure to break", () => {
    const of = (release: string, text: string): ReleaseHeaders => kernel(release, { "include/linux/foo.h": text });
    const releases = [of("7.0", "int f(int a, int b);"), of("6.12", "int f(int a);"), of("6.1", "int f(int a);")];
    const source = openSource(treeOf({ Makefile: MAKEFILE, "mod.c": "#include <linux/foo.h>\nint g(void) { return f(1); }\n" }));
    const seen = releases.map((headers) => ({ headers, facts: readSource(source, headers) }));
    expect(chooseBase(seen)?.headers.release).toBe("6.12");
    expect(chooseBase([])).toBeUndefined();
  });
});

describe("a compiler's word on it", () => {
  const then = kernel("6.1", { "include/linux/foo.h": "int f(int a);\nint h(int a);\n" });
  const now = kernel("7.3", { "include/linux/foo.h": "int f(int a, int b);\n" });
  const files = {
    Makefile: "obj-m := my-mod.o\nmy-mod-objs := mod.o\nccflags-y := -I$(src)/inc -DX=1\n",
    "mod.c": "#include <linux/foo.h>\nint g(void) { return f(1); }\nint i(void) { return h(1); }\n",
  };

  test("the command has the module's flags behind the kernel's folders", () => {
    const [unit] = read(files, now).units;
    const command = compilerCommand(unit!, { compiler: "gcc-14", source: "/k/common", build: "/k/amd64", arch: "x86", module: "/m" });
    expect(command.slice(0, 3)).toEqual(["gcc-14", "-fsyntax-only", "-nostdinc"]);
    expect(command.at(-1)).toBe("/m/mod.c");
    expect(command).toEqual(
      expect.arrayContaining([
        "-I/k/common/include",
        "-I/k/amd64/arch/x86/include/generated",
        "-I/m/inc",
        "-DX=1",
        '-DKBUILD_MODNAME="my_mod"',
      ]),
    );
    expect(command.indexOf("-I/k/common/include")).toBeLessThan(command.indexOf("-I/m/inc"));
  });

  test("its messages confirm, do not, or say nothing where it stopped", () => {
    const source = openSource(treeOf(files));
    const [f, h] = predict(readSource(source, then), readSource(source, now), then, now);
    const said = (text: string): readonly string[] => [f!, h!].map((each) => confirmationOf(each, [readMessages(text, "/m")]));
    const f2 = "/m/mod.c:2:22: error: too few arguments to function ‘f’\n";
    expect(said(`${f2}mod.c:3:22: error: implicit declaration of function 'h' [-Werror]\n`)).toEqual(["confirmed", "confirmed"]);
    expect(said(f2)).toEqual(["confirmed", "not-confirmed"]);
    expect(said(`${f2}/m/mod.c:2:30: fatal error: linux/gone.h: No such file or directory\n`)).toEqual(["confirmed", "not-reached"]);
    expect(said("")).toEqual(["not-confirmed", "not-confirmed"]);
    expect(confirmationOf(f!, [])).toBe("not-reached");
  });
});
