import { expect, test } from "vitest";
import { readConditionals } from "../src/inputs/conditionals.ts";

const SOURCE = `#include <net/sock.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_delete_sync del_timer_sync
static void wait_for_stable_page(struct page *page)
{
}
#endif
int f(void)
{
#ifdef DEBUG
	pr_info("%d", 1);
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
	return kernel_bind(sock, addr, 1);
#else
	return kernel_bind(sock, other, 1);
#endif
}
int h;
int g(void)
{
	return fill(dev,
#ifdef FOO_HAVE_FORMAT
		    info,
#endif
		    cmd);
}
static const struct ops ops = {
#if defined(from_timer)
	.read = generic_read,
#endif
	.write = generic_write,
};
`;
const { around, aroundAll, defines } = readConditionals(SOURCE);
const lineOf = (text: string): number => SOURCE.split("\n").findIndex((line) => line.includes(text)) + 1;

test.each([
  ["a call under a condition on the version", around(lineOf("sock, addr")), "#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)"],
  ["its other branch", around(lineOf("sock, other")), "#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)"],
  ["a call whose arguments depend on what a configure script found", around(lineOf("fill(dev")), "#ifdef FOO_HAVE_FORMAT"],
  ["a member that is set under a condition wherever it is named", aroundAll("generic_read"), "#if defined(from_timer)"],
  ["what a macro for older kernels stands for", defines.get("del_timer_sync"), "#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)"],
  [
    "a function of the source's own for some kernels",
    defines.get("wait_for_stable_page"),
    "#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)",
  ],
])("a source adapts itself: %s", (_, condition, text) => {
  expect(condition?.text).toBe(text);
});

test.each([
  ["a condition that has nothing to do with kernels", around(lineOf("pr_info"))],
  ["a line under none", around(lineOf("int h"))],
  ["a member that is named under none as well", aroundAll("generic_write")],
  ["a macro under none", defines.get("f")],
])("a source does not adapt itself: %s", (_, condition) => {
  expect(condition).toBeUndefined();
});

test("conditions that do not end, or never began, are read as far as they go", () => {
  expect(readConditionals("#if LINUX_VERSION_CODE > 1\nx();\n").around(2)).toBeUndefined();
  expect(readConditionals("#endif\n#else\n#endif\nx();\n").around(4)).toBeUndefined();
});
