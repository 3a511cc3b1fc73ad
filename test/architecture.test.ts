import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = new URL("../src", import.meta.url).pathname;

/** The flow of the data, one way: each folder, what it may import, and why no more. */
const MAY_IMPORT = {
  shared: { from: [], because: "what everything shares knows nothing of abi-lint" },
  inputs: { from: ["shared"], because: "a reader turns bytes into facts and must not know what they are used for" },
  usage: { from: ["shared", "inputs"], because: "the model is made of facts; what judges it comes later" },
  kernels: { from: ["shared", "inputs"], because: "what a kernel offers is read from bytes and does not depend on who asks" },
  findings: { from: ["shared"], because: "a finding is data that every reporter can show without the engine" },
  policy: { from: ["shared", "findings"], because: "a policy is resolved before anything is read or judged" },
  engine: {
    from: ["shared", "usage", "kernels", "policy", "findings"],
    because: "the engine is pure: it gets models, never bytes, files or words",
  },
  custom: { from: ["shared", "usage", "findings"], because: "a rule written in TypeScript sees the model, not the machinery" },
  reporters: { from: ["shared", "findings"], because: "a reporter shows findings and cannot judge" },
  history: {
    from: ["shared", "inputs", "kernels"],
    because: "a script of the repository that makes the shipped history; no part of the product",
  },
  cli: { from: ["shared", "inputs", "usage", "kernels", "findings", "policy", "engine", "custom", "reporters"], because: "" },
} as const satisfies Record<string, { from: readonly string[]; because: string }>;
type Folder = keyof typeof MAY_IMPORT;
const FOLDERS = Object.keys(MAY_IMPORT) as Folder[];

interface Import {
  /** Path of the importing file below src/. */
  readonly file: string;
  readonly line: number;
  /** Path below src/ of an import of our own, or the specifier of a package. */
  readonly to: string;
  readonly own: boolean;
  readonly dynamic: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)"|\bimport\("([^"]+)"\)|^import "([^"]+)"/gms)].map((match) => {
    const specifier = (match[1] ?? match[2] ?? match[3])!;
    const own = specifier.startsWith(".");
    const to = own ? relative(SRC, join(SRC, dirname(file), specifier)) : specifier;
    return { file, line: text.slice(0, match.index).split("\n").length, to, own, dynamic: match[2] !== undefined };
  });
});

const folderOf = (path: string): string => path.split(posix.sep)[0]!;
const shown = ({ file, line, to }: Import): string => `src/${file}:${line} imports ${to}`;

describe("each folder imports only what the flow of the data allows", () => {
  for (const from of FOLDERS) {
    for (const to of FOLDERS) {
      if (from === to || (MAY_IMPORT[from].from as readonly string[]).includes(to)) continue;
      test(`${from} does not import ${to}: ${MAY_IMPORT[from].because}`, () => {
        expect(imports.filter((each) => each.own && folderOf(each.file) === from && folderOf(each.to) === to).map(shown)).toEqual([]);
      });
    }
  }

  test("every file stands in a folder of the table (but the library's entry)", () => {
    expect(files.filter((file) => file !== "index.ts" && !FOLDERS.includes(folderOf(file) as Folder))).toEqual([]);
  });

  test("nothing imports the library's entry", () => {
    expect(imports.filter((each) => each.own && each.to === "index.ts").map(shown)).toEqual([]);
  });
});

