import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { BpfNames } from "../inputs/bpf/names.ts";
import type { LookupDoors } from "../inputs/lookups/doors.ts";
import { PolicyFile, RuleFile } from "../policy/schema.ts";
import { freezeYaml, thawYaml, type FrozenYaml } from "../shared/frozen-yaml.ts";
import { validate } from "../shared/validate.ts";
import { parseYaml, type YamlText } from "../shared/yaml.ts";
import type { ToolchainList, WrittenList } from "../usage/names.ts";
import type { Replacement } from "../engine/replacements.ts";
import type { InterfaceKind } from "../shared/vocabulary.ts";
import type { Host } from "./host.ts";

// What abi-lint ships as data: `rules/` in the repository. The build reads and checks it once and leaves `rules.json` beside the bundle.

/** rules/data/since.yaml: the version of Linux that first has a name, by what kind of name it is. */
type SinceData = Readonly<Record<"syscalls" | "seen" | "ptrace-requests", Readonly<Record<string, string>>>>;

/** `rules/data/`: facts about names, by the file that holds them. */
export interface ShippedData {
  readonly toolchain: ToolchainList;
  readonly written: WrittenList;
  readonly doors: LookupDoors;
  readonly replacements: readonly Replacement[];
  readonly bpf: BpfNames;
  readonly since: SinceData;
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
      bpf: validate(read("data/bpf.yaml"), Bpf),
      since: validate(read("data/since.yaml"), Since),
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
      bpf: data.bpf,
      since: data.since,
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

/** Since which version of Linux there is a system call, a ptrace request or something of the BPF UAPI, where that is known. */
export const sinceOf = ({ data: { since, bpf } }: Shipped): ((kind: InterfaceKind, name: string) => string | undefined) => {
  const numbers = new Map([...bpf.helpers, ...bpf.mapTypes, ...bpf.programTypes].map((each) => [each.name, each.since]));
  // The oldest header that was looked at tells nothing of what was before it.
  const newer = (version: string | undefined): string | undefined => (version === "5.10" ? undefined : version);
  return (kind, name) => {
    switch (kind) {
      case "syscall":
        return since.syscalls[name] ?? (since.seen[name] === undefined ? undefined : `${since.seen[name]} at the latest`);
      case "ptrace-request":
        return since["ptrace-requests"][name.replace(/\(.*/, "")];
      case "bpf-helper":
      case "bpf-map-type":
      case "bpf-program-type":
        return newer(numbers.get(name));
      default:
        return undefined;
    }
  };
};
