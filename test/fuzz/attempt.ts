import { InputError, type Problem } from "../../src/shared/input-error.ts";
import { randomFrom } from "./random.ts";
import type { Opened } from "./targets.ts";

/** What became of an input. A fault's key is the same for inputs that fail alike. */
export type Outcome =
  | { readonly kind: "result" }
  | { readonly kind: "refused" }
  | { readonly kind: "fault"; readonly key: string; readonly text: string };

/** The input of a number: it depends on the seed of the run, the reader, the number and the seeds alone. */
export const inputOf = (seed: number, target: string, index: number, { seeds, mutate }: Opened): Uint8Array => {
  const random = randomFrom(`${seed} ${target} ${index}`);
  return mutate(random, random.pick(seeds), seeds);
};

const isPlace = (value: number | undefined, least: number): boolean =>
  value === undefined || (Number.isSafeInteger(value) && value >= least);
const isSound = ({ file, message, offset, line, column }: Problem): boolean =>
  typeof file === "string" && typeof message === "string" && isPlace(offset, 0) && isPlace(line, 1) && isPlace(column, 1);

/** Where in the repository's own code an error was thrown, without line numbers: these change with every edit. */
const keyOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "no Error";
  const frame = /\n\s+at (?:new |async )?([\w.<>$]+)/.exec(error.stack ?? "")?.[1] ?? "";
  return `${error.name} in ${frame}: ${error.message.replace(/\d+/g, "N").slice(0, 60)}`;
};

const outcomeOf = (error: unknown): Outcome => {
  if (!(error instanceof InputError))
    return { kind: "fault", key: keyOf(error), text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  if (error.problems.length > 0 && error.problems.every(isSound)) return { kind: "refused" };
  const text = JSON.stringify(error.problems.filter((problem) => !isSound(problem)).slice(0, 5));
  return {
    kind: "fault",
    key: `an InputError without a place: ${text.replace(/\d+/g, "N").slice(0, 60)}`,
    text: `${text}\n${error.stack}`,
  };
};

/** Reads an input, whatever comes of it. */
export const attempt = async ({ run }: Opened, bytes: Uint8Array): Promise<Outcome> => {
  try {
    const result = run(bytes);
    if (result instanceof Promise) await result;
    return { kind: "result" };
  } catch (error) {
    return outcomeOf(error);
  }
};
