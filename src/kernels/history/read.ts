import { crc32 } from "node:zlib";
import { InputError } from "../../shared/input-error.ts";
import { HEADER_AT, isHeader, MAGIC, type Header, type Release, type Span } from "./layout.ts";

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
 * Opens a history file over its bytes; look-ups decode what they need and no more.
 * @param file what to call it in errors. @throws InputError where it is none, is cut short, or is not as it was written.
 */
export const openFacts = (bytes: Uint8Array, file: string): Facts => {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail = (offset: number, message: string): never => {
    throw new InputError({ file, offset, message });
  };
  if (data.length < HEADER_AT || data.toString("latin1", 0, 16) !== MAGIC) fail(0, `no kernel history ("${MAGIC}" was expected)`);
  const length = data.readUInt32LE(16);
  const base = HEADER_AT + length + (-length & 3);
  if (base > data.length) fail(16, `the header ends at byte ${base}, past the end of the file (${data.length} bytes)`);
  if (data.readUInt32LE(20) !== crc32(data.subarray(HEADER_AT)))
    fail(20, "the bytes are not those that were written (the checksum differs): the file was cut short or edited");
  const header = parseHeader(data.toString("utf8", HEADER_AT, HEADER_AT + length), fail);

  /** A list of texts: its bounds are checked once, each offset where it is used. */
  const list = ({ at, count, size }: Span): { readonly count: number; bounds(index: number): readonly [number, number] } => {
    const first = base + at;
    const text = first + 4 * (count + 1);
    if (text + size > data.length) fail(first, `a list of ${count} texts ends past the end of the file`);
    return {
      count,
      bounds: (index) => {
        const start = data.readUInt32LE(first + 4 * index);
        const end = data.readUInt32LE(first + 4 * (index + 1));
        if (start > end || end > size) fail(first + 4 * index, `text ${index} lies outside its list`);
        return [text + start, text + end];
      },
    };
  };
  const texts = list(header.texts);
  const textAt = (index: number): string => {
    if (index >= texts.count) fail(base + header.texts.at, `there is no text ${index}`);
    return data.toString("utf8", ...texts.bounds(index));
  };

  /** Calls back with each change of a vector: from which release on which text number + 1. */
  const changes = ([start, end]: readonly [number, number], each: (release: number, text: number) => void): void => {
    let at = start;
    const number = (): number => {
      for (let value = 0, scale = 1; ; scale *= 128) {
        if (at >= end || scale > 0x1_0000_0000) return fail(at, "a number of a vector does not end");
        const byte = data[at++]!;
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
      }
    };
    let release = 0;
    const next = (): boolean => {
      if (at >= end) return false;
      release += number();
      each(release, number());
      return true;
    };
    while (next());
  };

  const tableOf = (name: string): Table => {
    const description = header.tables[name];
    if (!description) return EMPTY;
    const { attributes, rows } = description;
    const names = list(description.names);
    const vectors = list(description.vectors);
    if (base + rows + 4 * attributes.length * names.count > data.length)
      fail(base + rows, "the rows of a table end past the end of the file");
    const rowAt = (index: number): Row => {
      const bounds = (attribute: string): readonly [number, number] | undefined => {
        const column = attributes.indexOf(attribute);
        if (column < 0) return undefined;
        const vector = data.readUInt32LE(base + rows + 4 * (index * attributes.length + column));
        if (vector > vectors.count) fail(base + rows, `there is no vector ${vector}`);
        return vector === 0 ? undefined : vectors.bounds(vector - 1);
      };
      return {
        name: data.toString("utf8", ...names.bounds(index)),
        index,
        value: (attribute, wanted) => {
          const vector = bounds(attribute);
          let found = 0;
          if (vector) changes(vector, (release, text) => void (release <= wanted && (found = text)));
          return found === 0 ? undefined : textAt(found - 1);
        },
        values: (attribute) => {
          const values: (string | undefined)[] = Array.from({ length: header.releases.length });
          const vector = bounds(attribute);
          if (vector) changes(vector, (release, text) => void values.fill(text === 0 ? undefined : textAt(text - 1), release));
          return values;
        },
      };
    };
    const find = (wanted: string): Row | undefined => {
      const bytesOf = Buffer.from(wanted);
      for (let low = 0, high = names.count; low < high;) {
        const middle = (low + high) >>> 1;
        const order = data.compare(bytesOf, 0, bytesOf.length, ...names.bounds(middle));
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
      const known = opened.get(name) ?? tableOf(name);
      opened.set(name, known);
      return known;
    },
  };
};

/** The checksum vouches for what was written, not for who wrote it, so the header's shape is checked as any input's. */
const parseHeader = (json: string, fail: (offset: number, message: string) => never): Header => {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch {
    return fail(HEADER_AT, "the header is no JSON");
  }
  return isHeader(header) ? header : fail(HEADER_AT, "the header is not that of a kernel history");
};
