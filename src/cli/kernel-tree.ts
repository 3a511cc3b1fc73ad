import { basename, dirname, join, resolve } from "node:path";
import { isAr } from "../inputs/ar.ts";
import { decodeText, readBytes, type ByteSource } from "../inputs/bytes.ts";
import { decompressed } from "../inputs/container.ts";
import { isHeaderFile } from "../kernels/headers/release.ts";
import type { ListedKernel } from "../kernels/model.ts";
import { parseSymvers } from "../kernels/symvers.ts";
import { InputError } from "../shared/input-error.ts";
import { MAX_TEXT } from "../shared/limits.ts";
import type { Host } from "./host.ts";
import { readDeb } from "./kernel-deb.ts";

/** A file of a kernel's tree, wherever it lies. */
export interface TreeFile {
  readonly shown: string;
  read(): Uint8Array;
}

/** A kernel's tree: what of it is read, by the path from its top. */
export interface KernelTree {
  readonly files: ReadonlyMap<string, TreeFile>;
  /** The package that holds its Module.symvers. */
  readonly package?: string;
  /** What was given that holds it. */
  readonly given: string;
  /** Links of packages that lead to a file which would be read: none is followed. */
  readonly links: number;
}

type Part = Partial<Pick<KernelTree, "package">> & Omit<KernelTree, "package">;

const SYMVERS = "Module.symvers";
export const CONFIG = ".config";
const UTSRELEASE = "include/generated/utsrelease.h";
/** Present in every tree with the kernel's own headers, and never among those for programs. */
export const HEADERS = "include/linux/vermagic.h";
const MARKS = [SYMVERS, CONFIG, UTSRELEASE, HEADERS];

/** A package has one tree, or a build's files and the headers it shares; a bound on work. */
const MAX_TOPS = 10;

/** No code of the kernel (scripts/ and tools/ are links to other packages in headers packages), or written by its build. */
const IS_APART =
  /^(Documentation|scripts|tools|include\/(config|generated|dt-bindings)|arch\/\w+\/include\/generated)(\/|$)|(^|\/)\.[^/]*\//;

/** All code counts, because what includes a header tells whether it is one for modules. */
const isCode = (path: string): boolean => /\.[chS]$/.test(path) && !path.endsWith(".mod.c") && !IS_APART.test(path);

/** Whether a file is read: the facts of a build, all code, and what says what its headers declare. */
const isRead = (path: string): boolean => MARKS.includes(path) || isCode(path) || isHeaderFile(path);

/** What a build writes for modules to include, and the build's own rules. */
const MAY_HOLD = /^(scripts\/$|include\/(generated|dt-bindings)\/|arch\/x86\/include\/generated\/)/;

/** The files below a folder that are read. A folder is entered once, however many links lead to it. */
const walk = (host: Host, top: string): ReadonlyMap<string, TreeFile> => {
  const files = new Map<string, TreeFile>();
  const seen = new Set<string>();
  const enter = (below: string): void => {
    const folder = join(top, below);
    const real = host.realPath(folder);
    if (seen.has(real)) return;
    seen.add(real);
    for (const name of host.list(folder)) {
      const path = below === "" ? name : `${below}/${name}`;
      const file = join(top, path);
      const mayHold = !IS_APART.test(`${path}/`) || MAY_HOLD.test(`${path}/`);
      if (!isRead(path) && !mayHold) continue;
      const kind = host.kindOf(file);
      if (kind === "folder" && mayHold) enter(path);
      else if (kind === "file" && isRead(path)) {
        files.set(path, { shown: host.shown(file), read: () => host.readBytes(file) });
      }
    }
  };
  enter("");
  return files;
};

/**
 * The folder of the sources, where a kernel was built apart from them: kbuild leaves a link `source`, or a Makefile that includes theirs
 * (the kernel's own Makefile, target outputmakefile). A package that was unpacked elsewhere has its neighbour beside it.
 */
const sourcesOf = (host: Host, folder: string): string | undefined => {
  const makefile = join(folder, "Makefile");
  const text = host.kindOf(makefile) === "file" ? decodeText(host.readBytes(makefile)) : "";
  const included = /^include ([^\s$]+)\/Makefile$/m.exec(text)?.[1];
  const real = host.realPath(folder);
  const named = included === undefined ? [] : [resolve(real, included), join(dirname(real), basename(included))];
  const found = [join(folder, "source"), ...named].find((path) => host.kindOf(path) === "folder");
  return found === undefined || host.realPath(found) === real ? undefined : found;
};

/** `/lib/modules/…` itself is as good as the link `build` in it. */
const builtIn = (host: Host, folder: string): string => {
  const build = join(folder, "build");
  const isTree = [SYMVERS, HEADERS].some((mark) => host.kindOf(join(folder, mark)) === "file");
  return !isTree && host.kindOf(build) === "folder" ? build : folder;
};

const folderPart = (host: Host, given: string): Part => {
  const folder = builtIn(host, given);
  const own = walk(host, folder);
  const sources = sourcesOf(host, folder);
  return { files: new Map([...(sources === undefined ? [] : walk(host, sources)), ...own]), given: folder, links: 0 };
};

