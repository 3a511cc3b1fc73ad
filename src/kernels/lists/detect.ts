import { isIgnoreKey } from "./ignored.ts";
import type { ListFormat } from "./model.ts";
import { isRedHatTitle } from "./redhat.ts";
import { isListSection, sectionOf } from "./sections.ts";

/** A file says what it is in its first lines; a whole Module.symvers need not be read for it. */
const MAX_LINES = 2000;

/** By the names of its sections, the most particular first. */
const bySections = (sections: readonly string[]): ListFormat | undefined => {
  if (sections.some((name) => name.endsWith("symbol_list") || name === "abi_whitelist")) return "android-symbol-list";
  if (isRedHatTitle(sections[0]!)) return "redhat-stablelist";
  return sections.some(isListSection) ? "libabigail" : undefined;
};

/** By what its lines have in common, where no line says it. */
const byLines = (lines: readonly string[]): ListFormat => {
  const words = lines.map((line) => line.replace(/#.*$/, "").trim().split(/\s+/));
  const half = (test: (index: number) => boolean): boolean => lines.filter((_, index) => test(index)).length * 2 >= lines.length;
  if (half((index) => words[index]!.length <= 3 && /^(?:PASS|FAIL)$/.test(words[index]!.at(-1)!))) return "suse-severities";
  if (lines.some((line) => /^M:\s/.test(line))) return "ubuntu-ignore";
  if (words.some(([word]) => /^(?:name|module):./.test(word!))) return "debian-ignore-changes";
  if (words.every((each) => each.length === 1) && words.some(([word]) => word!.includes("/"))) return "ubuntu-ignore";
  if (lines.every((line) => /^\t\S+\s*$/.test(line))) return "redhat-stablelist";
  return half((index) => /^\S+ *\t\s*\S/.test(lines[index]!)) ? "android-denied" : "plain";
};

/**
 * Tells a list by its content, never by its name: by its first line (a CRC, a range, an export type), else by its sections, else by a key,
 * else by what half of its lines look like. Where two forms fit, the more particular one is taken: a line that ends with PASS is a rule and no
 * symbol with a reason. A list of bare names is `plain`, Android's `protected_exports` among them.
 * Undefined for what is no list.
 */
export const detectList = (text: string): ListFormat | undefined => {
  const all = text.split("\n", MAX_LINES).filter((line) => line.trim() !== "");
  const [first] = all;
  if (first === undefined || first.includes("\0")) return undefined;
  if (/^0x[0-9a-fA-F]+\s/.test(first)) return "symvers";
  if (/^#(?:\d+-\d*|I:\d+)\s*$/.test(first)) return "redhat-kabi-files";
  if (/^EXPORT_\w+\s+\S+\s+0x/.test(first)) return "ubuntu-abi";
  if (all.some(isIgnoreKey)) return "debian-ignore-changes";
  const lines = all.filter((line) => !/^\s*[#;]/.test(line));
  if (lines.length === 0) return undefined;
  const sections = lines.flatMap((line) => sectionOf(line) ?? []);
  return sections.length > 0 ? bySections(sections) : byLines(lines);
};
