import { dirname, join } from "node:path";
import { readConditionals, type Condition, type Conditionals } from "../inputs/conditionals.ts";
import type { Site } from "../shared/vocabulary.ts";
import type { Subject } from "../usage/model.ts";
import type { Host } from "./host.ts";
import { LEVELS_UP, sourceFolder } from "./place-sources.ts";

/** More sources than any module that this is worth the time for. */
const MAX_FILES = 500;
const MAX_BYTES = 4_000_000;
/** Of all of them together. */
const MAX_ALL = 16 * MAX_BYTES;

const shown = (file: string, { line, text }: Condition): string => `${file}:${line} ${text}`;

const headersIn = (host: Host, folder: string, below: string): readonly string[] =>
  host.kindOf(join(folder, below)) !== "folder"
    ? []
    : host
        .list(join(folder, below))
        .filter((name) => name.endsWith(".h"))
        .map((name) => join(below, name));

/** The folders above that belong to the same project, as its makefiles tell: a header for older kernels often stands at the top. */
const foldersAbove = (host: Host, folder: string): readonly string[] =>
  Array.from({ length: LEVELS_UP }, (_, index) => "../".repeat(index + 1)).filter((up) =>
    ["Makefile", "Kbuild"].some((name) => host.kindOf(join(folder, up, name)) === "file"),
  );

/**
 * Notes at each place of a use whether its source has code of its own for other kernels there: the line stands under a condition on the kernel's
 * version, or the name is a macro that is defined under one. Sources that are not beside the module, or above it, say nothing.
 */
export const guardSites = (host: Host, subject: Subject): Subject => {
  const files = [...new Set(subject.uses.flatMap(({ sites }) => sites.flatMap(({ file }) => file ?? [])))];
  const [first] = files;
  if (first === undefined) return subject;
  const folder = sourceFolder(host, subject.path, first);
  if (folder === undefined) return subject;
  const headers = [...new Set(files.map(dirname)), ...foldersAbove(host, folder)].flatMap((each) => headersIn(host, folder, each));
  const read = new Map<string, Conditionals>();
  const defines = new Map<string, string>();
  let all = 0;
  for (const file of [...new Set([...files, ...headers])].slice(0, MAX_FILES)) {
    const path = join(folder, file);
    if (host.kindOf(path) !== "file") continue;
    const text = host.readText(path);
    if (text.length > MAX_BYTES || all + text.length > MAX_ALL) continue;
    all += text.length;
    const conditionals = readConditionals(text);
    read.set(file, conditionals);
    for (const [name, condition] of conditionals.defines) if (!defines.has(name)) defines.set(name, shown(file, condition));
  }
  if (read.size === 0) return subject;
  const guardOf = (name: string, { file, line, written, variable }: Site): string | undefined => {
    if (file === undefined || line === undefined) return undefined;
    // Of data the line is where the variable begins, not where the name stands in it.
    const around = variable === undefined ? read.get(file)?.around(line) : read.get(file)?.aroundAll(name);
    return around ? shown(file, around) : (defines.get(written ?? name) ?? defines.get(name));
  };
  return {
    ...subject,
    uses: subject.uses.map((use) => {
      if (use.kind !== "symbol" || use.origin === "toolchain" || use.sites.length === 0) return use;
      return {
        ...use,
        sites: use.sites.map((site) => {
          const guard = guardOf(use.name, site);
          return guard === undefined ? site : { ...site, guard };
        }),
      };
    }),
  };
};
