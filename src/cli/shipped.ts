import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BpfNames } from "../inputs/bpf/names.ts";
import type { LookupDoors } from "../inputs/lookups/doors.ts";
import { thawYaml, type FrozenYaml } from "../shared/frozen-yaml.ts";
import type { YamlText } from "../shared/yaml.ts";
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

/** The folder of the bundle, or of this file where the sources run unbundled. */
export const here = dirname(fileURLToPath(import.meta.url));

/** What is shipped, as the build left it beside the bundle. */
const loadBuilt = (host: Host): Shipped => {
  const { rules, promises, presets, data } = JSON.parse(host.readText(join(here, "rules.json"))) as FrozenShipped;
  return { rules: rules.map(thawYaml), promises: promises.map(thawYaml), presets: presets.map(thawYaml), data };
};

/** What is shipped, as the caller gave it or read now. */
export const shippedOf = ({ shipped, host }: { readonly shipped?: Shipped; readonly host: Host }): Shipped => shipped ?? loadBuilt(host);

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
