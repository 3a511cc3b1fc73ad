import { MAX_PATH } from "../../shared/limits.ts";
import { FORM } from "./constants.ts";
import { cursorAt, s8, skip, u16, u8, uleb, type Cursor } from "./cursor.ts";
import { stepOf, take, type Sizes, type Step } from "./forms.ts";
import { field, offsetField, type Data, type DebugSections } from "./sections.ts";
import { skipString, stringIn } from "./strings.ts";
import { initialLength } from "./units.ts";

/** A name in a line program's header: where it stands and in which form. */
interface Name {
  readonly form: number;
  readonly at: number;
}

export interface File extends Name {
  readonly directory: number;
}

/** The header of a line program (DWARF 5, section 6.2.4). */
export interface LineHeader extends Sizes {
  readonly sections: DebugSections;
  readonly data: Data;
  /** Offsets of the first operation and of the end. */
  readonly start: number;
  readonly end: number;
  readonly minimumLength: number;
  readonly maximumOperations: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** How many LEB128 operands each standard operation takes, from operation 1 on. */
  readonly operands: readonly number[];
  /** Numbered from 0 since DWARF 5, from 1 before: then entry 0 is missing here. */
  readonly directories: readonly (Name | undefined)[];
  readonly files: (File | undefined)[];
}

// DWARF 5, table 7.27.
const DW_LNCT_PATH = 1;
const DW_LNCT_DIRECTORY_INDEX = 2;

const INDEX_SIZES: ReadonlyMap<number, number> = new Map<number, number>([
  [FORM.data1, 1],
  [FORM.data2, 2],
  [FORM.data4, 4],
  [FORM.data8, 8],
]);

/** A file's number of directory, at the cursor. */
const indexAt = (cursor: Cursor, form: number): number => {
  const size = INDEX_SIZES.get(form);
  return size === undefined ? uleb({ ...cursor }) : field(cursor.data, cursor.at, size);
};

/** DWARF 5: a description of the entries, then the entries. */
const readEntries = (sections: DebugSections, cursor: Cursor, sizes: Sizes): File[] => {
  const at = cursor.at;
  const contents: number[] = [];
  const forms: number[] = [];
  const steps: Step[] = [];
  for (let left = u8(cursor); left > 0; left--) {
    contents.push(uleb(cursor));
    const form = uleb(cursor);
    forms.push(form);
    steps.push(stepOf(form, sizes) ?? cursor.data.fail(at, `form 0x${form.toString(16)} is of no version of DWARF`));
  }
  const count = uleb(cursor);
  if (count > cursor.end - cursor.at || (count > 0 && steps.every((step) => step === 0)))
    cursor.data.fail(at, `${count} names in ${cursor.end - cursor.at} bytes`);
  sections.keep(count, cursor.data, at);
  const entries: File[] = [];
  for (let i = 0; i < count; i++) {
    let [form, start, directory] = [0, 0, 0];
    for (let j = 0; j < steps.length; j++) {
      if (contents[j] === DW_LNCT_PATH) [form, start] = [forms[j]!, cursor.at];
      else if (contents[j] === DW_LNCT_DIRECTORY_INDEX) directory = indexAt(cursor, forms[j]!);
      take(cursor, steps[j]!, sizes);
    }
    entries.push({ form, at: start, directory });
  }
  return entries;
};

/** DWARF 2 to 4: a name, and three numbers of which the first is the directory's; also what DW_LNE_define_file adds. */
export const readFile = (cursor: Cursor): File => {
  const at = skipString(cursor);
  const directory = uleb(cursor);
  uleb(cursor);
  uleb(cursor);
  return { form: FORM.string, at, directory };
};

/** DWARF 2 to 4: entries up to an empty name. */
const readOldEntries = <T>(sections: DebugSections, cursor: Cursor, read: () => T): (T | undefined)[] => {
  const entries: (T | undefined)[] = [undefined];
  while (cursor.data.bytes[cursor.at] !== 0 || cursor.at >= cursor.end) {
    sections.keep(1, cursor.data, cursor.at);
    entries.push(read());
  }
  skip(cursor, 1);
  return entries;
};

/**
 * Reads the header of the line program at an offset of .debug_line.
 * @throws InputError for a version, a length or a table that makes no sense.
 */
export const readLineHeader = (sections: DebugSections, data: Data, at: number, address: number): LineHeader => {
  const { length, offset, next } = initialLength(data, cursorAt(data, at).at);
  const end = next + length;
  const cursor = cursorAt(data, next, end);
  const version = u16(cursor);
  if (version < 2 || version > 5) data.fail(next, `line program version ${version} (2 to 5 expected)`);
  const sizes = { version, address: version >= 5 ? u8(cursor) : address, offset };
  if (version >= 5) u8(cursor);
  const headerLength = field(data, skip(cursor, offset), offset);
  const start = cursor.at + headerLength;
  const minimumLength = u8(cursor);
  const maximumOperations = version >= 4 ? u8(cursor) : 1;
  u8(cursor);
  const lineBase = s8(cursor);
  const lineRange = u8(cursor);
  const opcodeBase = u8(cursor);
  const operands = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => u8(cursor));
  const inHeader = { directories: [] as (Name | undefined)[], files: [] as (File | undefined)[] };
  if (version >= 5) {
    inHeader.directories = readEntries(sections, cursor, sizes);
    inHeader.files = readEntries(sections, cursor, sizes);
  } else {
    inHeader.directories = readOldEntries(sections, cursor, () => ({ form: FORM.string, at: skipString(cursor) }));
    inHeader.files = readOldEntries(sections, cursor, () => readFile(cursor));
  }
  if (!(start >= cursor.at && start <= end)) data.fail(at, `its operations start at byte ${start} (${cursor.at} to ${end} expected)`);
  if (maximumOperations === 0) data.fail(at, "no operations in an instruction");
  return { ...sizes, ...inHeader, sections, data, start, end, minimumLength, maximumOperations, lineBase, lineRange, opcodeBase, operands };
};

const nameOf = (header: LineHeader, { form, at }: Name): string | undefined => {
  const { data, sections, offset } = header;
  if (form === FORM.string) return stringIn(data, at);
  if (form === FORM.lineStrp) return stringIn(sections.need("line_str", data, at), offsetField(data, at, offset));
  return form === FORM.strp ? stringIn(sections.need("str", data, at), offsetField(data, at, offset)) : undefined;
};

/**
 * The path of a file by its number, as binutils joins it: the compiler's folder, the file's directory and its name, each up to the first that is absolute.
 * @returns undefined where there is no such file.
 */
export const filePath = (header: LineHeader, number: number, compilerFolder: string | undefined): string | undefined => {
  const file = header.files[number];
  const name = file && nameOf(header, file);
  if (!file || name === undefined) return undefined;
  if (name.startsWith("/")) return name;
  const entry = header.directories[file.directory];
  const directory = entry && nameOf(header, entry);
  const folder = directory?.startsWith("/") ? undefined : compilerFolder;
  const parts = [folder, directory, name].filter((part) => part !== undefined);
  const length = parts.reduce((sum, part) => sum + part.length, parts.length - 1);
  return length > MAX_PATH ? header.data.fail(file.at, `a path of ${length} bytes (at most ${MAX_PATH})`) : parts.join("/");
};
