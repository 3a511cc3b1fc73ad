import { basename } from "node:path";
import { compileMatch } from "../engine/match.ts";
import { nameProblem } from "../kernels/lists/lines.ts";
import type { ListFormat, VendorList } from "../kernels/lists/model.ts";
import { parseList } from "../kernels/lists/parse.ts";
import { renderAndroidList, renderTrimList, type ModuleSymbols } from "../kernels/lists/render-symbols.ts";
import { renderKscResult, renderRequestMarkdown, type RequestingModule, type WantedSymbol } from "../kernels/lists/request.ts";
import type { ResolvedWaiver } from "../policy/model.ts";
import { MODULE_LAYOUT } from "../shared/module-layout.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import { visible } from "../shared/visible.ts";
import type { Subject, Use } from "../usage/model.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import type { Io } from "./io.ts";
import { loadPolicy } from "./load-policy.ts";
import { loadSubjects } from "./load-subjects.ts";
import { placeSources } from "./place-sources.ts";
import { noteText, problemText } from "./problems.ts";
import { shippedOf } from "./shipped.ts";

export interface RequestOptions {
  readonly as: "ksc" | "markdown" | "android" | "unused-ksyms";
  /** The vendor's list; what is on it is not asked for. */
  readonly list?: string;
  readonly output?: string;
  readonly policy?: string;
  readonly places: boolean;
  readonly pathMap: readonly string[];
}

/** A module, and what of the kernel's it needs. */
interface Needing {
  readonly subject: Subject;
  /** The module's file, decompressed: `foo.ko`. */
  readonly file: string;
  readonly uses: readonly Use[];
}

/** What a list of each format is, where its symbols are not those that are kept. */
const NO_STABLELIST: Partial<Record<ListFormat, string>> = {
  "redhat-kabi-files": "the source of one entry of a list",
  "suse-severities": "a severity file: it holds what may change",
  "android-denied": "a list of what is denied",
  "debian-ignore-changes": "a list of what may change",
  "ubuntu-ignore": "a list of what may change",
};

/** As vendors spell the architectures that the kernel's own tree spells otherwise. */
const VENDOR_ARCH: Readonly<Record<string, string>> = { arm64: "aarch64", i386: "i686" };
const archOf = ({ arch }: Subject): string | undefined => arch && (VENDOR_ARCH[arch] ?? arch);

const fileOf = ({ path, name }: Subject): string => /^(.*\.ko)(\.(gz|xz|zst))?$/.exec(basename(path))?.[1] ?? `${name}.ko`;

/**
 * What each module needs of the kernel: the symbols that no module of the run exports, those that the toolchain adds among them.
 * @throws InputError for a name that no list can hold.
 */
const needsOf = (subjects: readonly Subject[]): readonly Needing[] => {
  const problems: Problem[] = [];
  const exported = new Set(subjects.flatMap(({ exports }) => exports.map(({ name }) => name)));
  const needing = subjects.map((subject): Needing => {
    const uses = subject.uses.filter(({ kind, name }) => kind === "symbol" && name !== MODULE_LAYOUT && !exported.has(name));
    for (const { name } of uses) {
      const message = nameProblem(name);
      if (message !== undefined) problems.push({ file: subject.path, message });
    }
    return { subject, file: fileOf(subject), uses };
  });
  if (problems.length > 0) throw new InputError(problems);
  return needing;
};

const readList = (host: Host, path: string): VendorList => {
  const list = parseList(host.readText(path), host.shown(path));
  const instead = NO_STABLELIST[list.format];
  if (instead !== undefined) throw new InputError({ file: list.file, message: `${instead}, and no list of symbols that are kept` });
  return list;
};

/** A list for one architecture says nothing about modules for another. i686 is what vendors call every 32-bit x86. */
const refuseOtherArch = ({ arch, file }: VendorList, modules: readonly Needing[]): void => {
  const is = arch !== undefined && /^i[3-6]86$/.test(arch) ? "i686" : arch;
  const problems = modules.flatMap(({ subject }): Problem[] => {
    const its = archOf(subject);
    const isOther = is !== undefined && its !== undefined && its !== is;
    return isOther ? [{ file: subject.path, message: `is for ${its}, and ${file} for ${arch}` }] : [];
  });
  if (problems.length > 0) throw new InputError(problems);
};

/** Whether every pattern that a waiver gives for the name says something of it. */
const namesSymbols = ({ match: { name } }: ResolvedWaiver): boolean =>
  name !== undefined && [name].flat().every((pattern) => /[^*?]/.test(pattern));

