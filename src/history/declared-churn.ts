import type { Facts } from "../kernels/history/read.ts";
import type { IndexedFacts } from "../kernels/headers/check.ts";
import type { HeaderName, Tag } from "../kernels/headers/model.ts";
import type { HeaderFacts } from "../kernels/headers/tree.ts";
import { SERIES } from "./churn.ts";

// What the index of headers says of change: what exports cannot show.

const percent = (part: number, whole: number): string => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`);
const cell = (part: number, whole: number): string => `${part} (${percent(part, whole)})`;

type OfForm<F extends HeaderName["form"]> = HeaderName & { readonly form: F };

/** Every name that has a sure entry of a form, with the first of them. */
const ofForm = <F extends HeaderName["form"]>({ names }: HeaderFacts, form: F): ReadonlyMap<string, OfForm<F>> => {
  const found = new Map<string, OfForm<F>>();
  for (const [name, entries] of names) {
    const entry = entries.find((each): each is OfForm<F> => each.sure && each.form === form);
    if (entry !== undefined) found.set(name, entry);
  }
  return found;
};

const arityOf = ({ parameters, variadic }: OfForm<"macro">): string => `${parameters ?? ""}${variadic ? "+" : ""}`;

interface Change {
  readonly all: number;
  readonly gone: number;
  readonly changed: number;
}

/** Of the names of a form: how many no header has in any form, and how many are there and not the same. */
const changeOf = <F extends HeaderName["form"]>(
  before: HeaderFacts,
  after: HeaderFacts,
  form: F,
  counts: (entry: OfForm<F>) => boolean,
  same: (a: OfForm<F>, b: OfForm<F>) => boolean,
): Change => {
  const [then, now] = [ofForm(before, form), ofForm(after, form)];
  const all = [...then].filter(([, entry]) => counts(entry));
  return {
    all: all.length,
    gone: all.filter(([name]) => !after.names.has(name)).length,
    changed: all.filter(([name, entry]) => now.has(name) && !same(entry, now.get(name)!)).length,
  };
};

const isStruct = ({ tag, isWhole }: Tag): boolean => isWhole && tag !== "enum";

const membersOf = (before: HeaderFacts, after: HeaderFacts): Change => {
  let [all, gone, changed] = [0, 0, 0];
  for (const [key, tag] of before.tags) {
    const other = after.tags.get(key);
    if (!isStruct(tag) || other === undefined || !isStruct(other)) continue;
    const now = new Map(other.members.map(({ name, type }) => [name, type]));
    for (const { name, type } of tag.members) {
      all++;
      if (!now.has(name)) gone++;
      else if (now.get(name) !== type) changed++;
    }
  }
  return { all, gone, changed };
};

/** From the newest release of a long-term series to that of the next, from the first to the last; and within each series. */
const stepsOf = (releases: readonly string[]): readonly (readonly [from: number, to: number])[] => {
  const isOf = (series: string) => (release: string) => release.startsWith(`${series}.`) || release.startsWith(`${series}-`);
  const newest = SERIES.map((series) => releases.findLastIndex(isOf(series))).filter((each) => each >= 0);
  const between = newest.slice(1).map((to, index) => [newest[index]!, to] as const);
  const all = newest.length > 2 ? [[newest[0]!, newest.at(-1)!] as const] : [];
  const series = [...new Set(releases.map((each) => /^\d+\.\d+/.exec(each)?.[0] ?? each))];
  const within = series.map((each) => [releases.findIndex(isOf(each)), releases.findLastIndex(isOf(each))] as const);
  return [...between, ...all, ...within.filter(([from, to]) => from < to)];
};

/**
 * Inlines, macros, constants, structs and members that went or changed, from series to series and within each; and what became of the exports that went.
 * @param releases their names, oldest first. @param factsOf what the headers of one of them declare, by its number.
 */
export const declaredChurn = (releases: readonly string[], factsOf: (release: number) => IndexedFacts, exports: Facts): string => {
  const lines = [
    "| step | inlines | gone | type changed | function-like macros | gone | arity changed | constants | gone | structs and unions | gone | members of those that stay | gone | type changed |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  const fates: string[] = [];
  for (const [first, last] of stepsOf(releases)) {
    const [before, after] = [factsOf(first), factsOf(last)];
    const [a, b] = [before.facts, after.facts];
    const inlines = changeOf(
      a,
      b,
      "inline",
      () => true,
      (then, now) => then.type === now.type,
    );
    const macros = changeOf(
      a,
      b,
      "macro",
      (entry) => entry.parameters !== undefined,
      (then, now) => arityOf(then) === arityOf(now),
    );
    const constants = changeOf(
      a,
      b,
      "constant",
      () => true,
      () => true,
    );
    const structs = [...a.tags].filter(([key, tag]) => isStruct(tag) && !key.includes("{"));
    const gone = structs.filter(([key]) => !b.tags.get(key)?.isWhole).length;
    const members = membersOf(a, b);
    const cells = [
      `${before.about.release} → ${after.about.release}`,
      inlines.all,
      cell(inlines.gone, inlines.all),
      cell(inlines.changed, inlines.all),
      macros.all,
      cell(macros.gone, macros.all),
      cell(macros.changed, macros.all),
      constants.all,
      cell(constants.gone, constants.all),
      structs.length,
      cell(gone, structs.length),
      members.all,
      cell(members.gone, members.all),
      cell(members.changed, members.all),
    ];
    lines.push(`| ${cells.join(" | ")} |`);

    const [from, to] = [before, after].map(({ about }) => exports.releases.findIndex((each) => each.name === about.release));
    if (from! < 0 || to! < 0) continue;
    const table = exports.table("exports");
    const fate = { inline: 0, macro: 0, declared: 0, other: 0, none: 0 };
    let removed = 0;
    for (let row = 0; row < table.size; row++) {
      const { name, value } = table.at(row);
      if (value("type", from!) === undefined || value("type", to!) !== undefined) continue;
      removed++;
      const [entry] = b.names.get(name) ?? [];
      if (entry === undefined) fate.none++;
      else if (entry.form === "inline" || entry.form === "macro") fate[entry.form]++;
      else if (entry.form === "function" || entry.form === "variable") fate.declared++;
      else fate.other++;
    }
    fates.push(
      `Of ${removed} exports removed ${before.about.release} → ${after.about.release}, ${after.about.release} has ${fate.inline} as an inline function, ` +
        `${fate.macro} as a macro, ${fate.declared} still declared, ${fate.other} as something else and ${fate.none} in no header.`,
    );
  }
  return `${lines.join("\n")}\n\n${fates.join("\n")}\n`;
};
