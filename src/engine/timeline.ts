import type { Mark, Span, Timeline } from "../findings/timeline.ts";
import type { History } from "../kernels/history/history.ts";
import { bucketOf, type Rates } from "../kernels/history/rates.ts";
import { replacementText, type Replacements } from "./replacements.ts";

type Values = readonly (string | undefined)[];

/** Values over releases as runs of the same value; what is not known ends none and begins none. */
const spansOf = (values: Values, names: readonly string[]): readonly Span[] => {
  const spans: { from: string; to: string; value: string }[] = [];
  values.forEach((value, index) => {
    if (value === undefined) return;
    const last = spans.at(-1);
    if (last?.value === value) last.to = names[index]!;
    else spans.push({ from: names[index]!, to: names[index]!, value });
  });
  return spans;
};

const join = (first: string | undefined, rest: string): string | undefined => (first === undefined ? undefined : first + rest);

/**
 * All that a history knows of a name: an export, or what only the headers have. Undefined where no release has it.
 * @param rates how often exports broke in the past, by in-tree users.
 */
export const timelineOf = (history: History, name: string, rates: Rates, replacements: Replacements): Timeline | undefined => {
  const exported = history.exported(name);
  const declared = history.declared(name);
  const replacement = replacements.get(name);
  if (!exported && !declared) return undefined;
  const names = history.releases.map((release) => release.name);
  const none: Values = names.map(() => undefined);
  const of = (attribute: string): Values => exported?.values(attribute) ?? none;
  const [types, namespaces, exporters, users] = ["type", "namespace", "exporter", "users"].map(of) as [Values, Values, Values, Values];
  const [own, definitions] = ["signature", "definition"].map(of) as [Values, Values];
  const forms = declared?.values("form") ?? none;
  const homes = declared?.values("header") ?? none;
  const headerTypes = declared?.values("signature") ?? none;
  const signatures = names.map((_, index) => own[index] ?? definitions[index] ?? headerTypes[index]);
  const first = types.findIndex((type) => type !== undefined);
  // It changed where neither the header's nor the definition's form survives.
  const known = (index: number): readonly string[] => [own[index], definitions[index]].filter((each) => each !== undefined);
  const before = first < 0 ? [] : known(types.findIndex((type, index) => type !== undefined && known(index).length > 0));

  const mark = (index: number): Mark => {
    const form = forms[index];
    if (types[index] !== undefined) {
      const now = known(index);
      return before.length > 0 && now.length > 0 && !now.some((type) => before.includes(type)) ? "changed" : "as-first";
    }
    if (form === undefined) return "absent";
    return form === "function" || form === "variable" ? "unexported" : "header";
  };
  const series = [...new Set(history.releases.map((release) => release.series))].map((each) => ({
    name: each,
    marks: history.releases.flatMap((release, index) => (release.series === each ? [mark(index)] : [])),
  }));
  const newestOf = (each: string): number => history.releases.findLastIndex((release) => release.series === each);
  const counts = series.flatMap((each) => {
    const newest = newestOf(each.name);
    const files = users[newest];
    return files === undefined ? [] : [{ release: names[newest]!, files: Number(files) }];
  });
  const definedIn = of("source").findLast((file) => file !== undefined);
  const bucket = counts.length > 0 ? bucketOf(rates, counts.at(-1)!.files) : undefined;
  return {
    name,
    source: history.name,
    series,
    signatures: spansOf(signatures, names),
    exports: spansOf(
      types.map((type, index) => join(type, namespaces[index] === undefined ? "" : ` in namespace ${namespaces[index]}`)),
      names,
    ),
    exporters: spansOf(exporters, names),
    headers: spansOf(
      forms.map((form, index) => join(form, `, <${homes[index] ?? ""}>`)),
      names,
    ),
    ...(definedIn !== undefined && { definedIn }),
    users: counts,
    rates: bucket?.steps ?? [],
    ...(replacement && { replacement: replacementText(replacement) }),
  };
};
