import { nodeHost } from "../../src/cli/host.ts";
import { run } from "../../src/cli/run.ts";
import { readOwn } from "../../src/cli/read-shipped.ts";
import type { Shipped } from "../../src/cli/shipped.ts";

// The YAML of rules/ is read once for all commands of a test file: it is most of what a command would do here.
let shipped: Shipped | undefined;

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in a folder, without a child process; a pipe of 100 columns on a fixed day, an empty environment. */
export const abiLint = (cwd: string, ...argv: string[]): Promise<Outcome> => abiLintIn({}, cwd, ...argv);

/** The same in an environment. */
export const abiLintIn = async (env: Readonly<Record<string, string>>, cwd: string, ...argv: string[]): Promise<Outcome> => {
  let [stdout, stderr] = ["", ""];
  const status = await run(argv, {
    host: nodeHost(cwd),
    shipped: (shipped ??= readOwn(nodeHost(cwd))),
    env,
    today: "2026-11-23",
    stdout: { write: (text) => void (stdout += text), isTerminal: false, columns: 100 },
    stderr: { write: (text) => void (stderr += text) },
  });
  return { status, stdout, stderr };
};
