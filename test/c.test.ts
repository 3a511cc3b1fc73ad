import { expect, test } from "vitest";
import { type HeaderName, learnAttributes, parseConfig, scanHeader, scanSource, scanTree } from "../src/kernels/c/scan.ts";

const CONFIG = parseConfig(
  '# CONFIG_OFF is not set\nCONFIG_ON=y\nCONFIG_LOOSE=m\nCONFIG_LEVELS=5\nCONFIG_NAME="x"\nCONFIG_SMP=y\nCONFIG_MODVERSIONS=y\n',
);
const ATTRIBUTES = learnAttributes([
  `#define __must_check __attribute__((__warn_unused_result__))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#define __always_inline inline __attribute__((__always_inline__))
#ifdef __ASSEMBLY__
# define __percpu %gs:
#else
# define __percpu __seg_gs
#endif
#define __user
#define NOTHING_ELSE __must_check \\
	__user
#define asmlinkage CPP_ASMLINKAGE
#ifdef __cplusplus
#define CPP_ASMLINKAGE extern "C"
#else
#define CPP_ASMLINKAGE
#endif
#define stub(x)
`,
]);

const names = (text: string, path = "include/linux/own.h"): readonly HeaderName[] => scanHeader(text, path, CONFIG, ATTRIBUTES);
const one = (text: string, name: string): HeaderName => {
  const found = names(text).filter((each) => each.name === name);
  expect(found).toHaveLength(1);
  return found[0]!;
};
const typeOf = (declaration: string): string | undefined => names(declaration)[0]?.signature;
const live = (text: string): string[] =>
  names(text)
    .filter((each) => each.live)
    .map(({ name }) => name);

test.each([
  ["int f(struct socket *sock, struct sockaddr *address, int length);", "int (struct socket *, struct sockaddr *, int)"],
  ["void f(void);", "void (void)"],
  ["void f();", "void (void)"],
  ["asmlinkage struct foo *f(void);", "struct foo *(void)"],
  [
    "extern int f(struct device *d, int (*fn)(struct device *dev, void *data), void *);",
    "int (struct device *, int (*)(struct device *, void *), void *)",
  ],
  ["int __printf(1, 2) f(const char *fmt, ...);", "int (const char *, ...)"],
  ["__printf(1, 2) __must_check int f(char const *fmt, ...) __attribute__((cold));", "int (const char *, ...)"],
  [
    "asmlinkage long unsigned int f(unsigned a, long long int b, __u8 c, uint32_t d, signed e);",
    "unsigned long (unsigned int, long long, u8, u32, int)",
  ],
  ["void f(const int a, char *const b, const char *const c[], int d[4]);", "void (int, char *, const char * const *, int *)"],
  ["void f(int fn(void), void __percpu *p, char __user *__user *q);", "void (int (*)(void), void *, char **)"],
  ["void (*f(int signal, void (*handler)(int)))(int);", "void (*(int, void (*)(int)))(int)"],
  ["const struct foo *f(struct bar **b);", "const struct foo *(struct bar **)"],
  ["SOME_API size_t f(enum kind k);", "size_t (enum kind)"],
  ["extern struct list_head f;", "struct list_head"],
  ["extern const char *const f[];", "const char * const []"],
  ["extern unsigned long (*f)(u_int);", "unsigned long (*)(unsigned int)"],
  ["extern struct foo { int a; } f, *g;", "struct foo"],
  ["DECLARE_PER_CPU(struct task_struct *, f);", "struct task_struct *"],
  ["DECLARE_STATIC_KEY_FALSE(f);", "struct static_key_false"],
  ["void f(const u8 (*addresses)[6]);", "void (const u8 (*)[6])"],
])("%s is of type %s", (declaration, type) => {
  expect(names(declaration)[0]).toMatchObject({ name: "f", signature: type });
});

test("a declaration's names all count, with their own types", () => {
  expect(names("extern int a, *b, c[3], d(long);").map(({ name, form, signature }) => [name, form, signature])).toEqual([
    ["a", "variable", "int"],
    ["b", "variable", "int *"],
    ["c", "variable", "int [3]"],
    ["d", "function", "int (long)"],
  ]);
});

test("parameters behind a macro leave a function without a type, not with a wrong one", () => {
  expect(one("void *f(DECL_PARAMS(size, bucket), int node);", "f").signature).toBeUndefined();
});

test("a function that is an empty macro elsewhere keeps its name", () => {
  expect(typeOf("void stub(int x);")).toBe("void (int)");
});

test("typedefs, structs, static data and prototypes inside a body are no names", () => {
  expect(names("typedef int (*cb)(void); struct s { int (*f)(void); }; static const int x = 1; enum { A, B };")).toEqual([]);
  expect(names("static inline int f(void)\n{\n\textern int g(int);\n\treturn g(1);\n}\n").map(({ name }) => name)).toEqual(["f"]);
});

