import { writeEnvelope } from "../history/envelope.ts";
import {
  BLOCK,
  EXPORT,
  FORMS,
  HAS_BODY,
  HAS_CONDITION,
  HAS_PARAMETERS,
  HAS_TARGET,
  type IndexedRelease,
  type IndexHeader,
  IS_VARIADIC,
  IS_WHOLE,
  MAGIC,
  MAX_RELEASES,
  type Section,
  type SectionName,
  TAG_HAS_CONDITION,
} from "./layout.ts";
import type { HeaderName, Member, Tag } from "./model.ts";
import type { HeaderFacts } from "./tree.ts";

/** One kernel to write. */
export interface ReleaseInput {
  readonly release: IndexedRelease;
  readonly facts: HeaderFacts;
  /** CONFIG_X and its value; what is not set is absent. */
  readonly config: ReadonlyMap<string, string>;
  /** The names of Module.symvers; absent where it was not read. */
  readonly exported?: ReadonlySet<string>;
}

/** Collects bytes; grows by doubling. */
interface Out {
  bytes: Buffer;
  size: number;
}

const room = (out: Out, more: number): void => {
  if (out.size + more <= out.bytes.length) return;
  const larger = Buffer.alloc(Math.max(2 * out.bytes.length, out.size + more));
  out.bytes.copy(larger, 0, 0, out.size);
  out.bytes = larger;
};
const newOut = (): Out => ({ bytes: Buffer.alloc(64), size: 0 });

const number = (out: Out, value: number): void => {
  room(out, 6);
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.bytes[out.size++] = (rest & 0x7f) | 0x80;
  out.bytes[out.size++] = rest;
};
const raw = (out: Out, bytes: Uint8Array): void => {
  room(out, bytes.length);
  out.bytes.set(bytes, out.size);
  out.size += bytes.length;
};
const done = ({ bytes, size }: Out): Buffer => bytes.subarray(0, size);

const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sorted = (keys: ReadonlySet<string>): readonly string[] => [...keys].sort(byText);

/** Pieces behind their offsets. */
const behindOffsets = (pieces: Buffer, offsets: readonly number[]): Buffer => {
  const head = Buffer.alloc(4 * offsets.length);
  offsets.forEach((offset, index) => head.writeUInt32LE(offset, 4 * index));
  return Buffer.concat([head, pieces]);
};

interface Written {
  readonly bytes: Buffer;
  readonly firsts?: number;
  readonly size: number;
}

/** The records in blocks, each with what comes before it in its block. */
const section = <T>(records: readonly T[], write: (out: Out, record: T, before: T | undefined) => void): Written => {
  const blocks = newOut();
  const offsets: number[] = [0];
  records.forEach((record, index) => {
    write(blocks, record, index % BLOCK === 0 ? undefined : records[index - 1]);
    if (index % BLOCK === BLOCK - 1 || index === records.length - 1) offsets.push(blocks.size);
  });
  return { bytes: behindOffsets(done(blocks), offsets), size: blocks.size };
};

/** The first key of each block, before the blocks. */
const withFirsts = (keys: readonly string[], { bytes, size }: Written): Written => {
  const firsts = keys.filter((_, index) => index % BLOCK === 0).map((key) => Buffer.from(key));
  const offsets = [0];
  for (const key of firsts) offsets.push(offsets.at(-1)! + key.length);
  const whole = Buffer.concat(firsts);
  return { bytes: Buffer.concat([behindOffsets(whole, offsets), bytes]), firsts: whole.length, size };
};

const keyed = (keys: readonly string[], payload: (key: string) => Buffer): Written =>
  withFirsts(
    keys,
    section(keys, (out, key, before) => {
      const bytes = Buffer.from(key);
      const last = before === undefined ? Buffer.alloc(0) : Buffer.from(before);
      let shared = 0;
      while (shared < bytes.length && bytes[shared] === last[shared]) shared++;
      number(out, shared);
      number(out, bytes.length - shared);
      raw(out, bytes.subarray(shared));
      const rest = payload(key);
      number(out, rest.length);
      raw(out, rest);
    }),
  );

