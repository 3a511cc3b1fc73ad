import { basename, resolve } from "node:path";
import { chooseBase } from "../engine/source/base.ts";
import { viewSource, type SourceOn } from "../engine/source/judge.ts";
import type { Source } from "../engine/source/model.ts";
import { usesOfSource } from "../engine/source/uses.ts";
import type { ReleaseHeaders } from "../kernels/headers/model.ts";
import type { Kernel } from "../kernels/model.ts";
import type { SourceFacts } from "../kernels/source/model.ts";
import { planBuild } from "../kernels/source/plan.ts";
import { openSource, readSource, sameModule } from "../kernels/source/read.ts";
import { collect, InputError, type Problem } from "../shared/input-error.ts";
import type { Confirmation } from "../shared/vocabulary.ts";
import { bareSubject } from "../usage/bare.ts";
import type { Subject } from "../usage/model.ts";
import type { Host } from "./host.ts";
import type { KnownKernels } from "./load-kernels.ts";
import { foldersAround, isSourceFolder, mayHaveSource } from "./source-folder.ts";
import { sourceTree } from "./source-tree.ts";

/** Where sources are, and what is known of them. */
export interface SourceOptions {
  /** Folders of sources; where none is named, those that stand beside the modules. */
  readonly source?: readonly string[];
  /** The kernel that they build on. */
  readonly buildsOn?: string;
}

/** A source that a compiler can be asked about; its answers go where its views take them from. */
export interface AskedSource {
  readonly on: SourceOn;
  readonly folder: string;
  readonly answers: Map<Kernel, readonly Confirmation[]>;
}

export interface LoadedSources {
  readonly subjects: readonly Subject[];
  readonly sourceOf: (subject: Subject) => Source | undefined;
  readonly sources: readonly AskedSource[];
  readonly problems: readonly Problem[];
}

interface Opened {
  readonly folder: string;
  /** Read once for each release and module. */
  as(headers: ReleaseHeaders, module: string | undefined): SourceFacts;
  modules(headers: ReleaseHeaders): readonly string[];
}

const openFolder = (host: Host, folder: string): Opened => {
  const open = openSource(sourceTree(host, folder));
  const read = new Map<string, SourceFacts>();
  const planned = new Map<ReleaseHeaders, readonly string[]>();
  return {
    folder,
    as: (headers, module) => {
      const key = `${headers.release} ${headers.arch} ${module ?? ""}`;
      let facts = read.get(key);
      if (facts === undefined) read.set(key, (facts = readSource(open, headers, module)));
      return facts;
    },
    modules: (headers) => {
      let modules = planned.get(headers);
      if (modules === undefined) planned.set(headers, (modules = planBuild(open.tree, headers).modules));
      return modules;
    },
  };
};

/** The nearest kernel whose headers' declarations are known: the very one, else the newest of its series. */
const nearestDeclared = (kernel: Kernel | undefined, candidates: readonly Kernel[]): Kernel | undefined => {
  if (kernel === undefined || kernel.declared) return kernel;
  const series = ({ name }: Kernel): string | undefined => /^\d+\.\d+/.exec(name)?.[0];
  return candidates.find((each) => series(each) === series(kernel));
};

/**
 * Finds the source of each module that is judged, and makes subjects of folders that are only a source. What stands beside a module and does not
 * make it is none of it.
 * @param folders those among the inputs that hold a source and no module.
 * @throws InputError for a kernel that is not known
 */
