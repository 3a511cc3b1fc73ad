import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { nodeHost } from "../../src/cli/host.ts";
import { freezeShipped, readOwn } from "../../src/cli/read-shipped.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Bundles the command, and its door to the files as a module of its own, into a folder; what needs a process of its own runs these. */
export const bundle = async (folder: string): Promise<{ readonly command: string; readonly host: string }> => {
  await build({
    entryPoints: { "abi-lint": join(ROOT, "src/cli/bin.ts"), host: join(ROOT, "src/cli/host.ts") },
    outdir: join(folder, "dist"),
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    external: ["ts-morph"],
    outExtension: { ".js": ".mjs" },
    define: { ABI_LINT_VERSION: '"0.0.0"' },
    banner: { js: "import{createRequire as require_}from'node:module';const require=require_(import.meta.url);" },
    logLevel: "warning",
  });
  for (const [name, part] of Object.entries(freezeShipped(readOwn(nodeHost(ROOT)))))
    writeFileSync(join(folder, `dist/${name}.json`), JSON.stringify(part));
  symlinkSync(join(ROOT, "rules"), join(folder, "rules"));
  return { command: join(folder, "dist/abi-lint.mjs"), host: join(folder, "dist/host.mjs") };
};
