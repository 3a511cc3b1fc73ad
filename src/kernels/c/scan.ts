// What a kernel tree says of its interfaces: texts in, facts out. The caller walks the tree.

import { type Attributes, learnAttributes } from "./attributes.ts";
import { definedNames, isOfArchitecture, isOfOtherArchitecture, withArchitecture } from "./architecture.ts";
import { bestOf } from "./choose.ts";
import type { Options } from "./condition.ts";
import { includedName, type Inclusion, reachOf } from "./reach.ts";
import { type FoundName, type HeaderName, includedAs, readHeader } from "./header.ts";
import { type PendingSource, readSource } from "./source.ts";
import { definingFiles } from "./defining.ts";

export { learnAttributes } from "./attributes.ts";
export { parseConfig } from "./condition.ts";
export { type HeaderName, scanHeader } from "./header.ts";
export { scanSource } from "./source.ts";

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface TreeFacts {
  /** One entry a name: what an author who includes the kernel's public headers reaches. */
  readonly headers: ReadonlyMap<string, HeaderName>;
  /** Where each exported name is defined; no signature where that is assembler. */
  readonly definitions: ReadonlyMap<string, { readonly file: string; readonly signature?: string }>;
  /** In how many .c files of the whole tree, the defining one aside, the code mentions each exported name. */
  readonly users: ReadonlyMap<string, number>;
}

/** #include lines of a header of a driver, which come before anything else. */
const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*([<"][^>"\n]*)/gm;
const MAX_INCLUDES_TEXT = 20_000;

/** A slice of a file's text would keep the whole text in memory. */
const ownCopy = (slice: string): string => [slice, ""].join("");

interface Gathered {
  readonly headers: readonly SourceFile[];
  readonly sources: readonly PendingSource[];
  /** In how many .c files each exported name is mentioned. */
  readonly mentions: ReadonlyMap<string, number>;
  /** What files other than public headers include. */
  readonly included: ReadonlySet<string>;
  /** What other architectures' headers include. */
  readonly elsewhere: ReadonlySet<string>;
  /** The macros that other architectures' headers define. */
  readonly ofOthers: ReadonlySet<string>;
}

/** One pass over the tree, keeping only what the later steps need. */
const gather = (files: Iterable<SourceFile>, config: Options, exported: ReadonlySet<string>): Gathered => {
  const canonical = new Map([...exported].map((name) => [name, name]));
  const wanted = (word: string): string | undefined => canonical.get(word);
  const headers: SourceFile[] = [];
  const sources: PendingSource[] = [];
  const mentions = new Map<string, number>();
  const included = new Set<string>();
  const ofOthers = new Set<string>();
  const elsewhere = new Set<string>();
  const include = (target: string): void => {
    if (!included.has(target)) included.add(ownCopy(target));
  };
  for (const file of files) {
    const { path, text } = file;
    const foreign = /^arch\/(?!x86\/)/.test(path);
    if (includedAs(path) !== undefined) headers.push(file);
    else if (path.endsWith(".c")) {
      const words = new Set<string>();
      const word = (each: string): void => {
        const name = canonical.get(each);
        if (name !== undefined) words.add(name);
      };
      sources.push(readSource(file, config, wanted, foreign ? { word } : { word, include }));
      for (const each of words) mentions.set(each, (mentions.get(each) ?? 0) + 1);
    } else if (path.endsWith(".S")) {
      if (path.startsWith("arch/x86/")) sources.push(readSource(file, config, wanted));
    } else if (isOfOtherArchitecture(path)) {
      for (const name of definedNames(text)) if (!ofOthers.has(name)) ofOthers.add(ownCopy(name));
      for (const [, target] of text.slice(0, MAX_INCLUDES_TEXT).matchAll(INCLUDE)) elsewhere.add(ownCopy(target!));
    } else if (!foreign && path.endsWith(".h")) {
      for (const [, target] of text.slice(0, MAX_INCLUDES_TEXT).matchAll(INCLUDE)) include(target!);
      // kernel/rcu/tree_exp.h and its kin are parts of a .c file.
      if (text.includes("EXPORT_SYMBOL")) sources.push(readSource(file, config, wanted));
    }
  }
  return { headers, sources, mentions, included, elsewhere, ofOthers };
};

