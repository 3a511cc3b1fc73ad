// Paths in a source tree: relative to its top, with "/".

/** `a/b/../c` and `./c` without the dots; undefined where it leaves the tree. */
export const normalised = (path: string): string | undefined => {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else parts.push(part);
  }
  return parts.join("/");
};

export const folderOf = (path: string): string => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
