import { compareKernels, type Comparison } from "../kernels/compare.ts";
import type { KernelExport, ListedKernel } from "../kernels/model.ts";
import { kernelDiffText } from "../reporters/kernel-diff.ts";
import type { JsonKernelDiff } from "../reporters/kernel-schema.ts";
import { crcText } from "../shared/crc.ts";
import { InputError } from "../shared/input-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { openKnown, type KnownKernels } from "./kernel-known.ts";
import { diffBySeverities } from "./kernel-severities.ts";
import { formsOf, writeForms, type KernelOptions } from "./kernel-show.ts";
import { loadSymvers } from "./kernel-tree.ts";
import { loadSubjects } from "./load-subjects.ts";
import { policyFolder } from "./load-policy.ts";
import { problemText } from "./problems.ts";
import { shippedOf } from "./shipped.ts";

export interface KernelDiffOptions extends KernelOptions {
  /** Modules and manifests: only what they take is looked at. */
  readonly for: readonly string[];
  readonly crcs?: boolean;
  /** A severity file, to judge the changes by. */
  readonly rules?: string;
}

/** A kernel by name, or the Module.symvers (or a folder that holds one) at a path; a path that exists goes first, as with --kernel. */
const kernelOf = async (what: string, known: KnownKernels, { host }: Io): Promise<ListedKernel> => {
  if (host.kindOf(what) !== "missing") return loadSymvers(host, what);
  const found = known.find(what);
  if (!found) throw known.unknown(what);
  return found.kernel;
};

type Side = JsonKernelDiff["before"];
const sideOf = ({ name, source, arch, size, hasCrcs, generator, headers }: ListedKernel): Side => ({
  name,
  file: source,
  ...(arch !== undefined && { arch }),
  exports: size,
  crcs: hasCrcs,
  ...(generator !== undefined && { generator }),
  headers: headers !== undefined,
});

/** Both sides; two files of one name are told apart by where they lie. */
const sidesOf = (before: ListedKernel, after: ListedKernel): Record<"before" | "after", Side> => {
  const [mine, theirs] = [sideOf(before), sideOf(after)];
  const isTwin = mine.name === theirs.name && mine.file !== theirs.file;
  return { before: isTwin ? { ...mine, name: mine.file } : mine, after: isTwin ? { ...theirs, name: theirs.file } : theirs };
};

const exportOf = ({ name, type, exporter, namespace, crc }: KernelExport): JsonKernelDiff["added"][number] => ({
  name,
  type,
  exporter,
  ...(namespace !== undefined && { namespace }),
  ...(crc !== 0 && { crc: crcText(crc) }),
});

const documentOf = (
  before: ListedKernel,
  after: ListedKernel,
  { removed, added, kept, facts, crcGap, rust, neither }: Comparison,
  uses: JsonKernelDiff["for"],
): JsonKernelDiff => {
  const fact = (of: keyof typeof facts): JsonKernelDiff["facts"]["type"] => ({ known: facts[of].known, changed: [...facts[of].changed] });
  return {
    kernelDiff: 1,
    ...sidesOf(before, after),
    ...(uses && { for: uses }),
    kept,
    removed: removed.map(({ now, ...each }) => ({ ...exportOf(each), ...(now && { now }) })),
    added: added.map(exportOf),
    facts: {
      type: fact("type"),
      namespace: fact("namespace"),
      exporter: fact("exporter"),
      signature: fact("signature"),
      crc: fact("crc"),
    },
    ...(crcGap !== undefined && { crcGap }),
    rust,
    neither: [...neither],
  };
};

/** A kernel as if it exported only some names. */
const restricted = (kernel: ListedKernel, only: ReadonlySet<string>): ListedKernel => ({
  ...kernel,
  names: () => [...kernel.names()].filter((name) => only.has(name)),
});

/**
 * `abi-lint kernel diff A B`: what of the exports of one kernel is gone, new or different on another. No check: it ends with 0, but where
 * `--rules` makes it one.
 */
export const diffKernels = async (a: string, b: string, options: KernelDiffOptions, io: Io): Promise<ExitCode> => {
  const { host, stderr } = io;
  const targets = formsOf(options);
  const shipped = shippedOf(io);
  const known = openKnown(host, policyFolder(host, shipped, options.policy));
  const [before, after] = [await kernelOf(a, known, io), await kernelOf(b, known, io)];
  const { subjects, problems } = await loadSubjects(host, options.for, {
    data: shipped.data,
    places: false,
    ...(io.progress && { progress: io.progress }),
  });
  for (const problem of problems) stderr.write(problemText(problem));
  // With a module left out, what it takes would look unchanged.
  if (problems.length > 0) return EXIT.notChecked;
  const uses = new Set(subjects.flatMap((subject) => subject.uses.flatMap(({ kind, name }) => (kind === "symbol" ? [name] : []))));
  if (options.for.length > 0 && uses.size === 0)
    throw new InputError({ file: "--for", message: `no symbol is taken by ${options.for.join(", ")}: there is nothing to compare` });
  const only = options.for.length > 0 ? { modules: subjects.map(({ name }) => name), uses: uses.size } : undefined;
  if (options.rules !== undefined) {
    const sides = { ...sidesOf(before, after), ...(only && { for: only }) };
    const [then, now] = only ? [restricted(before, uses), restricted(after, uses)] : [before, after];
    return diffBySeverities(then, now, sides, exportOf, { ...options, rules: options.rules }, io);
  }
  const report = documentOf(before, after, compareKernels(before, after, only && uses), only);
  const { crcs = false } = options;
  writeForms(report, (document, { color, fold }) => kernelDiffText(document, { color, all: fold !== true, crcs }), targets, options, io);
  return EXIT.clean;
};