/**
 * Why a module needs a symbol: the reason of the first waiver that names it, those of `off-stablelist` before others. Of a match its name,
 * module and exceptions are asked; what else it asks for is about findings, and a reason stays one when its waiver has ended.
 */
const compileReasons = (waivers: readonly ResolvedWaiver[]): ((subject: Subject, use: Use) => string | undefined) => {
  const isMeant = ({ rule }: ResolvedWaiver): boolean => rule === "off-stablelist";
  const tests = [...waivers.filter(isMeant), ...waivers.filter((waiver) => !isMeant(waiver))].filter(namesSymbols).map((waiver) => {
    const { name, module, unless } = waiver.match;
    return { waiver, test: compileMatch({ name: name!, ...(module !== undefined && { module }), ...(unless && { unless }) }) };
  });
  return (subject, use) => tests.find(({ test }) => test({ subject, use }))?.waiver.reason;
};

/** Where a symbol is used, each line once, in the order of the source. The line of a hand-written manifest is no such place. */
const placesOf = ({ path }: Subject, { sites }: Use): readonly string[] => {
  const places = sites.flatMap(({ file, line }) =>
    file === undefined || line === undefined || file === path ? [] : [{ file: visible(file), line }],
  );
  const sorted = places.toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  return [...new Set(sorted.map(({ file, line }) => `${file}:${line}`))];
};

const wantedOf = (subject: Subject, use: Use, reason: string | undefined): WantedSymbol => ({
  name: use.name,
  ...(reason !== undefined && { reason }),
  places: placesOf(subject, use),
});

const requestOf = (
  { subject, file, uses }: Needing,
  { symbols }: VendorList,
  reasonOf: (subject: Subject, use: Use) => string | undefined,
): RequestingModule => ({
  name: visible(file),
  vermagic: visible(subject.vermagic ?? "unknown"),
  namespaces: subject.imports.map(visible),
  arch: visible(archOf(subject) ?? "unknown"),
  listed: uses.flatMap(({ name }) => (symbols.has(name) ? [name] : [])),
  wanted: uses.flatMap((use) => (symbols.has(use.name) ? [] : [wantedOf(subject, use, reasonOf(subject, use))])),
});

/** The list of all that modules need, which asks about no other list. */
const WHOLE = {
  android: renderAndroidList,
  "unused-ksyms": (modules) => renderTrimList(modules.flatMap(({ symbols }) => [...symbols])),
} as const satisfies Partial<Record<RequestOptions["as"], (modules: readonly ModuleSymbols[]) => string>>;

/**
 * `abi-lint request`: what modules need of the kernel and a vendor's list lacks, in the form in which vendors take requests.
 * Nothing is written where an input could not be read. It ends with 0 whatever is asked for: it is no check.
 */
export const request = async (paths: readonly string[], options: RequestOptions, io: Io): Promise<ExitCode> => {
  const { host, stdout, stderr } = io;
  const { as, places, pathMap, output, list: path } = options;
  const isWhole = as === "android" || as === "unused-ksyms";
  if (!isWhole && path === undefined)
    throw new InputError({ file: "--list", message: `--as ${as} asks for what a list lacks`, hint: "--list FILE names it" });
  if (isWhole && path !== undefined) throw new InputError({ file: "--list", message: `--as ${as} writes all that the modules need` });
  const shipped = shippedOf(io);
  const { subjects, problems } = await loadSubjects(host, paths, { data: shipped.data, places: places && as === "markdown" });
  for (const problem of problems) stderr.write(problemText(problem));
  if (problems.length > 0 || subjects.length === 0) return EXIT.notChecked;
  const needing = needsOf(subjects.map((subject) => placeSources(subject, host, pathMap)));

  const write = (text: string): ExitCode => {
    if (output === undefined || output === "-") stdout.write(text);
    else host.write(output, text);
    return EXIT.clean;
  };
  if (isWhole) return write(WHOLE[as](needing.map(({ file, uses }) => ({ name: visible(file), symbols: uses.map(({ name }) => name) }))));
  const list = readList(host, path!);
  for (const note of list.notes) stderr.write(noteText(note));
  refuseOtherArch(list, needing);
  const reasonOf = compileReasons((await loadPolicy(host, shipped, options.policy)).waivers);
  const modules = needing.map((each) => requestOf(each, list, reasonOf));
  if (as === "markdown") return write(renderRequestMarkdown(list.title ?? list.file, modules));
  return write(renderKscResult(`abi-lint request ${[...paths, "--list", path!].map(visible).join(" ")}`, modules));
};
