import { CommanderError } from "commander";
import { InputError } from "../shared/input-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { problemText } from "./problems.ts";
import { buildProgram } from "./program.ts";
import { withProgress } from "./progress.ts";

/** The command as a function: arguments and streams in, exit status out. A bug is thrown. */
export const run = async (argv: readonly string[], surroundings: Io): Promise<ExitCode> => {
  const { io, clear } = withProgress(surroundings);
  let status: ExitCode = EXIT.clean;
  try {
    await buildProgram(io, (ended) => (status = ended)).parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof InputError) {
      for (const problem of error.problems) io.stderr.write(problemText(problem));
      return EXIT.notChecked;
    }
    // commander ends every wrong usage with 1, which here means findings.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.notChecked;
    throw error;
  } finally {
    clear();
  }
  return status;
};

export { nodeHost, reasonOf } from "./host.ts";
export { problemText } from "./problems.ts";
