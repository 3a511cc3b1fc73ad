import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** A file that inputs are made of. */
export interface Seed {
  /** From the root of the repository, or of the folder that was given. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Larger ones cost more time than they show: many small inputs find more. */
const MAX_SEED = 200_000;
/** The same for what was given by hand. */
const MAX_GIVEN = 4_000_000;

/** The files below a folder, by path; links are not followed. */
const below = (root: string, folder: string, most: number): Seed[] => {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return below(root, path, most);
      if (!entry.isFile() || statSync(join(root, path)).size > most) return [];
      return [{ path, bytes: new Uint8Array(readFileSync(join(root, path))) }];
    });
};

/** What the repository has of real files, by their paths; and those of a folder that was given, below `given/`. */
export interface Corpus {
  readonly root: string;
  /** The seeds whose paths match. */
  matching(pattern: RegExp): readonly Uint8Array[];
  /** Their paths. */
  names(pattern: RegExp): readonly string[];
  /** One file of the repository. */
  file(path: string): Uint8Array;
}

/**
 * Reads the seeds.
 * @param root the repository. @param given a folder of further seeds. @param shared the folder of shared data (ABI_LINT_SHARED).
 */
export const readCorpus = (root: string, given: string | undefined, shared: string | undefined): Corpus => {
  const seeds = [
    ...["test/fixtures", "test/lists", "test/cases", "test/support/dwarf", "test/real/modpost", "examples", "rules"].flatMap((folder) =>
      below(root, folder, MAX_SEED),
    ),
    ...(shared === undefined ? [] : below(shared, "data", MAX_SEED)),
    ...(given === undefined ? [] : below(given, "", MAX_GIVEN).map(({ path, bytes }) => ({ path: `given/${path}`, bytes }))),
  ];
  return {
    root,
    matching: (pattern) => seeds.flatMap(({ path, bytes }) => (pattern.test(path) ? [bytes] : [])),
    names: (pattern) => seeds.flatMap(({ path }) => (pattern.test(path) ? [path] : [])),
    file: (path) => new Uint8Array(readFileSync(join(root, path))),
  };
};