test("an inline mentions what it calls and what it takes the address of, not members, keywords and branches that are ruled out", () => {
  const text = `static __always_inline int f(struct foo *x)
{
#ifdef CONFIG_OFF
	never(x);
#endif
	if (sizeof(x) > 4 && x->ops->run(x))
		return first(&table, x & y) + second (x);
	return __builtin_popcount(1) & third;
}
`;
  expect(one(text, "f")).toEqual({
    name: "f",
    header: "linux/own.h",
    form: "inline",
    signature: "int (struct foo *)",
    mentions: ["first", "second", "table"],
    live: true,
    certainty: 2,
    defined: true,
  });
});

test("macros carry their number of arguments, aliases their target", () => {
  const text = `#define both(a, b) do { left(a); right(&b); } while (0)
#define some(fmt, ...) \\
	printk_it(fmt, ##__VA_ARGS__)
#define rest(args...) all(args)
#define none() 1
#define other (target)
#define itself itself
#define NUMBER 17
#define gone(x) x
#undef gone
`;
  expect(names(text).map(({ name, form, parameters, target, mentions }) => [name, form, parameters ?? target, mentions])).toEqual([
    ["both", "macro", "2", ["left", "right"]],
    ["some", "macro", "1+", ["printk_it"]],
    ["rest", "macro", "0+", ["all"]],
    ["none", "macro", "0", []],
    ["other", "alias", "target", ["target"]],
  ]);
});

test.each([
  ["#ifdef CONFIG_ON", true],
  ["#ifdef CONFIG_OFF", false],
  ["#ifndef CONFIG_OFF", true],
  ["#ifdef CONFIG_LOOSE", false],
  ["#if IS_ENABLED(CONFIG_LOOSE)", true],
  ["#if IS_BUILTIN(CONFIG_LOOSE)", false],
  ["#if defined(CONFIG_LOOSE) || defined(CONFIG_LOOSE_MODULE)", true],
  ["#if CONFIG_LEVELS > 4 && !defined CONFIG_OFF", true],
  ["#if (CONFIG_LEVELS >> 1) != 2", false],
  ["#ifdef __ASSEMBLY__", false],
  ["#if defined(__KERNEL__) && defined(CONFIG_64BIT)", true],
  ["#if UNHEARD_OF > 3", true],
  ["#if defined(UNHEARD_OF) && defined(CONFIG_OFF)", false],
  ["#if defined(UNHEARD_OF) || defined(CONFIG_ON)", true],
  ["#if 0", false],
  ["#if __has_attribute(foo)", true],
])("%s: read is %s", (condition, read) => {
  const [first] = names(`${condition}\nint f(void);\n#endif\n`);
  expect(first).toMatchObject({ name: "f", live: read });
});

test("an #else of what is sure is ruled out, of what is not known both are read", () => {
  expect(live("#ifdef CONFIG_ON\nint a(void);\n#else\nint b(void);\n#endif\nint c(void);\n")).toEqual(["a", "c"]);
  expect(live("#ifdef UNHEARD_OF\nint a(void);\n#elif defined(CONFIG_ON)\nint b(void);\n#else\nint c(void);\n#endif\n")).toEqual([
    "a",
    "b",
  ]);
  expect(live("#if 0\nint a(void);\n#elif 1\nint b(void);\n#else\nint c(void);\n#endif\n")).toEqual(["b"]);
});

test("a condition inside a declaration or a function's head takes the branch that is read", () => {
  expect(typeOf("int f(int a,\n#ifdef CONFIG_OFF\n long b\n#else\n char c\n#endif\n);")).toBe("int (int, char)");
  const text =
    "#ifdef UNHEARD_OF\nstatic inline int a(int x) {\n#else\nstatic inline int b(long x) {\n#endif\n return 1;\n}\nint c(void);\n";
  expect(names(text).map(({ name }) => name)).toEqual(["a", "c"]);
});

test("a macro defined above settles a condition below", () => {
  expect(
    live(
      "#define HAVE_IT 1\n#ifdef HAVE_IT\nint a(void);\n#else\nint b(void);\n#endif\n#undef HAVE_IT\n#ifdef HAVE_IT\nint c(void);\n#endif\n",
    ),
  ).toEqual(["a"]);
});

test("macros that make events of their arguments are no functions", () => {
  expect(names("list_of_enums TRACE_EVENT(foo, TP_PROTO(int a), TP_ARGS(a));")).toEqual([]);
});

