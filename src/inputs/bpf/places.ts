import type { BtfExt, LineInfo } from "../btf/ext.ts";
import type { BpfFunction } from "./code.ts";
import type { BpfSite } from "./facts.ts";

/** The line of an instruction: the last record at or before it, as the kernel's verifier log shows it, but none of the function before. */
const lineAt = (records: readonly LineInfo[], { start }: BpfFunction, offset: number): LineInfo | undefined => {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.at <= offset) low = middle + 1;
    else high = middle;
  }
  const found = records[low - 1];
  return found && found.at >= start ? found : undefined;
};

export type SiteOf = (own: BpfFunction, offset: number) => BpfSite;

/**
 * Makes places of instructions.
 * @param loaded the functions that libbpf loads unless it is told otherwise. @param unloaded those that optional programs lead to.
 */
export const siteMaker = (ext: BtfExt | undefined, loaded: ReadonlySet<BpfFunction>, unloaded: ReadonlySet<BpfFunction>): SiteOf => {
  const lines = new Map<string, readonly LineInfo[]>();
  for (const { section, records } of ext?.lines ?? []) {
    // The compiler writes them in order; whoever does not is read all the same.
    const isSorted = records.every((record, index) => index === 0 || records[index - 1]!.at <= record.at);
    lines.set(section, isSorted ? records : records.toSorted((a, b) => a.at - b.at));
  }
  return (own, offset) => {
    const { name, section, isProgram } = own;
    const found = lineAt(lines.get(section.name) ?? [], own, offset);
    return {
      section: section.name,
      offset,
      ...(isProgram && { program: name }),
      function: name,
      ...(found && found.file !== "" && { file: found.file }),
      ...(found && found.line > 0 && { line: found.line, ...(found.column > 0 && { column: found.column }) }),
      ...(!loaded.has(own) && unloaded.has(own) && { optional: true as const }),
    };
  };
};
