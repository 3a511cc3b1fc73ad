import type { LintInput } from "../engine/lint.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import type { Io } from "./io.ts";
import { loadKernels } from "./load-kernels.ts";
import { loadPolicy } from "./load-policy.ts";
import { loadSubjects } from "./load-subjects.ts";
import { placeSources } from "./place-sources.ts";
import { problemText } from "./problems.ts";
import { loadShipped } from "./shipped.ts";

/** What to judge, against what, by what: the options that check and explain share. */
export interface GatherOptions {
  readonly kernel: readonly string[];
  readonly policy?: string;
  readonly places: boolean;
  readonly pathMap: readonly string[];
  readonly today?: string;
}

/**
 * Reads policy, kernels and subjects. Subjects that cannot be read are reported at once and left out.
 * @throws InputError for a policy or a kernel that cannot be read: a reference that is missing makes every verdict about it a guess.
 */
export const gather = async (
  paths: readonly string[],
  options: GatherOptions,
  { host, stderr, today }: Io,
): Promise<LintInput & { readonly problems: readonly Problem[] }> => {
  const shipped = loadShipped(host);
  const policy = loadPolicy(host, shipped, options.policy);
  const { kernels, problems: missing } = loadKernels(host, options.kernel, policy);
  if (missing.length > 0) throw new InputError(missing);
  const { subjects, problems } = await loadSubjects(host, paths, { data: shipped.data, places: options.places });
  for (const problem of problems) stderr.write(problemText(problem));
  return {
    subjects: subjects.map((subject) => placeSources(subject, host, options.pathMap)),
    kernels,
    policy,
    today: options.today ?? today,
    problems,
  };
};
