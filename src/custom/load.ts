import { collectLater, InputError, type Problem } from "../shared/input-error.ts";
import { nearest } from "../shared/suggest.ts";
import type { Rule } from "./rule.ts";
import { problemAt, problemWhere, type RuleSource } from "./source.ts";

/** A rule that can be run, and the file it came from. */
export interface LoadedRule {
  readonly file: string;
  readonly rule: Rule;
}

/** What rules written in TypeScript stand among. */
export interface Surroundings {
  /** The ids that other rules have. */
  readonly taken: ReadonlySet<string>;
  /** The placeholders that every message may use. */
  readonly placeholders: readonly string[];
}

const said = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : "what it threw is no Error");

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isTextMap = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
const optional =
  (test: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || test(value);

/** The form of a rule, again: the type-check can be told to look away. */
const FORM = {
  id: [isText, "a text"],
  title: [isText, "a text"],
  severity: [(value) => ["error", "warning", "note"].includes(value as string), "error, warning or note"],
  message: [isText, "a text"],
  facts: [optional(isTextMap), "a text for each placeholder"],
  why: [optional(isText), "a text"],
  instead: [optional(isText), "a text"],
  references: [optional((value) => Array.isArray(value) && value.every(isText)), "a list of texts"],
  check: [(value) => typeof value === "function", "a function"],
} as const satisfies Record<keyof Rule, readonly [(value: unknown) => boolean, string]>;

const checkForm = (source: RuleSource, value: unknown): Problem[] => {
  if (typeof value !== "object" || value === null) return [problemAt(source, 0, "the default export is not a Rule")];
  return Object.entries(FORM)
    .filter(([key, [test]]) => !test(value[key as keyof typeof value]))
    .map(([key, [, expected]]) => problemWhere(source, key, `expected ${expected} as "${key}"`));
};

const hintFor = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? "declare it in facts" : `did you mean "${near}"?`;
};

const checkTemplates = (source: RuleSource, rule: Rule, placeholders: readonly string[]): Problem[] => {
  const known = [...placeholders, ...Object.keys(rule.facts ?? {})];
  return [rule.message, rule.instead ?? ""]
    .flatMap((template) => [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1]!))
    .filter((name) => !known.includes(name))
    .map((name) => problemWhere(source, `{${name}}`, `unknown placeholder {${name}}`, hintFor(name, known)));
};

const checkWords = (source: RuleSource, rule: Rule, { taken, placeholders }: Surroundings): Problem[] => {
  const problems = checkTemplates(source, rule, placeholders);
  if (!/^[a-z][a-z0-9-]*$/.test(rule.id)) problems.unshift(problemWhere(source, rule.id, `expected kebab-case, not "${rule.id}"`));
  else if (taken.has(rule.id)) problems.unshift(problemWhere(source, rule.id, `another rule has the id "${rule.id}" already`));
  for (const name of Object.keys(rule.facts ?? {})) {
    if (!/^[a-z-]+$/.test(name)) problems.push(problemWhere(source, name, `expected small letters and hyphens, not "${name}"`));
    else if (placeholders.includes(name)) problems.push(problemWhere(source, name, `{${name}} stands for something already`));
  }
  return problems;
};

/** The default export of a script that imports nothing: it needs no file, its text is its address. */
const exportOf = async (source: RuleSource, script: string): Promise<unknown> => {
  try {
    const module = (await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`)) as { default?: unknown };
    return module.default;
  } catch (error) {
    throw new InputError(problemAt(source, 0, `cannot be loaded: ${said(error)}`));
  }
};

/**
 * Runs the scripts that were made of rules, each once, and takes the rules they export.
 * @throws InputError with every fault of every rule.
 */
export const loadRules = async (
  sources: readonly RuleSource[],
  scripts: readonly string[],
  { taken, placeholders }: Surroundings,
): Promise<readonly LoadedRule[]> => {
  const problems: Problem[] = [];
  const ids = new Set(taken);
  const loaded: LoadedRule[] = [];
  for (const [index, source] of sources.entries()) {
    await collectLater(problems, async () => {
      const value = await exportOf(source, scripts[index]!);
      const wrong = checkForm(source, value);
      if (wrong.length > 0) throw new InputError(wrong);
      const rule = value as Rule;
      problems.push(...checkWords(source, rule, { taken: ids, placeholders }));
      ids.add(rule.id);
      loaded.push({ file: source.file, rule });
    });
  }
  if (problems.length > 0) throw new InputError(problems);
  return loaded;
};
