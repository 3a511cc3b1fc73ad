import { InputError } from "../../shared/input-error.ts";
import { eachLine, openNotes } from "./lines.ts";
import type { VendorList } from "./model.ts";

/** What stands between two blocks of ksc-result.txt, and in one that nobody filled in (ksc.py). */
export const SEPARATOR = "##########";
export const PLACEHOLDER = "ENTER JUSTIFICATION TEXT HERE";
const REFERENCE = /^JUSTIFICATION STATED UNDER `(.*)' SECTION$/;

/** A symbol that a report calls unlisted, and what it says for it; line is where the symbol stands. */
export interface KscSymbol {
  readonly symbol: string;
  readonly line: number;
  readonly justification?: { readonly text: string; readonly line: number };
  /** The module under which it is said to be justified. */
  readonly under?: string;
}

/** A module's section of a report. */
export interface KscSection {
  /** The file's name: `foo.ko`. Empty where an early ksc did not tell it. */
  readonly name: string;
  readonly line: number;
  readonly vermagic?: string;
  /** The namespaces it imports. */
  readonly namespaces: readonly string[];
  readonly arch?: string;
  readonly listed: readonly { readonly symbol: string; readonly line: number }[];
  readonly unlisted: readonly KscSymbol[];
}

export interface KscResult {
  /** The command line that made it. */
  readonly command?: string;
  readonly modules: readonly KscSection[];
  readonly notes: VendorList["notes"];
}

/** A block between two separators: a symbol in parentheses, then what is said for it. */
interface Block {
  readonly symbol: string;
  readonly line: number;
  readonly text: string[];
  textLine: number;
}

interface Section extends KscSection {
  arch?: string;
  readonly listed: { readonly symbol: string; readonly line: number }[];
  readonly unlisted: KscSymbol[];
}

/** Where the reader is. */
interface Reading {
  command?: string;
  readonly modules: Section[];
  part?: "listed" | "unlisted";
  block?: Block;
}

/** The section that is open. A report of one module by an early ksc has no braces: its command names the module. */
const sectionAt = (reading: Reading, line: number): Section => {
  const open = reading.modules.at(-1);
  if (open) return open;
  const path = /\s(?:-k\s*|--ko[ =]\s*)(\S+)/.exec(reading.command ?? "")?.[1];
  const section: Section = { name: path?.split("/").at(-1) ?? "", line, namespaces: [], listed: [], unlisted: [] };
  reading.modules.push(section);
  return section;
};

const closeBlock = (reading: Reading): void => {
  if (!reading.block) return;
  const { symbol, line, text: lines, textLine } = reading.block;
  delete reading.block;
  const text = lines.join(" ").replace(/\s+/g, " ");
  const under = REFERENCE.exec(text)?.[1];
  const hasText = under === undefined && text !== "" && text !== PLACEHOLDER;
  sectionAt(reading, line).unlisted.push({
    symbol,
    line,
    ...(under !== undefined && { under }),
    ...(hasText && { justification: { text, line: textLine } }),
  });
};

/** What stands in a module's heading. It ends a block that somebody left open; other braces there are part of what was written. */
const headingOf = (content: string, isInBlock: boolean): string | undefined => {
  if (!content.startsWith("{") || !content.endsWith("}")) return undefined;
  const inner = content.slice(1, -1);
  return !isInBlock || (!/[{}]/.test(inner) && inner.split("@", 1)[0]!.endsWith(".ko")) ? inner : undefined;
};

/** `{foo.ko@VERMAGIC@ns:NAMESPACE…}` */
const openSection = (reading: Reading, inner: string, line: number): void => {
  const [name, vermagic, ...namespaces] = inner.split(/@(?:ns:)?/);
  delete reading.part;
  reading.modules.push({ name: name!, line, ...(vermagic !== undefined && { vermagic }), namespaces, listed: [], unlisted: [] });
};

/** `[command: …]`, `[ARCH]`, or one of the two lists, by their old names too. */
const openPart = (reading: Reading, inner: string, line: number): void => {
  const command = /^command: (.*)$/.exec(inner)?.[1];
  if (command !== undefined) reading.command = command;
  else if (/^(?:STABLE|WHITE)LISTUSAGE$/.test(inner)) reading.part = "listed";
  else if (/^NON(?:STABLE|WHITE)LISTUSAGE$/.test(inner)) reading.part = "unlisted";
  else sectionAt(reading, line).arch = inner;
};

/** A line below [NONSTABLELISTUSAGE] that is neither separator nor heading. */
const readUnlisted = (reading: Reading, content: string, line: number): string | undefined => {
  const { block } = reading;
  if (!block) {
    const symbol = /^\((.*)\)$/.exec(content)?.[1];
    if (symbol === undefined) return "no symbol in parentheses";
    reading.block = { symbol: symbol.trim(), line, text: [], textLine: line };
  } else {
    if (block.text.length === 0) block.textLine = line;
    block.text.push(content);
  }
  return undefined;
};

/**
 * Reads ksc-result.txt, the report of Red Hat's ksc: its modules, their symbols on and off the list, and what somebody wrote for the latter.
 * The text that ksc puts there itself is no justification.
 * @throws InputError with at most ten wrong lines, or for what is no report.
 */
export const parseKscResult = (text: string, file: string): KscResult => {
  const notes = openNotes(file);
  const reading: Reading = { modules: [] };
  let hasParts = false;
  eachLine(text, file, notes, (raw, line) => {
    const content = raw.trim();
    if (content === "") return undefined;
    if (/^#{10,}$/.test(content)) return void closeBlock(reading);
    const section = headingOf(content, reading.block !== undefined);
    if (section !== undefined) {
      if (reading.block) notes.add("open", reading.block.line, `the block of "${reading.block.symbol}" is not closed by ${SEPARATOR}`);
      closeBlock(reading);
      return void openSection(reading, section, line);
    }
    const [, part] = (!reading.block && /^\[(.*)\]$/.exec(content)) || [];
    if (part !== undefined) {
      openPart(reading, part, line);
      hasParts ||= reading.part !== undefined;
      return undefined;
    }
    if (reading.part === "unlisted") return readUnlisted(reading, content, line);
    if (reading.part === undefined) return "a line outside of any section";
    sectionAt(reading, line).listed.push({ symbol: content, line });
    return undefined;
  });
  if (reading.block) notes.add("open", reading.block.line, `the block of "${reading.block.symbol}" is not closed by ${SEPARATOR}`);
  closeBlock(reading);
  if (!hasParts)
    throw new InputError({ file, line: 1, column: 1, message: "no report of ksc: neither [STABLELISTUSAGE] nor [WHITELISTUSAGE]" });
  const { command, modules } = reading;
  return { ...(command !== undefined && { command }), modules, notes: notes.all() };
};
