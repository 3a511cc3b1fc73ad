import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BpfNames } from "../inputs/bpf/names.ts";
import type { LookupDoors } from "../inputs/lookups/doors.ts";
import { thawYaml, type FrozenYaml } from "../shared/frozen-yaml.ts";
import type { YamlText } from "../shared/yaml.ts";
import type { ToolchainList, WrittenList } from "../usage/names.ts";
import type { Replacement, Replacements } from "../engine/replacements.ts";
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

/** What the build leaves beside the bundle, by the names of the files: what most runs do not look at is not read with the rest. */
export interface FrozenShipped {
  readonly rules: {
    readonly rules: readonly FrozenYaml[];
    readonly promises: readonly FrozenYaml[];
    readonly presets: readonly FrozenYaml[];
    readonly data: Omit<ShippedData, "written" | "replacements" | "bpf" | "since" | "templates">;
  };
  readonly written: ShippedData["written"];
  readonly replacements: ShippedData["replacements"];
  readonly more: Pick<ShippedData, "bpf" | "since" | "templates">;
}

/** The folder of the bundle, or of this file where the sources run unbundled. */
export const here = dirname(fileURLToPath(import.meta.url));

/** What is shipped, as the build left it beside the bundle. */
const loadBuilt = (host: Host): Shipped => {
  const read = <N extends keyof FrozenShipped>(name: N): FrozenShipped[N] =>
    JSON.parse(host.readText(join(here, `${name}.json`))) as FrozenShipped[N];
  const { rules, promises, presets, data } = read("rules");
  let [written, replacements, more]: Partial<[FrozenShipped["written"], FrozenShipped["replacements"], FrozenShipped["more"]]> = [];
  const readMore = (): FrozenShipped["more"] => (more ??= read("more"));
  return {
    rules: rules.map(thawYaml),
    promises: promises.map(thawYaml),
    presets: presets.map(thawYaml),
    data: {
      ...data,
      get written() {
        return (written ??= read("written"));
      },
      get replacements() {
        return (replacements ??= read("replacements"));
      },
      get bpf() {
        return readMore().bpf;
      },
      get since() {
        return readMore().since;
      },
      get templates() {
        return readMore().templates;
      },
    },
  };
};

/** What is shipped, as the caller gave it or read now. */
export const shippedOf = ({ shipped, host }: { readonly shipped?: Shipped; readonly host: Host }): Shipped => shipped ?? loadBuilt(host);

/** What took the place of interfaces that are gone, by name; read when it is first asked for. */
export const replacementsOf = ({ data }: Shipped): Replacements => {
  let known: ReadonlyMap<string, Replacement> | undefined;
  return { get: (name) => (known ??= new Map(data.replacements.map((each) => [each.name, each]))).get(name) };
};

/** Since which version of Linux there is a system call, a ptrace request or something of the BPF UAPI, where that is known. */
export const sinceOf = ({ data }: Shipped): ((kind: InterfaceKind, name: string) => string | undefined) => {
  let numbers: ReadonlyMap<string, string> | undefined;
  const numbersOf = ({ helpers, mapTypes, programTypes }: BpfNames): ReadonlyMap<string, string> =>
    (numbers ??= new Map([...helpers, ...mapTypes, ...programTypes].map((each) => [each.name, each.since])));
  // The oldest header that was looked at tells nothing of what was before it.
  const newer = (version: string | undefined): string | undefined => (version === "5.10" ? undefined : version);
  return (kind, name) => {
    switch (kind) {
      case "syscall":
        return data.since.syscalls[name] ?? (data.since.seen[name] === undefined ? undefined : `${data.since.seen[name]} at the latest`);
      case "ptrace-request":
        return data.since["ptrace-requests"][name.replace(/\(.*/, "")];
      case "bpf-helper":
      case "bpf-map-type":
      case "bpf-program-type":
        return newer(numbersOf(data.bpf).get(name));
      default:
        return undefined;
    }
  };
};
