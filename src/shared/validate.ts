import * as z from "zod";
import { InputError, type Problem } from "./input-error.ts";
import { didYouMean } from "./suggest.ts";
import type { Path, YamlText } from "./yaml.ts";

/** The value of a YAML text as a schema's output. @throws InputError with every problem at the key or value that is wrong. */
export const validate = <S extends z.ZodType>(yaml: YamlText, schema: S): z.output<S> => {
  const result = schema.safeParse(yaml.value);
  if (result.success) return result.data;
  throw new InputError(result.error.issues.flatMap((issue) => problemsOf(yaml, issue, schema)));
};

/** The keys a strict object schema knows at a path, for "did you mean". */
const keysAt = (schema: unknown, path: Path): string[] => {
  let json: any = z.toJSONSchema(schema as z.ZodType, { target: "draft-7", io: "input", unrepresentable: "any" });
  const root = json;
  const open = (node: any): any =>
    node?.$ref
      ? open(
          node.$ref
            .split("/")
            .slice(1)
            .reduce((at: any, key: string) => at?.[key], root),
        )
      : node;
  for (const step of path) {
    json = open(json);
    const options = [json, ...(json?.anyOf ?? []), ...(json?.oneOf ?? [])].map(open);
    const key = String(step);
    json = options
      .map(
        (each) =>
          each?.properties?.[key] ??
          (typeof step === "number" ? each?.items : undefined) ??
          (typeof each?.additionalProperties === "object" ? each.additionalProperties : undefined),
      )
      .find(Boolean);
  }
  json = open(json);
  return [json, ...(json?.anyOf ?? []), ...(json?.oneOf ?? [])].map(open).flatMap((each) => Object.keys(each?.properties ?? {}));
};

const problemsOf = (yaml: YamlText, issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] => {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => yaml.problem([...path, key], `unknown key "${key}"`, didYouMean(key, keysAt(schema, path)), "key"));
  }
  if (issue.code === "invalid_union") {
    // A union's own message says nothing: take the branch that got furthest.
    const branch = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0];
    if (branch && branch.length > 0 && depth(branch) > 0)
      return branch.flatMap((inner) => problemsOf(yaml, { ...inner, path: [...path, ...inner.path] } as z.core.$ZodIssue, schema));
    const expected = issue.errors
      .flat()
      .map((inner) => ("expected" in inner ? String(inner.expected) : undefined))
      .filter(Boolean);
    return [yaml.problem(path, expected.length > 0 ? `expected ${[...new Set(expected)].join(" or ")}` : issue.message)];
  }
  if (issue.code === "invalid_value") {
    const given = path.reduce<any>((at, step) => at?.[step], yaml.value);
    const values = issue.values.map(String);
    return [
      yaml.problem(
        path,
        `expected ${values.length > 1 ? `one of ${values.join(", ")}` : values[0]}`,
        typeof given === "string" ? didYouMean(given, values) : undefined,
      ),
    ];
  }
  const missing = issue.code === "invalid_type" && path.length > 0 && path.reduce<any>((at, step) => at?.[step], yaml.value) === undefined;
  return [yaml.problem(path, missing ? `"${String(path.at(-1))}" is missing` : issue.message.replace(/^Invalid input: /, ""))];
};

/** How deep the furthest issue of a union's branch lies; unknown keys count one deeper, since the shape was right down to them. */
const depth = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === "unrecognized_keys" ? 1 : 0)));
