import type { Release } from "../kernels/history/layout.ts";
import type { Facts } from "../kernels/history/read.ts";
import type { TableInput } from "../kernels/history/write.ts";
import type { Rows } from "../kernels/history/rows.ts";

/** The attributes of each table, and in `headers` of the tables of the second file. */
const TABLES = {
  exports: ["type", "namespace", "exporter", "source", "signature", "definition", "users", "header"],
  syscalls: ["number", "abi"],
  abi: ["level", "file"],
  headers: ["form", "header", "signature", "parameters", "target"],
  through: ["by"],
} as const satisfies Record<string, readonly string[]>;
type TableName = keyof typeof TABLES;
const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

const byTable = <T>(of: (table: TableName) => T): Readonly<Record<TableName, T>> =>
  Object.fromEntries(TABLE_NAMES.map((table) => [table, of(table)])) as Record<TableName, T>;

/** One release as it goes into the files. */
export interface ReleaseFacts {
  readonly release: Release;
  readonly tables: Readonly<Record<TableName, Rows>>;
  /** By exported name; 0 where there is none. */
  readonly crcs: ReadonlyMap<string, number>;
}

/** Turns releases, oldest first, into tables: for each name its values in every release. */
export const collect = (
  count: number,
  releases: Iterable<ReleaseFacts>,
): {
  readonly releases: readonly Release[];
  readonly tables: Readonly<Record<TableName, TableInput>>;
  readonly crcs: readonly ReleaseFacts["crcs"][];
} => {
  const rows = byTable(() => new Map<string, (string | undefined)[][]>());
  const seen: Release[] = [];
  const crcs: ReleaseFacts["crcs"][] = [];
  // One copy of each text: 25 releases say nearly the same.
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, text);
    return text;
  };
  for (const each of releases) {
    for (const table of TABLE_NAMES) {
      for (const [name, values] of each.tables[table]) {
        let row = rows[table].get(name);
        if (!row) rows[table].set(shared(name), (row = TABLES[table].map(() => Array.from({ length: count }, () => undefined))));
        values.forEach((value, attribute) => value !== null && (row[attribute]![seen.length] = shared(value)));
      }
    }
    seen.push(each.release);
    crcs.push(each.crcs);
  }
  return { releases: seen, tables: byTable((table) => ({ attributes: TABLES[table], rows: rows[table] })), crcs };
};

/** What shipped files say of one release: what `collect` was given for it. */
export const carryOver = (
  exports: Facts,
  headers: Facts,
  crc: (name: number, release: number) => number,
  release: number,
): ReleaseFacts => {
  const crcs = new Map<string, number>();
  const rowsOf = (table: TableName): Rows => {
    const from = (table === "headers" || table === "through" ? headers : exports).table(table);
    return Array.from({ length: from.size }, (_, index) => from.at(index)).flatMap((row) => {
      const values = TABLES[table].map((attribute) => row.value(attribute, release) ?? null);
      if (values.every((value) => value === null)) return [];
      if (table === "exports") crcs.set(row.name, crc(row.index, release));
      return [[row.name, values] as const];
    });
  };
  const tables = Object.fromEntries(TABLE_NAMES.map((table) => [table, rowsOf(table)])) as Record<TableName, Rows>;
  return { release: exports.releases[release]!, tables, crcs };
};
