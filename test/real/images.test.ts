import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nodeHost } from "../../src/cli/host.ts";
import { loadSubjects } from "../../src/cli/load-subjects.ts";
import { readOwn } from "../../src/cli/read-shipped.ts";
import { isPrivateName } from "../../src/inputs/private-names.ts";
import type { Subject } from "../../src/usage/model.ts";

// Every module of two whole distribution kernels, held against nm, modinfo and modprobe.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const root = new URL("../..", import.meta.url).pathname;
/** Fetches a package of another suite, or skips the test and says why: mirrors are now and then between two states. */
const fetched = (skip: (note: string) => never, ...args: readonly string[]): string => {
  try {
    const said = execFileSync(join(root, "test/real/prepare/suite.sh"), [WORK, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    console.log(said.trim());
    return said.trim();
  } catch {
    console.log(`NOT COMPARED: ${args.join(" ")} cannot be had from the mirror`);
    return skip(`${args.join(" ")} cannot be had from the mirror`);
  }
};

const modulesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.ko(\.xz)?$/.test(file))
    .map((file) => join(folder, file))
    .sort();

const run = (command: string, args: readonly string[]): string => {
  const { stdout, status, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`${command} ${args[0]} …: ${stderr.slice(0, 500)}`);
  return stdout;
};

const inBatches = <T>(list: readonly T[], size: number): (readonly T[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));

/** `nm -u` of many files: the lines below each file's name. One file alone is printed without its name, hence the pairs at least. */
const nmUndefined = (files: readonly string[]): Map<string, string[]> => {
  const found = new Map<string, string[]>();
  for (const batch of inBatches(files, 200)) {
    let current: string[] = [];
    for (const line of run("nm", ["-u", "-A", ...batch]).split("\n")) {
      const match = /^(.*\.ko):\s+([Uwv]) (.*)$/.exec(line);
      if (!match) continue;
      current = found.get(match[1]!) ?? [];
      current.push(`${match[2] === "U" ? "U" : "w"} ${match[3]}`);
      found.set(match[1]!, current);
    }
  }
  return found;
};

/**
 * What `modinfo -0` prints of a file: each string of .modinfo as it stands and in its order, then each parameter once, its type behind its description.
 * The file's name and what it reads out of the signature are not of .modinfo.
 */
const modinfo = (file: string): { entries: string[]; parameters: string[] } => {
  const printed = run("modinfo", ["-0", file])
    .split("\0")
    .filter((entry) => entry !== "" && !/^(filename:|(sig_id|signer|sig_key|sig_hashalgo|signature)=)/.test(entry));
  const isParameter = (entry: string): boolean => entry.startsWith("parm: ");
  return {
    entries: printed.filter((entry) => !isParameter(entry)),
    parameters: printed
      .filter(isParameter)
      .map((entry) => entry.slice(16))
      .sort(),
  };
};

const differences: string[] = [];
beforeEach(() => void differences.splice(0));
const compare = (what: string, file: string, mine: readonly string[], theirs: readonly string[]): number => {
  if (JSON.stringify(mine) !== JSON.stringify(theirs)) {
    const [a, b] = [new Set(mine), new Set(theirs)];
    differences.push(
      `${what} ${file}: only abi-lint ${mine.filter((each) => !b.has(each)).slice(0, 3)}; only the tool ${theirs.filter((each) => !a.has(each)).slice(0, 3)}`,
    );
  }
  return theirs.length;
};

const load = async (files: readonly string[]): Promise<Map<string, Subject>> => {
  const host = nodeHost("/");
  const { subjects, problems } = await loadSubjects(host, files, { data: readOwn(host).data, places: false });
  expect(problems).toEqual([]);
  return new Map(subjects.map((subject) => [`/${subject.path}`, subject]));
};

const symbolsOf = ({ uses }: Subject): string[] =>
  uses
    .filter((use) => use.kind === "symbol" && use.name !== "module_layout")
    .map((use) => `${use.weak ? "w" : "U"} ${use.name}`)
    .sort();

/** Our fields as modinfo prints them. */
const modinfoLike = ({ modinfo: all }: Subject): { entries: string[]; parameters: string[] } => {
  const valueOf = (entry: string): readonly [string, string] => {
    const text = entry.slice(entry.indexOf("=") + 1);
    return [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)];
  };
  const types = new Map(all.filter((entry) => entry.startsWith("parmtype=")).map(valueOf));
  const texts = new Map(all.filter((entry) => entry.startsWith("parm=")).map(valueOf));
  const parameters = [...new Set([...texts.keys(), ...types.keys()])].map((name) => {
    const [text, type] = [texts.get(name), types.get(name)];
    return text === undefined ? `${name}:${type}` : type === undefined ? `${name}:${text}` : `${name}:${text} (${type})`;
  });
  return { entries: all.filter((entry) => !/^parm(type)?=/.test(entry)), parameters: parameters.sort() };
};

