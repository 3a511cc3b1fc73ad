import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadingOf, parseOptions, vermagicOf } from "../kernels/configuration.ts";
import type { KernelExport } from "../kernels/model.ts";
import { parseSymvers } from "../kernels/symvers.ts";
import type { Package } from "./apt.ts";
import type { Entry } from "./list.ts";
import type { ReleaseFacts } from "./tables.ts";
import { readTree, type Sources } from "./tree.ts";
import { inScratch, unpackDeb, unpackSource } from "./unpack.ts";

/** What a linux-headers package says. */
interface HeadersPackage {
  readonly uname: string;
  /** The text of its .config. */
  readonly config: string;
  /** The exports, but for the names that the Rust compiler made: they change with the compiler, not with the kernel. */
  readonly exports: readonly KernelExport[];
}

const readHeaders = (headers: Package): HeadersPackage =>
  inScratch((scratch) => {
    unpackDeb(headers.file, scratch, ["./usr/src/*/Module.symvers", "./usr/src/*/.config", "./usr/src/*/include/generated/utsrelease.h"]);
    const read = (file: string): string => readFileSync(join(scratch, "usr/src", headers.name, file), "utf8");
    const uname = /UTS_RELEASE "(.*)"/.exec(read("include/generated/utsrelease.h"))?.[1];
    if (uname === undefined) throw new Error(`${headers.file}: no UTS_RELEASE in include/generated/utsrelease.h`);
    const symvers = read("Module.symvers");
    const kernel = parseSymvers(symvers, uname, headers.file);
    const names = [...symvers.matchAll(/^\w+\t(\w+)/gm)].map(([, name]) => name!).filter((name) => !/^_R[A-Z]/.test(name));
    return { uname, config: read(".config"), exports: names.map((name) => kernel.find(name)!) };
  });

/** What the reader of the sources is made of, when this started: what another form of it made is of no use. */
const READER = ((): string => {
  const hash = createHash("sha256");
  const folders = ["src/kernels/c", "src/history"].map((folder) =>
    readdirSync(folder)
      .sort()
      .map((file) => join(folder, file)),
  );
  for (const file of [...folders.flat(), "src/kernels/history/rows.ts"])
    if (/kernels|tree|unpack|syscalls|documents/.test(file)) hash.update(readFileSync(file));
  return hash.digest("hex");
})();

/** Reads a source package, or takes from the cache what was read when everything was the same. */
const readSources = (
  cache: string,
  source: Package,
  config: string,
  exported: ReadonlySet<string>,
  progress: (text: string) => void,
): Sources => {
  const key = createHash("sha256")
    .update(JSON.stringify([source.sha256, config, [...exported], READER]))
    .digest("hex")
    .slice(0, 16);
  const folder = join(cache, "read");
  const file = join(folder, `${source.name}_${source.version}-${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Sources;
  progress(`reads ${source.name} ${source.version}`);
  const sources = inScratch((scratch) => {
    unpackSource(source.file, scratch);
    return readTree(scratch, config, exported);
  });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(sources));
  return sources;
};

/** What the two packages of a release say of it. */
export const readRelease = (
  cache: string,
  { name }: Entry,
  headers: Package,
  source: Package,
  progress: (text: string) => void,
): ReleaseFacts => {
  const { uname, config, exports } = readHeaders(headers);
  const option = parseOptions(config);
  const sources = readSources(cache, source, config, new Set(exports.map((each) => each.name)), progress);
  const ofSources = new Map(sources.exports);
  const vermagic = vermagicOf(uname, option);
  return {
    release: {
      name,
      series: /^\d+\.\d+/.exec(name)![0],
      uname,
      arch: "x86_64",
      package: `${headers.name} ${headers.version}`,
      ...(vermagic !== undefined && { vermagic }),
      config: loadingOf(option),
      exports: exports.length,
    },
    tables: {
      ...sources,
      exports: exports.map(({ name, type, namespace, exporter }) => [name, [type, namespace ?? null, exporter, ...ofSources.get(name)!]]),
    },
    crcs: new Map(exports.map((each) => [each.name, each.crc])),
  };
};
