import { dirname, join, relative, resolve, sep } from "node:path";
import { InputError, type Problem } from "../shared/input-error.ts";
import type { Host } from "./host.ts";

/** A file to be made. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Puts values in the place of each `@name@` of a template. */
export const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/@([a-z]+)@/g, (whole, name: string) => values[name] ?? whole);

/** Where an editor finds a schema, seen from a folder: in the nearest node_modules that has abi-lint, else where npm would put it. */
export const schemaFrom = (host: Host, folder: string, schema: string): string => {
  // The folder of the rules that are shipped has its schemas beside them.
  if (host.kindOf(join(folder, "schema", schema)) === "file") return `./schema/${schema}`;
  const start = resolve(host.cwd, folder);
  let root = start;
  while (host.kindOf(join(root, "node_modules/abi-lint")) !== "folder" && dirname(root) !== root) root = dirname(root);
  if (dirname(root) === root) root = host.cwd;
  return `${relative(start, root).split(sep).join("/") || "."}/node_modules/abi-lint/rules/schema/${schema}`;
};

/** What keeps a file from being made: itself, or a folder above it that is none. */
const inTheWay = (host: Host, path: string): string | undefined => {
  if (host.kindOf(path) !== "missing") return path;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const kind = host.kindOf(folder);
    if (kind === "folder") return undefined;
    if (kind !== "missing") return folder;
  }
  return undefined;
};

/**
 * Makes files, all of them or none.
 * @param others paths that must not be there either.
 * @throws InputError with each file that is in the way.
 */
export const createFiles = (host: Host, files: readonly NewFile[], others: readonly string[] = []): void => {
  const taken = [...files.flatMap(({ path }) => inTheWay(host, path) ?? []), ...others.filter((path) => host.kindOf(path) !== "missing")];
  if (taken.length > 0) {
    const problems = taken.map((path): Problem => ({ file: host.shown(path), message: "is there already; nothing was written" }));
    throw new InputError(problems);
  }
  const undo: (() => void)[] = [];
  try {
    for (const { path, text } of files) undo.push(host.create(path, text));
  } catch (error) {
    for (const each of undo.toReversed()) each();
    throw error;
  }
};
