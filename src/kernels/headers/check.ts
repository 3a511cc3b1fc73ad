import type { IndexedRelease } from "./layout.ts";
import type { HeaderName } from "./model.ts";
import type { HeaderFacts } from "./tree.ts";

// What an index of headers must fit before it is believed: another kernel near it, and what the kernel exports.

/** One release as an index has it. */
export interface IndexedFacts {
  readonly about: IndexedRelease;
  readonly facts: HeaderFacts;
  isExported(name: string): boolean | undefined;
}

export interface Findings {
  readonly text: string;
  /** What is out of bounds: a release with any is not shipped before a person has looked. */
  readonly wrong: readonly string[];
}

/** A header that loses this share of its names, and at least so many, to nowhere. */
const MOST_LOST = 0.6;
const LEAST_LOST = 12;
/** A reader that loses its way loses more than this share of the headers, or of the names that are exported and were declared. */
const MOST_EMPTIED = 0.005;
const MOST_UNDECLARED = 0.01;

/**
 * Headers that are still there and whose names are in no header: their release dropped them, or reading them went wrong. A body that is not closed and
 * swallows the rest of a file looks like this.
 */
const emptied = (before: HeaderFacts, after: HeaderFacts): readonly string[] => {
  const names = new Map<string, { all: number; lost: number }>();
  for (const [name, entries] of before.names) {
    const lost = after.names.has(name) ? 0 : 1;
    for (const header of new Set(entries.map((each) => each.header))) {
      const known = names.get(header) ?? { all: 0, lost: 0 };
      names.set(header, { all: known.all + 1, lost: known.lost + lost });
    }
  }
  return [...names].flatMap(([header, { all, lost }]) =>
    after.headers.has(header) && lost >= LEAST_LOST && lost > MOST_LOST * all ? [`${header} (${lost} of ${all})`] : [],
  );
};

const isLinked = ({ form }: HeaderName): boolean => form === "function" || form === "inline" || form === "variable";

/** Names that both releases export and a header declared: how many, and which no header declares any more. */
const undeclared = (before: IndexedFacts, after: IndexedFacts): { readonly of: number; readonly names: readonly string[] } => {
  const both = [...before.facts.names].filter(
    ([name, entries]) => entries.some(isLinked) && before.isExported(name) === true && after.isExported(name) === true,
  );
  return { of: both.length, names: both.map(([name]) => name).filter((name) => !after.facts.names.has(name)) };
};

const some = (names: readonly string[]): string => names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");

/** Compares a release with the one before it, or another near it. @param mostEmptied the share of the headers that may have lost most of their names. */
export const checkAfter = (before: IndexedFacts | undefined, after: IndexedFacts, mostEmptied = MOST_EMPTIED): Findings => {
  const { names, tags, headers } = after.facts;
  const entries = [...names.values()].flat();
  const unsure = entries.filter((each) => !each.sure).length;
  const untyped = entries.filter((each) => "type" in each && each.type.includes("?")).length;
  const head =
    `${after.about.release}: ${headers.size} headers, ${names.size} names in ${entries.length} declarations, ` +
    `${unsure} of these not decided and ${untyped} without a type; ${tags.size} tags\n`;
  if (before === undefined) return { text: head, wrong: [] };
  const lost = emptied(before.facts, after.facts);
  const gone = undeclared(before, after);
  const name = `${before.about.release} → ${after.about.release}`;
  return {
    text:
      `${head}  headers that kept less than ${100 - 100 * MOST_LOST} % of their names since ${before.about.release}: ${lost.length}\n` +
      lost.map((each) => `    ${each}\n`).join("") +
      `  exported in both and declared in ${before.about.release}: ${gone.of}; declared no more: ${gone.names.length}\n` +
      gone.names.map((each) => `    ${each}\n`).join(""),
    wrong: [
      ...(lost.length > mostEmptied * headers.size ? [`${name}: ${lost.length} headers lost most of their names: ${some(lost)}`] : []),
      ...(gone.names.length >= LEAST_LOST && gone.names.length > MOST_UNDECLARED * gone.of
        ? [`${name}: ${gone.names.length} exports are declared no more: ${some(gone.names)}`]
        : []),
    ],
  };
};
