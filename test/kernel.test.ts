import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { bytesSource } from "../src/inputs/bytes.ts";
import { run } from "../src/cli/run.ts";
import { readOwn } from "../src/cli/read-shipped.ts";
import type { Shipped } from "../src/cli/shipped.ts";
import { openDeclarations } from "../src/kernels/headers/read.ts";
import { readRelease } from "../src/kernels/headers/release.ts";
import { writeDeclarations } from "../src/kernels/headers/write.ts";
import { writeCrcs } from "../src/kernels/history/crcs.ts";
import { writeHistory, type TableInput } from "../src/kernels/history/write.ts";
import { JsonKernel, JsonKernelDiff, JsonKernelList } from "../src/reporters/kernel-schema.ts";
import type { Outcome } from "./support/run.ts";

const root = mkdtempSync(join(tmpdir(), "abi-lint-kernel-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A new folder with files in it. */
const folderOf = (files: Readonly<Record<string, string | Uint8Array>> = {}): string => {
  const folder = mkdtempSync(join(root, "case-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
};

const one = (rows: Readonly<Record<string, readonly (string | undefined)[]>>, attributes: readonly string[]): TableInput => ({
  attributes,
  rows: new Map(Object.entries(rows).map(([name, values]) => [name, attributes.map((_, at) => [values[2 * at], values[2 * at + 1]])])),
});

/**
 * A shipped history of two releases, each value then and now. What became of the exports: `stays` has another text of its type but the same
 * CRC; `changes` another type and CRC; `dwindles` became inline, `vanishes` is gone, `appears` is new.
 */
const E = "EXPORT_SYMBOL";
const releases = ["6.1.0-47", "6.1.0-56"].map((name) => ({
  name,
  series: "6.1",
  uname: `${name}-amd64`,
  arch: "x86_64",
  package: `linux-headers-${name}-amd64 1`,
  vermagic: `${name}-amd64 SMP preempt mod_unload modversions `,
  config: { modversions: true, generator: "genksyms", trimmed: false, compiler: "gcc-12 (Debian 12.2.0-14) 12.2.0" } as const,
  exports: 4,
}));
const EXPORTS = one(
  {
    appears: [undefined, E, undefined, undefined, undefined, "vmlinux", undefined, "void ()"],
    changes: [E, E, undefined, undefined, "vmlinux", "vmlinux", "int (int)", "int (int, long)"],
    dwindles: [E, undefined, undefined, undefined, "vmlinux", undefined, "void ()", undefined],
    stays: [E, E, undefined, undefined, "vmlinux", "vmlinux", "u32 ()", "unsigned int ()"],
    untyped: [E, E, "NS", "NS", "net/a", "net/a", undefined, undefined],
    vanishes: [E, undefined, undefined, undefined, "vmlinux", undefined, "void ()", undefined],
  },
  ["type", "namespace", "exporter", "signature"],
);
/** Twenty functions of one header, to see whether an imported kernel of about that version has them. */
const MANY = Array.from({ length: 20 }, (_, number) => `int many_${number}(void);\n`).join("");
const shippedDeclarations = (): Uint8Array =>
  writeDeclarations("made for a test", [
    readRelease([{ path: "include/linux/many.h", text: `${MANY}struct many { int a; };\n` }], {
      release: "6.1.0-56",
      config: "CONFIG_X86_64=y\n",
    }),
  ]);
const shippedHistory = (): Record<"exports" | "headers" | "crcs" | "declarations", Uint8Array> => ({
  declarations: shippedDeclarations(),
  exports: writeHistory({ about: "made for a test", releases, tables: { exports: EXPORTS } }),
  headers: writeHistory({
    about: "made for a test",
    releases,
    tables: { headers: one({ dwindles: [undefined, "inline", undefined, "linux/dwindles.h"] }, ["form", "header"]) },
  }),
  // In the order of the names.
  crcs: writeCrcs(6, [Uint32Array.of(0, 2, 3, 4, 5, 6), Uint32Array.of(1, 22, 0, 4, 5, 0)]),
});

let shipped: Shipped;
beforeAll(() => void (shipped = readOwn(nodeHost(root))), 60_000);

/** Runs the command in a folder over a history of the test's own. */
const abiLint = async (cwd: string, argv: readonly string[], history = shippedHistory(), env = {}): Promise<Outcome> => {
  let [stdout, stderr] = ["", ""];
  const host = nodeHost(cwd);
  const partOf = (path: string): keyof typeof history | undefined =>
    /rules\/history\/amd64\.(exports|headers|crcs|declarations)$/.exec(path)?.[1] as keyof typeof history | undefined;
  const status = await run(argv, {
    host: {
      ...host,
      kindOf: (path) => (path.endsWith("rules/history") ? "folder" : host.kindOf(path)),
      readBytes: (path) => {
        const part = partOf(path);
        return part === undefined ? host.readBytes(path) : history[part];
      },
      open: (path) => {
        const part = partOf(path);
        return part === undefined ? host.open(path) : bytesSource(path, history[part]);
      },
    },
    shipped,
    env,
    today: "2026-11-23",
    stdout: { write: (text) => void (stdout += text), isTerminal: false, columns: 100 },
    stderr: { write: (text) => void (stderr += text) },
  });
  return { status, stdout, stderr };
};

/** The same; what it says must be well. */
const said = async (cwd: string, ...argv: string[]): Promise<string> => {
  const { stdout, stderr, status } = await abiLint(cwd, argv);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
};
const shown = async (cwd: string, name: string): Promise<JsonKernel> =>
  JsonKernel.parse(JSON.parse(await said(cwd, "kernel", "show", name, "--format", "json")));
const compared = async (cwd: string, ...argv: string[]): Promise<JsonKernelDiff> =>
  JsonKernelDiff.parse(JSON.parse(await said(cwd, "kernel", "diff", ...argv, "--format", "json")));

const lineOf = (name: string, crc = "0x00000011", type = E, namespace = "", exporter = "vmlinux"): string =>
  `${crc}\t${name}\t${exporter}\t${type}\t${namespace}\n`;
const SYMVERS = lineOf("plain") + lineOf("of_gpl", "0x00000012", "EXPORT_SYMBOL_GPL") + lineOf("in_ns", "0x00000000", E, "NS", "net/a");
const X86 = `CONFIG_X86_64=y\nCONFIG_X86=y\nCONFIG_64BIT=y\nCONFIG_SMP=y\nCONFIG_PREEMPT_BUILD=y\nCONFIG_MODULE_UNLOAD=y\nCONFIG_MODVERSIONS=y\nCONFIG_CC_VERSION_TEXT="gcc-12 (Debian 12.2.0-14) 12.2.0"\n`;
const HEADERS = {
  "include/linux/vermagic.h": "",
  "include/linux/plain.h":
    "extern int plain(int first, char *second);\nstatic inline void wrapper(void) { plain(0, 0); }\n#define doubled(a, b) (a)\n",
};
const UTS = { "include/generated/utsrelease.h": '#define UTS_RELEASE "6.1.0-99-test"\n' };
/** What distributions install: the build's own files, and a Makefile that leads to the headers. */
const SPLIT = {
  "usr/src/linux-headers-6.1.0-99-test/Module.symvers": SYMVERS,
  "usr/src/linux-headers-6.1.0-99-test/.config": X86,
  "usr/src/linux-headers-6.1.0-99-test/Makefile": "include /usr/src/linux-headers-6.1.0-99-none/Makefile\n",
  [`usr/src/linux-headers-6.1.0-99-test/${Object.keys(UTS)[0]}`]: Object.values(UTS)[0]!,
};
const COMMON = Object.fromEntries(
  Object.entries(HEADERS).map(([path, text]) => [`usr/src/linux-headers-6.1.0-99-none/${path}`, text] as const),
);

const BLOCK = 512;
interface Member {
  readonly type?: string;
  /** As the header says, where that is a lie. */
  readonly size?: number;
  readonly content?: string | Uint8Array;
  readonly prefix?: string;
}
/** One member of a tar archive, as `tar --format=ustar` writes it. */
const member = (path: string, { type = "0", content = "", size, prefix = "" }: Member = {}): Buffer => {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100, "latin1");
  header.write("0000644\0", 100, "latin1");
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write("        ", 148, "latin1");
  header.write(type, 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, 155, "latin1");
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
    "latin1",
  );
  return Buffer.concat([header, bytes, Buffer.alloc(-bytes.length & (BLOCK - 1))]);
};
const tarOf = (...members: readonly Uint8Array[]): Buffer => Buffer.concat([...members, Buffer.alloc(2 * BLOCK)]);
const filesTar = (files: Readonly<Record<string, string>>): Buffer =>
  tarOf(...Object.entries(files).map(([path, content]) => member(`./${path}`, { content })));
const arOf = (...members: readonly (readonly [string, Uint8Array])[]): Buffer =>
  Buffer.concat([
    Buffer.from("!<arch>\n"),
    ...members.flatMap(([name, bytes]) => [
      Buffer.from(
        `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
      ),
      bytes,
      Buffer.alloc(bytes.length & 1, "\n"),
    ]),
  ]);
const CONTROL = gzipSync(filesTar({ control: "Package: linux-headers-6.1.0-99-test\nVersion: 6.1.999-1\nArchitecture: amd64\n" }));
const debOf = (data: Uint8Array, name = "data.tar.gz"): Buffer =>
  arOf(["debian-binary", Buffer.from("2.0\n")], ["control.tar.gz", CONTROL], [name, name.endsWith(".gz") ? gzipSync(data) : data]);

describe("a kernel is imported", () => {
  test("from a Module.symvers: its exports and CRCs, and nothing is said of the rest", async () => {
    const folder = folderOf({ "vendor.symvers": SYMVERS });
    expect(await said(folder, "kernel", "import", "vendor.symvers")).toBe(
      "abi-lint.kernels/vendor.facts: 3 exports; no headers: only exports and CRCs\n--kernel vendor judges against it\n",
    );
    expect(await shown(folder, "vendor")).toEqual({
      kernel: 1,
      name: "vendor",
      origin: "imported",
      file: "abi-lint.kernels/vendor.facts",
      about: "imported from vendor.symvers",
      exports: 3,
      crcs: true,
      headers: false,
      counts: { types: { EXPORT_SYMBOL: 2, EXPORT_SYMBOL_GPL: 1 }, namespaces: { NS: 1 }, vmlinux: 2, modules: 1, crcs: 2, signatures: 0 },
    });
    const diff = await compared(folder, "vendor.symvers", "vendor");
    expect(diff.kept).toBe(3);
    expect([diff.removed, diff.added, ...Object.values(diff.facts).map(({ changed }) => changed)].flat()).toEqual([]);
  });

  test("compressed, under the name that /boot gives it", async () => {
    const folder = folderOf({ "symvers-5.14.0-1.x86_64.gz": gzipSync(SYMVERS) });
    await said(folder, "kernel", "import", "symvers-5.14.0-1.x86_64.gz");
    expect((await shown(folder, "5.14.0-1.x86_64")).exports).toBe(3);
  });

  test("from the folders of a distribution, which keeps headers apart: with types, the machine and the vermagic", async () => {
    const folder = folderOf({ ...SPLIT, ...COMMON });
    expect(await said(folder, "kernel", "import", "usr/src/linux-headers-6.1.0-99-test")).toBe(
      "abi-lint.kernels/6.1.0-99-test.facts: 3 exports; exports and CRCs, and the declarations of 2 headers\n" +
        "abi-lint.kernels/6.1.0-99-test.declarations: 4 names and 0 types of 3 headers\n" +
        "--kernel 6.1.0-99-test judges against it\n",
    );
    const { counts, ...known } = await shown(folder, "6.1.0-99-test");
    expect(known).toMatchObject({
      arch: "x86_64",
      uname: "6.1.0-99-test",
      vermagic: "6.1.0-99-test SMP preempt mod_unload modversions ",
      config: { modversions: true, generator: "genksyms", trimmed: false, compiler: "gcc-12 (Debian 12.2.0-14) 12.2.0" },
      headers: true,
      declared: { names: 4, tags: 0, headers: 3 },
      about: "imported from linux-headers-6.1.0-99-test",
    });
    expect(counts.signatures).toBe(1);
  });

  test("from the build link of /lib/modules, or the folder it is in", async () => {
    for (const what of ["lib/modules/6.1.0-99-test/build", "lib/modules/6.1.0-99-test"]) {
      const folder = folderOf({ ...SPLIT, ...COMMON, "lib/modules/6.1.0-99-test/modules.dep": "" });
      symlinkSync("../../../usr/src/linux-headers-6.1.0-99-test", join(folder, "lib/modules/6.1.0-99-test/build"));
      await said(folder, "kernel", "import", what);
      expect((await shown(folder, "6.1.0-99-test")).headers).toBe(true);
    }
  });

  test("from a tree that was built, with what its sources define", async () => {
    const folder = folderOf({
      "linux/Module.symvers": SYMVERS,
      "linux/.config": X86,
      "linux/Makefile": "include $(srctree)/scripts/Kbuild.include\n",
      "linux/net/a/in_ns.c": "long in_ns(void) { return 0; }\nEXPORT_SYMBOL_NS(in_ns, NS);\n",
      "linux/scripts/gpl.c": "long of_gpl(void) { return 0; }\n",
      ...Object.fromEntries(Object.entries({ ...HEADERS, ...UTS }).map(([path, text]) => [`linux/${path}`, text])),
    });
    await said(folder, "kernel", "import", "linux");
    // `plain` by its header, `in_ns` by its source; `of_gpl` stands in a script, which is no part of the kernel.
    expect((await shown(folder, "6.1.0-99-test")).counts.signatures).toBe(2);
  });

  test("with all that its headers declare, those that its build wrote among them, and of its build rules what they make of a module's flags", async () => {
    const folder = folderOf({
      "k/Module.symvers": SYMVERS,
      "k/.config": `${X86}CONFIG_LOOSE=m\n`,
      "k/include/linux/many.h": `#include <generated/made.h>\n#define HALF 2\n${MANY}`,
      "k/include/generated/made.h": "struct made { int first; long second; };\n",
      "k/arch/x86/include/generated/asm/own.h": "enum own { OWN };\n",
      "k/scripts/Makefile.lib": "ccflags-y += $(EXTRA_CFLAGS)\n",
      "k/scripts/deep/include/linux/no.h": "int no;\n",
      ...Object.fromEntries(Object.entries({ ...HEADERS, ...UTS }).map(([path, text]) => [`k/${path}`, text])),
      "k/include/generated/uapi/linux/version.h": "#define LINUX_VERSION_CODE 400000\n",
    });
    expect(await said(folder, "kernel", "import", "k", "--name", "mine")).toContain(
      "abi-lint.kernels/mine.declarations: 27 names and 2 types of 7 headers\n",
    );
    const file = join(folder, "abi-lint.kernels/mine.declarations");
    const [headers] = [openDeclarations(readFileSync(file), "mine").headersOf(0)];
    expect(headers).toMatchObject({ release: "mine", version: 400000, arch: "x86_64", kbuild: { honoursExtraCflags: true } });
    expect(headers.tag("struct", "made")?.members.map(({ name }) => name)).toEqual(["first", "second"]);
    expect(headers.includes("linux/many.h")).toEqual(["generated/made.h"]);
    expect(["OWN", "plain", "many_19", "HALF", "no"].map((name) => headers.names(name)[0]?.form)).toEqual([
      "constant",
      "function",
      "function",
      "macro",
      undefined,
    ]);
    expect([headers.config("CONFIG_LOOSE"), headers.isExported("plain"), headers.isExported("many_0")]).toEqual(["m", true, false]);
    const text = await said(folder, "kernel", "show", "mine");
    expect(text).toMatch(/^ {2}declared +27 names and 2 types of 7 headers$/m);
    // Its file is another's, or of nobody: said, and nothing judged by it.
    truncateSync(file, 100);
    expect((await abiLint(folder, ["kernel", "show", "mine"])).stderr).toMatch(/mine\.declarations/);
  });

  test("without what its headers declare where reading them went wrong, and says how it knows; what was kept before goes", async () => {
    const files = (many: string): Record<string, string> => ({
      "k/Module.symvers": SYMVERS,
      "k/.config": X86,
      "k/include/linux/many.h": many,
      ...Object.fromEntries(Object.entries({ ...HEADERS, ...UTS }).map(([path, text]) => [`k/${path}`, text])),
    });
    const folder = folderOf(files(MANY));
    expect(await said(folder, "kernel", "import", "k")).toContain(".declarations: ");
    expect(existsSync(join(folder, "abi-lint.kernels/6.1.0-99-test.declarations"))).toBe(true);
    // A body that is not closed swallows the rest of its header.
    writeFileSync(join(folder, "k/include/linux/many.h"), `static inline void open(void) {\n${MANY}`);
    expect(await said(folder, "kernel", "import", "k", "--force")).toContain(
      "what its headers declare is not kept: 6.1.0-56 → 6.1.0-99-test: 1 headers lost most of their names: linux/many.h (20 of 20)\n",
    );
    expect(existsSync(join(folder, "abi-lint.kernels/6.1.0-99-test.declarations"))).toBe(false);
    expect((await shown(folder, "6.1.0-99-test")).declared).toBeUndefined();
  });

  test("of another machine without its headers, and says why", async () => {
    const arm64 = X86.replace("CONFIG_X86_64=y\nCONFIG_X86=y", "CONFIG_ARM64=y");
    const folder = folderOf({
      "k/Module.symvers": SYMVERS,
      "k/.config": arm64,
      ...Object.fromEntries(Object.entries({ ...HEADERS, ...UTS }).map(([path, text]) => [`k/${path}`, text])),
    });
    expect(await said(folder, "kernel", "import", "k")).toContain(
      "headers not read, because they are read as those of x86_64 and this is arm64: only exports and CRCs",
    );
    expect(await shown(folder, "6.1.0-99-test")).toMatchObject({
      arch: "arm64",
      headers: false,
      vermagic: "6.1.0-99-test SMP preempt mod_unload modversions aarch64",
    });
  });

  test("from a Debian package, whatever holds its files", async () => {
    const expected = { package: "linux-headers-6.1.0-99-test 6.1.999-1", arch: "x86_64", headers: false, exports: 3 };
    for (const [data, name] of [
      [filesTar(SPLIT), "data.tar.gz"],
      [filesTar(SPLIT), "data.tar"],
    ] as const) {
      const folder = folderOf({ "headers.deb": debOf(data, name) });
      expect(await said(folder, "kernel", "import", "headers.deb")).toContain("3 exports; no headers: only exports and CRCs");
      expect(await shown(folder, "6.1.0-99-test")).toMatchObject(expected);
    }
  });

  test("from the two packages that a distribution makes of one kernel: the same as from the folders", async () => {
    const folder = folderOf({ "a.deb": debOf(filesTar(SPLIT)), "b.deb": debOf(filesTar(COMMON)), ...SPLIT, ...COMMON });
    await said(folder, "kernel", "import", "a.deb", "b.deb", "--name", "packages");
    await said(folder, "kernel", "import", "usr/src/linux-headers-6.1.0-99-test", "--name", "folders");
    const { package: _, ...packages } = await shown(folder, "packages");
    const folders = await shown(folder, "folders");
    expect({ ...packages, name: "", file: "", about: "" }).toEqual({ ...folders, name: "", file: "", about: "" });
    const diff = await compared(folder, "packages", "folders");
    expect(diff.facts.signature).toEqual({ known: 1, changed: [] });
  });

  test("whose archive has long names and links: each form of a name is read, no link is followed", async () => {
    const [top, uts] = ["./usr/src/linux-headers-6.1.0-99-test/", Object.values(UTS)[0]!];
    const long = `${top}include/generated/utsrelease.h`;
    const record = (text: string): string => {
      const length = [...Array(100).keys()].find((each) => each === `${each} ${text}\n`.length)!;
      return `${length} ${text}\n`;
    };
    const links = tarOf(
      member("./", { type: "5" }),
      member(`${top}.config`, { content: X86 }),
      member("././@LongLink", { type: "L", content: `${top}Module.symvers\0` }),
      member("cut-short", { content: SYMVERS }),
      member("pax", { type: "x", content: record("mtime=1.5") + record(`path=${long}`) }),
      member("cut-short", { content: uts }),
      member("linux/vermagic.h", { prefix: `${top}include`, content: "" }),
      member(`${top}include/linux/secret.h`, { type: "2" }),
      member(`${top}include/linux/twin.h`, { type: "1" }),
      member(`${top}scripts`, { type: "2" }),
    );
    const folder = folderOf({ "headers.deb": debOf(links) });
    expect(await said(folder, "kernel", "import", "headers.deb")).toBe(
      "abi-lint.kernels/6.1.0-99-test.facts: 3 exports; exports and CRCs, and the declarations of 1 header; 2 links not followed\n" +
        "abi-lint.kernels/6.1.0-99-test.declarations: 1 name and 0 types of 2 headers\n" +
        "--kernel 6.1.0-99-test judges against it\n",
    );
  });

  test("and is judged against by its name, as the file it came from is", async () => {
    const folder = folderOf({
      "vendor.symvers": SYMVERS,
      "uses.yaml": "manifest: 1\nsubjects: [{ name: m, kind: module, licences: [GPL], uses: [plain, in_ns, gone] }]\n",
    });
    await said(folder, "kernel", "import", "vendor.symvers", "--name", "imported");
    const verdict = async (kernel: string): Promise<string> =>
      (await abiLint(folder, ["uses.yaml", "--binary", "--kernel", kernel])).stdout.replaceAll(
        "abi-lint.kernels/imported.facts",
        "vendor.symvers",
      );
    expect(await verdict("imported")).toContain("gone is not exported by imported");
    expect(await verdict("imported")).toBe(await verdict("imported=vendor.symvers"));
  });

  test("and the same input gives the same bytes", async () => {
    const [a, b] = [folderOf({ ...SPLIT, ...COMMON }), folderOf({ ...SPLIT, ...COMMON })];
    for (const folder of [a, b]) await said(folder, "kernel", "import", "usr/src/linux-headers-6.1.0-99-test");
    const bytes = (folder: string): Buffer => readFileSync(join(folder, "abi-lint.kernels/6.1.0-99-test.facts"));
    expect(bytes(a).equals(bytes(b))).toBe(true);
  });

  test("beside the policy, wherever the command runs", async () => {
    const folder = folderOf({ ".git/HEAD": "", "abi-lint.yaml": "extends: []\n", "sub/vendor.symvers": SYMVERS });
    await said(join(folder, "sub"), "kernel", "import", "vendor.symvers");
    expect(readdirSync(join(folder, "abi-lint.kernels"))).toEqual(["vendor.facts"]);
  });

  test("with its progress on a terminal, and gone when it is done", async () => {
    const folder = folderOf({ ...SPLIT, ...COMMON });
    let [now, stderr] = [0, ""];
    const status = await run(["kernel", "import", "usr/src/linux-headers-6.1.0-99-test"], {
      host: nodeHost(folder),
      shipped,
      env: { TERM: "xterm" },
      today: "2026-11-23",
      stdout: { write: () => {}, isTerminal: false, columns: 100 },
      stderr: { write: (text) => void (stderr += text), isTerminal: true },
      clock: () => (now += 400),
    });
    expect(status).toBe(0);
    expect(stderr.split("\r\u001b[K")).toEqual([
      "",
      "abi-lint: reads usr/src/linux-headers-6.1.0-99-test",
      "abi-lint: reads files, 1 of 2",
      "abi-lint: reads files, 2 of 2",
      "abi-lint: works out what they declare",
      "abi-lint: works out all that the headers declare",
      "",
    ]);
  });
});

describe("an import that cannot be done writes nothing", () => {
  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "a name with a slash",
      ["k.symvers", "--name", "../up"],
      /^abi-lint: error: --name: "\.\.\/up": a kernel's name must not begin with "\."/,
    ],
    ["a name with a slash inside", ["k.symvers", "--name", "a/b"], /must not have a slash/],
    ["a name with a leading dot", ["k.symvers", "--name", ".hidden"], /must not begin with "\."/],
    ["a name that --kernel would take apart", ["k.symvers", "--name", "a,b"], /a comma/],
    ["an empty name", ["k.symvers", "--name", ""], /needs a name/],
    ["a release that is no name", ["evil"], /^abi-lint: error: evil: "\.\.\/\.\.\/etc\/x": a kernel's name must not begin with "\."/],
    ["a folder without exports", ["empty"], /empty: holds no Module\.symvers \(give a Module\.symvers, a folder/],
    ["two kernels at once", ["k.symvers", "other.symvers"], /other\.symvers: a second Module\.symvers \(the first is k\.symvers\)/],
    ["something else", ["binary"], /binary: offset 0x4: neither a Module\.symvers nor a Debian package/],
    ["nothing", ["missing"], /missing: no such file/],
  ];
  for (const [what, argv, expected] of refusals) {
    test(what, async () => {
      const folder = folderOf({
        "k.symvers": SYMVERS,
        "other.symvers": SYMVERS,
        "evil/Module.symvers": SYMVERS,
        "evil/include/generated/utsrelease.h": '#define UTS_RELEASE "../../etc/x"\n',
        "empty/README": "",
        binary: "\x7fELF\0\0",
      });
      const { status, stderr } = await abiLint(folder, ["kernel", "import", ...argv]);
      expect(stderr).toMatch(expected);
      expect(status).toBe(2);
      expect(existsSync(join(folder, "abi-lint.kernels"))).toBe(false);
    });
  }

  test("a kernel of that name is replaced only with --force", async () => {
    const folder = folderOf({ "k.symvers": SYMVERS });
    await said(folder, "kernel", "import", "k.symvers");
    writeFileSync(join(folder, "k.symvers"), lineOf("plain"));
    const { status, stderr } = await abiLint(folder, ["kernel", "import", "k.symvers"]);
    expect(stderr).toBe("abi-lint: error: abi-lint.kernels/k.facts: is there already (--force replaces it, --name gives another name)\n");
    expect(status).toBe(2);
    expect((await shown(folder, "k")).exports).toBe(3);
    await said(folder, "kernel", "import", "k.symvers", "--force");
    expect((await shown(folder, "k")).exports).toBe(1);
    expect(readdirSync(join(folder, "abi-lint.kernels"))).toEqual(["k.facts"]);
  });
});

describe("a package that is damaged or none is refused at its offset", () => {
  const broken = (bytes: Uint8Array, at: number, text: string): Buffer => {
    const copy = Buffer.from(bytes);
    copy.write(text, at, "latin1");
    return copy;
  };
  const good = debOf(filesTar(SPLIT));
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["no archive", Buffer.from("this is no package\n"), /k\.deb: offset 0x0: no Debian package \("!<arch>" was expected\)/],
    ["an empty file", Buffer.alloc(0), /k\.deb: offset 0x0: no Debian package/],
    ["another archive", arOf(["foo.o", Buffer.from("x")]), /k\.deb: offset 0x8: no Debian package of format 2/],
    ["another format", arOf(["debian-binary", Buffer.from("3.0\n")]), /offset 0x8: no Debian package of format 2/],
    ["no control", arOf(["debian-binary", Buffer.from("2.0\n")]), /k\.deb: no Debian package: it has no control\.tar/],
    ["no data", arOf(["debian-binary", Buffer.from("2.0\n")], ["control.tar.gz", CONTROL]), /it has no data\.tar/],
    ["an old compression", debOf(filesTar(SPLIT), "data.tar.bz2"), /data\.tar\.bz2 is compressed in a way that is not read/],
    ["no Module.symvers", debOf(filesTar(COMMON)), /k\.deb: holds no Module\.symvers/],
    [
      "a Module.symvers that is a link",
      debOf(tarOf(member("./usr/src/k/Module.symvers", { type: "2" }))),
      /k\.deb: holds no Module\.symvers/,
    ],
    [
      "two kernels",
      debOf(filesTar({ "usr/src/a/Module.symvers": SYMVERS, "usr/src/b/Module.symvers": SYMVERS })),
      /k\.deb: usr\/src\/b\/Module\.symvers: a second Module\.symvers \(the first is k\.deb: usr\/src\/a\/Module\.symvers\)/,
    ],
    [
      "a member of the archive past its end",
      good.subarray(0, good.length - 10),
      /k\.deb: offset 0x[0-9a-f]+: member "data\.tar\.gz" ends at byte \d+, past the end of the file/,
    ],
    ["a size that is none", broken(good, 8 + 48, "12x       "), /k\.deb: offset 0x38: "12x" is no size of a member/],
    ["a header that does not end", broken(good, 8 + 58, "??"), /k\.deb: offset 0x42: the header of a member does not end as it has to/],
    [
      "a member of the tar past its end",
      debOf(tarOf(member("./usr/src/k/Module.symvers", { size: 0o77777777, content: SYMVERS })), "data.tar"),
      /k\.deb: data\.tar: offset 0x0: member "\.\/usr\/src\/k\/Module\.symvers" ends at byte 16777727, past the end of the archive/,
    ],
    [
      "a tar that was cut short",
      debOf(filesTar(SPLIT).subarray(0, BLOCK * 2), "data.tar"),
      /data\.tar: offset 0x400: the archive does not end with a block of zeros/,
    ],
    ["a tar that is none", debOf(Buffer.alloc(BLOCK, "x"), "data.tar"), /data\.tar: offset 0x94: no header of a tar archive/],
    [
      "a size with the highest bit",
      debOf(broken(filesTar(SPLIT), 124, "\xff".repeat(12)), "data.tar"),
      /data\.tar: offset 0x94: no header of a tar archive/,
    ],
    [
      "a pax header that lies about its length",
      debOf(tarOf(member("pax", { type: "x", content: "99 path=x\n" })), "data.tar"),
      /data\.tar: offset 0x200: a pax header that does not add up/,
    ],
    [
      "a name without end",
      debOf(tarOf(member("long", { type: "L", size: 70_000, content: Buffer.alloc(70_000, "a") })), "data.tar"),
      /a name of 70000 bytes/,
    ],
  ];
  for (const [what, bytes, expected] of cases) {
    test(what, async () => {
      const { status, stderr } = await abiLint(folderOf({ "k.deb": bytes }), ["kernel", "import", "k.deb"]);
      expect(stderr).toMatch(expected);
      expect(status).toBe(2);
    });
  }

  test("wherever it is cut", { timeout: 60_000 }, async () => {
    const plain = debOf(filesTar({ "usr/src/k/Module.symvers": SYMVERS }), "data.tar");
    const folder = folderOf();
    for (let end = 0; end < plain.length - BLOCK; end += 37) {
      writeFileSync(join(folder, "k.deb"), plain.subarray(0, end));
      const { status, stderr } = await abiLint(folder, ["kernel", "import", "k.deb"]);
      expect({ end, status }).toEqual({ end, status: 2 });
      expect(stderr).toMatch(/^abi-lint: error: k\.deb.*offset|has no (control|data)\.tar/);
    }
  });
});

