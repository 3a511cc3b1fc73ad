import { basename, dirname, join, resolve } from "node:path";
import type { Kernel } from "../kernels/model.ts";
import { parseSymvers } from "../kernels/symvers.ts";
import type { ResolvedPolicy } from "../policy/model.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import { beside } from "./beside.ts";
import type { Host } from "./host.ts";

/** What a kernel is called whose file was given without a name: the release in its path, as the headers packages and build links spell it. */
const nameFromPath = (path: string): string => {
  if (basename(path) !== "Module.symvers") return basename(path).replace(/\.symvers$/, "");
  const folder = basename(dirname(path));
  const name = folder === "build" || folder === "source" ? basename(dirname(dirname(path))) : folder;
  return name.replace(/^linux-(headers|obj)-/, "") || path;
};

const loadOne = (host: Host, path: string, name: string | undefined): Kernel => {
  const file = host.kindOf(path) === "folder" ? join(path, "Module.symvers") : path;
  return parseSymvers(host.readText(file), name ?? nameFromPath(resolve(host.cwd, file)), host.shown(file));
};

/** `NAME=FILE`, or `FILE` alone; a path that exists is never taken apart. */
const splitOption = (host: Host, option: string): { name?: string; path: string } => {
  const equals = option.indexOf("=");
  if (equals <= 0 || host.kindOf(option) !== "missing") return { path: option };
  return { name: option.slice(0, equals), path: option.slice(equals + 1) };
};

/**
 * The kernels to judge against: those of the command line, else those of the policy.
 * A policy's entry is a path, taken from the policy's own folder.
 */
export const loadKernels = (
  host: Host,
  options: readonly string[],
  policy: ResolvedPolicy,
): { kernels: readonly Kernel[]; problems: readonly Problem[] } => {
  const kernels: Kernel[] = [];
  const problems: Problem[] = [];
  const attempt = (load: () => Kernel, explain: (problem: Problem) => Problem): void => {
    try {
      const kernel = load();
      const twin = kernels.find((each) => each.name === kernel.name);
      if (twin)
        throw new InputError({
          file: kernel.source,
          message: `a second kernel named "${kernel.name}" (the first is ${twin.source})`,
          hint: "give it a name of its own: --kernel NAME=FILE",
        });
      kernels.push(kernel);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems.map(explain));
    }
  };
  if (options.length > 0) {
    for (const option of options) {
      const { name, path } = splitOption(host, option);
      attempt(
        () => loadOne(host, path, name),
        (problem) => problem,
      );
    }
    return { kernels, problems };
  }
  for (const { name, at } of policy.kernels) {
    const path = beside(at.file, name);
    attempt(
      () => loadOne(host, path, undefined),
      (problem) =>
        problem.message === "no such file"
          ? {
              file: at.file,
              line: at.line,
              column: at.column,
              message: `no kernel "${name}": there is no file ${host.shown(path)}`,
              hint: "give the path of a Module.symvers, or of a folder that holds one",
            }
          : problem,
    );
  }
  return { kernels, problems };
};
