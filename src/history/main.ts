import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkAfter, type Findings, type IndexedFacts } from "../kernels/headers/check.ts";
import { factsOf, sharedWith } from "../kernels/headers/facts.ts";
import { openDeclarations, type DeclarationIndex } from "../kernels/headers/read.ts";
import { writeDeclarations, type ReleaseInput } from "../kernels/headers/write.ts";
import { openCrcs, writeCrcs } from "../kernels/history/crcs.ts";
import { openFacts, type Facts } from "../kernels/history/read.ts";
import { writeHistory } from "../kernels/history/write.ts";
import { packages, type Package } from "./apt.ts";
import { checkExports } from "./check.ts";
import { checkWithBtf } from "./check-declarations.ts";
import { churn } from "./churn.ts";
import { btfOf, carriedOver, fetchHeaders, readDeclaredRelease, type HeadersPackages } from "./declarations.ts";
import { declaredChurn } from "./declared-churn.ts";
import { readList, type Entry } from "./list.ts";
import { ratesOf } from "./rates.ts";
import { readRelease } from "./release.ts";
import { carryOver, collect, type ReleaseFacts } from "./tables.ts";

// Makes the shipped kernel history, rules/history/amd64.*, from Debian's packages: the same packages give the same bytes.

const USAGE = `usage: npm run history -- [options] [RELEASE...]

Makes rules/history/amd64.* from the Debian packages that rules/history/releases.yaml lists (of these releases only, where some are named).

  --cache DIR   where packages and what was read from them are kept (default: abi-lint/history in the user's cache)
  --out DIR     where the files are written (default: rules/history)
  --update      fetch the lists of the suites anew
  --declarations
                make, check or print amd64.declarations only
  --btf DIR     where BTF is of the kernels whose headers package has none, as RELEASE.btf with what \`uname -r\` says for RELEASE
  --keep        take a release whose package is gone from the archive from the files that are there
  --check       compare the files that are there with an independent reading of the packages, and write nothing
  --churn       print what the files that are there say of change, and write nothing
`;

const ABOUT =
  "Made from Debian's amd64 kernels by `npm run history`: names, paths of headers and sources, and types only; the kernel they come from is GPL-2.0.";

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: "string", default: join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "abi-lint/history") },
    out: { type: "string", default: "rules/history" },
    update: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    declarations: { type: "boolean", default: false },
    btf: { type: "string" },
    check: { type: "boolean", default: false },
    churn: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const started = process.hrtime.bigint();
const progress = (text: string): void =>
  void process.stderr.write(`${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(0).padStart(5)} s  ${text}\n`);

/** What is there: two files of facts, the CRCs and, release by release, where they come from. */
interface Shipped {
  readonly exports: Facts;
  readonly headers: Facts;
  readonly crc: (name: number, release: number) => number;
  readonly origins: readonly Origin[];
}

/** Where what the files say of a release comes from. */
interface Origin {
  readonly release: string;
  readonly headers: Omit<Package, "file">;
  readonly source: Omit<Package, "file">;
  /** The source package is not that of the kernel itself but the nearest of its series. */
  readonly standsIn?: true;
}

const pathOf = (part: string): string => join(options.out, `amd64.${part}`);

const readShipped = (): Shipped => {
  const exports = openFacts(readFileSync(pathOf("exports")), pathOf("exports"));
  return {
    exports,
    headers: openFacts(readFileSync(pathOf("headers")), pathOf("headers")),
    crc: openCrcs(readFileSync(pathOf("crcs")), pathOf("crcs"), exports.table("exports").size, exports.releases.length),
    origins: JSON.parse(readFileSync(pathOf("origins.json"), "utf8")) as readonly Origin[],
  };
};

const readDeclarations = (): DeclarationIndex => openDeclarations(readFileSync(pathOf("declarations")), pathOf("declarations"));

const indexed = (index: DeclarationIndex, release: number): IndexedFacts => ({
  about: index.releases[release]!,
  facts: factsOf(index, release),
  isExported: index.headersOf(release).isExported,
});

