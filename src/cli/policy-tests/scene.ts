import type { ManifestSubjectFile } from "../../inputs/manifest.ts";
import type { Documented } from "../../engine/context.ts";
import type { NamedList } from "../../engine/lists.ts";
import type { KernelBtf } from "../../kernels/btf/kernel-btf.ts";
import { viewSource } from "../../engine/source/judge.ts";
import type { Source } from "../../engine/source/model.ts";
import type { ReleaseHeaders } from "../../kernels/headers/model.ts";
import { openDeclarations } from "../../kernels/headers/read.ts";
import { readRelease } from "../../kernels/headers/release.ts";
import { writeDeclarations } from "../../kernels/headers/write.ts";
import type { Declaration, Kernel, KernelExport } from "../../kernels/model.ts";
import { openSource, readSource } from "../../kernels/source/read.ts";
import { InputError } from "../../shared/input-error.ts";
import { validate } from "../../shared/validate.ts";
import type { Path, YamlText } from "../../shared/yaml.ts";
import { subjectOf } from "../../usage/from-manifest.ts";
import type { Subject } from "../../usage/model.ts";
import { Scene, type SceneLists, type SceneName } from "./schema.ts";

/** What an example or a case puts before the judge. */
export interface ParsedScene {
  /** The one it is about first, then its siblings. */
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly kernels: readonly Kernel[];
  readonly lists: readonly NamedList[];
  readonly committed?: readonly Subject[];
  readonly documented: (path: string) => Documented | undefined;
  readonly sourceOf: (subject: Subject) => Source | undefined;
}

/** A part of a text as a text of its own: its places are those of the file. */
export const partOf = (yaml: YamlText, path: Path): YamlText => ({
  file: yaml.file,
  value: path.reduce<unknown>((at, step) => (at as Record<string | number, unknown> | undefined)?.[step], yaml.value),
  placeOf: (inner) => yaml.placeOf([...path, ...inner]),
  problem: (inner, ...rest) => yaml.problem([...path, ...inner], ...rest),
});

/** What a scene says of types, as a kernel's BTF answers: a field is named as a use names it. */
const btfOf = (typed: ReadonlyMap<string, SceneName>, file: string): KernelBtf => {
  const typeOf = (name: string): readonly string[] => [typed.get(name)?.btf ?? []].flat();
  return {
    file,
    types: typed.size,
    functions: typeOf,
    tracepoint: (name) => typed.get(name)?.btf,
    has: (_, name) => typed.has(name),
    member: (type, member) => typed.get(`${type}.${member}`)?.btf,
    isKfunc: () => undefined,
    core: (access) => {
      const root = access.root.replace(/^\w+ /, "");
      const found = typed.get(access.of === "field" ? [root, ...access.steps.flatMap(({ member = [] }) => member)].join(".") : access.root);
      if (!found) return { state: "absent" };
      return { state: "found", type: found.btf!, declared: found.btf!, ...(found.offset !== undefined && { offset: found.offset }) };
    },
  };
};

const kernelOf = (name: string, names: readonly SceneName[], file: string): Kernel => {
  const exports = new Map(
    names.flatMap((each): [string, KernelExport][] => {
      const { type = "EXPORT_SYMBOL", exporter = "vmlinux", namespace, crc, exported = true } = each;
      if (each.btf !== undefined) return [];
      const entry = { name: each.name, type, exporter, crc: Number(crc ?? 0), ...(namespace !== undefined && { namespace }) };
      return exported ? [[each.name, entry]] : [];
    }),
  );
  const declared = new Map(
    names.flatMap(({ name: each, form = "function", header, signature }): [string, Declaration][] =>
      header === undefined ? [] : [[each, { form, header, ...(signature !== undefined && { signature }) }]],
    ),
  );
  const typed = new Map(names.flatMap((each) => (each.btf === undefined ? [] : [[each.name, each] as const])));
  return {
    name,
    source: file,
    hasCrcs: [...exports.values()].some(({ crc }) => crc !== 0),
    size: exports.size,
    find: (symbol) => exports.get(symbol),
    ...(typed.size > 0 && { btf: btfOf(typed, file) }),
    ...(typed.size > 0 && typed.size === names.length && { onlyBtf: true }),
    ...(declared.size > 0 && {
      headers: { find: (symbol) => declared.get(symbol), through: () => [] },
      signatures: (symbol) => [declared.get(symbol)?.signature ?? []].flat(),
    }),
  };
};