/** What of Node and of packages each may use: everything else is refused. */
const OUTSIDE: readonly { readonly may: string; readonly only: RegExp; readonly because: string }[] = [
  { may: "node:fs", only: /^cli\/host\.ts$/, because: "one door to the file system" },
  { may: "node:path", only: /^cli\//, because: "the core knows no paths" },
  { may: "node:url", only: /^cli\//, because: "the core knows no paths" },
  {
    may: "node:crypto",
    only: /^(cli\/(load-subjects|script-cache|builtins\/crypto)|findings\/fingerprint|reporters\/html\/page)\.ts$/,
    because: "digests are pure; nothing else of it is",
  },
  {
    may: "node:zlib",
    only: /^(inputs\/|kernels\/(history|headers)\/|cli\/(shard|builtins\/zlib)\.ts)/,
    because: "decompression is reading, and so are checksums",
  },
  { may: "xz-decompress", only: /^inputs\/container\.ts$/, because: "decompression is reading" },
  { may: "fzstd", only: /^inputs\/zstd\.ts$/, because: "decompression is reading" },
  { may: "node:util", only: /^reporters\/paint\.ts$/, because: "colours are for people" },
  { may: "commander", only: /^cli\//, because: "arguments are the command's" },
  { may: "yaml", only: /^shared\/yaml\.ts$/, because: "one reader of YAML, with places" },
  {
    may: "zod",
    only: /(^shared\/validate|^inputs\/manifest|^kernels\/history\/rates-schema|^policy\/(match-schema|schema|load)|^reporters\/(json|diff|kernel|comparison)-schema|^cli\/(read-shipped|policy-tests\/schema))\.ts$/,
    because: "schemas of files",
  },
  { may: "picomatch", only: /^shared\/glob\.ts$/, because: "one meaning of a glob" },
  { may: "ts-morph", only: /^custom\//, because: "half a second of start-up: opened only for rules written in TypeScript" },
];

describe("packages and Node's own modules are used where they belong", () => {
  const product = imports.filter(({ file }) => folderOf(file) !== "history");
  for (const { may, only, because } of OUTSIDE) {
    test(`${may}: ${because}`, () => {
      expect(product.filter((each) => each.to === may && !only.test(each.file)).map(shown)).toEqual([]);
    });
  }

  test("nothing else is imported from outside", () => {
    const known = new Set(OUTSIDE.map(({ may }) => may));
    expect(product.filter((each) => !each.own && !known.has(each.to)).map(shown)).toEqual([]);
  });

  test("Node's own modules are asked for by name only in what the build puts in their place, before anything is loaded, for package.json, and to confirm", () => {
    const asking = files.filter((file) => readFileSync(join(SRC, file), "utf8").includes("getBuiltinModule"));
    expect(asking.filter((file) => !/^cli\/(builtins\/\w+|bin|confirm|version)\.ts$/.test(file))).toEqual([]);
  });

  test("ts-morph is only ever imported when it is needed", () => {
    expect(imports.filter((each) => each.to === "ts-morph" && !each.dynamic).map(shown)).toEqual([]);
  });
});

test("a program is started in one place, which only runs when it is asked to", () => {
  const starts =
    /child_process|worker_threads|getBuiltinModule\((?!"node:(fs|url|path|crypto|zlib|util|module)"\))|\b(spawn|exec|execFile|fork)(Sync)?\(/;
  const product = files.filter((file) => folderOf(file) !== "history");
  // no-programs.ts is what every other use of node:child_process is built with.
  expect(product.filter((file) => starts.test(readFileSync(join(SRC, file), "utf8").replaceAll(/\.exec\(/g, ""))).sort()).toEqual([
    "cli/confirm.ts",
    "cli/no-programs.ts",
  ]);
});

test("no import cycles", () => {
  const edges = new Map<string, string[]>();
  for (const { file, to, own } of imports) if (own) edges.set(file, [...(edges.get(file) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) return void cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  expect(cycles).toEqual([]);
});

test("the core asks nothing of its surroundings: no clock, no environment, no working directory, no chance", () => {
  const core = files.filter((file) => !["cli", "history"].includes(folderOf(file)));
  const ambient = /\b(Date\.now|new Date\(\)|process\.|Math\.random|performance\.)/;
  expect(core.filter((file) => ambient.test(readFileSync(join(SRC, file), "utf8")))).toEqual([]);
});
