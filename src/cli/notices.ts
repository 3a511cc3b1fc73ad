import { join } from "node:path";
import { InputError } from "../shared/input-error.ts";
import type { Host } from "./host.ts";

/** What the bundle leaves outside: npm installs it with its own licence. */
const OUTSIDE = new Set(["ts-morph"]);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly author?: string | { readonly name: string };
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestIn = (host: Host, folder: string): Manifest => JSON.parse(host.readText(join(folder, "package.json"))) as Manifest;

/** The licence that stands in a package's folder; what its package.json says, where it has none. */
const licenceOf = (host: Host, folder: string, { license, author }: Manifest): string => {
  const file = host.list(folder).find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  if (file !== undefined) return host.readText(join(folder, file)).trim();
  const holder = typeof author === "object" ? author.name : author;
  return `The package has no file with its licence; its package.json says: ${license}${holder === undefined ? "" : `, ${holder}`}.`;
};

/**
 * The licences of what the bundle holds, as they ask for.
 * @param root the repository, with its node_modules
 * @throws InputError for a package that itself depends on others: these would have to be named, too.
 */
export const notices = (host: Host, root: string): string => {
  const names = Object.keys(manifestIn(host, root).dependencies ?? {}).filter((name) => !OUTSIDE.has(name));
  const parts = names.map((name) => {
    const folder = join(root, "node_modules", name);
    const manifest = manifestIn(host, folder);
    if (Object.keys(manifest.dependencies ?? {}).length > 0) throw new InputError({ file: folder, message: "has dependencies of its own" });
    return `${name} ${manifest.version} (${manifest.license})\n\n${licenceOf(host, folder, manifest)}\n`;
  });
  return ["abi-lint is distributed with these packages, in one file or several.\n", ...parts].join(`\n${"-".repeat(72)}\n\n`);
};
