import type { ByteSource } from "../../inputs/bytes.ts";
import { type Form, openBytes, openSource, type Opened } from "./envelope.ts";
import { isHeader, MAGIC, type Header, type Release, type Span } from "./layout.ts";

/** What a table says of one name. */
export interface Row {
  readonly name: string;
  /** Its place in the sorted names, by which other files refer to it. */
  readonly index: number;
  /** What the attribute was in a release, by the release's number; undefined where nothing is known. */
  value(attribute: string, release: number): string | undefined;
  /** The same for every release. */
  values(attribute: string): readonly (string | undefined)[];
}

export interface Table {
  readonly size: number;
  find(name: string): Row | undefined;
  /** The row at a place in the sorted names. */
  at(index: number): Row;
}

/** An opened history file. */
export interface Facts {
  readonly about: string;
  readonly releases: readonly Release[];
  /** An empty table where the file has none of that name. */
  table(name: string): Table;
}

const EMPTY: Table = {
  size: 0,
  find: () => undefined,
  at: () => {
    throw new RangeError("an empty table has no rows");
  },
};

/**
 * Opens a history file over its bytes, every one of which is checked first.
 * @param file what to call it in errors. @throws InputError where it is none, is cut short, or is not as it was written.
 */
export const openFacts = (bytes: Uint8Array, file: string): Facts => {
  return factsIn(openBytes(bytes, file, FORM));
};

/**
 * Opens a history file and reads no more of it than what is looked up: the checksum is not compared, which asks for every byte.
 * @throws InputError where it is none, here or in a look-up.
 */
export const openFactsIn = (source: ByteSource): Facts => {
  return factsIn(openSource(source, FORM));
};

const FORM: Form<Header> = { magic: MAGIC, name: "kernel history", one: "a kernel history", isHeader };

const factsIn = ({ pages, base, header, fail }: Opened<Header>): Facts => {
  const { size: end, u32, byte, text } = pages;

  /** A list of texts: its bounds are checked once, each offset where it is used. */
  const list = ({ at, count, size }: Span): List => {
    const first = base + at;
    const start = first + 4 * (count + 1);
    if (start + size > end) fail(first, `a list of ${count} texts ends past the end of the file`);
    const startOf = (index: number): number => {
      const offset = u32(first + 4 * index);
      if (offset > size) fail(first + 4 * index, `text ${index} lies outside its list`);
      return start + offset;
    };
    return {
      count,
      boundsOf: (index) => {
        const bounds = [startOf(index), startOf(index + 1)] as const;
        return bounds[0] > bounds[1] ? fail(first + 4 * index, `text ${index} lies outside its list`) : bounds;
      },
    };
  };
  const texts = list(header.texts);
  const known = new Map<number, string>();
  const textAt = (index: number): string => {
    const before = known.get(index);
    if (before !== undefined) return before;
    if (index >= texts.count) fail(base + header.texts.at, `there is no text ${index}`);
    const found = text(...texts.boundsOf(index));
    known.set(index, found);
    return found;
  };

  /** Where the number that was read last ends. */
  let next = 0;
  const numberAt = (at: number, stop: number): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      if (at >= stop || scale > 0x1_0000_0000) return fail(at, "a number of a vector does not end");
      const each = byte(at++);
      value += (each & 0x7f) * scale;
      if (each < 0x80) {
        next = at;
        return value;
      }
    }
  };

  const tableOf = (name: string): Table => {
    const description = header.tables[name];
    if (!description) return EMPTY;
    const { attributes, rows } = description;
    const names = list(description.names);
    const vectors = list(description.vectors);
    if (base + rows + 4 * attributes.length * names.count > end) fail(base + rows, "the rows of a table end past the end of the file");
    /** The number of an attribute's vector; 0 where nothing is known. */
    const vectorOf = (index: number, attribute: string): number => {
      const column = attributes.indexOf(attribute);
      if (column < 0) return 0;
      const vector = u32(base + rows + 4 * (index * attributes.length + column));
      return vector > vectors.count ? fail(base + rows, `there is no vector ${vector}`) : vector;
    };
    const rowAt = (index: number): Row => ({
      name: text(...names.boundsOf(index)),
      index,
      value: (attribute, wanted) => {
        const vector = vectorOf(index, attribute);
        if (vector === 0) return undefined;
        const [start, stop] = vectors.boundsOf(vector - 1);
        let found = 0;
        let release = 0;
        for (let at = start; at < stop; at = next) {
          release += numberAt(at, stop);
          if (release > wanted) break;
          found = numberAt(next, stop);
        }
        return found === 0 ? undefined : textAt(found - 1);
      },
      values: (attribute) => {
        const values: (string | undefined)[] = Array.from({ length: header.releases.length });
        const vector = vectorOf(index, attribute);
        if (vector === 0) return values;
        const [start, stop] = vectors.boundsOf(vector - 1);
        let release = 0;
        for (let at = start; at < stop; at = next) {
          release += numberAt(at, stop);
          const found = numberAt(next, stop);
          values.fill(found === 0 ? undefined : textAt(found - 1), release);
        }
        return values;
      },
    });
    const find = (wanted: string): Row | undefined => {
      const bytes = Buffer.from(wanted);
      for (let low = 0, high = names.count; low < high;) {
        const middle = (low + high) >>> 1;
        const order = pages.compare(...names.boundsOf(middle), bytes);
        if (order === 0) return rowAt(middle);
        if (order < 0) low = middle + 1;
        else high = middle;
      }
      return undefined;
    };
    return { size: names.count, find, at: rowAt };
  };
  const opened = new Map<string, Table>();
  return {
    about: header.about,
    releases: header.releases,
    table: (name) => {
      const before = opened.get(name) ?? tableOf(name);
      opened.set(name, before);
      return before;
    },
  };
};

/** Where the texts of a list begin and end. */
interface List {
  readonly count: number;
  boundsOf(index: number): readonly [start: number, end: number];
}
