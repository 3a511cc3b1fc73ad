import { InputError, type Problem } from "../shared/input-error.ts";
import { MAX_LINE, MAX_LINES, MAX_LIST_PROBLEMS } from "../shared/limits.ts";
import type { KernelExport, ListedKernel } from "./model.ts";

const CRC = /^0x[0-9a-fA-F]{1,8}$/;

/** A line of today's layout without a fault, taken apart at its tabs: a kernel has tens of thousands of them. */
const parseUsual = (line: string): KernelExport | undefined => {
  const atName = line.indexOf("\t") + 1;
  const atExporter = line.indexOf("\t", atName) + 1;
  const atType = line.indexOf("\t", atExporter) + 1;
  if (atName === 0 || atExporter <= atName + 1 || atType === 0 || line.endsWith("\r")) return undefined;
  if (!line.startsWith("EXPORT_", atType) || line.startsWith("EXPORT_", atExporter)) return undefined;
  const crcText = line.slice(0, atName - 1);
  const typeEnd = line.indexOf("\t", atType);
  if (!CRC.test(crcText) || (typeEnd >= 0 && line.includes("\t", typeEnd + 1))) return undefined;
  const name = line.slice(atName, atExporter - 1);
  const exporter = line.slice(atExporter, atType - 1);
  const type = typeEnd < 0 ? line.slice(atType) : line.slice(atType, typeEnd);
  const crc = Number(crcText);
  const namespace = typeEnd < 0 ? "" : line.slice(typeEnd + 1);
  return namespace === "" ? { name, type, exporter, crc } : { name, type, exporter, crc, namespace };
};

/**
 * One line, by the column that begins with `EXPORT_`: three columns before 2.6.18, four since, the namespace third in 5.4 and last since 5.6
 * (scripts/mod/modpost.c read_dump). The last column may be empty, so the line is split on TAB and never trimmed.
 * @returns the export, or what is wrong with the line.
 */
export const parseSymversLine = (line: string): KernelExport | string => {
  const usual = parseUsual(line);
  if (usual) return usual;
  const columns = line.split("\t");
  const [crc = "", name = ""] = columns;
  if (columns.length < 3 || columns.length > 5)
    return `${columns.length} column${columns.length === 1 ? "" : "s"} separated by tabs (3 to 5 expected)`;
  if (!CRC.test(crc)) return `"${crc.slice(0, 20)}" is no CRC such as 0x0012ab34`;
  if (name === "") return "no symbol name";
  if (line.endsWith("\r")) return "a carriage return at the end of the line";
  const at = columns.findIndex((column, index) => index > 1 && column.startsWith("EXPORT_"));
  if (at < 0 && columns.length > 3) return `no column with an export type: "${columns.slice(2).join(" ").slice(0, 40)}"`;
  const [exporter, namespace] = at === 4 ? [columns[3], columns[2]] : [columns[2], columns[4]];
  return { name, type: at < 0 ? "" : columns[at]!, exporter: exporter!, crc: Number(crc), ...(namespace && { namespace }) };
};

/**
 * Reads a Module.symvers in any of its layouts (Documentation/kbuild/modules.rst).
 * @param name what to call the kernel. @param file the path, for errors.
 * @throws InputError with each wrong line.
 */
export const parseSymvers = (text: string, name: string, file: string): ListedKernel => {
  const exports = new Map<string, KernelExport>();
  const problems: Problem[] = [];
  let hasCrcs = false;
  let number = 0;
  for (let start = 0; start < text.length && problems.length < MAX_LIST_PROBLEMS;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    if (++number > MAX_LINES) throw new InputError({ file, line: number, column: 1, message: `more than ${MAX_LINES} lines` });
    const wrong = (message: string): void =>
      void problems.push({ file, line: number, column: 1, message, source: text.slice(start, Math.min(end, start + 200)) });
    const entry = end - start > MAX_LINE ? `a line of ${end - start} characters` : parseSymversLine(text.slice(start, end));
    if (typeof entry === "string") wrong(entry);
    else if (exports.has(entry.name)) wrong(`"${entry.name}" stands twice`);
    else {
      exports.set(entry.name, entry);
      if (entry.crc !== 0) hasCrcs = true;
    }
    start = end + 1;
  }
  if (problems.length > 0) throw new InputError(problems);
  if (exports.size === 0)
    throw new InputError({ file, line: 1, column: 1, message: "no exported symbols (a Module.symvers was expected)" });
  return { name, source: file, hasCrcs, size: exports.size, find: (symbol) => exports.get(symbol), names: () => exports.keys() };
};
