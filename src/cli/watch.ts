import { countFindings } from "../findings/summary.ts";
import { InputError } from "../shared/input-error.ts";
import { runCheck, type CheckOptions } from "./check.ts";
import type { Host } from "./host.ts";
import type { Io } from "./io.ts";
import { problemText } from "./problems.ts";

/** A host that remembers what was asked for: files read, folders listed, and files that were looked for and not there. */
const remembering = (host: Host, asked: Map<string, string>): Host => {
  const note = (path: string): void => {
    if (path !== "-" && !asked.has(path)) asked.set(path, host.stateOf(path));
  };
  return {
    ...host,
    withFile: (path, use, atOnce) => {
      note(path);
      return host.withFile(path, use, atOnce);
    },
    readText: (path) => {
      note(path);
      return host.readText(path);
    },
    readBytes: (path) => {
      note(path);
      return host.readBytes(path);
    },
    kindOf: (path) => {
      note(path);
      return host.kindOf(path);
    },
    list: (path) => {
      note(path);
      return host.list(path);
    },
  };
};

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * `abi-lint check --watch`: judges again whenever a file changes that the last run read or looked for. Each run stands between two lines that an
 * editor's background matcher knows: "abi-lint: checking…" and "abi-lint: done, …". Ends when it is interrupted.
 */
export const watch = async (paths: readonly string[], options: CheckOptions, io: Io): Promise<never> => {
  for (;;) {
    const asked = new Map<string, string>();
    io.stdout.write("abi-lint: checking…\n");
    let ended = "nothing was checked";
    try {
      const { report } = await runCheck(paths, options, { ...io, host: remembering(io.host, asked) });
      if (report) {
        const { error, warning } = countFindings(report);
        ended = `${plural(error + report.problems.length, "error")}, ${plural(warning, "warning")}`;
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      for (const problem of error.problems) io.stderr.write(problemText(problem));
    }
    io.stdout.write(`abi-lint: done, ${ended}\n`);
    await io.host.nextChange(asked);
  }
};