/** Everything the public headers say, with how sure it is that a header is read at all. */
const namesOf = (
  { headers, included, elsewhere, ofOthers }: Gathered,
  config: Options,
  attributes: Attributes,
): ReadonlyMap<string, FoundName[]> => {
  const options = withArchitecture(config, headers, ofOthers);
  const all = new Set(headers.map(({ path }) => includedAs(path)!));
  const sites = (targets: ReadonlySet<string>, certainty: Inclusion["certainty"]): Inclusion[] =>
    [...targets].flatMap((target) => {
      const to = includedName(target, undefined, all);
      return to === undefined ? [] : { to, certainty };
    });
  const inclusions = [...sites(included, 2), ...sites(elsewhere, 0)];
  const facts = headers.map(({ text, path }) => readHeader(text, path, isOfArchitecture(path) ? config : options, attributes));
  for (const [index, { includes }] of facts.entries()) {
    const from = includedAs(headers[index]!.path)!;
    for (const { target, certainty } of includes) {
      const to = includedName(target, from, all);
      if (to !== undefined) inclusions.push({ from, to, certainty });
    }
  }
  const reach = reachOf(all, inclusions);
  const found = new Map<string, FoundName[]>();
  for (const each of facts.flatMap(({ names }) => names)) {
    const certainty = Math.min(each.certainty, reach.get(each.header) ?? 2) as FoundName["certainty"];
    const known = found.get(each.name);
    const entry = { ...each, certainty, live: certainty > 0 };
    if (known === undefined) found.set(each.name, [entry]);
    else known.push(entry);
  }
  return found;
};

/** Aliases may be chained; a chain longer than this is none. */
const MAX_ALIASES = 8;

/** Whether an alias ends at something that is called or linked, and not at a constant or a type. */
const leadsSomewhere = (start: HeaderName, chosen: ReadonlyMap<string, HeaderName>, exported: ReadonlySet<string>): boolean => {
  let name: HeaderName | undefined = start;
  for (let step = 0; step < MAX_ALIASES && name?.target !== undefined; step++) {
    if (exported.has(name.target)) return true;
    name = chosen.get(name.target);
  }
  return name !== undefined && name.target === undefined;
};

/** Whether a macro without parameters calls only macros, as those that make constants do: `BIT(3)`. */
const isConstant = (
  { form, parameters, mentions }: HeaderName,
  chosen: ReadonlyMap<string, HeaderName>,
  exported: ReadonlySet<string>,
): boolean =>
  form === "macro" &&
  parameters === undefined &&
  !mentions.some((each) => exported.has(each) || /^(inline|function)$/.test(chosen.get(each)?.form ?? ""));

/**
 * One entry a name. An alias of a constant or a type is left out; one that leads nowhere gives way to a function that is read (the atomics name each other in
 * circles), and stays where the name is a function elsewhere (`__raw_readw` is made by a macro on x86).
 */
const chosenNames = (names: ReadonlyMap<string, readonly FoundName[]>, exported: ReadonlySet<string>): ReadonlyMap<string, HeaderName> => {
  const first = new Map([...names].map(([name, found]) => [name, bestOf(found, exported.has(name))]));
  const chosen = new Map<string, HeaderName>();
  for (const [name, best] of first) {
    const others = (names.get(name) ?? []).filter(({ form }) => form !== "alias");
    if (isConstant(best, first, exported)) continue;
    if (best.form !== "alias" || leadsSomewhere(best, first, exported)) chosen.set(name, shown(best));
    else if (others.length > 0) {
      const other = bestOf(others, exported.has(name));
      chosen.set(name, shown(other.live ? other : best));
    }
  }
  return chosen;
};

/** The shape that callers see: without what choosing needed. */
const shown = ({ name, header, form, signature, parameters, target, mentions, live }: FoundName): HeaderName => ({
  name,
  header,
  form,
  ...(signature !== undefined && { signature }),
  ...(parameters !== undefined && { parameters }),
  ...(target !== undefined && { target }),
  mentions,
  live,
});

/**
 * Reads a whole kernel tree, each file once and in any order. Names made by macros (TRACE_EVENT, DEFINE_…) are not followed, but for those of
 * made-by-macros.ts.
 * @param files *.c, *.h and *.S with paths from the top of the tree. @param config the .config's options.
 * @param exported the names of Module.symvers: only of these are definitions and users looked for.
 */
export const scanTree = (files: Iterable<SourceFile>, config: Options, exported: ReadonlySet<string>): TreeFacts => {
  const gathered = gather(files, config, exported);
  const attributes = learnAttributes(
    gathered.headers.map(({ text }) => text),
    config,
  );
  const headers = chosenNames(namesOf(gathered, config, attributes), exported);
  const definitions = definingFiles(gathered.sources, attributes, headers, exported);
  // The defining file mentions the name too.
  const ownMention = (name: string): number => Number(definitions.get(name)?.file.endsWith(".c") ?? false);
  const users = new Map([...exported].map((name) => [name, Math.max(0, (gathered.mentions.get(name) ?? 0) - ownMention(name))]));
  return { headers, definitions, users };
};
