import type { ManifestFile, ManifestSubjectFile } from "../inputs/manifest.ts";
import type { Subject, Use } from "./model.ts";
import { crcText } from "../shared/crc.ts";

type ManifestCore = NonNullable<Exclude<ManifestSubjectFile["uses"][number], string>["core"]>;

const useEntry = ({
  kind,
  name,
  weak,
  origin,
  crc,
  written,
  seen,
  how,
  guarded,
  core,
  count,
  sites,
}: Use): ManifestSubjectFile["uses"][number] => ({
  ...(kind !== "symbol" && { kind }),
  name,
  ...(weak && { weak }),
  ...(origin !== "author" && { origin }),
  ...(crc !== undefined && { crc: crcText(crc) }),
  ...(written && { written: [...written] }),
  ...(seen && { seen }),
  ...(how !== undefined && { how }),
  ...(guarded && { guarded }),
  ...(core && { core: core as ManifestCore }),
  ...(count !== undefined && { count }),
  ...(sites.length > 0 && { sites: sites.map(({ via, ...site }) => ({ ...site, ...(via && { via: via.map((step) => ({ ...step })) }) })) }),
});

const entryOf = (subject: Subject): Omit<ManifestSubjectFile, "uses"> => {
  const { name, kind, path, sha256, arch, licences, vermagic, depends, imports, intree, signed, modversions, oddities, modinfo, exports } =
    subject;
  return {
    name,
    kind,
    path,
    ...(sha256 !== undefined && { sha256 }),
    ...(arch !== undefined && { arch }),
    licences: [...licences],
    ...(vermagic !== undefined && { vermagic }),
    ...(depends.length > 0 && { depends: [...depends] }),
    ...(imports.length > 0 && { imports: [...imports] }),
    ...(intree !== undefined && { intree }),
    ...(signed !== undefined && { signed }),
    ...(modversions !== undefined && { modversions }),
    ...(oddities.length > 0 && { oddities: oddities.map(({ oddity, names }) => ({ oddity, names: [...names] })) }),
    ...(modinfo.length > 0 && { modinfo: [...modinfo] }),
    ...(exports.length > 0 && { exports: [...exports] }),
  };
};

/** A list as JSON with one use, export or string a line, so that a diff shows what a change took on. */
const oneLineEach = (lines: readonly string[]): string =>
  lines.length === 0 ? "[]" : `[\n${lines.map((line) => `        ${line}`).join(",\n")}\n      ]`;

/** A manifest of subjects as text: JSON, subjects by name, the same bytes for the same subjects. */
export const renderManifest = (subjects: readonly Subject[]): string => {
  const key = ({ name, path }: Subject): string => `${name} ${path}`;
  // Modules that take the same have one object of it.
  const lines = new Map<Use, string>();
  const lineOf = (use: Use): string => {
    let line = lines.get(use);
    if (line === undefined) lines.set(use, (line = JSON.stringify(useEntry(use))));
    return line;
  };
  const bodyOf = (subject: Subject): string => {
    const entry = { ...entryOf(subject), uses: [] };
    const fields = Object.entries(entry).map(([name, value]: [string, unknown]) => {
      const all = name === "uses" ? subject.uses.map(lineOf) : Array.isArray(value) ? value.map((each) => JSON.stringify(each)) : undefined;
      return `      ${JSON.stringify(name)}: ${all ? oneLineEach(all) : JSON.stringify(value)}`;
    });
    return `    {\n${fields.join(",\n")}\n    }`;
  };
  const bodies = subjects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map(bodyOf);
  const version: ManifestFile["manifest"] = 1;
  return `{\n  "manifest": ${version},\n  "subjects": [\n${bodies.join(",\n")}\n  ]\n}\n`;
};
