/** A module's own source: what is inside, and how its files are named from outside. */
export interface SourceRoot {
  isOwn(file: string): boolean;
  /** A path of the compiler's as it is shown: relative to the module's source root, or to the kernel's tree. */
  shown(file: string): string;
}

/** A path without `.` and `..`, but for those that a relative one begins with. */
const normal = (path: string): string => {
  const isAbsolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    // Above the root is the root.
    else if (part !== ".." || !isAbsolute) parts.push(part);
  }
  return (isAbsolute ? "/" : "") + parts.join("/");
};

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

const commonFolder = (folders: readonly string[]): string => {
  const [first = "", ...rest] = folders;
  let parts = first.split("/");
  for (const folder of rest) {
    const other = folder.split("/");
    let same = 0;
    while (same < parts.length && parts[same] === other[same]) same++;
    parts = parts.slice(0, same);
  }
  return parts.join("/");
};

/** The part of a kernel header's path that every tree shares: from the last `include/` or `arch/` on. */
const headerPath = (path: string): string =>
  /(?:^|\/)((?:arch\/[^/]+\/)?include\/.*)$/.exec(path)?.[1] ?? path.slice(path.lastIndexOf("/") + 1);

/**
 * The folder that holds all files that were compiled into the module, but not the folder the compiler ran in when that is the kernel's:
 * kbuild compiles outside modules from the kernel's build folder and names their sources by absolute paths.
 * @param sources path of each compiled file. @param directories folder the compiler ran in for each.
 */
export const sourceRoot = (sources: readonly string[], directories: readonly string[]): SourceRoot => {
  // modpost writes X.mod.c beside the module's own files; assembly and generated parts may stand elsewhere.
  const folders = sources.filter((file) => file.endsWith(".c") && !file.endsWith(".mod.c")).map((file) => folderOf(normal(file)));
  const root = commonFolder(folders.length > 0 ? folders : sources.map((file) => folderOf(normal(file))));
  const kernels = [...new Set(directories.map(normal))].filter((folder) => folder !== root && !root.startsWith(`${folder}/`));
  // `../a.c` is not in `..`, nor `../../a.c`: what is shown is looked for below a folder, and must not lead out of it.
  const inside = (file: string, folder: string): boolean => file.startsWith(`${folder}/`) && !file.startsWith("../", folder.length + 1);
  const isOwn = (path: string): boolean => {
    const file = normal(path);
    return root !== "" && inside(file, root) && !kernels.some((folder) => inside(file, folder));
  };
  return { isOwn, shown: (path) => (isOwn(path) ? normal(path).slice(root.length + 1) : headerPath(normal(path))) };
};
