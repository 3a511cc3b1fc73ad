import { join } from "node:path";
import { kernelOfFacts } from "../kernels/history/imported.ts";
import { openDeclarations, type DeclarationIndex } from "../kernels/headers/read.ts";
import { openFacts } from "../kernels/history/read.ts";
import type { Kernel } from "../kernels/model.ts";
import type { Host } from "./host.ts";

/** The folder of kernels that were imported, beside the policy. */
const STORE = "abi-lint.kernels";
const SUFFIX = ".facts";
/** What its headers declare, beside it. */
const DECLARATIONS = ".declarations";

export interface KernelStore {
  readonly names: readonly string[];
  find(name: string): Kernel | undefined;
  /** Where a kernel of that name is kept. */
  pathOf(name: string): string;
  /** Where is kept what its headers declare. */
  declarationsPath(name: string): string;
  /** What its headers declare, opened when it is asked for; undefined where that is not kept. */
  declarationsOf(name: string): (() => DeclarationIndex) | undefined;
}

/** The kernels that `abi-lint kernel import` left beside a policy. @param folder the policy's. */
export const openStore = (host: Host, folder: string): KernelStore => {
  const store = join(folder, STORE);
  const files = host.kindOf(store) === "folder" ? host.list(store).filter((file) => file.endsWith(SUFFIX)) : [];
  const names = files.map((file) => file.slice(0, -SUFFIX.length));
  const pathOf = (name: string): string => join(store, name + SUFFIX);
  const declarationsPath = (name: string): string => join(store, name + DECLARATIONS);
  const declarationsOf = (name: string): (() => DeclarationIndex) | undefined => {
    const path = declarationsPath(name);
    return host.kindOf(path) === "missing" ? undefined : () => openDeclarations(host.readBytes(path), host.shown(path));
  };
  return {
    names,
    pathOf,
    declarationsPath,
    declarationsOf,
    find: (name) => {
      if (!names.includes(name)) return undefined;
      const path = pathOf(name);
      return kernelOfFacts(openFacts(host.readBytes(path), host.shown(path)), host.shown(path), declarationsOf(name));
    },
  };
};
