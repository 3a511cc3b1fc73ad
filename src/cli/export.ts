import { renderManifest } from "../usage/to-manifest.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { loadSubjects } from "./load-subjects.ts";
import { problemText } from "./problems.ts";
import { shippedOf } from "./shipped.ts";

export interface ExportOptions {
  readonly output?: string;
  readonly places: boolean;
}

/** `abi-lint export`: the manifest of modules, to a file or to standard output. Nothing is written where an input could not be read. */
export const exportManifest = async (paths: readonly string[], options: ExportOptions, io: Io): Promise<ExitCode> => {
  const { host, stdout, stderr } = io;
  const { subjects, problems } = await loadSubjects(host, paths, { data: shippedOf(io).data, places: options.places, digest: true });
  for (const problem of problems) stderr.write(problemText(problem));
  if (problems.length > 0 || subjects.length === 0) return EXIT.notChecked;
  const text = renderManifest(subjects);
  if (options.output === undefined || options.output === "-") stdout.write(text);
  else host.write(options.output, text);
  return EXIT.clean;
};
