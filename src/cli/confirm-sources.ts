import { join } from "node:path";
import { predictionsOn } from "../engine/source/judge.ts";
import type { Kernel } from "../kernels/model.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import { confirmPredictions } from "./confirm.ts";
import type { Host } from "./host.ts";
import type { AskedSource } from "./load-source.ts";
import type { KnownKernels } from "./load-kernels.ts";

export interface ConfirmOptions {
  /** Kernels' configured headers: `KERNEL=FOLDER`, or a folder, which says of itself which kernel's it is. */
  readonly confirm: readonly string[];
  readonly compiler?: string;
}

/** What a build folder calls its kernel (Makefile, include/config/kernel.release). */
const releaseOf = (host: Host, folder: string): string => {
  const file = join(folder, "include/config/kernel.release");
  if (host.kindOf(file) !== "file")
    throw new InputError({
      file: host.shown(folder),
      message: "does not say which kernel's headers it holds (there is no include/config/kernel.release)",
      hint: "--confirm KERNEL=FOLDER, for a folder of configured headers such as /lib/modules/RELEASE/build",
    });
  return host.readText(file).trim();
};

const targetOf = (host: Host, option: string, { kernels, named }: KnownKernels): { readonly kernel: Kernel; readonly folder: string } => {
  const equals = option.indexOf("=");
  const isNamed = equals > 0 && host.kindOf(option) === "missing";
  const folder = isNamed ? option.slice(equals + 1) : option;
  if (host.kindOf(folder) !== "folder") throw new InputError({ file: folder, message: "is no folder of a kernel's headers" });
  const name = isNamed ? option.slice(0, equals) : releaseOf(host, folder);
  const kernel = kernels.find((each) => each.name === name) ?? kernels.find((each) => each === named(name));
  if (kernel === undefined)
    throw new InputError({
      file: "--confirm",
      message: `the kernel ${name} is none of those that are asked about`,
      hint: `--kernel ${name}`,
    });
  return { kernel, folder };
};

/**
 * Asks a compiler about what is predicted of each source on each kernel whose headers are at hand. Problems are told as notes: what a compiler does
 * not say leaves a prediction what it was.
 * @throws InputError for a folder that is none of a kernel's headers
 */
export const confirmSources = async (
  sources: readonly AskedSource[],
  { confirm, compiler = "gcc" }: ConfirmOptions,
  host: Host,
  known: KnownKernels,
): Promise<readonly Problem[]> => {
  const notes: Problem[] = [];
  for (const { kernel, folder } of confirm.map((option) => targetOf(host, option, known)))
    for (const { on, folder: source, answers } of sources) {
      const predictions = predictionsOn(on, kernel);
      const headers = kernel.declared?.();
      if (predictions.length === 0 || headers === undefined) continue;
      const { answers: said, problems } = await confirmPredictions({
        host,
        compiler,
        headers: folder,
        source,
        facts: on.as(headers),
        predictions,
      });
      answers.set(kernel, said);
      notes.push(...problems.map((message) => ({ file: host.shown(folder), message })));
    }
  return notes;
};