const listOf = (name: string, { symbols, is = "stable", after }: SceneLists[string], file: string): NamedList => ({
  name,
  is,
  ...(after !== undefined && { after }),
  list: {
    format: "plain",
    file,
    symbols: new Map(
      Object.entries(symbols).map(([symbol, { crc, reason }], index) => [
        symbol,
        { name: symbol, line: index + 1, ...(crc !== undefined && { crc: Number(crc) }), ...(reason !== undefined && { reason }) },
      ]),
    ),
    rules: [],
    ignored: [],
    notes: [],
  },
});

/** What kernels declare, from the texts of their headers; paths are those of a kernel's tree, or as a source includes them. */
const declaredBy = (
  headers: Readonly<Record<string, Readonly<Record<string, string>>>>,
  offers: Readonly<Record<string, readonly SceneName[]>>,
  file: string,
): ReadonlyMap<string, ReleaseHeaders> => {
  const inputs = Object.entries(headers).map(([release, texts]) =>
    readRelease(
      Object.entries(texts).map(([path, text]) => ({ path: /^(include|arch|scripts)\//.test(path) ? path : `include/${path}`, text })),
      {
        release,
        config: "",
        ...(offers[release] && { exported: new Set(offers[release].flatMap(({ name, exported = true }) => (exported ? name : []))) }),
      },
    ),
  );
  const index = openDeclarations(writeDeclarations(file, inputs), file);
  return new Map(inputs.map(({ release }, number) => [release.release, index.headersOf(number)]));
};

/** A source of texts, held to build on the first of its kernels. */
const sourceFrom = (texts: Readonly<Record<string, string>>, [base]: readonly Kernel[]): Source | undefined => {
  if (!base?.declared) return undefined;
  const open = openSource({ paths: Object.keys(texts).sort(), text: (path) => texts[path] });
  const on = { base, as: (headers: ReleaseHeaders) => readSource(open, headers), shown: (path: string) => path };
  return { base, because: "named", views: (kernels) => viewSource(on, kernels) };
};

/** Reads a scene, written as a mapping with `subject`, `siblings` and `kernels`. @throws InputError with every fault. */
export const parseScene = (yaml: YamlText): ParsedScene => {
  const {
    subject,
    siblings = [],
    kernels: offers = {},
    lists = {},
    documented = {},
    committed,
    source,
    headers = {},
  } = validate(yaml, Scene);
  type Entry = Omit<ManifestSubjectFile, "name" | "kind"> & {
    readonly name?: string | undefined;
    readonly kind?: ManifestSubjectFile["kind"] | undefined;
  };
  const read = (entry: Entry, path: Path, name: string): Subject =>
    subjectOf({ ...entry, name: entry.name ?? name, kind: entry.kind ?? "module" }, yaml.placeOf(path), (use) =>
      yaml.placeOf([...path, "uses", use]),
    );
  const first = read(subject, ["subject"], "example");
  const others = siblings.map((entry, index) => read(entry, ["siblings", index], "sibling"));
  const twin = others.findIndex((other) => other.name === first.name);
  if (twin >= 0) throw new InputError(yaml.problem(["siblings", twin, "name"], `a sibling has the name of the subject, "${first.name}"`));
  const declared = declaredBy(headers, offers, yaml.file);
  const kernels = [...new Set([...declared.keys(), ...Object.keys(offers)])].map((name): Kernel => {
    const known = declared.get(name);
    return { ...kernelOf(name, offers[name] ?? [], yaml.file), ...(known && { declared: () => known }) };
  });
  const given = source && sourceFrom(source, kernels);
  return {
    subjects: [first, ...others],
    kernels,
    sourceOf: (each) => (each === first ? given : undefined),
    lists: Object.entries(lists).map(([name, block]) => listOf(name, block, yaml.file)),
    documented: (path) => {
      const level = documented[path];
      return level && { level, file: `Documentation/ABI/${level}`, what: path };
    },
    ...(committed && { committed: [subjectOf({ name: first.name, kind: "module", uses: committed }, yaml.placeOf(["committed"]))] }),
  };
};
