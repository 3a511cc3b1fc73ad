import { basename } from "node:path";
import { decompressed } from "../inputs/container.ts";
import type { Btf } from "../inputs/btf/btf.ts";
import { openBtf } from "../inputs/btf/kernel.ts";
import { openKernelBtf } from "../kernels/btf/kernel-btf.ts";
import type { Kernel } from "../kernels/model.ts";
import type { ResolvedPolicy } from "../policy/model.ts";
import { collectLater, type Problem } from "../shared/input-error.ts";
import { beside } from "./beside.ts";
import type { Host } from "./host.ts";

/** A file of BTF, and the kernel that it is of. */
interface BtfFile {
  readonly kernel: string;
  readonly path: string;
}

/** What a kernel is called whose BTF was given without a name: what the kernel offers of itself is that of the one that runs. */
const nameFromPath = (path: string): string =>
  path.startsWith("/sys/kernel/btf/") ? "running" : basename(path).replace(/\.(btf|ko(\.\w+)?)$/, "");

/** `NAME=FILE`, or a file alone; a path that exists is never taken apart. */
const splitOption = (host: Host, option: string): BtfFile => {
  const equals = option.indexOf("=");
  if (equals <= 0 || host.kindOf(option) !== "missing") return { kernel: nameFromPath(option), path: option };
  return { kernel: option.slice(0, equals), path: option.slice(equals + 1) };
};

/** The files of the command line, else those of the policy, its paths taken from its own folder; by kernel, in the order given. */
const filesOf = (host: Host, options: readonly string[], policy: ResolvedPolicy): ReadonlyMap<string, readonly string[]> => {
  const files = options.length > 0 ? options.map((option) => splitOption(host, option)) : policyFiles(policy);
  const byKernel = new Map<string, string[]>();
  for (const { kernel, path } of files) byKernel.set(kernel, [...(byKernel.get(kernel) ?? []), path]);
  return byKernel;
};

const policyFiles = ({ btf }: ResolvedPolicy): readonly BtfFile[] =>
  btf.map(({ kernel, file, at }) => ({ kernel, path: beside(at.file, file) }));

/** Reads the files of one kernel: the first is whole, the others may be split from it. */
const loadParts = async (host: Host, paths: readonly string[]): Promise<readonly Btf[]> => {
  const parts: Btf[] = [];
  for (const path of paths) {
    const part = await host.withFile(path, async (source) => {
      return openBtf(await decompressed(source), host.shown(path), parts[0]);
    });
    parts.push(part);
  }
  return parts;
};

/** A kernel's BTF, by the name that it was given. */
export type NamedBtf = ReadonlyMap<string, NonNullable<Kernel["btf"]>>;

/** The BTF of each kernel, read once however many objects ask it. A fault costs only the kernel it is of. */
export const loadBtf = async (
  host: Host,
  options: readonly string[],
  policy: ResolvedPolicy,
): Promise<{ readonly btf: NamedBtf; readonly problems: readonly Problem[] }> => {
  const btf = new Map<string, NonNullable<Kernel["btf"]>>();
  const problems: Problem[] = [];
  for (const [kernel, paths] of filesOf(host, options, policy)) {
    await collectLater(problems, async () => btf.set(kernel, openKernelBtf(await loadParts(host, paths))));
  }
  return { btf, problems };
};

/** A kernel of which nothing but its BTF is known. */
export const btfKernel = (name: string, btf: NonNullable<Kernel["btf"]>): Kernel => ({
  name,
  source: btf.file,
  hasCrcs: false,
  size: 0,
  find: () => undefined,
  btf,
  onlyBtf: true,
});
