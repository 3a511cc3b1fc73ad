import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { notices } from "../src/cli/notices.ts";

// What comes from others: under which licence, and with what rights.

const ROOT = new URL("..", import.meta.url).pathname;

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Readonly<Record<string, Locked>> };
const packages = Object.entries(lock.packages).flatMap(([path, locked]) =>
  path === "" ? [] : [{ name: path.replace(/^.*node_modules\//, ""), ...locked }],
);
const runtime = packages.filter(({ dev }) => dev !== true);

test("what runs with abi-lint is under a licence that asks for its notice and no more", () => {
  const allowed = new Set(["MIT", "ISC", "BlueOak-1.0.0"]);
  expect(runtime.filter(({ license }) => !allowed.has(license ?? "")).map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  expect(runtime.length).toBeGreaterThan(6);
});

test("what builds and tests it is under free licences", () => {
  const free = new Set(["MIT", "ISC", "BlueOak-1.0.0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "MPL-2.0"]);
  expect(packages.filter(({ license }) => !free.has(license ?? "")).map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
});

test("nothing that runs with abi-lint runs anything when it is installed", () => {
  expect(runtime.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)).toEqual([]);
});

test("every package is locked by its digest", () => {
  expect(packages.filter(({ integrity }) => !integrity?.startsWith("sha512-")).map(({ name }) => name)).toEqual([]);
});

test("the notices name every package that the bundle holds, and no other", async () => {
  const { metafile } = await build({
    entryPoints: [join(ROOT, "src/cli/bin.ts")],
    outdir: join(ROOT, "dist"),
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    external: ["ts-morph"],
    metafile: true,
    write: false,
  });
  const held = new Set(
    Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
    ),
  );
  const named = [...notices(nodeHost(ROOT), ROOT).matchAll(/^-{72}\n\n(\S+) (\S+) \(/gm)].map(([, name, version]) => `${name} ${version}`);
  expect(named.toSorted()).toEqual([...held].map((name) => `${name} ${lock.packages[`node_modules/${name}`]!.version}`).toSorted());
});