/** What is the same in several releases, with the set of these. */
const bySet = <T>(each: readonly (readonly T[])[], same: (value: T) => string): readonly { readonly value: T; readonly set: number }[] => {
  const found = new Map<string, { value: T; set: number }>();
  // Releases share what they say alike, so that most need not be written out to be compared.
  const seen = new Map<T, { value: T; set: number }>();
  each.forEach((values, release) => {
    for (const value of values) {
      const key = seen.has(value) ? "" : same(value);
      const known = seen.get(value) ?? found.get(key) ?? { value, set: 0 };
      known.set = (known.set | (1 << release)) >>> 0;
      if (!seen.has(value)) found.set(key, known);
      seen.set(value, known);
    }
  });
  return [...found.values()];
};

interface Merged {
  readonly member: Member;
  set: number;
}

const sameMember = (a: Member, b: Member): boolean => a.name === b.name && a.type === b.type && a.sure === b.sure;

/** A struct with more members than this is merged without looking for the longest common part. */
const MAX_COMPARED = 2000;

/** One list in which each release's members stand in their own order. */
const mergeMembers = (lists: readonly { readonly set: number; readonly value: readonly Member[] }[]): readonly Merged[] => {
  let merged: Merged[] = [];
  for (const { set, value: members } of lists) {
    const [n, m] = [merged.length, members.length];
    if (n > MAX_COMPARED || m > MAX_COMPARED) {
      merged.push(...members.map((member) => ({ member, set })));
      continue;
    }
    // Longest common subsequence, from the end.
    const width = m + 1;
    const longest = new Uint16Array((n + 1) * width);
    for (let i = n - 1; i >= 0; i--)
      for (let j = m - 1; j >= 0; j--)
        longest[i * width + j] = sameMember(merged[i]!.member, members[j]!)
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    const next: Merged[] = [];
    for (let i = 0, j = 0; i < n || j < m;) {
      if (i < n && j < m && sameMember(merged[i]!.member, members[j]!)) {
        merged[i]!.set = (merged[i]!.set | set) >>> 0;
        next.push(merged[i++]!);
        j++;
      } else if (j >= m || (i < n && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)) next.push(merged[i++]!);
      else next.push({ member: members[j++]!, set });
    }
    merged = next;
  }
  return merged;
};

const unique = <T>(each: readonly Iterable<T>[]): ReadonlySet<T> => {
  const all = new Set<T>();
  for (const list of each) for (const value of list) all.add(value);
  return all;
};

