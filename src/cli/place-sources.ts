import { dirname, join } from "node:path";
import type { Site } from "../shared/vocabulary.ts";
import type { Subject } from "../usage/model.ts";
import type { Host } from "./host.ts";

/** How far above a module its source root is looked for: kbuild leaves a.ko beside its sources, or in one of the folders below their root. */
export const LEVELS_UP = 4;

/** The folder in which a module's sources are found: beside it, or a few folders above; undefined where they are not. */
export const sourceFolder = (host: Host, path: string, file: string): string | undefined => {
  let folder = dirname(path);
  for (let level = 0; level <= LEVELS_UP; level++, folder = join(folder, "..")) {
    if (host.kindOf(join(folder, file)) === "file") return folder;
  }
  return undefined;
};

const mapped = (file: string, maps: readonly string[]): string | undefined => {
  for (const map of maps) {
    const equals = map.indexOf("=");
    const from = map.slice(0, equals);
    if (file.startsWith(from)) return map.slice(equals + 1) + file.slice(from.length);
  }
  return undefined;
};

/**
 * The subject with its source files as they are printed: by the first --path-map FROM=TO that fits, else below the folder that holds them,
 * if they stand beside the module or above it, else relative to the source root.
 */
export const placeSources = (subject: Subject, host: Host, maps: readonly string[]): Subject => {
  const first = subject.uses.flatMap((use) => use.sites).find((site) => site.file !== undefined)?.file;
  if (first === undefined || subject.uses.some((use) => use.sites[0]?.file === subject.path)) return subject;
  const found = sourceFolder(host, subject.path, first) ?? ".";
  const folder = found === "." ? "" : `${found}/`;
  const place = (site: Site): Site => (site.file === undefined ? site : { ...site, file: mapped(site.file, maps) ?? folder + site.file });
  return { ...subject, uses: subject.uses.map((use) => (use.sites.length === 0 ? use : { ...use, sites: use.sites.map(place) })) };
};
