import { basename, dirname, join, resolve } from "node:path";
import type { History } from "../kernels/history/history.ts";
import { builtOn, findRelease } from "../kernels/history/releases.ts";
import type { Kernel } from "../kernels/model.ts";
import { parseSymvers } from "../kernels/symvers.ts";
import type { PolicyLine } from "../findings/model.ts";
import type { ResolvedPolicy } from "../policy/model.ts";
import { collect, InputError, type Problem } from "../shared/input-error.ts";
import { nearest } from "../shared/suggest.ts";
import type { Subject } from "../usage/model.ts";
import { beside } from "./beside.ts";
import { openHistory } from "./history.ts";
import type { Host } from "./host.ts";
import { btfKernel, type NamedBtf } from "./load-btf.ts";
import { openStore } from "./kernel-store.ts";

/** What a kernel is called whose file was given without a name: the release in its path, as the headers packages and build links spell it. */
const nameFromPath = (path: string): string => {
  if (basename(path) !== "Module.symvers") return basename(path).replace(/\.symvers$/, "");
  const folder = basename(dirname(path));
  const name = folder === "build" || folder === "source" ? basename(dirname(dirname(path))) : folder;
  return name.replace(/^linux-(headers|obj)-/, "") || path;
};

const loadFile = (host: Host, path: string, name: string | undefined): Kernel => {
  const file = host.kindOf(path) === "folder" ? join(path, "Module.symvers") : path;
  return parseSymvers(host.readText(file), name ?? nameFromPath(resolve(host.cwd, file)), host.shown(file));
};

/** Kernels by name, each made once, so that a kernel and the one a module was built on are the same where they are the same release. */
export interface KnownKernels {
  readonly kernels: readonly Kernel[];
  readonly problems: readonly Problem[];
  /** The shipped history, where it was opened. */
  readonly history: () => History | undefined;
  /** The kernel that a subject was built on, or the nearest that is known; nothing where no kernel that is asked about has types to compare with. */
  readonly builtOn: (subject: Subject) => Kernel | undefined;
  /** The same, also where no kernel that is asked about has types to compare with. */
  readonly nearestTo: (subject: Subject) => Kernel | undefined;
  /** The newest release of each series whose headers' declarations are shipped, newest first. */
  readonly declared: () => readonly Kernel[];
  /** A kernel by name, as --kernel takes one. @throws InputError */
  readonly named: (name: string) => Kernel;
}

interface Entry {
  readonly name?: string;
  /** As it was written. */
  readonly path: string;
  /** The line of the policy, where that names it. */
  readonly at?: PolicyLine;
}

/** `NAME=FILE`, or a file or a release alone; a path that exists is never taken apart. */
const splitOption = (host: Host, option: string): Entry => {
  const equals = option.indexOf("=");
  if (equals <= 0 || host.kindOf(option) !== "missing") return { path: option };
  return { name: option.slice(0, equals), path: option.slice(equals + 1) };
};

/** Several names in one option: a path with a comma in it stays whole. */
const splitList = (host: Host, option: string): readonly string[] => (host.kindOf(option) === "missing" ? option.split(",") : [option]);

const isRelease = (text: string): boolean => /^\d+\.\d+/.test(text) && !text.includes("/");

/**
 * The kernels to judge against: those of the command line, else those of the policy. Each is a path (a policy's from the policy's own
 * folder), a kernel that was imported beside the policy, or a release of the shipped history by name. BTF goes with the kernel of its name,
 * as that was written or as it is called; without one it is a kernel of its own.
 */
export const loadKernels = (
  host: Host,
  options: readonly string[],
  policy: Pick<ResolvedPolicy, "kernels">,
  folder: string,
  btf: NamedBtf = new Map(),
): KnownKernels => {
  const kernels: Kernel[] = [];
  const problems: Problem[] = [];
  let opened: History | undefined;
  const history = (): History => (opened ??= openHistory(host));
  const made = new Map<number, Kernel>();
  const release = (number: number): Kernel => {
    const kernel = made.get(number) ?? history().kernel(number);
    made.set(number, kernel);
    return kernel;
  };
  const store = openStore(host, folder);

  const loadOne = ({ name, path, at }: Entry): Kernel => {
    const file = at ? beside(at.file, path) : path;
    if (host.kindOf(file) !== "missing") return loadFile(host, file, name);
    const imported = store.find(path);
    if (imported) return imported;
    const known = isRelease(path) ? findRelease(history().releases, path) : undefined;
    if (known !== undefined) return release(known);
    const where = at ? { ...at } : { file: path };
    if (!isRelease(path)) {
      const message = at ? `no kernel "${path}": there is no file ${host.shown(file)}` : "no such file";
      throw new InputError({
        ...where,
        message,
        hint: "give a release such as 6.12, or the path of a Module.symvers or of a folder that holds one",
      });
    }
    const names = [...store.names, ...history().releases.map((each) => each.name)];
    const near = nearest(path, names);
    const hint = `${near === undefined ? "" : `did you mean "${near}"? `}there are ${names.join(", ")}; abi-lint kernel import adds another`;
    throw new InputError({ ...where, message: `no kernel "${path}" is known`, hint });
  };
  const untaken = new Map(btf);
  /** The kernel with its types. What was made once stays one, so that a kernel and the one a module was built on are the same. */
  const withTypes = (kernel: Kernel, { path, name }: Entry): Kernel => {
    const key = [name, path, kernel.name].find((each) => each !== undefined && btf.has(each));
    if (key === undefined || kernel.btf) return kernel;
    untaken.delete(key);
    const typed: Kernel = { ...kernel, btf: btf.get(key)! };
    for (const [number, each] of made) if (each === kernel) made.set(number, typed);
    return typed;
  };
  const entries: readonly Entry[] =
    options.length > 0
      ? options.flatMap((option) => splitList(host, option)).map((option) => splitOption(host, option))
      : policy.kernels.map(({ name, at }) => ({ path: name, at }));
  for (const entry of entries)
    collect(problems, () => {
      const kernel = withTypes(loadOne(entry), entry);
      const twin = kernels.find((each) => each.name === kernel.name);
      if (twin === kernel) return;
      if (twin)
        throw new InputError({
          file: kernel.source,
          message: `a second kernel named "${kernel.name}" (the first is ${twin.source})`,
          hint: "give it a name of its own: --kernel NAME=FILE",
        });
      kernels.push(kernel);
    });
  kernels.push(...[...untaken].map(([name, types]) => btfKernel(name, types)));
  // Where no kernel has types or headers, nothing asks what was there before.
  const asks = kernels.some((kernel) => kernel.signatures !== undefined);
  const nearestTo = ({ vermagic, arch }: Subject): Kernel | undefined => {
    if (vermagic === undefined || (arch !== undefined && arch !== history().releases[0]?.arch)) return undefined;
    const found = builtOn(history().releases, vermagic);
    return found && release(found.release);
  };
  return {
    kernels,
    problems,
    history: () => opened,
    declared: () => {
      const { releases } = history();
      const series = [...new Set(releases.map((each) => each.series))].toReversed();
      return series.flatMap((each) => {
        const numbers = releases.flatMap((known, number) => (known.series === each ? [number] : [])).toReversed();
        const found = numbers.map(release).find((kernel) => kernel.declared);
        return found ? [found] : [];
      });
    },
    named: (name) => loadOne(splitOption(host, name)),
    builtOn: (subject) => (asks ? nearestTo(subject) : undefined),
    nearestTo,
  };
};
