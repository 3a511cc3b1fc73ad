import { join } from "node:path";
import type { SourceTree } from "../kernels/source/model.ts";
import { InputError } from "../shared/input-error.ts";
import { MAX_SOURCE_DEPTH, MAX_SOURCE_FILES } from "../shared/limits.ts";
import type { Host } from "./host.ts";

/** What no build reads, and may be large. */
const IS_PASSED_OVER = /^(\.|node_modules$)/;
/** What a build leaves behind; the flags that it was made with (`.main.o.cmd`) are hidden files, and are read. */
const IS_KEPT = /^\..*\.cmd$/;
const IS_PRODUCT = /\.(o|ko|mod|a|so|order|symvers|xz|zst|gz|debug)$/;

/**
 * The files below a folder, as a source tree: links to folders are followed once, products of a build left out. Files are read when they are asked for.
 * @throws InputError where there are more than any module's.
 */
export const sourceTree = (host: Host, top: string): SourceTree => {
  const paths: string[] = [];
  const seen = new Set<string>();
  const walk = (below: string, depth: number): void => {
    const folder = join(top, below);
    const real = host.realPath(folder);
    if (seen.has(real)) return;
    if (depth > MAX_SOURCE_DEPTH)
      throw new InputError({ file: host.shown(folder), message: `folders lie deeper in one another than ${MAX_SOURCE_DEPTH}` });
    seen.add(real);
    for (const name of host.list(folder)) {
      if ((IS_PASSED_OVER.test(name) && !IS_KEPT.test(name)) || IS_PRODUCT.test(name)) continue;
      const path = below === "" ? name : `${below}/${name}`;
      const kind = host.kindOf(join(top, path));
      if (kind === "folder") walk(path, depth + 1);
      else if (kind === "file" && paths.push(path) > MAX_SOURCE_FILES)
        throw new InputError({
          file: host.shown(top),
          message: `holds more than ${MAX_SOURCE_FILES} files: give the folder of one module's source`,
        });
    }
  };
  walk("", 0);
  return {
    paths: paths.sort(),
    text: (path) => {
      try {
        return host.readText(join(top, path));
      } catch (error) {
        if (error instanceof InputError) return undefined;
        throw error;
      }
    },
  };
};