/** What the index is made of: releases whose packages are at hand, and with --keep those that the index has already. */
const declaredInputs = function* (
  list: readonly Entry[],
): Generator<{ readonly input: ReleaseInput; readonly packages?: HeadersPackages }> {
  const get = packages(options.cache, options.update);
  for (const entry of list.filter((each) => each.declarations)) {
    const found = fetchHeaders(get, entry);
    if (typeof found !== "string") {
      progress(`${entry.name} reads the headers`);
      yield { input: readDeclaredRelease(entry.name, found), packages: found };
      continue;
    }
    const kept = options.keep && existsSync(pathOf("declarations")) ? readDeclarations() : undefined;
    const release = kept?.releases.findIndex((each) => each.release === entry.name) ?? -1;
    if (kept === undefined || release < 0) throw new Error(`${entry.name}: ${found}`);
    progress(`${entry.name}: ${found}\n  what its headers declare is carried over`);
    yield { input: carriedOver(kept, release) };
  }
};

/** Writes amd64.declarations, unless a release does not fit the one before it, or its kernel's BTF. */
const buildDeclarations = (list: readonly Entry[]): void => {
  const inputs: ReleaseInput[] = [];
  const wrong: string[] = [];
  let before: IndexedFacts | undefined;
  for (const { input: read, packages: from } of declaredInputs(list)) {
    const input: ReleaseInput = before ? { ...read, facts: sharedWith(before.facts, read.facts) } : read;
    const after: IndexedFacts = { about: input.release, facts: input.facts, isExported: (name) => input.exported?.has(name) };
    const btf = from && btfOf(from, options.btf);
    const found = [checkAfter(before, after), ...(btf ? [checkWithBtf(after, btf)] : [])];
    wrong.push(...found.flatMap((each) => each.wrong));
    if (!btf && from) progress(`${input.release.release} has no BTF to be compared with`);
    inputs.push(input);
    before = after;
  }
  if (wrong.length > 0) throw new Error(`amd64.declarations is not written:\n  ${wrong.join("\n  ")}\n--check shows what an index says`);
  if (inputs.length === 0) return;
  const bytes = writeDeclarations(ABOUT, inputs);
  mkdirSync(options.out, { recursive: true });
  writeFileSync(pathOf("declarations"), bytes);
  progress(`${pathOf("declarations")}: ${bytes.length} bytes`);
};

/** Says how the index that is there fits. @returns whether it does. */
const checkDeclarations = (list: readonly Entry[]): boolean => {
  const get = packages(options.cache, options.update);
  const wrong: string[] = [];
  const say = ({ text, wrong: found }: Findings): void => {
    process.stdout.write(text);
    wrong.push(...found);
  };
  let before: IndexedFacts | undefined;
  const index = readDeclarations();
  for (const number of index.releases.keys()) {
    const after = indexed(index, number);
    say(checkAfter(before, after));
    before = after;
    const entry = list.find(({ name }) => name === after.about.release);
    const from = entry && fetchHeaders(get, entry);
    const btf = from === undefined || typeof from === "string" ? undefined : btfOf(from, options.btf);
    if (btf) say(checkWithBtf(after, btf));
  }
  process.stdout.write(wrong.map((each) => `wrong: ${each}\n`).join(""));
  return wrong.length === 0;
};

/** Both packages of a release, or why they cannot be had. */
const fetch = (
  get: ReturnType<typeof packages>,
  { suite, headers, source, version, sourceVersion }: Entry,
): readonly [Package, Package] | string => {
  const both = [get(suite, headers, version), get(suite, source, sourceVersion ?? version)] as const;
  const failures = both.filter((each) => typeof each === "string");
  return failures.length > 0 ? failures.join("\n") : (both as readonly [Package, Package]);
};

const withoutFile = ({ name, version, suite, sha256 }: Package): Omit<Package, "file"> => ({ name, version, suite, sha256 });

/** A release, and its two packages or, where it is carried over from the shipped files, where these have it from. */
interface Found {
  readonly entry: Entry;
  readonly found: readonly [Package, Package] | Origin;
}