test("what is between declarations and means nothing here does not swallow the next one", () => {
  const text = `PAGEFLAG(Locked, locked)
context_lock_struct(mutex) { int owner; };
TRACE_EVENT(foo, TP_PROTO(int a), TP_fast_assign(__entry->a = a; __entry->b = ({ 1; });));
#error don't stop here
/* nor; here { */ // or here {
static const char *const list[] = { "a", "{" };
extern "C" {
int f(void);
}
`;
  expect(names(text).filter(({ name }) => name === "f")).toHaveLength(1);
});

const SOURCE = `#define local_attribute __must_check
static int hidden(void) { return 0; }
int declared(int a);
local_attribute struct foo *found(const int a)
{
	if (a) {
		return &(struct foo) { .a = 1 };
	}
	return lookup("exported_one", exported_two); /* exported_three */
}
EXPORT_SYMBOL_GPL(found);
unsigned int counter = 4, table[] = { 1, 2 };
DEFINE_PER_CPU(int, each) = 3;
EXPORT_PER_CPU_SYMBOL(each);
EXPORT_SYMBOL_NS_GPL(counter, "SPACE");
EXPORT_SYMBOL_FOR_MODULES(table, "kvm");
`;

test("a source defines its functions with bodies and its variables; static ones and prototypes are none", () => {
  expect(scanSource(SOURCE, "lib/own.c", CONFIG, ATTRIBUTES)).toEqual({
    definitions: [
      { name: "found", signature: "struct foo *(int)", live: true },
      { name: "counter", signature: "unsigned int", live: true },
      { name: "table", signature: "unsigned int []", live: true },
      { name: "each", signature: "int", live: true },
    ],
    exports: ["found", "each", "counter", "table"],
  });
});

test("assembler defines names without types", () => {
  expect(
    scanSource(
      "SYM_TYPED_FUNC_START(fast_copy)\n\tret\nEXPORT_SYMBOL(fast_copy)\nSYM_FUNC_ALIAS(slow_copy, fast_copy)\n",
      "arch/x86/lib/copy.S",
      CONFIG,
      ATTRIBUTES,
    ),
  ).toEqual({
    definitions: [
      { name: "fast_copy", live: true },
      { name: "slow_copy", live: true },
    ],
    exports: ["fast_copy"],
  });
});

const file = (path: string, text: string) => ({ path, text });
const tree = (...files: ReturnType<typeof file>[]) => {
  const exported = new Set(["alpha", "beta", "gamma", "delta", "memory_copy"]);
  return scanTree(files, CONFIG, exported);
};

test("of several that headers say, a live one is taken, and a macro before what it hides", () => {
  const { headers } = tree(
    file(
      "include/linux/alpha.h",
      "#ifdef CONFIG_ON\nint alpha(int a);\n#else\nstatic inline int alpha(int a) { return 0; }\n#endif\n#define alpha alpha\n",
    ),
    file(
      "include/linux/beta.h",
      "void *beta_noprof(size_t n);\n#define beta(...) hooks(beta_noprof(__VA_ARGS__))\n#define old_beta beta\n#define SIZE_A SIZE_B\n",
    ),
    file("drivers/own/private.h", "int private(void);\n"),
    file("include/dt-bindings/own.h", "#define binding(x) x\n"),
    file("include/uapi/linux/user.h", "int user(void);\n"),
    file("arch/x86/include/asm/own.h", "int own(void);\n"),
  );
  expect([...headers.values()].map(({ name, header, form, live }) => [name, header, form, live])).toEqual([
    ["alpha", "linux/alpha.h", "function", true],
    ["beta_noprof", "linux/beta.h", "function", true],
    ["beta", "linux/beta.h", "macro", true],
    ["old_beta", "linux/beta.h", "alias", true],
    ["user", "linux/user.h", "function", true],
    ["own", "asm/own.h", "function", true],
  ]);
});

test("an alias that leads nowhere gives way to a function, and to nothing where there is none", () => {
  const { headers } = tree(
    file(
      "include/linux/own.h",
      "static inline int add(void) { return 1; }\n#define size other_size\n#ifdef UNHEARD_OF\n#define read __made_by_macro\n#endif\n",
    ),
    file(
      "include/linux/other.h",
      "#ifdef UNHEARD_OF\n#define add add_relaxed\n#define add_relaxed add\n#endif\n#ifdef CONFIG_OFF\nint read(void);\n#endif\n",
    ),
  );
  expect(Object.fromEntries([...headers.values()].map(({ name, form, live }) => [name, [form, live]]))).toEqual({
    add: ["inline", true],
    add_relaxed: ["alias", true],
    read: ["alias", true],
  });
});