/** Counts the fields of a module and notes where modinfo and abi-lint differ, order included. */
const compareModinfo = (file: string, subject: Subject): number => {
  const [mine, theirs] = [modinfoLike(subject), modinfo(file)];
  return compare("modinfo", file, mine.entries, theirs.entries) + compare("modinfo parm", file, mine.parameters, theirs.parameters);
};

/** Counts the symbol versions of a module and notes where modprobe and abi-lint differ. */
const compareVersions = (file: string, { uses }: Subject): number => {
  const mine = uses.flatMap(({ crc, name }) => (crc === undefined ? [] : [`${crc.toString(16).padStart(8, "0")} ${name}`]));
  const theirs = run("modprobe", ["--dump-modversions", file])
    .split("\n")
    .filter(Boolean)
    .map((line) => `${line.split("\t")[0]!.replace("0x", "").padStart(8, "0")} ${line.split("\t")[1]}`);
  return compare("modprobe", file, mine.sort(), theirs.sort());
};

/**
 * What modules export, held against the kernel's own Module.symvers: name, type (before 7.1 by section, since then by flag) and namespace of each export
 * of each module. A module's folder in the package is its path in the tree.
 */
const compareExports = (symvers: string, subjects: ReadonlyMap<string, Subject>): number => {
  const listed = new Map<string, string[]>();
  for (const line of readFileSync(symvers, "utf8").split("\n").filter(Boolean)) {
    const [, name, exporter, type, namespace = ""] = line.split("\t");
    if (exporter === "vmlinux") continue;
    listed.set(exporter!, [...(listed.get(exporter!) ?? []), `${name} ${type} ${namespace}`]);
  }
  let compared = 0;
  for (const [file, subject] of subjects) {
    const exporter = /\/kernel\/(.*)\.ko/.exec(file)![1]!;
    const mine = subject.exports.map(({ name, type, namespace = "" }) => `${name} ${type} ${namespace}`).sort();
    compared += compare("exports", file, mine, (listed.get(exporter) ?? []).sort());
  }
  return compared;
};

beforeAll(() => {
  execFileSync(join(root, ".ci/packages"), { stdio: ["ignore", "inherit", "inherit"] });
});

describe("linux-image 6.1, plain and signed modules", () => {
  test("undefined symbols, modinfo and symbol versions of every module", async ({ skip }) => {
    const release = run(join(root, "test/real/prepare/release.sh"), []).trim();
    fetched(skip, "bookworm", "amd64", "image-6.1", `linux-image-${release}`);
    const files = modulesBelow(join(WORK, "image-6.1/lib/modules"));
    expect(files.length).toBeGreaterThan(3500);
    const subjects = await load(files);
    const undefinedOf = nmUndefined(files);
    const counts = {
      symbols: 0,
      modinfo: 0,
      versions: 0,
      signed: 0,
      exports: compareExports(`/usr/src/linux-headers-${release}/Module.symvers`, subjects),
    };
    for (const file of files) {
      const subject = subjects.get(file)!;
      counts.symbols += compare("nm", file, symbolsOf(subject), (undefinedOf.get(file) ?? []).sort());
      counts.modinfo += compareModinfo(file, subject);
      counts.versions += compareVersions(file, subject);
      if (subject.signed) counts.signed++;
    }
    console.log(
      `${files.length} modules: ${counts.symbols} undefined symbols, ${counts.modinfo} modinfo fields, ${counts.versions} CRCs, ${counts.exports} exports compared, ${differences.length} different; ${counts.signed} signed`,
    );
    // A comparison of nothing is none.
    for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  });
});

