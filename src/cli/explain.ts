import { explain } from "../engine/explain.ts";
import { renderExplanation } from "../reporters/explanation.ts";
import { InputError } from "../shared/input-error.ts";
import { didYouMean } from "../shared/suggest.ts";
import { useColor, type ColorWish } from "./color.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { gather, type GatherOptions } from "./gather.ts";
import type { Io } from "./io.ts";

export interface ExplainOptions extends GatherOptions {
  readonly color: ColorWish;
}

/** `abi-lint explain INPUT NAME`: all that is known of what an input takes under one name. */
export const explainUse = async (path: string, name: string, options: ExplainOptions, io: Io): Promise<ExitCode> => {
  const { problems, ...input } = await gather([path], options, io);
  if (input.subjects.length === 0) return EXIT.notChecked;
  const explanations = explain(input, name);
  if (explanations.length === 0) {
    const known = new Set(input.subjects.flatMap((subject) => subject.uses.map((use) => use.name)));
    const hint = didYouMean(name, known);
    throw new InputError({ file: io.host.shown(path), message: `does not use "${name}"`, ...(hint !== undefined && { hint }) });
  }
  const color = useColor(options.color, io.env, io.stdout.isTerminal);
  io.stdout.write(renderExplanation(explanations, { color, width: io.stdout.columns, uses: false }));
  return problems.length > 0 ? EXIT.notChecked : EXIT.clean;
};