test("a header that only a branch ruled out includes says nothing of this kernel", () => {
  const small = file("include/linux/small.h", "static inline int alpha(void) { return 0; }\nint only_small(void);\n");
  const big = file("include/linux/big.h", "int alpha(void);\n");
  const middle = file("include/linux/middle.h", "#ifdef CONFIG_SMP\n#include <linux/big.h>\n#else\n#include <linux/small.h>\n#endif\n");
  expect(tree(small, big, middle).headers.get("alpha")).toMatchObject({ header: "linux/big.h", form: "function" });
  expect(tree(small, big, middle).headers.get("only_small")).toMatchObject({ live: false });
  expect(tree(small, big, middle, file("lib/a.c", "#include <linux/small.h>\n")).headers.get("only_small")).toMatchObject({ live: true });
});

test("what only other architectures' headers define is not defined here, what x86's define is", () => {
  const { headers } = tree(
    file("arch/arm/include/asm/own.h", "#define INLINE_ALPHA\n#define HAVE_BETA\n"),
    file("arch/x86/include/asm/own.h", "#define HAVE_BETA\n"),
    file(
      "include/linux/own.h",
      "#ifdef INLINE_ALPHA\nstatic inline int alpha(void) { return 0; }\n#else\nint alpha(void);\n#endif\n#ifndef HAVE_BETA\nstatic inline int beta(void) { return 0; }\n#else\nint beta(void);\n#endif\n",
    ),
  );
  expect(["alpha", "beta"].map((name) => headers.get(name)?.form)).toEqual(["function", "function"]);
});

test("the file that exports a name and defines it is where it is defined, x86 before the rest, and users are the other .c files", () => {
  const { definitions, users } = tree(
    file("lib/alpha.c", "int alpha(int a) { return a; }\nEXPORT_SYMBOL(alpha);\n"),
    file("arch/arm/lib/alpha.c", "int alpha(char a) { return a; }\nEXPORT_SYMBOL(alpha);\n"),
    file("kernel/aaa.c", "int alpha(long a) { return alpha(a) + beta; } // gamma\n"),
    file("arch/x86/lib/memcpy_64.S", "SYM_FUNC_START(memory_copy)\nEXPORT_SYMBOL(memory_copy)\n"),
    file("lib/string.c", "void memory_copy(void) { alpha(1); }\nEXPORT_SYMBOL(memory_copy);\n"),
    file("tools/own.c", 'int main(void) { puts("delta"); return beta; }\n'),
  );
  expect(Object.fromEntries(definitions)).toEqual({
    alpha: { file: "lib/alpha.c", signature: "int (int)" },
    memory_copy: { file: "arch/x86/lib/memcpy_64.S" },
  });
  expect(Object.fromEntries(users)).toEqual({ alpha: 3, beta: 2, gamma: 0, delta: 0, memory_copy: 1 });
});

test("a .config is read as it is written", () => {
  expect([...CONFIG]).toEqual([
    ["CONFIG_ON", "y"],
    ["CONFIG_LOOSE", "m"],
    ["CONFIG_LEVELS", "5"],
    ["CONFIG_NAME", '"x"'],
    ["CONFIG_SMP", "y"],
    ["CONFIG_MODVERSIONS", "y"],
  ]);
});

const MANY = 200_000;
test.each([
  ["brackets", `int f(${"(".repeat(MANY)}`],
  ["pointers to functions", `int ${"(*".repeat(MANY)}f`],
  ["parameters of parameters", `int f${"(int g".repeat(MANY)}`],
  ["conditions", "#if 1\nint f(\n".repeat(MANY / 10)],
  ["brackets in a condition", `#if ${"(".repeat(MANY)}1\nint f(void);\n#endif`],
  ["negations", `#if ${"!".repeat(MANY)}1\nint f(void);\n#endif`],
  ["macros that name each other", "#define A B\n#define B A\n#if A\nint f(void);\n#endif\n"],
  ["an open comment", `${"/*".repeat(MANY)}`],
  ["an open string", `char *f = "${"\\".repeat(MANY)}`],
  ["blanks before a bracket", `EXPORT_SYMBOL${" ".repeat(MANY)}x`.repeat(3)],
  ["macros taken back", "#define f(x) x\n#undef f\n".repeat(MANY / 10)],
  ["branches inside a long declaration", `int f(${"a,".repeat(2000)}${"\n#if X\nb,\n#endif\n".repeat(MANY / 100)}int z);`],
  ["line ends", "\n\\\n".repeat(MANY)],
])("hostile text ends in time: %s", (_, text) => {
  const start = performance.now();
  names(text);
  scanSource(text, "lib/own.c", CONFIG, ATTRIBUTES);
  scanSource(text, "arch/x86/own.S", CONFIG, ATTRIBUTES);
  expect(performance.now() - start).toBeLessThan(5000);
});
