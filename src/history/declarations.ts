import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Btf } from "../inputs/btf/btf.ts";
import { openBtf } from "../inputs/btf/kernel.ts";
import { bytesSource } from "../inputs/bytes.ts";
import { factsOf } from "../kernels/headers/facts.ts";
import type { DeclarationIndex } from "../kernels/headers/read.ts";
import { isHeaderFile, readRelease } from "../kernels/headers/release.ts";
import type { SourceFile } from "../kernels/headers/tree.ts";
import type { ReleaseInput } from "../kernels/headers/write.ts";
import type { packages, Package } from "./apt.ts";
import type { Entry } from "./list.ts";
import { inScratch, unpackDeb } from "./unpack.ts";

/** The packages whose files make one tree of headers: the kernel's own, what its flavours share, and its build rules. */
export interface HeadersPackages {
  readonly headers: Package;
  readonly common: Package;
  /** Absent where it is gone from the archive: of what it says, a release's version tells, too. */
  readonly kbuild?: Package;
}

/** The names of the other two packages, as the first one depends on them. */
const dependenciesOf = ({ file }: Package): { readonly common: string; readonly kbuild: string } => {
  const depends = execFileSync("dpkg-deb", ["-f", file, "Depends"], { encoding: "utf8" });
  const named = (pattern: RegExp): string => {
    const [name] = pattern.exec(depends) ?? [];
    if (name === undefined) throw new Error(`${file} depends on no package like ${pattern.source}`);
    return name;
  };
  return { common: named(/linux-headers-[^\s,]+-common(?![\w-])/), kbuild: named(/linux-kbuild-[^\s,(]+/) };
};

/** Fetches them, or says why they cannot be had. */
export const fetchHeaders = (get: ReturnType<typeof packages>, { suite, headers, version }: Entry): HeadersPackages | string => {
  const first = get(suite, headers, version);
  if (typeof first === "string") return first;
  const names = dependenciesOf(first);
  const [common, kbuild] = [get(suite, names.common, version), get(suite, names.kbuild, version)];
  if (typeof common === "string") return common;
  return { headers: first, common, ...(typeof kbuild !== "string" && { kbuild }) };
};

/** The files below a folder that are read, in the same order everywhere. */
const filesBelow = (folder: string): readonly SourceFile[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .filter(isHeaderFile)
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), "latin1") }));

/** The build rules in their package. */
const rulesIn = (kbuild: Package, scratch: string): readonly SourceFile[] => {
  unpackDeb(kbuild.file, scratch, ["*/scripts/Makefile.*"]);
  const folder = readdirSync(join(scratch, "usr/lib")).find((each) => each.startsWith("linux-kbuild"));
  if (folder === undefined) throw new Error(`${kbuild.file} has no scripts`);
  return filesBelow(join(scratch, "usr/lib", folder));
};

/** What the headers of a release declare. */
export const readDeclaredRelease = (name: string, { headers, common, kbuild }: HeadersPackages): ReleaseInput =>
  inScratch((scratch) => {
    unpackDeb(headers.file, scratch, ["./usr/src/*.h", "./usr/src/*/.config", "./usr/src/*/Module.symvers"]);
    unpackDeb(common.file, scratch, ["./usr/src/*.h"]);
    const build = join(scratch, "usr/src", headers.name);
    const rules = kbuild ? rulesIn(kbuild, scratch) : [];
    const symvers = readFileSync(join(build, "Module.symvers"), "utf8");
    return readRelease([...filesBelow(build), ...filesBelow(join(scratch, "usr/src", common.name)), ...rules], {
      release: name,
      config: readFileSync(join(build, ".config"), "utf8"),
      from: [headers, common, ...(kbuild ? [kbuild] : [])].map((each) => `${each.name} ${each.version}`).join(", "),
      exported: new Set([...symvers.matchAll(/^\w+\t(\w+)/gm)].map(([, each]) => each!).filter((each) => !/^_R[A-Z]/.test(each))),
    });
  });

/** What an index that is there says of a release: what it was written from. */
export const carriedOver = (index: DeclarationIndex, release: number): ReleaseInput => {
  const headers = index.headersOf(release);
  const about = index.releases[release]!;
  const config = new Map<string, string>();
  for (const option of index.options()) {
    const value = headers.config(option);
    if (value !== undefined) config.set(option, value);
  }
  return {
    release: about,
    facts: factsOf(index, release),
    config,
    ...(about.hasExports && { exported: new Set([...index.names()].filter((name) => headers.isExported(name) === true)) }),
  };
};

/** The BTF of a release's kernel: that of the small vmlinux in its headers package (since 6.12), else a file `uname -r`.btf of the folder. */
export const btfOf = ({ headers }: HeadersPackages, folder: string | undefined): Btf | undefined => {
  const open = (file: string): Btf => openBtf(bytesSource(file, readFileSync(file)), file);
  const own = folder === undefined ? undefined : join(folder, `${headers.name.replace("linux-headers-", "")}.btf`);
  if (own !== undefined && existsSync(own)) return open(own);
  const hasOne = execFileSync("dpkg-deb", ["--contents", headers.file], { encoding: "utf8", maxBuffer: 1 << 28 }).includes("/vmlinux\n");
  if (!hasOne) return undefined;
  return inScratch((scratch) => {
    unpackDeb(headers.file, scratch, ["./usr/src/*/vmlinux"]);
    return open(join(scratch, "usr/src", headers.name, "vmlinux"));
  });
};
