import type { ManifestSubjectFile, ParsedManifest } from "../inputs/manifest.ts";
import type { Site } from "../shared/vocabulary.ts";
import type { Place } from "../shared/yaml.ts";
import type { Subject, Use } from "./model.ts";

/** Uses of symbols without places: one object for all subjects that take one alike, so that what is said of it is said once. */
type Alike = Map<string, Use>;

const useOf = (entry: ManifestSubjectFile["uses"][number], place: Site | undefined, alike: Alike): Use => {
  const here = place ? [place] : [];
  if (typeof entry === "string") return { kind: "symbol", name: entry, weak: false, origin: "author", sites: here };
  const { name, kind = "symbol", weak = false, origin = "author", crc, written, seen, how, guarded, core, count, sites = here } = entry;
  const isPlain = kind === "symbol" && sites.length === 0 && !seen && how === undefined && !guarded && !core && count === undefined;
  const key = isPlain ? JSON.stringify([name, weak, origin, crc, written]) : undefined;
  const known = key === undefined ? undefined : alike.get(key);
  if (known) return known;
  const use: Use = {
    kind,
    name,
    weak,
    origin,
    ...(crc !== undefined && { crc: Number(crc) }),
    ...(written && { written }),
    ...(seen && { seen }),
    ...(how !== undefined && { how }),
    ...(guarded && { guarded }),
    ...(core && { core: core as NonNullable<Use["core"]> }),
    ...(count !== undefined && { count }),
    sites: sites as Use["sites"],
  };
  if (key !== undefined) alike.set(key, use);
  return use;
};

/**
 * A manifest's subject. Where it names no file that it was exported from, its findings stand in the manifest itself:
 * at `place`, or where `placeOfUse` says a use is written.
 */
export const subjectOf = (
  entry: ManifestSubjectFile,
  place: Place,
  placeOfUse?: (index: number) => Place,
  alike: Alike = new Map(),
): Subject => {
  const { path, sha256, arch, vermagic, intree, signed, modversions } = entry;
  return {
    name: entry.name,
    kind: entry.kind,
    path: path ?? place.file,
    line: path === undefined ? place.line : 1,
    column: path === undefined ? place.column : 1,
    ...(sha256 !== undefined && { sha256 }),
    ...(arch !== undefined && { arch }),
    licences: entry.licences ?? [],
    ...(vermagic !== undefined && { vermagic }),
    depends: entry.depends ?? [],
    imports: entry.imports ?? [],
    ...(intree !== undefined && { intree }),
    ...(signed !== undefined && { signed }),
    ...(modversions !== undefined && { modversions }),
    oddities: entry.oddities ?? [],
    modinfo: entry.modinfo ?? [],
    exports: (entry.exports ?? []) as Subject["exports"],
    uses: entry.uses.map((use, index) => useOf(use, path === undefined ? placeOfUse?.(index) : undefined, alike)),
  };
};

/** The subjects of a manifest, as if each had been read from its own file; places in the manifest are asked for only where they will be shown. */
export const subjectsFromManifest = ({ manifest, yaml }: ParsedManifest): readonly Subject[] => {
  const alike: Alike = new Map();
  return manifest.subjects.map((entry, index) =>
    entry.path === undefined
      ? subjectOf(entry, yaml.placeOf(["subjects", index]), (use) => yaml.placeOf(["subjects", index, "uses", use]), alike)
      : subjectOf(entry, { file: yaml.file, line: 1, column: 1 }, undefined, alike),
  );
};
