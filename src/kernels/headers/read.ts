import type { ByteSource } from "../../inputs/bytes.ts";
import { type Form, openBytes, openSource, type Opened } from "../history/envelope.ts";
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
  isIndexHeader,
  MAGIC,
  type SectionName,
  TAG_HAS_CONDITION,
} from "./layout.ts";
import type { HeaderName, Member, ReleaseHeaders, Tag } from "./model.ts";
import { byPublicity } from "./order.ts";

/** An opened index of headers. */
export interface DeclarationIndex {
  readonly about: string;
  /** Oldest first. */
  readonly releases: readonly IndexedRelease[];
  /** What the headers of one of them declare, by its number. */
  headersOf(release: number): ReleaseHeaders;
  /** Every declared name, sorted; a name may be of other releases only. */
  names(): Iterable<string>;
  /** Every struct, union and enum, as `struct foo`. */
  tags(): Iterable<string>;
  /** Every header's path. */
  headers(): Iterable<string>;
  /** Every option of a configuration, as `CONFIG_SMP`. */
  options(): Iterable<string>;
}

/** Where a look-up reads a block: from `at`, not past `end`. `start` is the block's place in the file. */
interface Cursor {
  readonly bytes: Buffer;
  readonly start: number;
  at: number;
  readonly end: number;
}

const NOTHING: Cursor = { bytes: Buffer.alloc(0), start: 0, at: 0, end: 0 };

const FORM: Form<IndexHeader> = { magic: MAGIC, name: "index of headers", one: "an index of headers", isHeader: isIndexHeader };

const KINDS = { s: "struct", u: "union", e: "enum" } as const;

/**
 * Opens an index of headers over its bytes, every one of which is checked first; look-ups decode what they need and no more.
 * @param file what to call it in errors. @throws InputError where it is none, is cut short, or is not as it was written.
 */
export const openDeclarations = (bytes: Uint8Array, file: string): DeclarationIndex => {
  return indexIn(openBytes(bytes, file, FORM));
};

/**
 * Opens an index of headers and reads no more of it than what is looked up: the checksum is not compared, which asks for every byte.
 * @throws InputError where it is none, here or in a look-up.
 */
export const openDeclarationsIn = (source: ByteSource): DeclarationIndex => {
  return indexIn(openSource(source, FORM));
};