export const loadSources = (
  host: Host,
  subjects: readonly Subject[],
  folders: readonly string[],
  { source: named = [], buildsOn }: SourceOptions,
  known: KnownKernels,
): LoadedSources => {
  const problems: Problem[] = [];
  const opened = new Map<string, Opened | undefined>();
  /** A folder that nobody named, and that cannot be read as a source, is none. */
  const openAt = (folder: string, isNamed: boolean): Opened | undefined => {
    const key = resolve(host.cwd, folder);
    if (!opened.has(key))
      opened.set(
        key,
        collect(isNamed ? problems : [], () => openFolder(host, folder)),
      );
    return opened.get(key);
  };
  const given = buildsOn === undefined ? undefined : known.named(buildsOn);
  if (given && !given.declared)
    throw new InputError({ file: buildsOn!, message: "what its headers declare is not known", hint: "abi-lint kernel import reads them" });
  let candidates: readonly Kernel[] | undefined;
  const declared = (): readonly Kernel[] => (candidates ??= [...known.kernels.filter((kernel) => kernel.declared), ...known.declared()]);
  const sources = new Map<Subject, Source>();
  const asked: AskedSource[] = [];
  /** The named folders that a module was made from. */
  const taken = new Set<string>();

  const baseOf = (subject: Subject, { as }: Opened, module: string | undefined): Pick<Source, "base" | "because"> | undefined => {
    if (given) return { base: given, because: "named" };
    const near = nearestDeclared(known.nearestTo(subject), declared());
    if (near) return { base: near };
    const unique = [...new Map(declared().map((kernel) => [kernel.name, kernel])).values()];
    const seen = unique.map((kernel) => ({ kernel, headers: kernel.declared!(), facts: as(kernel.declared!(), module) }));
    const chosen = chooseBase(seen.toSorted((a, b) => b.headers.version - a.headers.version));
    const base = seen.find(({ headers }) => headers === chosen?.headers)?.kernel;
    return base && { base, because: "silent" };
  };

  /** A subject with its source; one that is only that takes what the source takes, a module what its object does. */
  const attach = (subject: Subject, from: Opened, module: string | undefined): Subject => {
    const based = baseOf(subject, from, module);
    if (based === undefined) return subject;
    const shown = (file: string): string => (host.shown(from.folder) === "." ? file : `${host.shown(from.folder)}/${file}`);
    const headers = based.base.declared!();
    const whole = subject.kind === "source" ? { ...subject, uses: usesOfSource(from.as(headers, module), headers, shown) } : subject;
    const answers = new Map<Kernel, readonly Confirmation[]>();
    const on: SourceOn = { base: based.base, as: (each) => from.as(each, module), shown, answers };
    sources.set(whole, { ...based, views: (kernels) => viewSource(on, kernels) });
    asked.push({ on, folder: from.folder, answers });
    return whole;
  };

  const withSource = (subject: Subject): Subject => {
    const around = named.length > 0 ? named.filter((folder) => isSourceFolder(host, folder)) : foldersAround(host, subject);
    if (around.length === 0 || !mayHaveSource(subject)) return subject;
    const headers = (given ?? nearestDeclared(known.nearestTo(subject), declared()) ?? declared()[0])?.declared?.();
    if (headers === undefined) return subject;
    for (const folder of around) {
      const from = openAt(folder, named.length > 0);
      const module = from?.modules(headers).find((each) => sameModule(each, subject.name));
      if (from === undefined || module === undefined) continue;
      taken.add(folder);
      return attach(subject, from, module);
    }
    return subject;
  };

  const ofFolder = (folder: string): readonly Subject[] => {
    const from = openAt(folder, true);
    if (from === undefined) return [];
    const headers = (given ?? declared()[0])?.declared?.();
    const modules = headers ? [...new Set(from.modules(headers))] : [];
    const path = host.shown(folder);
    const name = modules.length === 1 ? modules[0]! : basename(resolve(host.cwd, folder));
    return [attach(bareSubject(name, "source", path), from, undefined)];
  };

  const all = [...subjects.map(withSource), ...folders.flatMap(ofFolder)];
  for (const folder of named) {
    const message = !isSourceFolder(host, folder)
      ? "is no folder with a Makefile, a Kbuild or a dkms.conf"
      : taken.has(folder)
        ? undefined
        : "its makefiles make none of the modules that were given";
    if (message !== undefined) problems.push({ file: host.shown(folder), message });
  }
  return { subjects: all, sourceOf: (subject) => sources.get(subject), sources: asked, problems };
};
