import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { LookupDoors } from "../inputs/lookups/doors.ts";
import { PolicyFile, RuleFile } from "../policy/schema.ts";
import { freezeYaml, thawYaml, type FrozenYaml } from "../shared/frozen-yaml.ts";
import { validate } from "../shared/validate.ts";
import { parseYaml, type YamlText } from "../shared/yaml.ts";
import type { ToolchainList, WrittenList } from "../usage/names.ts";
import type { Replacement } from "../engine/replacements.ts";
import type { Host } from "./host.ts";

// What abi-lint ships as data: `rules/` in the repository. The build reads and checks it once and leaves `rules.json` beside the bundle.

/** `rules/data/`: facts about names, by the file that holds them. */
export interface ShippedData {
  readonly toolchain: ToolchainList;
  readonly written: WrittenList;
  readonly doors: LookupDoors;
  readonly replacements: readonly Replacement[];
  /** `rules/templates/`: what `init` and `new` write, by file name. */
  readonly templates: Readonly<Record<string, string>>;
}

export interface Shipped {
  readonly rules: readonly YamlText[];
  readonly promises: readonly YamlText[];
  readonly presets: readonly YamlText[];
  readonly data: ShippedData;
}

/** The form of `rules.json`. */
export interface FrozenShipped {
  readonly rules: readonly FrozenYaml[];
  readonly promises: readonly FrozenYaml[];
  readonly presets: readonly FrozenYaml[];
  readonly data: ShippedData;
}

const argument = z.int().min(1);
const offset = z.int().min(0);
const ownDefinition = z.boolean().optional();
const Doors = z.record(
  z.string(),
  z.discriminatedUnion("takes", [
    z.strictObject({ takes: z.literal(["name", "module"]), argument, ownDefinition }),
    z.strictObject({ takes: z.literal("names"), argument, count: argument, ownDefinition }),
    z.strictObject({ takes: z.literal("struct"), argument, member: offset, found: offset.optional(), ownDefinition }),
    z.strictObject({ takes: z.literal("structs"), argument, count: argument, member: offset, found: offset.optional(), ownDefinition }),
    z.strictObject({ takes: z.literal("nothing"), ownDefinition }),
  ]),
);
const Names = z.union([z.string(), z.array(z.string())]);
const Toolchain = z.record(z.string(), z.array(z.looseObject({ name: Names })));
const Written = z.array(z.looseObject({ symbol: z.string(), written: z.array(z.string()), how: z.string() }));

/** What took the place of interfaces that are gone; what the other keys mean is said in the file. */
const Replacements = z.array(
  z
    .strictObject({
      name: z.string(),
      form: z.string(),
      fate: z.string(),
      last: z.string().optional(),
      gone: z.string(),
      instead: Names.optional(),
      note: z.string().optional(),
      source: z.string(),
    })
    .transform(({ name, instead = [], note, gone, source }): Replacement => ({
      name,
      instead: [instead].flat(),
      gone,
      ...(note !== undefined && { note }),
      source,
    })),
);

/** The folder of the bundle, or of this file where the sources run unbundled. */
export const here = dirname(fileURLToPath(import.meta.url));

/** Reads `rules/` as its authors write it. @throws InputError with every fault. */
export const readShipped = (host: Host, root: string): Shipped => {
  const read = (file: string): YamlText => parseYaml(host.readText(join(root, file)), `rules/${file}`);
  const folder = (name: string): YamlText[] =>
    host
      .list(join(root, name))
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => read(join(name, file)));
  return {
    rules: folder(""),
    promises: folder("promises"),
    presets: folder("presets"),
    data: {
      toolchain: validate(read("data/toolchain.yaml"), Toolchain),
      written: validate(read("data/written-names.yaml"), Written),
      replacements: validate(read("data/replacements.yaml"), Replacements),
      doors: validate(read("data/lookups.yaml"), z.strictObject({ doors: Doors })).doors as LookupDoors,
      templates: Object.fromEntries(host.list(join(root, "templates")).map((file) => [file, host.readText(join(root, "templates", file))])),
    },
  };
};

/** What is shipped, as `rules.json` holds it. @throws InputError where any of it is not valid. */
export const freezeShipped = ({ rules, promises, presets, data }: Shipped): FrozenShipped => {
  const freeze = (list: readonly YamlText[], schema: z.ZodType): FrozenYaml[] =>
    list.map((yaml) => freezeYaml(yaml, validate(yaml, schema)));
  return {
    rules: freeze(rules, RuleFile),
    promises: freeze(promises, PolicyFile),
    presets: freeze(presets, PolicyFile),
    data: {
      toolchain: data.toolchain,
      written: data.written.map(({ symbol, written, how }) => ({ symbol, written, how })),
      replacements: data.replacements,
      doors: data.doors,
      templates: data.templates,
    },
  };
};

/** What is shipped: read from beside the bundle, or from the repository's `rules/` where the sources run unbundled. */
export const loadShipped = (host: Host): Shipped => {
  const frozen = join(here, "rules.json");
  if (host.kindOf(frozen) !== "file") return readShipped(host, join(here, "../../rules"));
  const { rules, promises, presets, data } = JSON.parse(host.readText(frozen)) as FrozenShipped;
  return { rules: rules.map(thawYaml), promises: promises.map(thawYaml), presets: presets.map(thawYaml), data };
};

/** What is shipped, as the caller gave it or read now. */
export const shippedOf = ({ shipped, host }: { readonly shipped?: Shipped; readonly host: Host }): Shipped => shipped ?? loadShipped(host);

/** What took the place of interfaces that are gone, by name. */
export const replacementsOf = ({ data }: Shipped): ReadonlyMap<string, Replacement> =>
  new Map(data.replacements.map((each) => [each.name, each]));
