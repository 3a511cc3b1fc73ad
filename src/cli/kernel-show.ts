import type { ListedKernel } from "../kernels/model.ts";
import type { JsonKernel, JsonKernelList } from "../reporters/kernel-schema.ts";
import { listText, showText } from "../reporters/kernels.ts";
import type { Dress } from "../reporters/reporter.ts";
import { dressOf, type DressOptions } from "./dress.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { parseFormats, type FormatTarget } from "./format.ts";
import type { Io } from "./io.ts";
import { openKnown, type KnownKernel } from "./kernel-known.ts";
import { policyFolder } from "./load-policy.ts";
import { problemText } from "./problems.ts";
import { shippedOf } from "./shipped.ts";

/** What list, show and diff are told alike. */
export interface KernelOptions extends DressOptions {
  readonly format: readonly string[];
  readonly policy?: string;
}

type Form = "text" | "json";
const FORMS: Readonly<Record<Form, true>> = { text: true, json: true };

/** Which reports are wanted. @throws InputError for a format that there is not. */
export const formsOf = ({ format }: KernelOptions): readonly FormatTarget<Form>[] =>
  parseFormats(format.length > 0 ? format : ["text"], FORMS);

/** Writes each report to where it was asked for. */
export const writeForms = <T>(
  document: T,
  text: (document: T, dress: Dress) => string,
  targets: readonly FormatTarget<Form>[],
  options: KernelOptions,
  { host, env, stdout }: Io,
): void => {
  for (const { format, file } of targets) {
    const dress = { ...dressOf(options, { env, stdout }, file), uses: false };
    const written = format === "json" ? `${JSON.stringify(document, null, 2)}\n` : text(document, dress);
    if (file === undefined) stdout.write(written);
    else host.write(file, written);
  }
};

const factsOf = ({ origin, release, kernel, file, about }: KnownKernel): JsonKernelList["releases"][number] => ({
  name: kernel.name,
  origin,
  file,
  about,
  ...(release.package !== undefined && { package: release.package }),
  ...(kernel.arch !== undefined && { arch: kernel.arch }),
  ...(release.uname !== undefined && { uname: release.uname }),
  ...(release.vermagic !== undefined && { vermagic: release.vermagic }),
  ...(release.config && { config: release.config }),
  exports: kernel.size,
  crcs: kernel.hasCrcs,
  headers: kernel.headers !== undefined,
});

/** `abi-lint kernel list`: the kernels that are known by name. */
export const listKernels = (options: KernelOptions, io: Io): ExitCode => {
  const targets = formsOf(options);
  const { known, problems } = openKnown(io.host, policyFolder(io.host, shippedOf(io), options.policy)).list();
  for (const problem of problems) io.stderr.write(problemText(problem));
  writeForms<JsonKernelList>({ kernels: 1, releases: known.map(factsOf) }, listText, targets, options, io);
  return problems.length > 0 ? EXIT.notChecked : EXIT.clean;
};

const countsOf = (kernel: ListedKernel): JsonKernel["counts"] => {
  const [types, namespaces] = [new Map<string, number>(), new Map<string, number>()];
  const modules = new Set<string>();
  let [vmlinux, crcs, signatures] = [0, 0, 0];
  const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const name of kernel.names()) {
    const { type, namespace, exporter, crc } = kernel.find(name)!;
    count(types, type);
    if (namespace !== undefined) count(namespaces, namespace);
    if (exporter === "vmlinux") vmlinux++;
    else modules.add(exporter);
    if (crc !== 0) crcs++;
    if ((kernel.signatures?.(name) ?? []).length > 0) signatures++;
  }
  const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
    Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { types: sorted(types), namespaces: sorted(namespaces), vmlinux, modules: modules.size, crcs, signatures };
};

/** `abi-lint kernel show RELEASE`: all that is known of one. */
export const showKernel = (name: string, options: KernelOptions, io: Io): ExitCode => {
  const targets = formsOf(options);
  const known = openKnown(io.host, policyFolder(io.host, shippedOf(io), options.policy));
  const found = known.find(name);
  if (!found) throw known.unknown(name);
  const declared = found.kernel.declared?.().counts;
  writeForms<JsonKernel>(
    { kernel: 1, ...factsOf(found), counts: countsOf(found.kernel), ...(declared && { declared }) },
    showText,
    targets,
    options,
    io,
  );
  return EXIT.clean;
};
