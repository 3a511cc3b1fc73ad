import type { ManifestSubjectFile } from "../../inputs/manifest.ts";
import type { NamedList } from "../../engine/lists.ts";
import type { Declaration, Kernel, KernelExport } from "../../kernels/model.ts";
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
}

/** A part of a text as a text of its own: its places are those of the file. */
export const partOf = (yaml: YamlText, path: Path): YamlText => ({
  file: yaml.file,
  value: path.reduce<unknown>((at, step) => (at as Record<string | number, unknown> | undefined)?.[step], yaml.value),
  placeOf: (inner) => yaml.placeOf([...path, ...inner]),
  problem: (inner, ...rest) => yaml.problem([...path, ...inner], ...rest),
});

const kernelOf = (name: string, names: readonly SceneName[], file: string): Kernel => {
  const exports = new Map(
    names.flatMap((each): [string, KernelExport][] => {
      const { type = "EXPORT_SYMBOL", exporter = "vmlinux", namespace, crc, exported = true } = each;
      const entry = { name: each.name, type, exporter, crc: Number(crc ?? 0), ...(namespace !== undefined && { namespace }) };
      return exported ? [[each.name, entry]] : [];
    }),
  );
  const declared = new Map(
    names.flatMap(({ name: each, form = "function", header, signature }): [string, Declaration][] =>
      header === undefined ? [] : [[each, { form, header, ...(signature !== undefined && { signature }) }]],
    ),
  );
  return {
    name,
    source: file,
    hasCrcs: [...exports.values()].some(({ crc }) => crc !== 0),
    size: exports.size,
    find: (symbol) => exports.get(symbol),
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

/** Reads a scene, written as a mapping with `subject`, `siblings` and `kernels`. @throws InputError with every fault. */
export const parseScene = (yaml: YamlText): ParsedScene => {
  const { subject, siblings = [], kernels = {}, lists = {}, committed } = validate(yaml, Scene);
  type Entry = Omit<ManifestSubjectFile, "name" | "kind"> & { readonly name?: string | undefined };
  const read = (entry: Entry, path: Path, name: string): Subject =>
    subjectOf({ ...entry, name: entry.name ?? name, kind: "module" }, yaml.placeOf(path), (use) => yaml.placeOf([...path, "uses", use]));
  const first = read(subject, ["subject"], "example");
  const others = siblings.map((entry, index) => read(entry, ["siblings", index], "sibling"));
  const twin = others.findIndex((other) => other.name === first.name);
  if (twin >= 0) throw new InputError(yaml.problem(["siblings", twin, "name"], `a sibling has the name of the subject, "${first.name}"`));
  return {
    subjects: [first, ...others],
    kernels: Object.entries(kernels).map(([name, names]) => kernelOf(name, names, yaml.file)),
    lists: Object.entries(lists).map(([name, block]) => listOf(name, block, yaml.file)),
    ...(committed && { committed: [subjectOf({ name: first.name, kind: "module", uses: committed }, yaml.placeOf(["committed"]))] }),
  };
};