describe("a Module.symvers without bounds is refused", () => {
  test("a line of 70 MB, at its line", { timeout: 60_000 }, async () => {
    const folder = folderOf({ "long.symvers": lineOf("plain") + "x".repeat(70 << 20) });
    for (const argv of [
      ["kernel", "diff", "long.symvers", "long.symvers"],
      ["kernel", "import", "long.symvers"],
    ]) {
      const { status, stderr } = await abiLint(folder, argv);
      expect(stderr.slice(0, 80)).toMatch(/^abi-lint: error: long\.symvers:2:1: a line of 73400320 characters/);
      expect(stderr.length).toBeLessThan(1000);
      expect(status).toBe(2);
    }
  });

  test("a file of 1 GB, at the offset where reading ends", { timeout: 60_000 }, async () => {
    const folder = folderOf({ "long.symvers": lineOf("plain"), "k/Module.symvers": lineOf("plain") });
    for (const path of ["long.symvers", "k/Module.symvers"]) {
      truncateSync(join(folder, path), 2 ** 30);
      const { status, stderr } = await abiLint(folder, ["kernel", "diff", path, path]);
      expect(stderr).toBe(`abi-lint: error: ${path}: offset 0x10000000: goes on after 268435456 bytes (it has 1073741824)\n`);
      expect(status).toBe(2);
    }
    const { stderr, status } = await abiLint(folder, ["kernel", "import", "k"]);
    expect(stderr).toContain("k/Module.symvers: offset 0x10000000: goes on after 268435456 bytes");
    expect(status).toBe(2);
  });
});

