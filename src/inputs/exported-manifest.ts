import { jsonOf } from "../shared/json.ts";
import { MAX_YAML } from "../shared/limits.ts";
import { GUARDS, INTERFACE_KINDS, ODDITIES, ORIGINS, SIGHTINGS, SUBJECT_KINDS } from "../shared/vocabulary.ts";
import type { ManifestSubjectFile } from "./manifest.ts";

// The manifest as `abi-lint export` writes it, checked by hand: to load a schema's library takes as long as the whole check of a module.
// What is not of this form, or has keys in another order, is the schema's affair (manifest.ts), which tells what is wrong with it.

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string";
const isName: Test = (value) => typeof value === "string" && value !== "";
const isFlag: Test = (value) => typeof value === "boolean";
const isCount =
  (least: number): Test =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least;
const isLike =
  (pattern: RegExp): Test =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const isOneOf = (words: Readonly<Record<string, unknown>>): Test => {
  const known = new Set(Object.keys(words));
  return (value) => typeof value === "string" && known.has(value);
};
const isListOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);

/** An object with these keys alone, in this order where nothing else is said; those that may be left out have a `?` behind them. */
const isObject = (fields: Readonly<Record<string, Test>>, order: "this" | "any" = "this"): Test => {
  const names = Object.keys(fields).map((name) => name.replace("?", ""));
  const tests = new Map(
    Object.entries(fields).map(([name, test], index) => [names[index]!, { index, test, optional: name.endsWith("?") }]),
  );
  const needed = [...tests].flatMap(([name, { optional }]) => (optional ? [] : [name]));
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    let last = -1;
    for (const [key, each] of Object.entries(value)) {
      const known = tests.get(key);
      if (!known || (order === "this" && known.index < last) || !known.test(each)) return false;
      last = known.index;
    }
    return needed.every((name) => Object.hasOwn(value, name));
  };
};

const isStep = isObject({ "function?": isText, file: isText, line: isCount(0) });

const SITE = {
  "file?": isText,
  "line?": isCount(1),
  "column?": isCount(1),
  "function?": isText,
  "variable?": isText,
  "door?": isText,
  "written?": isText,
  "guard?": isText,
  "via?": isListOf(isStep),
  "section?": isText,
  "offset?": isCount(0),
} as const;
const isSite = isObject(SITE, "any");

type Entry = ManifestSubjectFile["uses"][number];
type Site = NonNullable<Exclude<Entry, string>["sites"]>[number];
const SITE_KEYS = Object.keys(SITE).map((name) => name.replace("?", "")) as (keyof Site)[];

/** A place with its keys in the schema's order, which is not the one they are written in. */
const inOrder = (site: Site): Site => Object.fromEntries(SITE_KEYS.flatMap((key) => (site[key] === undefined ? [] : [[key, site[key]]])));

const withSites = (entry: Entry): Entry => {
  if (typeof entry === "string" || !entry.sites?.some(({ via, door }) => via !== undefined || door !== undefined)) return entry;
  return { ...entry, sites: entry.sites.map(inOrder) };
};

const isUse = isObject({
  "kind?": isOneOf(INTERFACE_KINDS),
  name: isName,
  "weak?": isFlag,
  "origin?": isOneOf(ORIGINS),
  "crc?": isLike(/^0x[0-9a-f]{8}$/),
  "written?": isListOf(isText),
  "seen?": isOneOf(SIGHTINGS),
  "how?": isText,
  "guarded?": isOneOf(GUARDS),
  "count?": isCount(1),
  "sites?": isListOf(isSite),
});

const isManifest = isObject({
  manifest: (value) => value === 1,
  subjects: isListOf(
    isObject({
      name: isName,
      kind: isOneOf(SUBJECT_KINDS),
      // Without it places in the manifest itself are asked for.
      path: isText,
      "sha256?": isLike(/^[0-9a-f]{64}$/),
      "arch?": isText,
      "licences?": isListOf(isText),
      "vermagic?": isText,
      "depends?": isListOf(isText),
      "imports?": isListOf(isText),
      "intree?": isFlag,
      "signed?": isFlag,
      "modversions?": isOneOf({ basic: "", extended: "", none: "" }),
      "oddities?": isListOf(isObject({ oddity: isOneOf(ODDITIES), names: isListOf(isText) })),
      "modinfo?": isListOf(isText),
      "exports?": isListOf(isObject({ name: isName, type: isOneOf({ EXPORT_SYMBOL: "", EXPORT_SYMBOL_GPL: "" }), "namespace?": isText })),
      uses: isListOf((use) => isName(use) || isUse(use)),
    }),
  ),
});

const BEGINNING = Buffer.from('{\n  "manifest": 1,\n  "subjects": [', "latin1");

/** Whether a file begins as `abi-lint export` begins one. */
export const isExported = (head: Uint8Array): boolean => BEGINNING.every((byte, index) => head[index] === byte);

/** The subjects of a manifest that is of the form in which abi-lint writes one; undefined for any other. */
export const readExported = (text: string): readonly ManifestSubjectFile[] | undefined => {
  const value = text.length > MAX_YAML ? undefined : jsonOf(text);
  if (!isManifest(value)) return undefined;
  const { subjects } = value as { readonly subjects: readonly ManifestSubjectFile[] };
  return subjects.map((subject) => ({ ...subject, uses: subject.uses.map(withSites) }));
};
