import { lint } from "../engine/lint.ts";
import { COMPARISONS } from "../reporters/comparison.ts";
import { dressOf, type DressOptions } from "./dress.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { parseFormats } from "./format.ts";
import { gather, type GatherOptions } from "./gather.ts";
import type { Io } from "./io.ts";

export interface CompareOptions extends GatherOptions, DressOptions {
  readonly format: readonly string[];
}

/** `abi-lint compare`: what several subjects stand on, side by side. It judges nothing, so that only what could not be read is a fault. */
export const compareInputs = async (paths: readonly string[], options: CompareOptions, io: Io): Promise<ExitCode> => {
  const { host, env, stdout } = io;
  const targets = parseFormats(options.format, COMPARISONS);
  const { problems, ...input } = await gather(paths, { ...options, baseline: false }, io);
  if (input.subjects.length === 0) return EXIT.notChecked;
  const report = lint(input);
  for (const { format, file } of targets) {
    const text = COMPARISONS[format](report, { ...dressOf(options, { env, stdout }, file), uses: false });
    if (file === undefined) stdout.write(text);
    else host.write(file, text);
  }
  return problems.length > 0 ? EXIT.notChecked : EXIT.clean;
};