describe("a file of facts that is not as it was written is refused", () => {
  const edited = (bytes: Uint8Array, at: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy[at]! ^= 1;
    return copy;
  };
  const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array, RegExp])[] = [
    ["empty", () => new Uint8Array(), /offset 0x0: no kernel history/],
    ["cut short", (bytes) => bytes.subarray(0, bytes.length - 4), /offset 0x14: the bytes are not those that were written/],
    ["cut in its header", (bytes) => bytes.subarray(0, 100), /offset 0x10: the header ends at byte \d+, past the end of the file/],
    ["edited", (bytes) => edited(bytes, bytes.length - 5), /offset 0x14: the bytes are not those that were written/],
  ];
  for (const [what, damage, expected] of damages) {
    test(`an imported one that is ${what}`, async () => {
      const folder = folderOf({ "k.symvers": SYMVERS });
      await said(folder, "kernel", "import", "k.symvers");
      const path = join(folder, "abi-lint.kernels/k.facts");
      writeFileSync(path, damage(readFileSync(path)));
      for (const argv of [
        ["kernel", "show", "k"],
        ["kernel", "diff", "k", "k.symvers"],
        ["kernel", "list"],
      ]) {
        const { status, stderr } = await abiLint(folder, argv);
        expect(stderr).toMatch(new RegExp(`^abi-lint: error: abi-lint\\.kernels/k\\.facts: ${expected.source}`));
        expect(status).toBe(2);
      }
    });

    test(`a shipped one that is ${what}`, async () => {
      const history = shippedHistory();
      const { status, stderr } = await abiLint(folderOf(), ["kernel", "show", "6.1.0-56"], {
        ...history,
        exports: damage(history.exports),
      });
      expect(stderr).toMatch(new RegExp(`amd64\\.exports: ${expected.source}`));
      expect(status).toBe(2);
      const headers = await abiLint(folderOf(), ["kernel", "diff", "6.1.0-47", "6.1.0-56"], {
        ...history,
        headers: damage(history.headers),
      });
      expect(headers.stderr).toMatch(new RegExp(`amd64\\.headers: ${expected.source}`));
      expect(headers.status).toBe(2);
    });
  }

  test("shipped CRCs that are edited, or those of another history", async () => {
    const history = shippedHistory();
    for (const crcs of [edited(history.crcs, 30), history.crcs.subarray(0, 40), writeCrcs(5, [new Uint32Array(5), new Uint32Array(5)])]) {
      const { status, stderr } = await abiLint(folderOf(), ["kernel", "diff", "6.1.0-47", "6.1.0-56"], { ...history, crcs });
      expect(stderr).toMatch(/amd64\.crcs: offset 0x1[08]: the (CRCs are those of another history|bytes are not those)/);
      expect(status).toBe(2);
    }
  });

  test("one with two kernels, or with a CRC that is none, though its checksum is right", async () => {
    const [first] = releases;
    const two = writeHistory({ about: "", releases, tables: { exports: EXPORTS } });
    const crc = writeHistory({
      about: "",
      releases: [first!],
      tables: { exports: { attributes: ["type", "crc"], rows: new Map([["plain", [[E], ["12"]]]]) } },
    });
    for (const [bytes, expected] of [
      [two, /holds 2 kernels \(one was expected\)/],
      [crc, /"12" is no CRC \(of "plain"\)/],
    ] as const) {
      const { status, stderr } = await abiLint(folderOf({ "abi-lint.kernels/k.facts": bytes }), ["kernel", "show", "k"]);
      expect(stderr).toMatch(expected);
      expect(status).toBe(2);
    }
  });

  test("wherever it is cut, and whichever byte is another", { timeout: 60_000 }, async () => {
    const folder = folderOf({ "k.symvers": SYMVERS });
    await said(folder, "kernel", "import", "k.symvers");
    const path = join(folder, "abi-lint.kernels/k.facts");
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 7) {
      for (const bytes of [whole.subarray(0, at), edited(whole, at)]) {
        writeFileSync(path, bytes);
        expect((await abiLint(folder, ["kernel", "show", "k"])).status).toBe(2);
      }
    }
  });

  test("a checksum made right again does not make bounds right", { timeout: 60_000 }, async () => {
    const folder = folderOf({ "k.symvers": SYMVERS });
    await said(folder, "kernel", "import", "k.symvers");
    const path = join(folder, "abi-lint.kernels/k.facts");
    const whole = readFileSync(path);
    for (let at = 24; at < whole.length; at += 5) {
      const bytes = edited(whole, at);
      bytes.writeUInt32LE(crc32(bytes.subarray(24)), 20);
      writeFileSync(path, bytes);
      // What stands there may be another name; what never happens is a bug, which `run` throws.
      expect([0, 2]).toContain((await abiLint(folder, ["kernel", "diff", "k", "k.symvers", "--crcs"])).status);
    }
  });
});

