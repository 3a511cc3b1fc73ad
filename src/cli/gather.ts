import type { LintInput } from "../engine/lint.ts";
import type { History } from "../kernels/history/history.ts";
import type { PolicyEntry } from "../policy/model.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import { subjectsFromManifest } from "../usage/from-manifest.ts";
import type { Subject } from "../usage/model.ts";
import { beside } from "./beside.ts";
import type { Host } from "./host.ts";
import type { Io } from "./io.ts";
import { openHistory, readRates } from "./history.ts";
import { loadBtf } from "./load-btf.ts";
import { loadBaseline } from "./load-baseline.ts";
import { loadRunnablePolicy } from "./load-code.ts";
import { loadLists } from "./load-lists.ts";
import { loadKernels, type KnownKernels } from "./load-kernels.ts";
import type { LoadedSources } from "./load-source.ts";
import { loadSubjects } from "./load-subjects.ts";
import { policyFolder } from "./load-policy.ts";
import { placeSources } from "./place-sources.ts";
import { foldersAround } from "./source-folder.ts";
import { noteText, problemText } from "./problems.ts";
import { replacementsOf, shippedOf, sinceOf, type Shipped } from "./shipped.ts";

/** What to judge, against what, by what: the options that check and explain share. */
export interface GatherOptions {
  readonly kernel: readonly string[];
  /** Kernels' BTF: `NAME=FILE`, or a file. */
  readonly btf?: readonly string[];
  /** Look for BPF objects in the inputs, whatever they are. */
  readonly embedded?: boolean;
  /** Whose places are wanted, by path; left out: of all. */
  readonly inShare?: (path: string) => boolean;
  readonly policy?: string;
  readonly places: boolean;
  /** Folders of sources; where none is named, those that stand beside the modules. False: no source is read. */
  readonly source?: readonly string[] | false;
  /** The kernel that sources build on. */
  readonly buildsOn?: string;
  /** Kernels' configured headers, for a compiler to confirm what is predicted. */
  readonly confirm?: readonly string[];
  readonly compiler?: string;
  readonly pathMap: readonly string[];
  /** Trusted copies of the policy: only their waivers count. */
  readonly waiversFrom: readonly string[];
  /** Whether rules written in TypeScript may run. */
  readonly allowCode?: boolean;
  /** The modules are shipped as they were built, whatever the policy says. */
  readonly binary?: boolean;
  readonly today?: string;
  /** The baseline's file (default: beside the policy); false: none. */
  readonly baseline?: string | false;
}

/** The manifest that the policy names, its path taken from the policy's own folder. */
const loadCommitted = async (host: Host, { name, at }: PolicyEntry): Promise<readonly Subject[]> => {
  const path = beside(at.file, name);
  if (host.kindOf(path) !== "file") {
    throw new InputError({
      ...at,
      message: `there is no manifest ${host.shown(path)}`,
      hint: `abi-lint export --no-places -o ${name} writes it`,
    });
  }
  const { parseManifest } = await import("./texts.ts");
  return subjectsFromManifest(parseManifest(host.readText(path), host.shown(path)));
};

/** What Documentation/ABI says of a file, by the newest release of the history; opened when it is first asked for. */
const documentedBy = (history: () => History): NonNullable<LintInput["documented"]> => {
  let opened: History | undefined;
  return (path) => (opened ??= history()).documented(path);
};

/**
 * Reads policy and kernels.
 * @throws InputError for one that cannot be read: a reference that is missing makes every verdict about it a guess.
 */
export const gatherReferences = async (
  options: GatherOptions,
  shipped: Shipped,
  { host, env, today, stderr }: Io,
): Promise<{ readonly input: Omit<LintInput, "subjects">; readonly known: KnownKernels }> => {
  const { policy, code } = await loadRunnablePolicy(shipped, options, { host, env });
  const folder = policyFolder(host, shipped, options.policy);
  const { btf, problems: untyped } = await loadBtf(host, options.btf ?? [], policy);
  const loaded = loadKernels(host, options.kernel, policy, folder, btf);
  const { kernels, problems: missing, builtOn, history } = loaded;
  const { lists, problems: unread } = loadLists(host, policy);
  for (const note of lists.flatMap(({ list }) => list.notes)) stderr.write(noteText(note));
  if (missing.length + unread.length + untyped.length > 0) throw new InputError([...missing, ...untyped, ...unread]);
  const committed = policy.manifest && (await loadCommitted(host, policy.manifest));
  const baseline = await loadBaseline(host, shipped, options);
  const known = history();
  const input = {
    kernels,
    ...(known && { past: { history: known, rates: readRates(host) } }),
    builtOn,
    lists,
    documented: documentedBy(() => known ?? openHistory(host)),
    since: sinceOf(shipped),
    replacements: replacementsOf(shipped),
    policy: options.binary === true ? { ...policy, isBinary: true } : policy,
    code,
    ...(committed && { committed }),
    ...(baseline && { baseline }),
    today: options.today ?? today,
  };
  return { input, known: loaded };
};

/** The subjects with their sources; what reads these is opened where there may be one. */
const sourcesOf = async (
  subjects: readonly Subject[],
  folders: readonly string[],
  { source, buildsOn, confirm = [], compiler }: GatherOptions,
  { host, stderr }: Pick<Io, "host" | "stderr">,
  known: KnownKernels,
): Promise<LoadedSources | { readonly subjects: readonly Subject[]; readonly problems: readonly Problem[] }> => {
  // --no-source is about what stands beside modules; a folder that is an input is read all the same.
  const [alone, asked] = source === false ? [subjects, []] : [[], subjects];
  const named = source === false ? [] : (source ?? []);
  if (named.length + folders.length === 0 && asked.every((each) => foldersAround(host, each).length === 0))
    return { subjects, problems: [] };
  const { loadSources } = await import("./load-source.ts");
  const loaded = loadSources(host, asked, folders, { source: named, ...(buildsOn !== undefined && { buildsOn }) }, known);
  if (confirm.length > 0) {
    const { confirmSources } = await import("./confirm-sources.ts");
    for (const note of await confirmSources(loaded.sources, { confirm, ...(compiler !== undefined && { compiler }) }, host, known))
      stderr.write(noteText(note));
  }
  return { ...loaded, subjects: [...alone, ...loaded.subjects] };
};

/** Reads subjects. Those that cannot be read are reported at once and left out. */
export const gatherSubjects = async (
  paths: readonly string[],
  options: GatherOptions,
  { data }: Shipped,
  { host, stderr, progress }: Io,
  known: KnownKernels,
): Promise<Pick<LintInput, "subjects" | "sourceOf"> & { readonly problems: readonly Problem[] }> => {
  const { subjects, folders, problems } = await loadSubjects(host, paths, {
    data,
    places: options.places,
    embedded: options.embedded === true,
    ...(options.inShare && { placesIn: options.inShare }),
    ...(progress && { progress }),
  });
  const placed = subjects.map((subject) => placeSources(subject, host, options.pathMap));
  const sources = await sourcesOf(placed, folders, options, { host, stderr }, known);
  const all = [...problems, ...sources.problems];
  for (const problem of all) stderr.write(problemText(problem));
  return { ...sources, problems: all };
};

/** Reads all that a run is about. @throws InputError as `gatherReferences` does. */
export const gather = async (
  paths: readonly string[],
  options: GatherOptions,
  io: Io,
): Promise<LintInput & { readonly problems: readonly Problem[] }> => {
  const shipped = shippedOf(io);
  const { input, known } = await gatherReferences(options, shipped, io);
  return { ...input, ...(await gatherSubjects(paths, options, shipped, io, known)) };
};
