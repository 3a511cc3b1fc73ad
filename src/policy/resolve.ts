import type { PolicyLine } from "../findings/model.ts";
import { fewer, InputError, type Problem } from "../shared/input-error.ts";
import { MAX_TEXT_PROBLEMS } from "../shared/limits.ts";
import { didYouMean } from "../shared/suggest.ts";
import type { Level } from "../shared/vocabulary.ts";
import type { Path, YamlText } from "../shared/yaml.ts";
import { FIELDS, fieldsOf, needs, type FieldName, type Match } from "./fields.ts";
import { loadLayers, type Layer, type PolicySource } from "./load.ts";
import type { ResolvedList, ResolvedPolicy, ResolvedRule } from "./model.ts";
import { PLACEHOLDERS } from "./placeholders.ts";

/** Drops keys whose value is undefined, so that an override never erases what it does not name. */
const given = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };

/** A stranger's policy may have more faults than a call has arguments. */
const tell = (problems: Problem[], more: readonly Problem[]): void => {
  for (const each of more) problems.push(each);
};

const checkTemplate = (template: string | undefined, yaml: YamlText, path: Path): Problem[] =>
  [...(template ?? "").matchAll(/\{([^{}]*)\}/g)]
    .map((each) => each[1]!)
    .filter((name) => !Object.hasOwn(PLACEHOLDERS, name))
    .slice(0, MAX_TEXT_PROBLEMS + 1)
    .map((name) => yaml.problem(path, `unknown placeholder {${name}}`, didYouMean(name, Object.keys(PLACEHOLDERS))));

/** A remark (a gap, an oddity) speaks of no use; a promise is made about an interface, whatever level it thereby gets. */
const checkMatch = (match: Match, yaml: YamlText, path: Path, forbidden: readonly FieldName[]): Problem[] => {
  const wrong = fieldsOf(match)
    .filter((field) => forbidden.includes(field))
    .map((field) => yaml.problem(path, `"${field}" cannot be asked for here`));
  if (!needs(match, "remark")) return wrong;
  const mixed = fieldsOf(match).filter((field) => FIELDS[field].scope === "use" || FIELDS[field].scope === "kernel");
  return [
    ...wrong,
    ...mixed.map((field) =>
      yaml.problem(path, `"${field}" speaks of a use, "gap", "oddity", "waiver" and "budget" of none: ask for one or the other`),
    ),
  ];
};

const REMARK_FIELDS = ["gap", "oddity", "waiver", "budget"] as const satisfies FieldName[];
const PROMISE_FORBIDDEN = [...REMARK_FIELDS, "level"] as const satisfies FieldName[];

/** A rule that nobody knows; of very many only the first are told of, and only for these a name like it is looked for. */
const unknownRule = (told: readonly Problem[], id: string, rules: ReadonlyMap<string, ResolvedRule>): [message: string, hint?: string] => {
  const hint = told.length < MAX_TEXT_PROBLEMS ? didYouMean(id, rules.keys()) : undefined;
  return hint === undefined ? [`unknown rule "${id}"`] : [`unknown rule "${id}"`, hint];
};

const applyRules = (rules: Map<string, ResolvedRule>, { yaml, policy }: Layer, problems: Problem[], unknown: Problem[]): void => {
  for (const [id, block] of Object.entries(policy.rules ?? {})) {
    const path = ["rules", id];
    const known = rules.get(id);
    const at = yaml.placeOf(path);
    if (typeof block === "string") {
      if (known) rules.set(id, { ...known, severity: block, origins: { ...known.origins, severity: at } });
      else {
        const [message, hint] = unknownRule(unknown, id, rules);
        unknown.push(yaml.problem(path, message, hint, "key"));
      }
      continue;
    }
    tell(problems, checkTemplate(block.message, yaml, [...path, "message"]));
    tell(problems, checkTemplate(block.instead, yaml, [...path, "instead"]));
    const origins = Object.fromEntries(Object.keys(given(block)).map((key) => [key, yaml.placeOf([...path, key])]));
    if (block.match) tell(problems, checkMatch(block.match, yaml, [...path, "match"], []));
    if (known?.code && block.match) problems.push(yaml.problem([...path, "match"], `${known.at.file} says what "${id}" matches`));
    if (known) {
      rules.set(id, {
        ...known,
        ...given(block),
        origins: { ...known.origins, ...origins },
        remarks: needs(block.match ?? known.match, "remark"),
      });
      continue;
    }
    const { match, message } = block;
    if (!match || !message) {
      const [message_, hint = "a rule of your own needs match and message"] = unknownRule(unknown, id, rules);
      unknown.push(yaml.problem(path, message_, hint, "key"));
      continue;
    }
    rules.set(id, {
      ...given(block),
      id,
      title: block.title ?? id,
      severity: block.severity ?? "error",
      match,
      message,
      words: block.words ?? {},
      references: block.references ?? [],
      remarks: needs(match, "remark"),
      at,
      origins,
    });
  }
};

/** Each entry of a layer's list with the line it stands on. */
const withPlace = <T extends object>(
  layer: Layer,
  key: "promises" | "waivers",
  list: readonly T[] | undefined,
): (T & { at: PolicyLine })[] => (list ?? []).map((entry, index) => ({ ...entry, at: layer.yaml.placeOf([key, index]) }));