describe("kernels are known by name", () => {
  test("the shipped ones and those beside the policy are listed, for people and for programs", async () => {
    const folder = folderOf({ "vendor.symvers": SYMVERS.replaceAll(/0x0000001./g, "0x00000000") });
    await said(folder, "kernel", "import", "vendor.symvers");
    expect(await said(folder, "kernel", "list")).toBe(`shipped
  6.1.0-47  linux-headers-6.1.0-47-amd64 1  4 exports  CRCs     gcc 12.2.0  6.1.0-47-amd64 SMP preempt mod_unload modversions
  6.1.0-56  linux-headers-6.1.0-56-amd64 1  4 exports  CRCs     gcc 12.2.0  6.1.0-56-amd64 SMP preempt mod_unload modversions

imported
  vendor    imported from vendor.symvers    3 exports  no CRCs
`);
    const { releases: listed } = JsonKernelList.parse(JSON.parse(await said(folder, "kernel", "list", "--format", "json")));
    expect(listed.map(({ name, origin, crcs, headers }) => [name, origin, crcs, headers])).toEqual([
      ["6.1.0-47", "shipped", true, true],
      ["6.1.0-56", "shipped", true, true],
      ["vendor", "imported", false, false],
    ]);
  });

  test("a file that cannot be read costs only itself, and the status says so", async () => {
    const folder = folderOf({ "k.symvers": SYMVERS, "abi-lint.kernels/broken.facts": "x" });
    await said(folder, "kernel", "import", "k.symvers");
    const { status, stdout, stderr } = await abiLint(folder, ["kernel", "list"]);
    expect(stdout).toMatch(/imported\n {2}k /);
    expect(stderr).toMatch(/^abi-lint: error: abi-lint\.kernels\/broken\.facts: offset 0x0: no kernel history/);
    expect(status).toBe(2);
  });

  test("an imported one is known by the name of its file", async () => {
    const folder = folderOf({ "k.symvers": SYMVERS });
    await said(folder, "kernel", "import", "k.symvers");
    renameSync(join(folder, "abi-lint.kernels/k.facts"), join(folder, "abi-lint.kernels/ours.facts"));
    expect((await shown(folder, "ours")).name).toBe("ours");
    expect(await said(folder, "kernel", "list")).toContain("\n  ours ");
  });

  test("one is shown with all that is known of it", async () => {
    expect(await said(folderOf(), "kernel", "show", "6.1")).toBe(`6.1.0-56
  package            linux-headers-6.1.0-56-amd64 1
  machine            x86_64
  uname -r           6.1.0-56-amd64
  vermagic           6.1.0-56-amd64 SMP preempt mod_unload modversions
  compiler           gcc-12 (Debian 12.2.0-14) 12.2.0
  MODVERSIONS        yes, by genksyms
  TRIM_UNUSED_KSYMS  no
  exports            4: 4 EXPORT_SYMBOL
  exported by        vmlinux 3, 1 module 1
  namespaces         1: 1 NS
  CRCs               of 4 exports
  types              of 3 exports
  headers            known
  declared           20 names and 1 type of 1 header
  kept in            the exports of Debian's amd64 kernels (shipped)
  about              made for a test
`);
  });

  test("a name that is none's is an error that says what there is", async () => {
    const folder = folderOf({ "vendor.symvers": SYMVERS });
    await said(folder, "kernel", "import", "vendor.symvers");
    const there = "there are vendor, 6.1.0-47, 6.1.0-56; abi-lint kernel import adds another";
    for (const [argv, name, near] of [
      [["show", "vendro"], "vendro", `did you mean "vendor"? `],
      [["diff", "vendor", "6.1.0-57"], "6.1.0-57", `did you mean "6.1.0-47"? `],
      [["diff", "nowhere/Module.symvers", "vendor"], "nowhere/Module.symvers", ""],
    ] as const) {
      const { status, stdout, stderr } = await abiLint(folder, ["kernel", ...argv]);
      expect(stderr).toBe(`abi-lint: error: ${name}: no kernel of that name is known, and there is no such file (${near}${there})\n`);
      expect(stdout).toBe("");
      expect(status).toBe(2);
    }
  });
});

