import type { Btf } from "../inputs/btf/btf.ts";
import type { IndexedRelease } from "../kernels/headers/layout.ts";
import type { HeaderName } from "../kernels/headers/model.ts";
import type { HeaderFacts } from "../kernels/headers/tree.ts";
import { compareFunctions, compareMembers, compareMemberTypes, type Comparison } from "./check-btf.ts";

// What an index of headers must fit before it is shipped: the release before it, what the kernel exports, and what the compiler saw of its types.

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

const percent = (part: number, whole: number): string => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(2)} %`);

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

/** Compares a release with the one before it. */
export const checkAfter = (before: IndexedFacts | undefined, after: IndexedFacts): Findings => {
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
      ...(lost.length > MOST_EMPTIED * headers.size ? [`${name}: ${lost.length} headers lost their names`] : []),
      ...(gone.names.length > MOST_UNDECLARED * gone.of ? [`${name}: ${gone.names.length} exports are declared no more`] : []),
    ],
  };
};

/** Least shares that must agree. What differs is listed: structs of drivers that have a public one's name, and members by #include. */
const LEAST_AGREEING = { "structs, by the names of their members": 0.99, "types of members": 0.995, "types of functions": 0.985 } as const;

/** Compares a release with the BTF of its kernel. */
export const checkWithBtf = ({ about, facts }: IndexedFacts, btf: Btf): Findings => {
  const compared: Readonly<Record<keyof typeof LEAST_AGREEING, Comparison>> = {
    "structs, by the names of their members": compareMembers(facts, btf),
    "types of members": compareMemberTypes(facts, btf),
    "types of functions": compareFunctions(facts, btf),
  };
  const wrong: string[] = [];
  const text = Object.entries(compared).map(([what, { compared: all, agree, explained, differ }]) => {
    if (agree < LEAST_AGREEING[what as keyof typeof LEAST_AGREEING] * all)
      wrong.push(`${about.release}: ${what}: only ${agree} of ${all} agree`);
    const reasons = [...explained].sort().map(([reason, count]) => `    ${count}: ${reason}\n`);
    return (
      `  ${what}: ${all} in both, ${agree} agree with BTF (${percent(agree, all)}), ${differ.length} differ without a known reason\n${reasons.join("")}` +
      differ
        .map(({ name, here, btf: there }) => `    ${name}\n      here ${here.slice(0, 200)}\n      BTF  ${there.slice(0, 200)}\n`)
        .join("")
    );
  });
  return { text: `${about.release} and its BTF\n${text.join("")}`, wrong };
};
