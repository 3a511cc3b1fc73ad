import { cursorAt, skip, sleb, u8, uleb } from "./cursor.ts";
import { readFile, type LineHeader } from "./line-header.ts";
import type { Place } from "./places.ts";
import { field } from "./sections.ts";
import { newRows, type Rows } from "./line-rows.ts";

// DWARF 5, tables 7.25 and 7.26.
const DW_LNS_COPY = 1;
const DW_LNS_ADVANCE_PC = 2;
const DW_LNS_ADVANCE_LINE = 3;
const DW_LNS_SET_FILE = 4;
const DW_LNS_SET_COLUMN = 5;
const DW_LNS_CONST_ADD_PC = 8;
const DW_LNS_FIXED_ADVANCE_PC = 9;
const DW_LNE_END_SEQUENCE = 1;
const DW_LNE_SET_ADDRESS = 2;
const DW_LNE_DEFINE_FILE = 3;

/** The registers of the state machine that this reader keeps (DWARF 5, section 6.2.2). */
interface State {
  address: Place;
  operation: number;
  file: number;
  line: number;
  column: number;
}

const reset = (state: State): void => {
  Object.assign(state, { address: 0, operation: 0, file: 1, line: 1, column: 0 });
};

/**
 * Runs a line program.
 * @throws InputError where an operation is cut short or divides by a line_range of 0.
 */
export const runLineProgram = (header: LineHeader): Rows => {
  const { data, minimumLength, maximumOperations, lineBase, lineRange, opcodeBase, operands } = header;
  const cursor = cursorAt(data, header.start, header.end);
  const rows = newRows(header.sections, data);
  const state: State = { address: 0, operation: 0, file: 1, line: 1, column: 0 };
  const advance = (operations: number): void => {
    if (maximumOperations === 1) {
      state.address += minimumLength * operations;
      return;
    }
    const all = state.operation + operations;
    state.address += minimumLength * Math.floor(all / maximumOperations);
    state.operation = all % maximumOperations;
  };
  const row = (): void => rows.add(state.address, state.file, state.line, state.column);
  const extended = (): void => {
    const length = uleb(cursor);
    const end = skip(cursor, length) + length;
    if (length === 0) return;
    const inner = cursorAt(data, end - length, end);
    const operation = u8(inner);
    if (operation === DW_LNE_END_SEQUENCE) {
      rows.end(state.address);
      reset(state);
    } else if (operation === DW_LNE_SET_ADDRESS) {
      state.address = field(data, inner.at, length - 1);
      state.operation = 0;
    } else if (operation === DW_LNE_DEFINE_FILE) {
      header.sections.keep(1, data, inner.at);
      header.files.push(readFile(inner));
    }
  };
  const special = (operation: number): void => {
    if (lineRange === 0) data.fail(cursor.at - 1, "a line_range of 0");
    const step = Math.floor(operation / lineRange);
    advance(step);
    state.line = (state.line + lineBase + operation - step * lineRange) >>> 0;
  };
  while (cursor.at < header.end) {
    const code = u8(cursor);
    if (code >= opcodeBase) {
      special(code - opcodeBase);
      row();
    } else if (code === 0) extended();
    else if (code === DW_LNS_COPY) row();
    else if (code === DW_LNS_ADVANCE_PC) advance(uleb(cursor));
    else if (code === DW_LNS_ADVANCE_LINE) state.line = (state.line + sleb(cursor)) >>> 0;
    else if (code === DW_LNS_SET_FILE) state.file = uleb(cursor);
    else if (code === DW_LNS_SET_COLUMN) state.column = uleb(cursor);
    else if (code === DW_LNS_CONST_ADD_PC) {
      if (lineRange === 0) data.fail(cursor.at - 1, "a line_range of 0");
      advance(Math.floor((255 - opcodeBase) / lineRange));
    } else if (code === DW_LNS_FIXED_ADVANCE_PC) {
      state.address += field(data, skip(cursor, 2), 2);
      state.operation = 0;
    } else for (let left = operands[code - 1]!; left > 0; left--) uleb(cursor);
  }
  rows.close();
  return rows;
};
