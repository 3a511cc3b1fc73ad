import type { PolicyLine } from "../findings/model.ts";
import type { ResolvedPromise } from "../policy/model.ts";
import type { Level } from "../shared/vocabulary.ts";
import type { Context } from "./context.ts";
import { compileMatch } from "./match.ts";

/** What the policy promises of a use, and the line that decided. */
export interface Verdict {
  readonly level: Level;
  readonly by?: string;
  readonly source?: string;
  /** The kernels that it is kept on (globs). */
  readonly kernels?: readonly string[];
  readonly at?: PolicyLine;
}

const UNKNOWN: Verdict = { level: "unknown" };

/** Promises in the order given, the first match decides. */
export const compilePromises = (promises: readonly ResolvedPromise[]): ((context: Context) => Verdict) => {
  const tests = promises.map((promise) => ({ promise, test: compileMatch(promise.match) }));
  return (context) => tests.find(({ test }) => test(context))?.promise ?? UNKNOWN;
};