const fetchAll = (list: readonly Entry[]): readonly Found[] => {
  const get = packages(options.cache, options.update);
  const shipped = options.keep && existsSync(pathOf("origins.json")) ? readShipped().origins : [];
  const failures: string[] = [];
  const all = list.flatMap((entry): Found[] => {
    const found = fetch(get, entry);
    const kept = shipped.find((each) => each.release === entry.name);
    if (typeof found !== "string") return [{ entry, found }];
    failures.push(`${entry.name}: ${found}${kept ? "\n  its facts are carried over" : ""}`);
    return kept ? [{ entry, found: kept }] : [];
  });
  if (failures.length > 0) progress(failures.join("\n"));
  if (all.length < list.length) throw new Error(`${list.length - all.length} of ${list.length} releases cannot be made`);
  return all;
};

const build = (list: readonly Entry[]): void => {
  const all = fetchAll(list);
  progress(`${all.length} releases are at hand`);
  const shipped = all.some(({ found }) => "release" in found) ? readShipped() : undefined;
  function* facts(): Generator<ReleaseFacts> {
    for (const { entry, found } of all) {
      if ("release" in found) {
        const release = shipped!.exports.releases.findIndex((each) => each.name === entry.name);
        yield carryOver(shipped!.exports, shipped!.headers, shipped!.crc, release);
      } else yield readRelease(options.cache, entry, found[0], found[1], (text) => progress(`${entry.name} ${text}`));
    }
  }
  const { releases, tables, crcs } = collect(all.length, facts());
  progress("writes");
  const { exports, syscalls, abi, headers, through } = tables;
  const bytes = writeHistory({ about: ABOUT, releases, tables: { exports, syscalls, abi } });
  const headerBytes = writeHistory({ about: ABOUT, releases, tables: { headers, through } });
  const written = openFacts(bytes, pathOf("exports")).table("exports");
  const names = Array.from({ length: written.size }, (_, index) => written.at(index).name);
  const origins = all.map(({ entry, found }): Origin => {
    if ("release" in found) return found;
    const [headers, source] = found;
    return {
      release: entry.name,
      headers: withoutFile(headers),
      source: withoutFile(source),
      ...(source.version !== headers.version && { standsIn: true }),
    };
  });
  const files = {
    exports: bytes,
    headers: headerBytes,
    crcs: writeCrcs(
      names.length,
      crcs.map((each) => Uint32Array.from(names, (name) => each.get(name) ?? 0)),
    ),
    "rates.json": `${JSON.stringify(ratesOf(openFacts(bytes, pathOf("exports")), openFacts(headerBytes, pathOf("headers"))), null, 1)}\n`,
    "origins.json": `${JSON.stringify(origins, null, 1)}\n`,
  };
  mkdirSync(options.out, { recursive: true });
  for (const [part, content] of Object.entries(files)) {
    writeFileSync(pathOf(part), content);
    progress(`${pathOf(part)}: ${content.length} bytes`);
  }
};

const main = (): void => {
  if (options.help) return void process.stdout.write(USAGE);
  if (options.churn) {
    const { exports, headers, crc } = readShipped();
    if (!options.declarations) process.stdout.write(churn(exports, headers, crc));
    const index = readDeclarations();
    const names = index.releases.map(({ release }) => release);
    return void process.stdout.write(`\n${declaredChurn(names, (release) => indexed(index, release), exports)}`);
  }
  const all = readList("rules/history/releases.yaml");
  const unknown = wanted.filter((name) => !all.some((each) => each.name === name));
  if (unknown.length > 0) throw new Error(`rules/history/releases.yaml has no release ${unknown.join(", ")}`);
  const list = wanted.length === 0 ? all : all.filter(({ name }) => wanted.includes(name));
  if (options.declarations) {
    if (!options.check) return buildDeclarations(list);
    process.exitCode = checkDeclarations(list) ? 0 : 1;
    return;
  }
  if (!options.check) {
    build(list);
    return buildDeclarations(list);
  }
  const { exports, crc } = readShipped();
  const found = fetchAll(list).flatMap(({ entry, found }) => ("release" in found ? [] : [{ name: entry.name, headers: found[0] }]));
  const { text, differ } = checkExports(exports, crc, found);
  process.stdout.write(text);
  process.exitCode = checkDeclarations(list) && differ === 0 ? 0 : 1;
};

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
