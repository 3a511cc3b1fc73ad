import { join } from "node:path";
import type { NamedList } from "../engine/lists.ts";
import type { VendorList } from "../kernels/lists/model.ts";
import { parseList } from "../kernels/lists/parse.ts";
import { holdsFor, listOfKabiFiles, parseKabiSymbolFile } from "../kernels/lists/redhat.ts";
import type { ResolvedList, ResolvedPolicy } from "../policy/model.ts";
import { collect, InputError, type Problem } from "../shared/input-error.ts";
import { beside } from "./beside.ts";
import type { Host } from "./host.ts";

/** A list's file, or the files of a folder of Red Hat's source form. */
const readList = (host: Host, path: string): VendorList => {
  if (host.kindOf(path) !== "folder") return parseList(host.readText(path), host.shown(path));
  // The tool that makes the lists skips names with a dot (redhat/kabi/show-kabi).
  const names = host.list(path).filter((name) => !name.includes("."));
  return listOfKabiFiles(
    names.map((name) => parseKabiSymbolFile(host.readText(join(path, name)), host.shown(join(path, name)))),
    host.shown(path),
  );
};

/** The symbols whose range has the minor release that the policy asks about: of "9.4" it is 4. */
const withinRelease = (list: VendorList, { release, at }: ResolvedList): VendorList => {
  const entries = [...list.symbols.values()];
  if (!entries.some(({ range }) => range)) return list;
  if (release === undefined)
    throw new InputError({
      ...at,
      message: "the symbols of this list have ranges of releases",
      hint: "say which is asked about: { file: …, release: 9.4 }",
    });
  const minor = Number(release.slice(release.indexOf(".") + 1));
  if (!Number.isInteger(minor)) throw new InputError({ ...at, message: `"${release}" is no release such as 9.4` });
  return { ...list, symbols: new Map(entries.filter(({ range }) => !range || holdsFor(range, minor)).map((entry) => [entry.name, entry])) };
};

/** The vendors' lists that a policy names, their paths taken from the policy's own folder; what is odd in them, and what is wrong. */
export const loadLists = (
  host: Host,
  { lists }: ResolvedPolicy,
): { readonly lists: readonly NamedList[]; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = [];
  const read = lists.flatMap((resolved): NamedList | readonly NamedList[] => {
    const { name, file, is, after, at } = resolved;
    const load = (): NamedList => {
      const path = beside(at.file, file);
      if (host.kindOf(path) === "missing") throw new InputError({ ...at, message: `there is no list ${host.shown(path)}` });
      const list = withinRelease(readList(host, path), resolved);
      return { name, list, is: is ?? (list.format === "android-denied" ? "denied" : "stable"), ...(after !== undefined && { after }) };
    };
    return collect(problems, load) ?? [];
  });
  return { lists: read, problems };
};
