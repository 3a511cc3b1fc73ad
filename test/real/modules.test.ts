import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { abiLint } from "../support/run.ts";

// Real out-of-tree modules, built here from Debian's packages, held against the tools that kernel engineers trust.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const here = (script: string): string => new URL(`prepare/${script}`, import.meta.url).pathname;
const out = (command: string, ...args: readonly string[]): string => execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

interface ExportedUse {
  /** Left out for a symbol; what is looked up at run time is in no symbol table. */
  readonly kind?: string;
  readonly name: string;
  readonly weak?: boolean;
  readonly crc?: string;
}
interface ExportedSubject {
  readonly modinfo: readonly string[];
  readonly uses: readonly ExportedUse[];
}

let release = "";
let modules: readonly string[] = [];
const subjects = new Map<string, ExportedSubject>();

beforeAll(async () => {
  execFileSync(here("dkms.sh"), [WORK, "v4l2loopback-dkms", "acpi-call-dkms", "lime-forensics-dkms", "jool-dkms"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  release = out(here("release.sh")).trim();
  modules = readdirSync(join(WORK, "modules"))
    .filter((file) => file.endsWith(".ko"))
    .map((file) => join(WORK, "modules", file));
  for (const module of modules) {
    const { stdout, status } = await abiLint(WORK, "export", module);
    expect(status).toBe(0);
    subjects.set(module, (JSON.parse(stdout) as { subjects: ExportedSubject[] }).subjects[0]!);
  }
});

/** Compares, counts, and prints the count: a comparison of nothing is no comparison. */
const compareAll = (what: string, compare: (module: string, subject: ExportedSubject) => number): void => {
  let compared = 0;
  for (const module of modules) compared += compare(module, subjects.get(module)!);
  console.log(`${what}: ${compared} compared in ${modules.length} modules, 0 different`);
  expect(modules.length).toBeGreaterThanOrEqual(4);
  expect(compared).toBeGreaterThan(modules.length);
};

describe("the export of a real module", () => {
  test("has the undefined symbols of nm -u, weak ones weak", () => {
    compareAll("undefined symbols (nm -u)", (module, { uses }) => {
      const expected = lines(out("nm", "-u", module)).map((line) => line.trim());
      const mine = uses
        .filter((use) => use.kind === undefined && use.name !== "module_layout")
        .map((use) => `${use.weak ? "w" : "U"} ${use.name}`);
      expect(mine.sort()).toEqual(expected.sort());
      return expected.length;
    });
  });

  test("has every field of modinfo, repeated ones in order", () => {
    compareAll("modinfo fields (modinfo -0)", (module, { modinfo }) => {
      // modinfo shows "parm" and "parmtype" as one line and adds the file's name; asked for a single field it prints the values as they stand.
      const keys = [...new Set(modinfo.map((entry) => entry.slice(0, entry.indexOf("="))))].filter(
        (key) => key !== "parm" && key !== "parmtype",
      );
      for (const key of keys) {
        const expected = out("modinfo", "-0", "-F", key, module).split("\0").slice(0, -1);
        expect(
          modinfo.filter((entry) => entry.startsWith(`${key}=`)).map((entry) => entry.slice(key.length + 1)),
          key,
        ).toEqual(expected);
      }
      const listed = out("modinfo", "-0", module)
        .split("\0")
        .filter((entry) => entry !== "" && !entry.startsWith("filename:"));
      const parms = new Set(modinfo.filter((entry) => /^parm(type)?=/.test(entry)).map((entry) => entry.split("=")[1]!.split(":")[0])).size;
      expect(listed.length).toBe(modinfo.filter((entry) => !/^parm(type)?=/.test(entry)).length + parms);
      return modinfo.length;
    });
  });

  test("has the CRCs of modprobe --dump-modversions", () => {
    compareAll("symbol versions (modprobe --dump-modversions)", (module, { uses }) => {
      const expected = lines(out("/sbin/modprobe", "--dump-modversions", module)).map((line) => {
        const [crc, name] = line.split("\t");
        return `${crc!.replace("0x", "").padStart(8, "0")} ${name}`;
      });
      expect(
        uses
          .filter((use) => use.crc !== undefined)
          .map((use) => `${use.crc!.slice(2)} ${use.name}`)
          .sort(),
      ).toEqual(expected.sort());
      return expected.length;
    });
  });
});

describe("v4l2loopback on the kernel it was built for", () => {
  const module = join(WORK, "modules", "v4l2loopback.ko");
  const symvers = (): string => `/usr/src/linux-headers-${release}/Module.symvers`;

  test("each undefined symbol is listed with its level and export type", async () => {
    const { stdout, status } = await abiLint(WORK, module, "--kernel", symvers());
    expect(status).toBe(0);
    const types = new Map(lines(readFileSync(symvers(), "utf8")).map((line) => [line.split("\t")[1]!, line.split("\t")[3]!]));
    const listed = new Map<string, string>();
    let group = "";
    for (const line of stdout.split("\n\n")[0]!.split("\n")) {
      const head = /^ {2}(\S+(?: {2}\S+)*) {4,}(?=\S)/.exec(line) ?? /^ {2}(\S+(?: {2}\S+)*) {2,}(?=\S)/.exec(line);
      if (head) group = head[1]!;
      for (const name of line
        .slice(head ? head[0].length : 0)
        .trim()
        .split(" "))
        listed.set(name, group);
    }
    const expected = lines(out("nm", "-u", module)).map((line) => line.trim().slice(2));
    for (const name of expected) expect(listed.get(name), name).toMatch(new RegExp(`^internal  ${types.get(name)}(  |$)`));
    console.log(`uses listed with level and export type: ${expected.length}`);
  });

  test("strict exits 1, recommended 0, and the manifest gives the same findings as the module", async () => {
    const manifest = join(WORK, "v4l2loopback.manifest.json");
    expect((await abiLint(WORK, "export", module, "-o", manifest)).status).toBe(0);
    const findings = async (input: string, policy: string) => {
      const { stdout, status } = await abiLint(WORK, input, "--kernel", symvers(), "--policy", policy, "--format", "json");
      return { status, findings: (JSON.parse(stdout) as { findings: unknown[] }).findings };
    };
    const strict = await findings(module, "strict");
    expect(strict.status).toBe(1);
    expect(await findings(manifest, "strict")).toEqual(strict);
    expect((await findings(module, "recommended")).status).toBe(0);
    console.log(`${basename(module)} under strict: ${strict.findings.length} findings, the same from its manifest`);
  });
});