/** The files of code that the project's own policy names, the last layer: what runs must be visible there. */
const codeOf = (layers: readonly Layer[], problems: Problem[]): ResolvedPolicy["code"] => {
  for (const { yaml, policy } of layers.slice(0, -1))
    if (policy.code) problems.push(yaml.problem(["code"], "only the project's own policy can name code to run", "name it there", "key"));
  return layers
    .slice(-1)
    .flatMap(({ yaml, policy }) => (policy.code ?? []).map((path, index) => ({ path, at: yaml.placeOf(["code", index]) })));
};

/** The lists of every layer, later by name; each `after` and each name that a match asks for must be one of them. */
const resolveLists = (layers: readonly Layer[], problems: Problem[]): readonly ResolvedList[] => {
  const lists = new Map<string, ResolvedList>();
  for (const { yaml, policy } of layers)
    for (const [name, block] of Object.entries(policy.lists ?? {}))
      lists.set(name, {
        name,
        ...(typeof block === "string" ? { file: block } : (given(block) as { file: string })),
        at: yaml.placeOf(["lists", name]),
      });
  for (const { yaml, policy } of layers)
    for (const [name, block] of Object.entries(policy.lists ?? {}))
      if (typeof block !== "string" && block.after !== undefined && !lists.has(block.after))
        problems.push(yaml.problem(["lists", name, "after"], `unknown list "${block.after}"`, didYouMean(block.after, lists.keys())));
  return [...lists.values()];
};

/** Files in the order they were read, each from top to bottom. */
const inOrder = (problems: readonly Problem[]): Problem[] => {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
};

/**
 * Merges a policy's layers: shipped rules and promises, what it extends, itself; later wins.
 * @param entry a preset's name, a policy file's path, or undefined for `recommended`.
 * @param codeRules the rules of the files that its `code` names. Without them a policy that has such files is resolved as far as it can be:
 * a rule that it does not know may be one of theirs.
 * @throws InputError with every fault of every file.
 */
export const resolvePolicy = (entry: string | undefined, source: PolicySource, codeRules?: readonly ResolvedRule[]): ResolvedPolicy => {
  const problems: Problem[] = [];
  const unknown: Problem[] = [];
  const rules = new Map((codeRules ?? []).map((rule) => [rule.id, rule]));
  const layers = loadLayers(entry, source, problems);
  for (const layer of layers) applyRules(rules, layer, problems, unknown);
  const code = codeOf(layers, problems);

  const promises = layers
    .toReversed()
    .flatMap((layer) => withPlace(layer, "promises", layer.policy.promises))
    .map(({ kernels: kept, ...promise }) => ({ ...promise, ...(kept !== undefined && { kernels: [kept].flat() }) }));
  const waivers = layers.flatMap((layer) =>
    withPlace(layer, "waivers", layer.policy.waivers).map((waiver) => ({ ...waiver, match: waiver.match ?? {} })),
  );
  const kernels = layers.flatMap((layer) =>
    (layer.policy.kernels ?? []).map((name, index) => ({ name, at: layer.yaml.placeOf(["kernels", index]) })),
  );
  const btf = layers.flatMap((layer) =>
    Object.entries(layer.policy.btf ?? {}).flatMap(([kernel, files]) =>
      [files].flat().map((file) => ({ kernel, file, at: layer.yaml.placeOf(["btf", kernel]) })),
    ),
  );
  const [manifest] = layers
    .toReversed()
    .flatMap(({ yaml, policy }) => (policy.manifest === undefined ? [] : [{ name: policy.manifest, at: yaml.placeOf(["manifest"]) }]));
  const budget = new Map(
    layers.flatMap((layer) =>
      Object.entries(layer.policy.budget ?? {}).map(
        ([level, most]) => [level, { level: level as Level, most, at: layer.yaml.placeOf(["budget", level]) }] as const,
      ),
    ),
  );
  for (const layer of layers) {
    (layer.policy.promises ?? []).forEach(({ match }, index) =>
      tell(problems, checkMatch(match, layer.yaml, ["promises", index, "match"], PROMISE_FORBIDDEN)),
    );
    (layer.policy.waivers ?? []).forEach(({ rule, match }, index) => {
      if (!rules.has(rule)) unknown.push(layer.yaml.problem(["waivers", index, "rule"], ...unknownRule(unknown, rule, rules)));
      if (match) tell(problems, checkMatch(match, layer.yaml, ["waivers", index, "match"], rules.get(rule)?.remarks ? [] : REMARK_FIELDS));
    });
  }
  if (code.length === 0 || codeRules) tell(problems, unknown);
  const lists = resolveLists(layers, problems);
  if (problems.length > 0) throw new InputError(fewer(inOrder(problems)));
  return {
    rules: [...rules.values()],
    promises: promises as ResolvedPolicy["promises"],
    waivers: waivers as ResolvedPolicy["waivers"],
    untrusted: [],
    ...(manifest && { manifest }),
    budget: [...budget.values()],
    kernels,
    btf,
    lists,
    isBinary: layers.findLast(({ policy }) => policy.binary !== undefined)?.policy.binary ?? false,
    code,
    files: layers.map((layer) => layer.yaml.file),
  };
};
