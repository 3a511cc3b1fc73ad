import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig, scanTree } from "../kernels/c/scan.ts";
import { rowsOf, type Rows, type ScannedRows } from "../kernels/history/rows.ts";
import { parseDocuments } from "./documents.ts";
import { parseSyscalls } from "./syscalls.ts";

/** What a kernel's sources say, as rows of the tables. */
export interface Sources extends ScannedRows {
  readonly syscalls: Rows;
  readonly abi: Rows;
}

/** The files below a folder, in the same order everywhere. */
const listFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .sort();

/** The files as the scanner takes them: each is read when it gets there, as often as it goes over them. */
const lazily = (folder: string, paths: readonly string[]): Iterable<{ readonly path: string; readonly text: string }> => ({
  *[Symbol.iterator]() {
    for (const path of paths) yield { path, text: readFileSync(join(folder, path), "latin1") };
  },
});

/**
 * Reads an unpacked kernel tree (see unpackSource).
 * @param config the text of the .config it is read with. @param exported the names that the kernel exports.
 */
export const readTree = (folder: string, config: string, exported: ReadonlySet<string>): Sources => {
  const paths = listFiles(folder);
  const scan = scanTree(
    lazily(
      folder,
      paths.filter((path) => /\.[chS]$/.test(path)),
    ),
    parseConfig(config),
    exported,
  );
  const documents = paths
    .filter((path) => path.startsWith("Documentation/ABI/"))
    .map((path) => ({ path: path.slice("Documentation/ABI/".length), text: readFileSync(join(folder, path), "utf8") }));
  return {
    ...rowsOf(scan, exported),
    syscalls: [...parseSyscalls(readFileSync(join(folder, "arch/x86/entry/syscalls/syscall_64.tbl"), "utf8"))].map(
      ([name, { number, abi }]) => [name, [number, abi]],
    ),
    abi: [...parseDocuments(documents)].map(([name, { level, file }]) => [name, [level, file]]),
  };
};
