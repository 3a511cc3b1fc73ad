import { MAX_TEXT_PROBLEMS } from "./limits.ts";

/** Where in an input something is wrong: a byte offset in a binary, or a line and column (both 1-based) in a text. */
export interface Problem {
  readonly file: string;
  readonly message: string;
  /** Byte offset from the start of the (decompressed) file. */
  readonly offset?: number;
  /** The ELF section the offset lies in. */
  readonly section?: string;
  readonly line?: number;
  readonly column?: number;
  /** The text of the line, for a caret below it. */
  readonly source?: string;
  /** "did you mean …" or what to do. */
  readonly hint?: string;
}

/**
 * An input cannot be read: not a finding about it, and not a bug of ours. Carries every problem that was found in it.
 * The command reports all of them, goes on with the other inputs and ends with status 2.
 */
export class InputError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[] | Problem) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map((problem) => `${problem.file}: ${problem.message}`).join("\n"));
    this.name = "InputError";
    this.problems = list;
  }
}

/** What a step gives; undefined where it ends with an input error, whose problems are kept, so that what else there is still goes on. */
export const collect = <T>(problems: Problem[], step: () => T): T | undefined => {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
};

/** `collect`, for a step that takes its time. */
export const collectLater = async <T>(problems: Problem[], step: () => Promise<T> | T): Promise<T | undefined> => {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
};

/** The first problems of a text, and from where on there are more: beyond a hundred they are no help to anybody. */
export const fewer = (problems: readonly Problem[]): readonly Problem[] => {
  const next = problems[MAX_TEXT_PROBLEMS];
  if (!next) return problems;
  const { hint: _, ...place } = next;
  return [...problems.slice(0, MAX_TEXT_PROBLEMS), { ...place, message: "there are more problems from here on" }];
};
