import { declaredTimelineOf, type Wanted, wantedName } from "../engine/declared.ts";
import type { Replacements } from "../engine/replacements.ts";
import type { DeclaredTimeline } from "../findings/declared.ts";
import type { History } from "../kernels/history/history.ts";
import { InputError } from "../shared/input-error.ts";
import { nearest } from "../shared/suggest.ts";

/** What begins a word that is about headers alone; also where a shell made words of it. */
export const HEADER_WORDS = ["struct", "union", "enum", "header"] as const;

/** What of headers a word means that is no symbol's name: `struct foo`, `struct foo.bar`, `foo.bar`, `header linux/foo.h`, `linux/foo.h`. */
export const wantedOf = (word: string): Wanted | undefined => {
  const [, tag, name, member] = /^(?:(struct|union|enum) +)?([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?$/.exec(word.trim()) ?? [];
  const [, path] = /^(?:header +)?<?([^\s<>]+\.h)>?$/.exec(word.trim()) ?? [];
  if (path !== undefined && tag === undefined) return { kind: "header", path };
  if (name === undefined || (tag === undefined && member === undefined)) return undefined;
  return { kind: "tag", tag: (tag ?? "struct") as "struct" | "union" | "enum", name, ...(member !== undefined && { member }) };
};

/** Of several hundred thousand names, more than this many slips apart is another name. */
const MOST_SLIPS = 2;

/** Of many names the one that was meant; a slip in the first letter is rare, and most names need not be compared at all. */
const near = (word: string, known: Iterable<string>): string | undefined => {
  const alike: string[] = [];
  for (const each of known) if (each[0] === word[0] && Math.abs(each.length - word.length) <= MOST_SLIPS) alike.push(each);
  return nearest(word, alike, MOST_SLIPS);
};

/** What else could have been meant, as it is to be written; undefined where nothing is like it. */
const suggestion = (history: History, wanted: Wanted): string | undefined => {
  const index = history.declarations?.();
  if (index === undefined) return undefined;
  if (wanted.kind === "header") return near(wanted.path, index.headers());
  if (wanted.kind === "name") {
    for (const tag of ["struct", "union", "enum"] as const)
      if (declaredTimelineOf(history, { kind: "tag", tag, name: wanted.name }, new Map())) return `${tag} ${wanted.name}`;
    return near(wanted.name, index.names());
  }
  const { tag, name, member } = wanted;
  if (member !== undefined) {
    const members = index.releases.flatMap((_, release) => index.headersOf(release).tag(tag, name)?.members ?? []);
    const meant = near(member, new Set(members.map((each) => each.name)));
    if (meant !== undefined) return `${tag} ${name}.${meant}`;
    if (members.length > 0) return undefined;
  }
  const names = function* (): Generator<string> {
    for (const each of index.tags()) if (each.startsWith(`${tag} `)) yield each.slice(tag.length + 1);
  };
  const meant = near(name, names());
  return meant === undefined ? undefined : wantedName({ ...wanted, name: meant });
};

/** What the releases' headers say of something. @throws InputError where none of them has it. */
export const declaredOrFail = (history: History, wanted: Wanted, replacements: Replacements): DeclaredTimeline => {
  const found = declaredTimelineOf(history, wanted, replacements);
  if (found) return found;
  const meant = suggestion(history, wanted);
  throw new InputError({
    file: wantedName(wanted),
    message: "in no header of the releases that are known",
    ...(meant !== undefined && { hint: `did you mean "${meant}"?` }),
  });
};

/** What else a name could mean that no release exports or declares. */
export const meantBy = (history: History, name: string): string | undefined => suggestion(history, { kind: "name", name });
