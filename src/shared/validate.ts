import * as z from "zod";
import { fewer, InputError, type Problem } from "./input-error.ts";
import { MAX_TEXT_PROBLEMS } from "./limits.ts";
import { didYouMean, nearest } from "./suggest.ts";
import type { Path, YamlText } from "./yaml.ts";

/** The value of a YAML text as a schema's output. @throws InputError with every problem at the key or value that is wrong. */
export const validate = <S extends z.ZodType>(yaml: YamlText, schema: S): z.output<S> => {
  if (yaml.isValid) return yaml.value as z.output<S>;
  const result = checked(yaml, schema);
  if (result.success) return result.data;
  // Of the others nobody is told: they need not be put into words.
  const issues = result.error.issues.slice(0, MAX_TEXT_PROBLEMS + 1);
  throw new InputError(fewer(issues.flatMap((issue) => problemsOf(yaml, issue, schema))));
};

/** The library hands faults on as the arguments of a call: a hundred thousand in one list exhaust the stack. */
const checked = <S extends z.ZodType>(yaml: YamlText, schema: S): z.ZodSafeParseResult<z.output<S>> => {
  try {
    return schema.safeParse(yaml.value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(yaml.problem([], "more faults than can be told of"));
  }
};

interface JsonSchema {
  readonly $ref?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

const written = new WeakMap<z.ZodType, JsonSchema>();
const jsonSchemaOf = (schema: z.ZodType): JsonSchema => {
  const json = written.get(schema) ?? (z.toJSONSchema(schema, { target: "draft-7", io: "input", unrepresentable: "any" }) as JsonSchema);
  written.set(schema, json);
  return json;
};

/** The keys a schema knows at a path, for "did you mean". */
const keysAt = (schema: z.ZodType, path: Path): string[] => {
  const root = jsonSchemaOf(schema);
  const branches = (node: JsonSchema | undefined): JsonSchema[] => {
    if (!node) return [];
    if (node.$ref !== undefined) return branches(root.definitions?.[node.$ref.slice("#/definitions/".length)]);
    return [node, ...[...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])].flatMap(branches)];
  };
  let here = branches(root);
  for (const step of path) {
    here = here.flatMap((node) => {
      const rest = typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
      return branches(typeof step === "number" ? node.items : (node.properties?.[step] ?? rest));
    });
  }
  return here.flatMap((node) => Object.keys(node.properties ?? {}));
};

const problemsOf = (yaml: YamlText, issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] => {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    const unknown = issue.keys.slice(0, MAX_TEXT_PROBLEMS + 1);
    return unknown.map((key) => yaml.problem([...path, key], `unknown key "${key.slice(0, 200)}"`, didYouMean(key, known), "key"));
  }
  if (issue.code === "invalid_union") {
    const branch = nearestBranch(issue.errors).slice(0, MAX_TEXT_PROBLEMS + 1);
    return branch.flatMap((inner) => problemsOf(yaml, { ...inner, path: [...path, ...inner.path] } as z.core.$ZodIssue, schema));
  }
  if (issue.code === "invalid_value") {
    const given = path.reduce<any>((at, step) => at?.[step], yaml.value);
    const values = issue.values.map(String);
    const near = typeof given === "string" ? nearest(given, values) : undefined;
    const expected = values.length > 1 ? `one of ${values.join(", ")}` : values[0];
    return [yaml.problem(path, `expected ${expected}`, near === undefined ? undefined : `did you mean "${near}"?`)];
  }
  const missing = issue.code === "invalid_type" && path.length > 0 && path.reduce<any>((at, step) => at?.[step], yaml.value) === undefined;
  return [yaml.problem(path, missing ? `"${String(path.at(-1))}" is missing` : issue.message.replace(/^Invalid input: /, ""))];
};

/**
 * A union's own message says nothing: speak of the branch that was meant. That is the one whose type fits at all, and of these
 * the one whose faults lie deepest (an unknown key counts one deeper: the shape was right down to it).
 */
const nearestBranch = (branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] => {
  const rank = (issues: readonly z.core.$ZodIssue[]): number => {
    if (issues.some((issue) => issue.code === "invalid_type" && issue.path.length === 0)) return -1;
    return issues.reduce((deepest, { path, code }) => Math.max(deepest, path.length + (code === "unrecognized_keys" ? 1 : 0)), 0);
  };
  return branches.toSorted((a, b) => rank(b) - rank(a))[0] ?? [];
};
