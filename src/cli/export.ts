import { renderManifest } from "../usage/to-manifest.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import type { Problem } from "../shared/input-error.ts";
import type { Subject } from "../usage/model.ts";
import type { Host } from "./host.ts";
import { loadKernels } from "./load-kernels.ts";
import { loadSubjects } from "./load-subjects.ts";
import { problemText } from "./problems.ts";
import { shippedOf } from "./shipped.ts";

export interface ExportOptions {
  readonly output?: string;
  readonly places: boolean;
  /** The kernel that sources build on. */
  readonly buildsOn?: string;
}

interface ExportedSources {
  readonly subjects: readonly Subject[];
  readonly problems: readonly Problem[];
}

/** What sources alone take from kernel headers, as the newest release that they fit has these. */
const sourcesIn = async (host: Host, folders: readonly string[], { places, buildsOn }: ExportOptions): Promise<ExportedSources> => {
  const { loadSources } = await import("./load-source.ts");
  const known = loadKernels(host, [], { kernels: [] }, ".");
  const { subjects, problems } = loadSources(host, [], folders, { ...(buildsOn !== undefined && { buildsOn }) }, known);
  const bare = (subject: Subject): Subject => ({ ...subject, uses: subject.uses.map((use) => ({ ...use, sites: [] })) });
  return { subjects: places ? subjects : subjects.map(bare), problems };
};

/** `abi-lint export`: the manifest of modules, to a file or to standard output. Nothing is written where an input could not be read. */
export const exportManifest = async (paths: readonly string[], options: ExportOptions, io: Io): Promise<ExitCode> => {
  const { host, stdout, stderr } = io;
  const read = await loadSubjects(host, paths, { data: shippedOf(io).data, places: options.places, digest: true });
  const sources = read.folders.length > 0 ? await sourcesIn(host, read.folders, options) : { subjects: [], problems: [] };
  const subjects = [...read.subjects, ...sources.subjects];
  const problems = [...read.problems, ...sources.problems];
  for (const problem of problems) stderr.write(problemText(problem));
  if (problems.length > 0 || subjects.length === 0) return EXIT.notChecked;
  const text = renderManifest(subjects);
  if (options.output === undefined || options.output === "-") stdout.write(text);
  else host.write(options.output, text);
  return EXIT.clean;
};
