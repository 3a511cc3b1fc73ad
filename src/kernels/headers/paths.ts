// How a module includes a header of a kernel tree: the search path of the kernel's Makefile (LINUXINCLUDE), for x86.

/** In the order in which they are searched; what is under uapi/ comes after all of the kernel's own. */
const OWN = ["arch/x86/include/generated/", "arch/x86/include/", "include/"] as const;
const UAPI = ["arch/x86/include/generated/uapi/", "arch/x86/include/uapi/", "include/generated/uapi/", "include/uapi/"] as const;

interface Place {
  readonly name: string;
  readonly isUapi: boolean;
}

const placeOf = (path: string): Place | undefined => {
  // include/config/ was a file for each option of the configuration, up to 5.15.
  if (!path.endsWith(".h") || path.startsWith("include/config/")) return undefined;
  const uapi = UAPI.find((prefix) => path.startsWith(prefix));
  if (uapi !== undefined) return { name: path.slice(uapi.length), isUapi: true };
  const own = OWN.find((prefix) => path.startsWith(prefix));
  return own === undefined ? undefined : { name: path.slice(own.length), isUapi: false };
};

/** Whether a file of a tree is a header that a module can include. */
export const isIncludable = (path: string): boolean => placeOf(path) !== undefined;

/**
 * The names under which a module includes the headers of a tree, by path. One of uapi/ that a header of the kernel's own stands before is part of that
 * one if it includes it, as linux/types.h does, and else only `uapi/linux/types.h`.
 */
export const includeNames = (headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const own = new Map<string, string>();
  for (const [path, text] of headers) {
    const place = placeOf(path);
    if (place !== undefined && !place.isUapi) own.set(place.name, text);
  }
  const names = new Map<string, string>();
  for (const path of headers.keys()) {
    const place = placeOf(path);
    if (place === undefined) continue;
    const before = place.isUapi ? own.get(place.name) : undefined;
    names.set(path, before === undefined || before.includes(`uapi/${place.name}`) ? place.name : `uapi/${place.name}`);
  }
  return names;
};

/** The headers of uapi/ that are part of another, by path: `uapi/linux/types.h`. */
export const uapiParts = (names: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const whole = new Set([...names].flatMap(([path, name]) => (placeOf(path)?.isUapi === false ? name : [])));
  return new Map([...names].flatMap(([path, name]) => (placeOf(path)?.isUapi && whole.has(name) ? [[path, `uapi/${name}`]] : [])));
};

/** The header that an #include names; undefined where the tree has none such. */
export const resolveInclude = (target: string, from: string, names: ReadonlySet<string>): string | undefined => {
  const [, quote, path = ""] = /^([<"])([^>"]+)/.exec(target) ?? [];
  const beside = `${from.slice(0, from.lastIndexOf("/") + 1)}${path}`;
  if (quote === '"' && names.has(beside)) return beside;
  if (names.has(path)) return path;
  const plain = path.startsWith("uapi/") ? path.slice("uapi/".length) : undefined;
  return plain !== undefined && names.has(plain) ? plain : undefined;
};

const FOLDERS = ["linux/", "asm/", "", "asm-generic/"] as const;

/** Lower for headers that modules rather include. */
export const folderRank = (header: string): number => {
  const found = FOLDERS.findIndex((folder) => folder !== "" && header.startsWith(folder));
  return found < 0 ? FOLDERS.indexOf("") : found;
};
