import type { ManifestFile, ManifestSubjectFile } from "../inputs/manifest.ts";
import type { Subject, Use } from "./model.ts";

const hex = (crc: number): string => `0x${crc.toString(16).padStart(8, "0")}`;

const useEntry = ({ kind, name, weak, origin, crc, sites }: Use): ManifestSubjectFile["uses"][number] => ({
  ...(kind !== "symbol" && { kind }),
  name,
  ...(weak && { weak }),
  ...(origin !== "author" && { origin }),
  ...(crc !== undefined && { crc: hex(crc) }),
  ...(sites.length > 0 && { sites: [...sites] }),
});

const entryOf = (subject: Subject, sha256: string | undefined): ManifestSubjectFile => {
  const { name, kind, path, arch, licences, vermagic, depends, imports, intree, signed, modversions, modinfo, exports, uses } = subject;
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
    ...(modinfo.length > 0 && { modinfo: [...modinfo] }),
    ...(exports.length > 0 && { exports: [...exports] }),
    uses: uses.map(useEntry),
  };
};

/** A value as JSON with one use, export or string a line, so that a diff shows what a change took on. */
const oneLineEach = (value: unknown, indent: string): string => {
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((each) => `${indent}  ${JSON.stringify(each)}`).join(",\n")}\n${indent}]`;
  }
  return JSON.stringify(value);
};

/**
 * A manifest of subjects as text: JSON, subjects by name, the same bytes for the same subjects.
 * @param digests SHA-256 of each subject's file, by its path.
 */
export const renderManifest = (subjects: readonly Subject[], digests: ReadonlyMap<string, string>): string => {
  const entries = subjects
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.path < b.path ? -1 : 1))
    .map((each) => entryOf(each, digests.get(each.path)));
  const bodies = entries.map((entry) => {
    const lines = Object.entries(entry).map(([key, value]) => `      ${JSON.stringify(key)}: ${oneLineEach(value, "      ")}`);
    return `    {\n${lines.join(",\n")}\n    }`;
  });
  const version: ManifestFile["manifest"] = 1;
  return `{\n  "manifest": ${version},\n  "subjects": [\n${bodies.join(",\n")}\n  ]\n}\n`;
};