describe("two kernels are compared", () => {
  test("with types, and with what the headers offer of what is gone", async () => {
    expect(await said(folderOf(), "kernel", "diff", "6.1.0-47", "6.1.0-56", "--crcs")).toBe(`6.1.0-47 -> 6.1.0-56
  4 exports -> 4 exports, 3 of them in both
  removed          2
  added            1
  other type       0 of 3
  other namespace  0 of 3
  other exporter   0 of 3
  other signature  1 of 2, 1 not comparable
  other CRC        1 of 3

removed
  dwindles  EXPORT_SYMBOL by vmlinux; now inline in <linux/dwindles.h>
  vanishes  EXPORT_SYMBOL by vmlinux

added
  appears  EXPORT_SYMBOL by vmlinux

other signature
  changes
    then  int (int)
    now   int (int, long)

other CRC
  changes  0x00000002 -> 0x00000016
`);
  });

  test("long lists are whole in a pipe", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `gone_${String(index).padStart(2, "0")}`);
    const folder = folderOf({ "a.symvers": lineOf("plain") + names.map((name) => lineOf(name)).join(""), "b.symvers": lineOf("plain") });
    const long = await said(folder, "kernel", "diff", "a.symvers", "b.symvers");
    expect(long).toContain("gone_24");
    expect(long).not.toContain("more");
    expect((await compared(folder, "a.symvers", "b.symvers")).removed.map(({ name }) => name)).toEqual(names);
  });

  test("CRCs of two programs or two machines are not comparable", async () => {
    const build = (config: string): Record<string, string> => ({ "Module.symvers": SYMVERS, ".config": config, ...UTS });
    const folder = folderOf(
      Object.fromEntries(
        Object.entries({ gen: X86, dwarf: `${X86}CONFIG_GENDWARFKSYMS=y\n`, arm: X86.replace("CONFIG_X86_64", "CONFIG_ARM64") }).flatMap(
          ([name, config]) => Object.entries(build(config)).map(([path, text]) => [`build/${name}/${path}`, text]),
        ),
      ),
    );
    for (const name of ["gen", "dwarf", "arm"]) await said(folder, "kernel", "import", `build/${name}`, "--name", name);
    expect((await compared(folder, "gen", "dwarf")).crcGap).toBe("other-generator");
    expect(await said(folder, "kernel", "diff", "gen", "dwarf")).toContain(
      "other CRC        not comparable: made by genksyms and by gendwarfksyms",
    );
    expect((await compared(folder, "gen", "arm")).crcGap).toBe("other-architecture");
    const text = await said(folder, "kernel", "diff", "gen", "arm");
    expect(text).toContain("  kernels of two machines: x86_64 and arm64\n");
    expect(text).toContain("other CRC        not comparable: one is x86_64, the other arm64");
  });

  test("files of one name are told apart by their paths", async () => {
    const folder = folderOf({ "old/k.symvers": SYMVERS, "new/k.symvers": SYMVERS });
    expect(await said(folder, "kernel", "diff", "old/k.symvers", "new/k.symvers")).toMatch(/^old\/k\.symvers -> new\/k\.symvers\n/);
  });

  test("a Module.symvers of three columns says nothing of types", async () => {
    const folder = folderOf({ "old.symvers": "0x11\tplain\tvmlinux\n", "new.symvers": lineOf("plain") });
    expect((await compared(folder, "old.symvers", "new.symvers")).facts.type).toEqual({ known: 0, changed: [] });
  });

  test("names of Rust that are asked for are compared where both kernels have some", async () => {
    const rust = "_RNvCs1_6kernel5panic";
    const folder = folderOf({
      "a.symvers": lineOf("plain") + lineOf(rust) + lineOf("_RNvOther"),
      "b.symvers": lineOf("plain") + lineOf("_RNvOther"),
      "c.symvers": lineOf("plain"),
      "uses.yaml": `manifest: 1\nsubjects: [{ name: m, kind: module, uses: [plain, ${rust}] }]\n`,
    });
    const removed = async (...argv: string[]): Promise<readonly [readonly string[], number]> => {
      const diff = await compared(folder, ...argv);
      return [diff.removed.map(({ name }) => name), diff.rust.left];
    };
    expect(await removed("a.symvers", "b.symvers")).toEqual([[], 2]);
    expect(await removed("a.symvers", "b.symvers", "--for", "uses.yaml")).toEqual([[rust], 0]);
    expect(await removed("a.symvers", "c.symvers", "--for", "uses.yaml")).toEqual([[], 1]);
  });

  test("a module that cannot be read, or that takes no symbol, is no comparison", async () => {
    const folder = folderOf({ "k.symvers": SYMVERS, "none.yaml": "manifest: 1\nsubjects: [{ name: m, kind: module, uses: [] }]\n" });
    for (const [input, expected] of [
      ["none.yaml", "abi-lint: error: --for: no symbol is taken by none.yaml: there is nothing to compare\n"],
      ["missing.ko", "abi-lint: error: missing.ko: no such file\n"],
    ] as const) {
      const { status, stdout, stderr } = await abiLint(folder, ["kernel", "diff", "k.symvers", "k.symvers", "--for", input]);
      expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: "", stderr: expected });
    }
  });

  test("names in a file cannot command the terminal", async () => {
    const folder = folderOf({ "a.symvers": lineOf("evil\x1b[31m", undefined, E, "NS\x07"), "b.symvers": lineOf("plain") });
    const text = await said(folder, "kernel", "diff", "a.symvers", "b.symvers");
    expect(text).toContain("evil\\x1b[31m  EXPORT_SYMBOL in namespace NS\\x07 by vmlinux");
    expect(text).not.toContain("\x1b");
  });
});
