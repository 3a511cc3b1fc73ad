import type { HeaderName, Tag } from "./model.ts";
import type { DeclarationIndex } from "./read.ts";
import type { HeaderFacts, TagKey } from "./tree.ts";

/** The values of a map, those that another map says alike taken from there. */
const taken = <K, T>(from: ReadonlyMap<K, T>, map: ReadonlyMap<K, T>): ReadonlyMap<K, T> =>
  new Map(
    [...map].map(([key, value]) => {
      const other = from.get(key);
      return [key, other !== undefined && JSON.stringify(other) === JSON.stringify(value) ? other : value];
    }),
  );

/** The same facts, with what a release says like the one before it kept once: two updates of a series differ in a hundredth. */
export const sharedWith = (before: HeaderFacts, after: HeaderFacts): HeaderFacts => ({
  names: taken(before.names, after.names),
  tags: taken(before.tags, after.tags),
  headers: taken(before.headers, after.headers),
});

/** All that an index says of one release, as it was given when it was written. */
export const factsOf = (index: DeclarationIndex, release: number): HeaderFacts => {
  const headers = index.headersOf(release);
  const names = new Map<string, readonly HeaderName[]>();
  for (const name of index.names()) {
    const found = headers.names(name);
    if (found.length > 0) names.set(name, found);
  }
  const tags = new Map<TagKey, Tag>();
  for (const key of index.tags()) {
    const [kind, name] = key.split(" ") as [Tag["tag"], string];
    const found = headers.tag(kind, name);
    if (found !== undefined) tags.set(`${kind} ${name}`, found);
  }
  return {
    names,
    tags,
    headers: new Map([...index.headers()].filter((path) => headers.hasHeader(path)).map((path) => [path, headers.includes(path)])),
  };
};