describe("linux-modules 7.x, compressed with xz", () => {
  test("undefined symbols and modinfo of every module", async ({ skip }) => {
    fetched(skip, "sid", "amd64", "image-7", "linux-modules-7.*[0-9]-amd64");
    const packed = modulesBelow(join(WORK, "image-7/usr/lib/modules"));
    expect(packed.length).toBeGreaterThan(3500);
    // nm reads no xz: it gets copies that xz itself made.
    const plain = join(WORK, "image-7-plain");
    writeFileSync(join(WORK, "image-7.list"), `${packed.join("\n")}\n`);
    run("bash", [
      "-c",
      `mkdir -p '${plain}' && cd '${plain}' && n=0 && while read -r f; do n=$((n + 1)); [ -f $n.ko ] || xz -dc "$f" >$n.ko; done <../image-7.list`,
    ]);
    const copies = packed.map((_, index) => join(plain, `${index + 1}.ko`));
    const subjects = await load(packed);
    const undefinedOf = nmUndefined(copies);
    const headers = fetched(skip, "sid", "amd64", "headers-7", `linux-headers-${/modules\/([^/]+)\//.exec(packed[0]!)![1]!}`).split(
      " ",
    )[0]!;
    const counts = {
      symbols: 0,
      modinfo: 0,
      exports: compareExports(join(WORK, "headers-7/usr/src", headers, "Module.symvers"), subjects),
    };
    for (const [index, file] of packed.entries()) {
      const subject = subjects.get(file)!;
      counts.symbols += compare("nm", file, symbolsOf(subject), (undefinedOf.get(copies[index]!) ?? []).sort());
      counts.modinfo += compareModinfo(file, subject);
    }
    console.log(
      `${packed.length} modules: ${counts.symbols} undefined symbols, ${counts.modinfo} modinfo fields, ${counts.exports} exports compared, ${differences.length} different`,
    );
    // A comparison of nothing is none.
    for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  });
});

/** One kernel package for each architecture, ELF class and byte order. */
const OTHERS = [
  ["i386", "bookworm", "linux-image-6.1.0-*-686-pae", "i386"],
  ["armhf", "bookworm", "linux-image-6.1.0-*-armmp", "arm"],
  ["arm64", "bookworm", "linux-image-6.1.0-*-arm64", "arm64"],
  ["ppc64el", "bookworm", "linux-image-6.1.0-*-powerpc64le", "ppc64le"],
  ["s390x", "bookworm", "linux-image-6.1.0-*-s390x", "s390x"],
  ["riscv64", "trixie", "linux-image-6.12.*-riscv64", "riscv64"],
] as const;

describe("modules of other architectures, every fifth", () => {
  for (const [debian, release, pattern, arch] of OTHERS) {
    test(`${arch}: undefined symbols, modinfo and symbol versions`, async ({ skip }) => {
      fetched(skip, release, debian, `image-${debian}`, pattern);
      const folder = join(WORK, `image-${debian}`);
      const packed = modulesBelow(join(folder, existsSync(join(folder, "usr/lib/modules")) ? "usr/lib/modules" : "lib/modules")).filter(
        (_, index) => index % 5 === 0,
      );
      expect(packed.length).toBeGreaterThan(50);
      const copy = (file: string, index: number): string => {
        if (!file.endsWith(".xz")) return file;
        const plain = join(folder, `${index}.ko`);
        if (!existsSync(plain)) writeFileSync(plain, execFileSync("xz", ["-dc", file], { maxBuffer: 1 << 28 }));
        return plain;
      };
      const plain = packed.map(copy);
      const subjects = await load(packed);
      const undefinedOf = nmUndefined(plain);
      const counts = { symbols: 0, modinfo: 0, versions: 0 };
      for (const [index, file] of packed.entries()) {
        const subject = subjects.get(file)!;
        expect(subject.arch).toBe(arch);
        // nm lists what the linker or the loader provides itself, too (kernel-private names: scripts/mod/modpost.c ignore_undef_symbol).
        const listed = (undefinedOf.get(plain[index]!) ?? []).filter((line) => !isPrivateName(line.slice(2), arch));
        counts.symbols += compare("nm", file, symbolsOf(subject), listed.sort());
        counts.modinfo += compareModinfo(file, subject);
        counts.versions += compareVersions(file, subject);
      }
      console.log(
        `${arch}: ${packed.length} modules: ${counts.symbols} undefined symbols, ${counts.modinfo} modinfo fields, ${counts.versions} CRCs compared, ${differences.length} different`,
      );
      // A comparison of nothing is none.
      for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(0);
      expect(differences).toEqual([]);
    });
  }
});
