import type { DeclaredMark, DeclaredSpan, DeclaredTimeline, ListChange } from "../findings/declared.ts";
import type { HeaderName, ReleaseHeaders, Tag } from "../kernels/headers/model.ts";
import type { History } from "../kernels/history/history.ts";
import { replacementText, type Replacements } from "./replacements.ts";

/** What a person asks about that headers declare. */
export type Wanted =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "header"; readonly path: string }
  | { readonly kind: "tag"; readonly tag: Tag["tag"]; readonly name: string; readonly member?: string };

/** As a person names it. */
export const wantedName = (wanted: Wanted): string =>
  wanted.kind === "header"
    ? wanted.path
    : wanted.kind === "name"
      ? wanted.name
      : `${wanted.tag} ${wanted.name}${wanted.member === undefined ? "" : `.${wanted.member}`}`;

/** What one release says. */
interface Said {
  /** Without the header that says it: two releases that differ here declare it otherwise. */
  readonly shape: string;
  readonly text: string;
  /** Of what has members, or includes others: each with its type. */
  readonly list?: ReadonlyMap<string, string>;
}

/** More declarations of one name than this are counted. */
const MAX_DECLARATIONS = 3;

const named = (tag: string, name: string): string => `${tag} ${name}`;

const shapeOf = (entry: HeaderName): string => {
  switch (entry.form) {
    case "function":
    case "inline":
    case "variable":
    case "typedef":
      return `${entry.form} ${entry.type}`;
    case "constant":
      return entry.of === "enum" ? "constant of an enum without a name" : `constant of ${entry.of}`;
    case "macro": {
      const { parameters, variadic, target, body } = entry;
      const count =
        parameters === undefined
          ? ""
          : ` of ${parameters}${variadic ? " or more" : ""} parameter${parameters === 1 && !variadic ? "" : "s"}`;
      return `macro${count}${target === undefined ? "" : ` for ${target}`}${body === undefined ? "" : `, ${body}`}`;
    }
  }
};

/** What is not sure says why: the condition as the header writes it. */
const doubt = ({ sure, condition }: Pick<HeaderName, "sure" | "condition">): string =>
  sure ? "" : ` (not sure: ${condition ?? "it stands under a condition"})`;

const sayName = (headers: ReleaseHeaders, name: string): Said | undefined => {
  const all = headers.names(name);
  if (all.length === 0) return undefined;
  const texts = all.map((entry) => `${shapeOf(entry)}, <${entry.header}>${doubt(entry)}`);
  const left = texts.length - MAX_DECLARATIONS;
  return {
    shape: [...new Set(all.filter(({ sure }) => sure || !all[0]!.sure).map(shapeOf))].sort().join("; "),
    text: texts.slice(0, MAX_DECLARATIONS).join("; ") + (left > 0 ? `; and ${left} more` : ""),
  };
};

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

const sayTag = (tag: Tag): Said => {
  const list = new Map(tag.members.map(({ name, type }) => [name, type]));
  const what = !tag.isWhole ? "only declared, without its members" : tag.tag === "enum" ? "enum" : plural(tag.members.length, "member");
  return { shape: JSON.stringify([tag.isWhole, tag.members]), text: `${what}, <${tag.header}>${doubt(tag)}`, list };
};

const sayMember = (tag: Tag, member: string): Said | undefined => {
  const found = tag.members.filter(({ name }) => name === member);
  if (found.length === 0) return undefined;
  const types = [...new Set(found.map(({ type }) => type))].join(" or ");
  return { shape: types, text: `${types}, <${tag.header}>${doubt({ ...tag, sure: tag.sure && found.every(({ sure }) => sure) })}` };
};

const sayHeader = (headers: ReleaseHeaders, path: string): Said | undefined => {
  if (!headers.hasHeader(path)) return undefined;
  const list = new Map(headers.includes(path).map((each) => [each, ""]));
  return { shape: "", text: `there, includes ${plural(list.size, "header")}`, list };
};

const say = (headers: ReleaseHeaders, wanted: Wanted): Said | undefined => {
  if (wanted.kind === "name") return sayName(headers, wanted.name);
  if (wanted.kind === "header") return sayHeader(headers, wanted.path);
  const tag = headers.tag(wanted.tag, wanted.name);
  if (tag === undefined) return undefined;
  return wanted.member === undefined ? sayTag(tag) : sayMember(tag, wanted.member);
};

/** What there is instead in a release that has it not. */
const sayAbsent = (headers: ReleaseHeaders, wanted: Wanted): string => {
  if (wanted.kind === "header") return "no such header";
  if (wanted.kind === "name") return "in no header";
  const tag = headers.tag(wanted.tag, wanted.name);
  if (tag === undefined) return `no ${named(wanted.tag, wanted.name)}`;
  return tag.isWhole
    ? `not a member of ${named(wanted.tag, wanted.name)}, <${tag.header}>`
    : `${named(wanted.tag, wanted.name)} has no members in a header`;
};

const changeOf = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ListChange | undefined => {
  const entry = (name: string, type: string): string => (type === "" ? name : `${type} ${name}`);
  const gone = [...before].filter(([name]) => !after.has(name)).map(([name]) => name);
  const come = [...after].filter(([name]) => !before.has(name)).map(([name, type]) => entry(name, type));
  const changed = [...after].flatMap(([name, type]) => {
    const was = before.get(name);
    return was === undefined || was === type ? [] : [`${name}: ${was} → ${type}`];
  });
  return gone.length + come.length + changed.length > 0 ? { gone, come, changed } : undefined;
};

const listKey = ({ shape, text, list }: Said): string => JSON.stringify([shape, text, list && [...list]]);

/**
 * What the headers of each release of a history declare under a name, and when that came, changed and went.
 * Undefined where no release has it, or no history knows what headers declare.
 */
export const declaredTimelineOf = (history: History, wanted: Wanted, replacements: Replacements): DeclaredTimeline | undefined => {
  const read = history.releases.map((_, release) => history.kernel(release).declared?.());
  const said = read.map((headers) => headers && say(headers, wanted));
  const first = said.find((each) => each !== undefined);
  if (first === undefined) return undefined;

  const mark = (index: number): DeclaredMark => {
    if (read[index] === undefined) return "unread";
    const here = said[index];
    return here === undefined ? "absent" : here.shape === first.shape ? "as-first" : "changed";
  };
  const spans: { from: string; to: string; text: string; change?: ListChange }[] = [];
  let last: { readonly key: string; readonly list?: ReadonlyMap<string, string> } | undefined;
  history.releases.forEach(({ name }, index) => {
    const headers = read[index];
    if (headers === undefined) return;
    const here = said[index];
    const key = here === undefined ? "" : listKey(here);
    const text = here?.text ?? sayAbsent(headers, wanted);
    const span = spans.at(-1);
    if (last?.key === key && span?.text === text) {
      span.to = name;
      return;
    }
    const change = last?.list && here?.list ? changeOf(last.list, here.list) : undefined;
    spans.push({ from: name, to: name, text, ...(change && { change }) });
    last = { key, ...(here?.list && { list: here.list }) };
  });
  const name = wantedName(wanted);
  const replacement = replacements.get(wanted.kind === "tag" ? name.slice(wanted.tag.length + 1) : name);
  return {
    name,
    series: [...new Set(history.releases.map(({ series }) => series))].map((each) => ({
      name: each,
      marks: history.releases.flatMap(({ series }, index) => (series === each ? [mark(index)] : [])),
    })),
    spans: spans satisfies readonly DeclaredSpan[],
    ...(replacement && { replacement: replacementText(replacement) }),
  };
};