const indexIn = ({ pages, base, header, fail }: Opened<IndexHeader>): DeclarationIndex => {
  const placeOf = ({ start, at }: Cursor): number => start + at;
  const number = (cursor: Cursor): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      if (cursor.at >= cursor.end || scale > 0x1_0000_0000) return fail(placeOf(cursor), "a number does not end");
      const byte = cursor.bytes[cursor.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  /** The end of so many bytes from here, which the cursor then stands at. */
  const past = (cursor: Cursor, size: number): number => {
    if (size > cursor.end - cursor.at) return fail(placeOf(cursor), `${size} bytes run past the end of their block`);
    return (cursor.at += size);
  };

  interface Blocks {
    readonly count: number;
    readonly blocks: number;
    /** How the first key of a block compares with a wanted one: as `Pages.compare`. */
    compareFirst(index: number, wanted: Buffer): number;
    block(index: number): Cursor;
  }

  /** The blocks of a section as cursors. */
  const blocksOf = (name: SectionName): Blocks => {
    const { at, count, firsts, size } = header.sections[name];
    const blocks = Math.ceil(count / BLOCK);
    /** The bounds of one of several pieces that stand behind their offsets. */
    const pieces = (offsets: number, bytes: number) => {
      const first = offsets + 4 * (blocks + 1);
      if (first + bytes > pages.size) fail(offsets, `the section "${name}" ends past the end of the file`);
      const startOf = (index: number): number => {
        const offset = pages.u32(offsets + 4 * index);
        return offset > bytes ? fail(offsets + 4 * index, `block ${index} of "${name}" lies outside its section`) : first + offset;
      };
      return { end: first + bytes, startOf };
    };
    const keys = firsts === undefined ? undefined : pieces(base + at, firsts);
    const offsets = keys?.end ?? base + at;
    const { startOf } = pieces(offsets, size);
    const bounded = (start: number, end: number, index: number): number =>
      start > end ? fail(offsets + 4 * index, `block ${index} of "${name}" lies outside its section`) : end - start;
    return {
      count,
      blocks,
      compareFirst(index, wanted) {
        const [start, end] = [keys!.startOf(index), keys!.startOf(index + 1)];
        bounded(start, end, index);
        return pages.compare(start, end, wanted);
      },
      block(index) {
        const start = startOf(index);
        const end = startOf(index + 1);
        return { end: bounded(start, end, index), bytes: pages.bytes(start, end), start, at: 0 };
      },
    };
  };

  const texts = blocksOf("texts");
  const knownTexts = new Map<number, string>();
  const textAt = (index: number): string => {
    const known = knownTexts.get(index);
    if (known !== undefined) return known;
    if (index >= texts.count) return fail(base + header.sections.texts.at, `there is no text ${index}`);
    const cursor = texts.block(Math.floor(index / BLOCK));
    for (let skip = index % BLOCK; skip > 0; skip--) past(cursor, number(cursor));
    const size = number(cursor);
    const start = cursor.at;
    const text = cursor.bytes.toString("utf8", start, past(cursor, size));
    knownTexts.set(index, text);
    return text;
  };

  /** A list of keys with what belongs to each. */
  const keyed = (name: SectionName) => {
    const list = blocksOf(name);
    /** The record of a key in a block. No key is put together: how much of the wanted one the last key shares tells what the next one's share means. */
    const findIn = (block: number, wanted: Buffer): Cursor | undefined => {
      const cursor = list.block(block);
      for (let matched = 0; cursor.at < cursor.end;) {
        const shared = number(cursor);
        const size = number(cursor);
        const start = cursor.at;
        past(cursor, size);
        const payload = number(cursor);
        const at = cursor.at;
        past(cursor, payload);
        if (shared < matched) return undefined;
        if (shared > matched) continue;
        let same = 0;
        while (same < size && matched + same < wanted.length && cursor.bytes[start + same] === wanted[matched + same]) same++;
        const isWhole = same === size;
        if (isWhole && matched + same === wanted.length) return { ...cursor, at, end: cursor.at };
        if (!isWhole && (matched + same === wanted.length || cursor.bytes[start + same]! > wanted[matched + same]!)) return undefined;
        matched += same;
      }
      return undefined;
    };
    const decoded = (block: number): readonly string[] => {
      const cursor = list.block(block);
      const found: string[] = [];
      let key = Buffer.alloc(256);
      for (let length = 0; cursor.at < cursor.end;) {
        const shared = number(cursor);
        if (shared > length) fail(placeOf(cursor), "a key shares more with the one before it than that has");
        const size = number(cursor);
        const start = cursor.at;
        past(cursor, size);
        length = shared + size;
        if (length > key.length) key = Buffer.concat([key], 2 * length);
        cursor.bytes.copy(key, shared, start, cursor.at);
        found.push(key.toString("utf8", 0, length));
        past(cursor, number(cursor));
      }
      return found;
    };
    const known = new Map<number, readonly string[]>();
    const keysOf = (block: number): readonly string[] => {
      const found = known.get(block) ?? (block < list.blocks ? decoded(block) : []);
      known.set(block, found);
      return found;
    };
    return {
      count: list.count,
      find(wanted: string): Cursor | undefined {
        const key = Buffer.from(wanted);
        // The last block that begins with the key or before it.
        let low = 0;
        let high = list.blocks;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (list.compareFirst(middle, key) <= 0) low = middle + 1;
          else high = middle;
        }
        return low === 0 ? undefined : findIn(low - 1, key);
      },
      keyAt(index: number): string {
        const key = keysOf(Math.floor(index / BLOCK))[index % BLOCK];
        return key ?? fail(base + header.sections[name].at, `there is no record ${index} of "${name}"`);
      },
      *keys(): Generator<string> {
        for (let block = 0; block < list.blocks; block++) yield* decoded(block);
      },
    };
  };
  const [headers, names, tags, config] = [keyed("headers"), keyed("names"), keyed("tags"), keyed("config")];
  const headerAt = headers.keyAt;
  const has = (set: number, release: number): boolean => Math.floor(set / 2 ** release) % 2 === 1;

  /** One declaration; undefined for an export. The cursor moves past it. */
  const declaration = (cursor: Cursor): { readonly set: number; readonly entry?: () => HeaderName } => {
    const head = number1(cursor);
    const form = head & 7;
    const set = number(cursor);
    if (form === EXPORT) return { set };
    const name = FORMS[form] ?? fail(placeOf(cursor), `there is no form ${form} of a declaration`);
    const at = number(cursor);
    const condition = head & HAS_CONDITION ? number(cursor) : undefined;
    const parameters = head & HAS_PARAMETERS ? number(cursor) : undefined;
    const text = name !== "macro" || head & (HAS_BODY | HAS_TARGET) ? number(cursor) : undefined;
    return {
      set,
      entry: () => {
        const common = {
          header: headerAt(at),
          sure: condition === undefined,
          ...(condition !== undefined && { condition: textAt(condition) }),
        };
        if (name === "constant") return { ...common, form: name, of: textAt(text!) };
        if (name !== "macro") return { ...common, form: name, type: textAt(text!) };
        return {
          ...common,
          form: name,
          ...(parameters !== undefined && { parameters }),
          variadic: (head & IS_VARIADIC) !== 0,
          ...(text !== undefined && { [head & HAS_TARGET ? "target" : "body"]: textAt(text) }),
        };
      },
    };
  };
  const number1 = (cursor: Cursor): number => {
    const at = cursor.at;
    past(cursor, 1);
    return cursor.bytes[at]!;
  };

  const tagOf = (kind: Tag["tag"], name: string, release: number): Tag | undefined => {
    const cursor = tags.find(`${kind[0]} ${name}`);
    if (cursor === undefined) return undefined;
    while (cursor.at < cursor.end) {
      const head = number(cursor);
      const isHere = has(number(cursor), release);
      const at = number(cursor);
      const condition = head & TAG_HAS_CONDITION ? number(cursor) : undefined;
      const members: Member[] = [];
      for (let left = number(cursor); left > 0; left--) {
        const set = number(cursor);
        const member = number(cursor);
        const type = number(cursor);
        if (isHere && has(set, release)) members.push({ name: textAt(member), type: textAt(Math.floor(type / 2)), sure: type % 2 === 0 });
      }
      if (isHere)
        return {
          tag: kind,
          name,
          header: headerAt(at),
          sure: condition === undefined,
          ...(condition !== undefined && { condition: textAt(condition) }),
          isWhole: (head & IS_WHOLE) !== 0,
          members,
        };
    }
    return undefined;
  };

  /** What belongs to a release of a list of pairs: a set, and a number. */
  const pairs = function* (cursor: Cursor, release: number): Generator<number> {
    while (cursor.at < cursor.end) {
      const set = number(cursor);
      const value = number(cursor);
      if (has(set, release)) yield value;
    }
  };

  const headersOf = (release: number): ReleaseHeaders => {
    const about = header.releases[release];
    if (about === undefined) throw new RangeError(`the index has no release ${release}`);
    const known = new Map<string, { readonly entries: readonly HeaderName[]; readonly isExported: boolean }>();
    const look = (name: string): { readonly entries: readonly HeaderName[]; readonly isExported: boolean } => {
      const before = known.get(name);
      if (before !== undefined) return before;
      const entries: HeaderName[] = [];
      let isExported = false;
      const cursor = names.find(name) ?? { ...NOTHING };
      while (cursor.at < cursor.end) {
        const { set, entry } = declaration(cursor);
        if (!has(set, release)) continue;
        if (entry === undefined) isExported = true;
        else entries.push(entry());
      }
      const found = { entries: entries.sort(byPublicity), isExported };
      known.set(name, found);
      return found;
    };
    const knownTags = new Map<string, Tag | undefined>();
    return {
      release: about.release,
      version: about.version,
      arch: about.arch,
      counts: about.counts,
      names: (name) => look(name).entries,
      tag(kind, name) {
        const key = `${kind} ${name}`;
        if (!knownTags.has(key)) knownTags.set(key, tagOf(kind, name, release));
        return knownTags.get(key);
      },
      hasHeader(path) {
        const cursor = headers.find(path) ?? (path.startsWith("uapi/") ? headers.find(path.slice("uapi/".length)) : undefined);
        return cursor !== undefined && has(number(cursor), release);
      },
      includes(path) {
        const cursor = headers.find(path);
        if (cursor === undefined || !has(number(cursor), release)) return [];
        return [...pairs(cursor, release)].map(headerAt).sort();
      },
      config(option) {
        const cursor = config.find(option.replace(/^CONFIG_/, ""));
        if (cursor === undefined) return undefined;
        const [value] = pairs(cursor, release);
        return value === undefined ? undefined : textAt(value);
      },
      kbuild: { honoursExtraCflags: about.honoursExtraCflags },
      isExported: (name) => (about.hasExports ? look(name).isExported : undefined),
    };
  };
  return {
    about: header.about,
    releases: header.releases,
    headersOf,
    names: () => names.keys(),
    tags: function* () {
      for (const key of tags.keys()) yield `${KINDS[key[0] as keyof typeof KINDS] ?? fail(base, `"${key}" is no tag`)} ${key.slice(2)}`;
    },
    headers: () => headers.keys(),
    options: function* () {
      for (const option of config.keys()) yield `CONFIG_${option}`;
    },
  };
};
