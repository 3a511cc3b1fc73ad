// Compiler flags, as far as they decide what is read.

import { TOP } from "./make-words.ts";
import type { Flags, SourceTree } from "./model.ts";
import { normalised } from "./paths.ts";

/** `-D X`, `-DX=1`, `-I dir`, `-include file`; quotes of the shell are taken off. */
export const flagsFrom = (
  list: readonly { readonly word: string; readonly isSure: boolean }[],
  toPath: (written: string) => string | undefined,
): { defines: Flags["defines"]; folders: string[]; forced: string[] } => {
  const defines: Flags["defines"][number][] = [];
  const folders: string[] = [];
  const forced: string[] = [];
  for (let at = 0; at < list.length; at++) {
    const { word, isSure } = list[at]!;
    const value = (option: string): string => (word.length > option.length ? word.slice(option.length) : (list[++at]?.word ?? ""));
    if (word.startsWith("-D") || word.startsWith("-U")) {
      const text = value(word.slice(0, 2)).replace(/^(["'])(.*)\1$/, "$2");
      const equals = text.indexOf("=");
      const name = equals < 0 ? text : text.slice(0, equals);
      if (/^[A-Za-z_]\w*$/.test(name))
        defines.push({
          name,
          ...(word.startsWith("-D") && {
            body:
              equals < 0
                ? "1"
                : text
                    .slice(equals + 1)
                    .replace(/\\"/g, '"')
                    .replace(/^'|'$/g, ""),
          }),
          isSure,
        });
    } else if (word === "-include" || word === "-isystem" || word === "-idirafter") {
      const path = toPath((list[++at]?.word ?? "").replace(/["']/g, ""));
      if (path !== undefined) (word === "-include" ? forced : folders).push(path);
    } else if (word.startsWith("-I")) {
      const path = toPath(value("-I").replace(/["']/g, ""));
      if (path !== undefined) folders.push(path);
    }
  }
  return { defines, folders, forced };
};

/** A path of a flag in the tree; since 6.13 Kbuild works in the module's folder, before that in the kernel's. */
export const pathIn =
  (folder: string, inModule: boolean) =>
  (written: string): string | undefined => {
    if (written.startsWith(TOP)) return normalised(written.slice(TOP.length));
    if (written.startsWith("/")) return undefined;
    return inModule ? normalised(`${folder}/${written}`) : undefined;
  };

export const WORKS_IN_MODULE = 6 * 65536 + 13 * 256;

/** Macros that an earlier build settled: what hangs on a shell's answer is there or not. */
export const settled = (defines: Flags["defines"], before: Flags["defines"] | undefined): Flags["defines"] => {
  if (before === undefined) return defines;
  const then = new Set(before.map(({ name }) => name));
  const kept = defines.filter(({ name, isSure }) => isSure || then.has(name)).map((each) => ({ ...each, isSure: true }));
  const now = new Set(defines.map(({ name }) => name));
  return [...kept, ...before.filter(({ name }) => !now.has(name))];
};

/** The flags of an earlier build: `.NAME.o.cmd` holds the compiler's command (scripts/Kbuild.include, if_changed_dep). */
export const commandFlags = (
  path: string,
  tree: SourceTree,
  has: (path: string) => boolean,
): { defines: Flags["defines"]; folders: string[] } | undefined => {
  const slash = path.lastIndexOf("/") + 1;
  const file = `${path.slice(0, slash)}.${path.slice(slash, -2)}.o.cmd`;
  if (!has(file)) return undefined;
  const text = tree.text(file) ?? "";
  const [, command] = /^(?:saved)?cmd_\S+ := (.*)$/m.exec(text.slice(0, 200_000)) ?? [];
  const [, source] = /^source_\S+ := (.*)$/m.exec(text) ?? [];
  if (command === undefined) return undefined;
  const top = source?.endsWith(`/${path}`) ? source.slice(0, -path.length) : undefined;
  const list = command.split(/\s+/).map((word) => ({ word, isSure: true }));
  const { defines, folders } = flagsFrom(list, (written) =>
    top !== undefined && `${written}/`.startsWith(top) ? normalised(written.slice(top.length)) : undefined,
  );
  return { defines: defines.filter(({ name }) => !/^(KBUILD_|__KBUILD_|MODULE$|__KERNEL__$|CC_|CONFIG_)/.test(name)), folders };
};
