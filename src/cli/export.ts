import { createHash } from "node:crypto";
import { renderManifest } from "../usage/to-manifest.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { loadSubjects } from "./load-subjects.ts";
import { problemText } from "./problems.ts";

const CHUNK = 1 << 20;

/** `abi-lint export`: the manifest of modules, to a file or to standard output. Nothing is written where an input could not be read. */
export const exportManifest = (paths: readonly string[], options: { readonly output?: string }, { host, stdout, stderr }: Io): ExitCode => {
  const { subjects, problems } = loadSubjects(host, paths);
  for (const problem of problems) stderr.write(problemText(problem));
  if (problems.length > 0 || subjects.length === 0) return EXIT.notChecked;
  const digests = new Map(
    subjects
      .filter((subject) => host.kindOf(subject.path) === "file")
      .map((subject) => {
        const hash = createHash("sha256");
        host.withFile(subject.path, (source) => {
          for (let at = 0; at < source.size; at += CHUNK) hash.update(source.read(at, Math.min(CHUNK, source.size - at)));
        });
        return [subject.path, hash.digest("hex")] as const;
      }),
  );
  const text = renderManifest(subjects, digests);
  if (options.output === undefined || options.output === "-") stdout.write(text);
  else host.write(options.output, text);
  return EXIT.clean;
};
