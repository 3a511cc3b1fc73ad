import { InputError } from "../shared/input-error.ts";
import type { Subject } from "../usage/model.ts";
import type { LoadedRule } from "./load.ts";
import type { Rule, UseView, Verdict } from "./rule.ts";

/** A verdict that holds: of the use at `index`, with kernels in the order asked and a value for every fact that the rule declares. */
export interface Judgement {
  readonly index: number;
  readonly kernels: readonly string[];
  readonly facts: Readonly<Record<string, string>>;
}

/** What is wrong with a verdict, as a sentence; nothing where it holds. */
const faultOf = ({ kernels = [], facts = {} }: Verdict, use: UseView | undefined, declared: readonly string[]): string | undefined => {
  if (!use) return "its verdict names no use that it was given";
  const known = new Set(use.kernels.map(({ kernel }) => kernel));
  const unknown = kernels.find((kernel) => !known.has(kernel));
  if (unknown !== undefined) return `its verdict on ${use.name} names the kernel "${unknown}", which was not asked about`;
  const missing = declared.find((name) => typeof facts[name] !== "string");
  if (missing !== undefined) return `its verdict on ${use.name} lacks the fact "${missing}"`;
  const more = Object.keys(facts).find((name) => !declared.includes(name));
  if (more !== undefined) return `its verdict on ${use.name} has the fact "${more}", which the rule does not declare`;
  return undefined;
};

const ask = (rule: Rule, subject: Subject, uses: readonly UseView[], fail: (message: string) => never): readonly Verdict[] => {
  let verdicts: unknown;
  try {
    verdicts = rule.check(structuredClone(subject), uses);
  } catch (error) {
    fail(error instanceof Error ? `threw ${error.name}: ${error.message}` : "threw what is no Error");
  }
  if (!Array.isArray(verdicts) || verdicts.some((verdict) => typeof verdict !== "object" || verdict === null))
    fail("did not return a list of verdicts");
  return verdicts as readonly Verdict[];
};

/**
 * Asks a rule about a subject. It gets copies: what it does to them, no other rule sees.
 * @throws InputError where the rule throws or its verdicts make no sense: then nothing is known of the subject, and that is no pass.
 */
export const judge = ({ file, rule }: LoadedRule, subject: Subject, uses: readonly UseView[]): readonly Judgement[] => {
  const fail = (message: string): never => {
    throw new InputError({ file, message: `the rule ${rule.id} failed on ${subject.name}: ${message}` });
  };
  const views = structuredClone(uses);
  const declared = Object.keys(rule.facts ?? {});
  const said = new Set<string>();
  return ask(rule, subject, [...views], fail).map((verdict) => {
    const index = typeof verdict.use === "number" ? verdict.use : views.indexOf(verdict.use);
    const view = views[index];
    const fault = faultOf(verdict, view, declared);
    if (fault !== undefined || !view) return fail(fault ?? "");
    const kernels = view.kernels.map(({ kernel }) => kernel).filter((kernel) => verdict.kernels?.includes(kernel));
    const key = JSON.stringify([index, kernels]);
    if (said.has(key)) return fail(`it has two verdicts on ${view.name}`);
    said.add(key);
    return { index, kernels, facts: { ...verdict.facts } };
  });
};
