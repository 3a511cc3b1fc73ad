import { basename, dirname, join, resolve } from "node:path";
import type { Subject } from "../usage/model.ts";
import type { Host } from "./host.ts";
import { LEVELS_UP } from "./place-sources.ts";

const MAKEFILES = ["dkms.conf", "Kbuild", "Makefile"];

/** Whether a folder says how its files are built. */
export const isSourceFolder = (host: Host, folder: string): boolean =>
  host.kindOf(folder) === "folder" && MAKEFILES.some((name) => host.kindOf(join(folder, name)) === "file");

/** Whether a folder's makefiles make modules, as far as a glance tells. */
const makesModules = (host: Host, folder: string): boolean =>
  host.kindOf(join(folder, "dkms.conf")) === "file" ||
  ["Kbuild", "Makefile"].some((name) => {
    const path = join(folder, name);
    return host.kindOf(path) === "file" && /^[ \t]*obj-/m.test(host.readText(path));
  });

/**
 * The folders around a module's that may be its source's, the likeliest first: one with a dkms.conf, which knows the whole build, else its own, and
 * those above while they have makefiles.
 */
const lookAround = (host: Host, start: string): readonly string[] => {
  const found: string[] = [];
  let folder = start;
  for (let level = 0; level <= LEVELS_UP; level++, folder = join(folder, "..")) {
    if (resolve(host.cwd, folder) === "/") break;
    if (makesModules(host, folder)) found.push(folder);
    else if (found.length > 0) break;
  }
  const whole = found.filter((each) => host.kindOf(join(each, "dkms.conf")) === "file");
  return [...whole, ...found.filter((each) => !whole.includes(each))];
};

const known = new WeakMap<Host, Map<string, readonly string[]>>();

/** Whether a subject can have a source of its own: a module that is not the kernel's. */
export const mayHaveSource = ({ kind, intree, path }: Subject): boolean => kind === "module" && intree !== true && path !== "-";

/** The folders around a subject that may be its source's; asked once for each folder that modules lie in. */
export const foldersAround = (host: Host, subject: Subject): readonly string[] => {
  if (!mayHaveSource(subject)) return [];
  const found = known.get(host) ?? new Map<string, readonly string[]>();
  known.set(host, found);
  const folder = dirname(subject.path);
  const folders = found.get(folder) ?? lookAround(host, folder);
  found.set(folder, folders);
  return folders;
};

/** The folder of a makefile that was given itself. */
export const folderOfMakefile = (path: string): string | undefined =>
  /^(Makefile|GNUmakefile|makefile|Kbuild|dkms\.conf)$/.test(basename(path)) ? dirname(path) : undefined;
