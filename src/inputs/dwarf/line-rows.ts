import type { Place } from "./places.ts";
import type { Data, DebugSections } from "./sections.ts";

/** The rows of a line table in columns, grouped in sequences: the code from a row to the next belongs to its line. */
export interface Rows {
  add(address: Place, file: number, line: number, column: number): void;
  /** Ends the current sequence: no code from here on. */
  end(address: Place): void;
  /** Ends a sequence that the program left open. */
  close(): void;
  readonly sequences: readonly Sequence[];
  address(row: number): Place;
  file(row: number): number;
  line(row: number): number;
  column(row: number): number;
}

/** Rows [first, last) cover the code [low, high). */
export interface Sequence {
  readonly first: number;
  readonly last: number;
  low: Place;
  readonly high: Place;
}

interface Columns {
  address: Float64Array;
  file: Uint32Array;
  line: Uint32Array;
  column: Uint32Array;
}

const columnsOf = (length: number, old?: Columns): Columns => {
  const columns = {
    address: new Float64Array(length),
    file: new Uint32Array(length),
    line: new Uint32Array(length),
    column: new Uint32Array(length),
  };
  if (old) for (const key of ["address", "file", "line", "column"] as const) columns[key].set(old[key]);
  return columns;
};

/** Puts the rows from `first` on in the order of their addresses; of those with the same address the last stays, as in binutils' bfd/dwarf2.c. */
const sortRows = (columns: Columns, first: number, end: number): number => {
  const order = Array.from({ length: end - first }, (_, i) => first + i).sort((a, b) => columns.address[a]! - columns.address[b]! || a - b);
  const kept = order.filter((row, i) => i + 1 === order.length || columns.address[row] !== columns.address[order[i + 1]!]);
  for (const key of ["address", "file", "line", "column"] as const)
    columns[key].set(
      kept.map((row) => columns[key][row]!),
      first,
    );
  return first + kept.length;
};

export const newRows = (sections: DebugSections, data: Data): Rows => {
  let columns = columnsOf(256);
  let count = 0;
  let first = 0;
  let sorted = true;
  const sequences: Sequence[] = [];
  const end = (high: Place): void => {
    if (!sorted) count = sortRows(columns, first, count);
    if (count > first) sequences.push({ first, last: count, low: columns.address[first]!, high });
    first = count;
    sorted = true;
  };
  return {
    sequences,
    address: (row) => columns.address[row]!,
    file: (row) => columns.file[row]!,
    line: (row) => columns.line[row]!,
    column: (row) => columns.column[row]!,
    end,
    close: () => {
      if (count > first) end(columns.address.subarray(first, count).reduce((a, b) => Math.max(a, b)));
    },
    add: (address, file, line, column) => {
      if (count > first) {
        const before = columns.address[count - 1]!;
        // Several rows for one address: the last one counts.
        if (before === address) count--;
        else if (before > address) sorted = false;
      }
      if (count === columns.address.length) {
        sections.keep(count, data, 0);
        columns = columnsOf(count * 2, columns);
      }
      columns.address[count] = address;
      columns.file[count] = file;
      columns.line[count] = line;
      columns.column[count] = column;
      count++;
    },
  };
};
