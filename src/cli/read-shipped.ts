import { join } from "node:path";
import * as z from "zod";
import type { Replacement } from "../engine/replacements.ts";
import type { LookupDoors } from "../inputs/lookups/doors.ts";
import { PolicyFile, RuleFile } from "../policy/schema.ts";
import { freezeYaml, type FrozenYaml } from "../shared/frozen-yaml.ts";
import { validate } from "../shared/validate.ts";
import { parseYaml, type YamlText } from "../shared/yaml.ts";
import type { Host } from "./host.ts";
import { here, type FrozenShipped, type Shipped } from "./shipped.ts";

// Reads and checks what abi-lint ships as its authors write it: for the build, and for whoever runs the sources.

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

const Versions = z.record(z.string(), z.string());
const Since = z.strictObject({ syscalls: Versions, seen: Versions, "ptrace-requests": Versions });

const BpfNumbers = z.array(z.strictObject({ number: z.int().min(0), name: z.string(), since: z.string() }));
const Bpf = z.strictObject({
  helpers: BpfNumbers,
  mapTypes: BpfNumbers,
  programTypes: BpfNumbers,
  sections: z.array(
    z.strictObject({
      section: z.string(),
      rest: z.boolean().optional(),
      type: z.string(),
      attach: z.enum(["kprobe", "fentry", "raw-tracepoint", "tracepoint", "lsm-hook", "bpf-iterator", "user"]).optional(),
      load: z.boolean().optional(),
    }),
  ),
  toolchain: z.array(z.string()),
});

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
      bpf: validate(read("data/bpf.yaml"), Bpf),
      since: validate(read("data/since.yaml"), Since),
      doors: validate(read("data/lookups.yaml"), z.strictObject({ doors: Doors })).doors as LookupDoors,
      templates: Object.fromEntries(host.list(join(root, "templates")).map((file) => [file, host.readText(join(root, "templates", file))])),
    },
  };
};

/** What is shipped, as the files beside the bundle hold it. @throws InputError where any of it is not valid. */
export const freezeShipped = ({ rules, promises, presets, data }: Shipped): FrozenShipped => {
  const freeze = (list: readonly YamlText[], schema: z.ZodType): FrozenYaml[] =>
    list.map((yaml) => freezeYaml(yaml, validate(yaml, schema)));
  return {
    rules: {
      rules: freeze(rules, RuleFile),
      promises: freeze(promises, PolicyFile),
      presets: freeze(presets, PolicyFile),
      data: { toolchain: data.toolchain, doors: data.doors },
    },
    written: data.written.map(({ symbol, written, how }) => ({ symbol, written, how })),
    replacements: data.replacements,
    more: { bpf: data.bpf, since: data.since, templates: data.templates },
  };
};

/** What is shipped, out of the repository's own `rules/`. */
export const readOwn = (host: Host): Shipped => readShipped(host, join(here, "../../rules"));