const debPart = async (given: string, source: ByteSource): Promise<Part> => {
  const { package: name, members, data } = await readDeb(source);
  const paths = members.map((member) => ({ ...member, path: member.path.replace(/^(\.?\/)+/, "") }));
  // A package may hold more than a tree: its top is where these lie.
  const tops = new Set(
    paths.flatMap(({ path }) => [SYMVERS, HEADERS].flatMap((mark) => (path.endsWith(`/${mark}`) ? [path.slice(0, -mark.length)] : []))),
  );
  if (tops.size > MAX_TOPS)
    throw new InputError({ file: source.name, message: `holds ${tops.size} kernels`, hint: "give one kernel at a time" });
  const files = new Map<string, TreeFile>();
  let links = 0;
  for (const { path, type, offset, size } of paths) {
    const top = [...tops].find((each) => path.startsWith(each));
    const below = top === undefined ? "" : path.slice(top.length);
    if (!isRead(below)) continue;
    if (type === "link") links++;
    if (type !== "file") continue;
    const shown = `${source.name}: ${path}`;
    const twin = files.get(below);
    if (twin)
      throw new InputError({ file: shown, message: `a second ${below} (the first is ${twin.shown})`, hint: "give one kernel at a time" });
    if (size > MAX_TEXT)
      throw new InputError({ file: shown, offset: MAX_TEXT, message: `goes on after ${MAX_TEXT} bytes (it has ${size})` });
    files.set(below, { shown, read: () => readBytes(data, offset, size, "a file") });
  }
  return { files, given, links, ...(files.has(SYMVERS) && { package: name }) };
};

/** A Module.symvers alone, which distributions also ship compressed (/boot/symvers-….gz). */
const symversPart = async (given: string, source: ByteSource): Promise<Part> => {
  const plain = await decompressed(source);
  if (plain.size > MAX_TEXT)
    throw new InputError({ file: source.name, offset: MAX_TEXT, message: `goes on after ${MAX_TEXT} bytes (it has ${plain.size})` });
  const bytes = plain.read(0, plain.size);
  if (bytes.subarray(0, 4096).includes(0))
    throw new InputError({ file: source.name, offset: bytes.indexOf(0), message: "neither a Module.symvers nor a Debian package" });
  return { files: new Map([[SYMVERS, { shown: source.name, read: () => bytes }]]), given, links: 0 };
};

const partOf = (host: Host, given: string): Part | Promise<Part> => {
  const kind = host.kindOf(given);
  if (kind === "folder") return folderPart(host, given);
  if (kind === "other") throw new InputError({ file: host.shown(given), message: "is neither a file nor a folder" });
  return host.withFile(given, (source) => (given.endsWith(".deb") || isAr(source) ? debPart(given, source) : symversPart(given, source)));
};

const WANTED =
  "give a Module.symvers, a folder or a package that holds one; headers that several kernels share may be a package of their own: give both";

/**
 * Reads what was given of one kernel: a Module.symvers, folders (`/lib/modules/…/build`, headers, a tree that was built), Debian packages.
 * @throws InputError where one cannot be read, where two hold the same, and where none has a Module.symvers.
 */
export const openTree = async (host: Host, given: readonly string[]): Promise<KernelTree> => {
  const parts: Part[] = [];
  for (const each of given) parts.push(await partOf(host, each));
  for (const mark of MARKS) {
    const [first, second] = parts.flatMap(({ files }) => files.get(mark) ?? []);
    if (second)
      throw new InputError({
        file: second.shown,
        message: `a second ${mark} (the first is ${first!.shown})`,
        hint: "give one kernel at a time",
      });
  }
  const main = parts.find(({ files }) => files.has(SYMVERS));
  if (!main) throw new InputError(given.map((each) => ({ file: host.shown(each), message: `holds no ${SYMVERS}`, hint: WANTED })));
  return { ...main, files: new Map(parts.flatMap(({ files }) => [...files])), links: parts.reduce((sum, { links }) => sum + links, 0) };
};

const chosen = ({ files }: KernelTree, isChosen: (path: string) => boolean): readonly (readonly [path: string, file: TreeFile])[] =>
  [...files].filter(([path]) => isChosen(path)).sort(([a], [b]) => (a < b ? -1 : 1));

/** The headers and sources, sorted by path. */
export const codeOf = (tree: KernelTree): ReturnType<typeof chosen> => chosen(tree, isCode);

/** The headers as they declare things, with those that a build wrote, and its rules; sorted by path. */
export const declaringOf = (tree: KernelTree): ReturnType<typeof chosen> => chosen(tree, isHeaderFile);

/** The text of a file of the tree. */
export const textOf = ({ files }: KernelTree, path: string): string | undefined => {
  const file = files.get(path);
  return file && decodeText(file.read());
};

/** What `uname -r` says on the kernel, as its build wrote it down. */
export const unameOf = (tree: KernelTree): string | undefined =>
  /^#define UTS_RELEASE "([^"]+)"/m.exec(textOf(tree, UTSRELEASE) ?? "")?.[1];

/** What to call a kernel: as it calls itself, else the release in its path, as headers packages, build links and /boot spell it. */
export const nameOf = (host: Host, tree: KernelTree): string => {
  const own = unameOf(tree);
  if (own !== undefined) return own;
  const path = resolve(host.cwd, tree.given);
  const isNamed = host.kindOf(path) !== "folder" && basename(path) !== SYMVERS;
  const folder = host.kindOf(path) === "folder" || isNamed ? path : dirname(path);
  const name = /^(build|source)$/.test(basename(folder)) ? basename(dirname(folder)) : basename(folder);
  return name.replace(/^(linux-(headers|obj)|symvers)-/, "").replace(/(\.symvers)?(\.(gz|xz|zst))?$/, "");
};

/** The exports of a tree. @throws InputError with each wrong line. */
export const symversOf = (tree: KernelTree, name: string): ListedKernel =>
  parseSymvers(textOf(tree, SYMVERS)!, name, tree.files.get(SYMVERS)!.shown);

/** The exports of what lies at a path, without what else is there. */
export const loadSymvers = async (host: Host, path: string): Promise<ListedKernel> => {
  const own = join(path, SYMVERS);
  const tree = await openTree(host, [host.kindOf(own) === "file" ? own : path]);
  return symversOf(tree, nameOf(host, tree));
};
