import { writeEnvelope } from "./envelope.ts";
import { MAGIC, type Header, type Release, type Span } from "./layout.ts";

/** What one attribute of a name was in each release, oldest first; undefined where nothing is known. */
export type Values = readonly (string | undefined)[];

/** A table to write: for each name its values by attribute, in the order of `attributes`. */
export interface TableInput {
  readonly attributes: readonly string[];
  readonly rows: ReadonlyMap<string, readonly Values[]>;
}

export interface HistoryInput {
  readonly about: string;
  /** Oldest first; at most 65,535. */
  readonly releases: readonly Release[];
  readonly tables: Readonly<Record<string, TableInput>>;
}

const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const leb128 = (out: number[], value: number): void => {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
};

/** Numbers for values, the most frequent first, so that frequent ones are short; values of equal frequency by their text. */
const numberByUse = (uses: ReadonlyMap<string, number>): readonly string[] =>
  [...uses].sort(([a, m], [b, n]) => n - m || byText(a, b)).map(([value]) => value);

/** The values as changes: what holds from which release on. */
const encode = (values: Values, textNumber: ReadonlyMap<string, number>): string => {
  const out: number[] = [];
  let last = 0;
  let current: string | undefined;
  values.forEach((value, release) => {
    if (value === current) return;
    leb128(out, release - last);
    leb128(out, value === undefined ? 0 : textNumber.get(value)! + 1);
    last = release;
    current = value;
  });
  return Buffer.from(out).toString("latin1");
};

const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);

/** Writes a history file. The same input gives the same bytes. */
export const writeHistory = ({ about, releases, tables }: HistoryInput): Uint8Array => {
  const parts: Buffer[] = [];
  let size = 0;
  const append = (bytes: Buffer): number => {
    const at = size;
    const padding = -bytes.length & 3;
    parts.push(bytes, Buffer.alloc(padding));
    size += bytes.length + padding;
    return at;
  };
  const appendList = (items: readonly Buffer[]): Span => {
    const offsets = Buffer.alloc(4 * (items.length + 1));
    let end = 0;
    items.forEach((item, index) => {
      end += item.length;
      offsets.writeUInt32LE(end, 4 * (index + 1));
    });
    return { at: append(Buffer.concat([offsets, ...items])), count: items.length, size: end };
  };

  const used = new Map<string, number>();
  for (const { rows } of Object.values(tables))
    for (const row of rows.values())
      for (const values of row) for (const value of new Set(values)) if (value !== undefined) count(used, value);
  const texts = numberByUse(used);
  const textNumber = new Map(texts.map((text, index) => [text, index]));

  const written = Object.entries(tables).map(([name, { attributes, rows }]) => {
    const names = [...rows.keys()].sort(byText);
    const vectorUses = new Map<string, number>();
    const encoded = names.map((each) =>
      rows.get(each)!.map((values) => {
        const vector = encode(values, textNumber);
        if (vector !== "") count(vectorUses, vector);
        return vector;
      }),
    );
    const vectors = numberByUse(vectorUses);
    const vectorNumber = new Map(vectors.map((vector, index) => [vector, index + 1]));
    const numbers = Buffer.alloc(4 * attributes.length * names.length);
    encoded.forEach((row, index) =>
      row.forEach((vector, attribute) => numbers.writeUInt32LE(vectorNumber.get(vector) ?? 0, 4 * (index * attributes.length + attribute))),
    );
    const table = {
      attributes: [...attributes],
      names: appendList(names.map((each) => Buffer.from(each))),
      rows: append(numbers),
      vectors: appendList(vectors.map((vector) => Buffer.from(vector, "latin1"))),
    };
    return [name, table] as const;
  });
  const header: Header = {
    about,
    releases: [...releases],
    texts: appendList(texts.map((text) => Buffer.from(text))),
    tables: Object.fromEntries(written),
  };
  return writeEnvelope(MAGIC, header, parts);
};