/** Writes an index of headers. The same input gives the same bytes. @param releases oldest first, at most 32. */
export const writeDeclarations = (about: string, releases: readonly ReleaseInput[]): Uint8Array => {
  if (releases.length > MAX_RELEASES) throw new RangeError(`an index holds at most ${MAX_RELEASES} releases`);
  const headerKeys = sorted(unique(releases.map(({ facts }) => facts.headers.keys())));
  const headerNumber = new Map(headerKeys.map((path, index) => [path, index]));

  // Twice: once to count the texts, then with their numbers.
  const uses = new Map<string, number>();
  let textNumber: ReadonlyMap<string, number> | undefined;
  const text = (out: Out, value: string): void => {
    if (textNumber === undefined) uses.set(value, (uses.get(value) ?? 0) + 1);
    else number(out, textNumber.get(value)!);
  };

  const declaration = (out: Out, entry: HeaderName, set: number): void => {
    let head = FORMS.indexOf(entry.form) | (entry.sure ? 0 : HAS_CONDITION);
    if (entry.form === "macro") {
      if (entry.parameters !== undefined) head |= HAS_PARAMETERS;
      if (entry.variadic) head |= IS_VARIADIC;
      if (entry.target !== undefined) head |= HAS_TARGET;
      else if (entry.body !== undefined) head |= HAS_BODY;
    }
    room(out, 1);
    out.bytes[out.size++] = head;
    number(out, set);
    number(out, headerNumber.get(entry.header)!);
    if (!entry.sure) text(out, entry.condition ?? "");
    if (entry.form === "macro") {
      if (entry.parameters !== undefined) number(out, entry.parameters);
      const body = entry.target ?? entry.body;
      if (body !== undefined) text(out, body);
    } else text(out, entry.form === "constant" ? entry.of : entry.type);
  };

  const tagForm = (out: Out, tag: Tag, set: number, members: readonly Merged[]): void => {
    number(out, (tag.isWhole ? IS_WHOLE : 0) | (tag.sure ? 0 : TAG_HAS_CONDITION));
    number(out, set);
    number(out, headerNumber.get(tag.header)!);
    if (!tag.sure) text(out, tag.condition ?? "");
    number(out, members.length);
    for (const { member, set: own } of members) {
      number(out, own);
      text(out, member.name);
      if (textNumber === undefined) text(out, member.type);
      else number(out, 2 * textNumber.get(member.type)! + Number(!member.sure));
    }
  };

  const sections = (): Readonly<Record<Exclude<SectionName, "texts">, Written & { readonly count: number }>> => {
    const payload = (write: (out: Out) => void): Buffer => {
      const out = newOut();
      write(out);
      return done(out);
    };
    const counted = (keys: readonly string[], of: (key: string) => Buffer) => ({ ...keyed(keys, of), count: keys.length });
    const nameKeys = sorted(unique(releases.map(({ facts, exported }) => [...facts.names.keys(), ...(exported ?? [])])));
    const tagKeys = sorted(unique(releases.map(({ facts }) => facts.tags.keys())));
    const configKeys = sorted(unique(releases.map(({ config }) => config.keys())));
    return {
      headers: counted(headerKeys, (path) =>
        payload((out) => {
          const included = releases.map(({ facts }) => facts.headers.get(path));
          number(
            out,
            included.reduce((set, each, release) => (each === undefined ? set : (set | (1 << release)) >>> 0), 0),
          );
          for (const { value, set } of bySet(
            included.map((each) => each ?? []),
            (each) => each,
          )) {
            number(out, set);
            number(out, headerNumber.get(value)!);
          }
        }),
      ),
      names: counted(nameKeys, (name) =>
        payload((out) => {
          for (const { value, set } of bySet(
            releases.map(({ facts }) => facts.names.get(name) ?? []),
            (entry) => JSON.stringify(entry),
          ))
            declaration(out, value, set);
          const exports = releases.reduce((set, { exported }, release) => (exported?.has(name) ? (set | (1 << release)) >>> 0 : set), 0);
          if (exports !== 0) {
            number(out, EXPORT);
            number(out, exports);
          }
        }),
      ),
      tags: counted(
        tagKeys.map((key) => key.replace(/^(.)\w+/, "$1")),
        (short) =>
          payload((out) => {
            const key = `${short[0] === "s" ? "struct" : short[0] === "u" ? "union" : "enum"} ${short.slice(2)}` as const;
            const found = releases.map(({ facts }) => facts.tags.get(key));
            const headOf = ({ header, sure, condition, isWhole }: Tag): string => JSON.stringify([header, sure, condition, isWhole]);
            for (const { value, set } of bySet(
              found.map((each) => (each === undefined ? [] : [each])),
              headOf,
            )) {
              const lists = bySet(
                found.map((each) => (each !== undefined && headOf(each) === headOf(value) ? [each.members] : [])),
                (members) => JSON.stringify(members),
              );
              tagForm(out, value, set, mergeMembers(lists));
            }
          }),
      ),
      config: counted(
        configKeys.map((key) => key.replace(/^CONFIG_/, "")),
        (option) =>
          payload((out) => {
            for (const { value, set } of bySet(
              releases.map(({ config }) => [config.get(`CONFIG_${option}`) ?? []].flat()),
              (each) => each,
            )) {
              number(out, set);
              text(out, value);
            }
          }),
      ),
    };
  };
  sections();
  const texts = [...uses].sort(([a, m], [b, n]) => n - m || byText(a, b)).map(([value]) => value);
  textNumber = new Map(texts.map((value, index) => [value, index]));
  const written: Readonly<Record<SectionName, Written & { readonly count: number }>> = {
    texts: {
      ...section(texts, (out, value) => {
        const bytes = Buffer.from(value);
        number(out, bytes.length);
        raw(out, bytes);
      }),
      count: texts.length,
    },
    ...sections(),
  };
  const parts: Buffer[] = [];
  let size = 0;
  const places = Object.fromEntries(
    Object.entries(written).map(([name, { bytes, firsts, size: blocks, count }]) => {
      const padding = -bytes.length & 3;
      const place: Section = { at: size, count, ...(firsts !== undefined && { firsts }), size: blocks };
      parts.push(bytes, Buffer.alloc(padding));
      size += bytes.length + padding;
      return [name, place];
    }),
  ) as Record<SectionName, Section>;
  const header: IndexHeader = { about, releases: releases.map(({ release }) => release), sections: places };
  return writeEnvelope(MAGIC, header, parts);
};
