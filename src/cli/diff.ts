import { diff } from "../engine/diff.ts";
import { failingOf, type Diff } from "../findings/diff.ts";
import { DIFF_REPORTERS } from "../reporters/diff.ts";
import { InputError } from "../shared/input-error.ts";
import { didYouMean } from "../shared/suggest.ts";
import { keysOf, LEVELS, type Level } from "../shared/vocabulary.ts";
import { dressOf, type DressOptions } from "./dress.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { parseFormats } from "./format.ts";
import { gatherReferences, gatherSubjects, type GatherOptions } from "./gather.ts";
import type { Io } from "./io.ts";
import { shippedOf } from "./shipped.ts";

export interface DiffOptions extends GatherOptions, DressOptions {
  readonly format: readonly string[];
  readonly failOnNew: readonly string[];
}

/** Levels, comma-separated. @throws InputError for each that is none. */
const parseLevels = (options: readonly string[]): readonly Level[] => {
  const words = options.flatMap((option) => option.split(",")).map((word) => word.trim());
  const wrong = words.filter((word) => !Object.hasOwn(LEVELS, word));
  if (wrong.length > 0)
    throw new InputError(
      wrong.map((word) => ({ file: "--fail-on-new", message: `unknown level "${word}"`, hint: didYouMean(word, keysOf(LEVELS)) ?? "" })),
    );
  return keysOf(LEVELS).filter((level) => words.includes(level));
};

/**
 * `abi-lint diff OLD NEW`: what a change takes on, drops and changes.
 * Where an input could not be read nothing is compared: its uses would all look dropped, or new.
 */
export const diffInputs = async (before: string, after: string, options: DiffOptions, io: Io): Promise<ExitCode> => {
  const { host, env, stdout } = io;
  const targets = parseFormats(options.format, DIFF_REPORTERS);
  const failOnNew = parseLevels(options.failOnNew);
  const shipped = shippedOf(io);
  const { input, known } = await gatherReferences({ ...options, baseline: false }, shipped, io);
  const { kernels, policy } = input;
  const old = await gatherSubjects([before], options, shipped, io, known);
  const now = await gatherSubjects([after], options, shipped, io, known);
  if (old.problems.length + now.problems.length > 0) return EXIT.notChecked;
  const subjects = diff({ before: old.subjects, after: now.subjects, kernels, policy, failOnNew });
  const report: Diff = { before: host.shown(before), after: host.shown(after), failOnNew, subjects };
  for (const { format, file } of targets) {
    const text = DIFF_REPORTERS[format](report, { ...dressOf(options, { env, stdout }, file), uses: true });
    if (file === undefined) stdout.write(text);
    else host.write(file, text);
  }
  return failingOf(report).length > 0 ? EXIT.findings : EXIT.clean;
};
