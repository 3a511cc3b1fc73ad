import type * as z from "zod";
import { collect, InputError, type Problem } from "../shared/input-error.ts";
import { didYouMean } from "../shared/suggest.ts";
import type { Path, YamlText } from "../shared/yaml.ts";
import type { PolicyFile, RuleFile } from "./schema.ts";

/** A text and the path it is known by. */
export interface PolicyText {
  readonly file: string;
  readonly text: string;
}

/** How a text becomes a policy or a rule. */
export interface PolicyReader {
  /** @throws InputError where it is no YAML. */
  parse(text: PolicyText): YamlText;
  /** @throws InputError with every fault. */
  policy(yaml: YamlText): z.output<typeof PolicyFile>;
  rule(yaml: YamlText): z.output<typeof RuleFile>;
}

/** For what was read and found valid when abi-lint was built: there is nothing left to do, and no reader of YAML is needed. */
export const BUILT_READER: PolicyReader = {
  parse: ({ file }) => {
    throw new Error(`${file} is no part of what was built`);
  },
  policy: (yaml) => yaml.value as z.output<typeof PolicyFile>,
  rule: (yaml) => yaml.value as z.output<typeof RuleFile>,
};

/** Where policy texts come from: what abi-lint ships, and files by path. */
export interface PolicySource {
  readonly reader: PolicyReader;
  /** `rules/*.yaml`. */
  readonly rules: readonly YamlText[];
  /** `rules/promises/*.yaml`, in the order they are merged. */
  readonly promises: readonly YamlText[];
  /** `rules/presets/*.yaml`, by name. */
  readonly presets: ReadonlyMap<string, YamlText>;
  /** The names of the `*.yaml` in a folder, sorted; undefined where the path is no folder. */
  list(path: string, from: string): readonly string[] | undefined;
  /** A file, its path as given resolved against the folder of `from`. @throws InputError where it cannot be read. */
  read(path: string, from: string): PolicyText;
}

export interface Layer {
  readonly yaml: YamlText;
  readonly policy: z.output<typeof PolicyFile>;
}

/** A rule file as a policy of one rule; its places are those of the file. */
const ruleLayer = (yaml: YamlText, reader: PolicyReader): Layer => {
  const { id, ...block } = reader.rule(yaml);
  const inFile = (path: Path): Path => (path[0] === "rules" ? path.slice(2) : path);
  return {
    yaml: {
      ...yaml,
      placeOf: (path) => yaml.placeOf(inFile(path)),
      problem: (path, ...rest) => yaml.problem(inFile(path), ...rest),
    },
    policy: { extends: [], rules: { [id]: block } },
  };
};

const layerOf = (yaml: YamlText, reader: PolicyReader): Layer => {
  // An empty file is an empty policy: what `extends` gives where nothing is said.
  if (yaml.value === null) return { yaml, policy: {} };
  const isRule = typeof yaml.value === "object" && "id" in yaml.value && "match" in yaml.value;
  return isRule ? ruleLayer(yaml, reader) : { yaml, policy: reader.policy(yaml) };
};

/** A preset is a bare name; whatever holds a slash or a suffix is a path. */
const isPath = (entry: string): boolean => entry.includes("/") || entry === "." || /\.ya?ml$/.test(entry);

/** What a policy extends where it does not say: the preset that speaks of what is wrong, not of what is merely internal. */
const DEFAULT_EXTENDS = ["recommended"];

/**
 * The layers of a policy, in the order in which the later wins: shipped rules and promises, what it extends, itself.
 * @param entry a preset's name, a file's path, or undefined for `recommended`.
 */
export const loadLayers = (entry: string | undefined, source: PolicySource, problems: Problem[]): Layer[] => {
  const layers = [...source.rules, ...source.promises].flatMap((yaml) => collect(problems, () => layerOf(yaml, source.reader)) ?? []);
  const open: string[] = [];
  const done = new Set<string>();

  const add = (name: string, from: Layer | undefined, at: number): void => {
    const place = (message: string, hint?: string): Problem =>
      from?.yaml.problem(["extends", at], message, hint) ?? { file: name, message, ...(hint !== undefined && { hint }) };
    const preset = isPath(name) ? undefined : source.presets.get(name);
    if (!isPath(name) && !preset) return void problems.push(place(`unknown preset "${name}"`, didYouMean(name, source.presets.keys())));
    let found: PolicyText | YamlText;
    try {
      const files = preset ? undefined : source.list(name, from?.yaml.file ?? "");
      if (files) return void files.forEach((file) => add(`${name.replace(/\/+$/, "")}/${file}`, from, at));
      found = preset ?? source.read(name, from?.yaml.file ?? "");
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return void problems.push(...(from ? [place(error.problems[0]!.message)] : error.problems));
    }
    if (open.includes(found.file))
      return void problems.push(place(`extends itself: ${[...open.slice(open.indexOf(found.file)), found.file].join(" -> ")}`));
    if (done.has(found.file)) return;
    const layer = collect(problems, () => layerOf("text" in found ? source.reader.parse(found) : found, source.reader));
    if (!layer) return;
    open.push(found.file);
    const parents = layer.policy.extends ?? (preset ? [] : DEFAULT_EXTENDS);
    parents.forEach((parent, index) => add(parent, layer, index));
    open.pop();
    done.add(found.file);
    layers.push(layer);
  };
  add(entry ?? DEFAULT_EXTENDS[0]!, undefined, 0);
  return layers;
};
