import { fitsGlob, type GlobToken } from "../../shared/glob.ts";
import { eachLine, openNotes, refuseEmpty } from "./lines.ts";
import type { IgnoredChange, VendorList } from "./model.ts";
import { sectionOf } from "./sections.ts";

/** One word of Debian's list: a pattern over symbols, or over modules behind `module:`. */
const readPattern = (word: string, line: number): IgnoredChange | string => {
  const [before, pattern, more] = word.split(":");
  if (more !== undefined) return `"${word.slice(0, 80)}" has more than one colon`;
  if (pattern === undefined) return { on: "symbol", pattern: before!, line };
  if (before !== "name" && before !== "module") return `"${before!.slice(0, 40)}:" is no prefix: name: or module:`;
  return pattern === "" ? `no pattern behind ${before}:` : { on: before === "name" ? "symbol" : "module", pattern, line };
};

const KEY = /^ignore-changes\s*[:=](.*)$/i;

/** Whether a line gives Debian's list its name, in a file of definitions. */
export const isIgnoreKey = (line: string): boolean => KEY.test(line);

/**
 * Reads the symbols and modules whose changes Debian's check let pass (debian/bin/buildcheck.py, debian_linux/config.py): the words of
 * `ignore-changes` in the `[abi]` sections of a file of definitions, or such words alone. Lines that begin with `#` or `;` are comments.
 */
export const parseDebianIgnores = (text: string, file: string): VendorList => {
  const ignored: IgnoredChange[] = [];
  const notes = openNotes(file);
  const isAlone = !text.split("\n").some(isIgnoreKey);
  let section: string | undefined;
  let isRead = isAlone;
  eachLine(text, file, notes, (raw, line) => {
    if (/^\s*[#;]/.test(raw)) return undefined;
    let content = raw;
    if (!isAlone && /^\S/.test(raw)) {
      section = sectionOf(raw) ?? section;
      const value = KEY.exec(raw)?.[1];
      // `[abi]`, or `[FLAVOUR_abi]` in an architecture's file.
      isRead = value !== undefined && section?.split("_").at(-1) === "abi";
      content = value ?? "";
    }
    if (!isRead) return undefined;
    for (const word of content.split(/\s+/)) {
      if (word === "") continue;
      const read = readPattern(word, line);
      if (typeof read === "string") return read;
      ignored.push(read);
    }
    return undefined;
  });
  refuseEmpty(ignored.length, file, "pattern");
  return { format: "debian-ignore-changes", file, symbols: new Map(), rules: [], ignored, notes: notes.all() };
};

/**
 * Reads the list of what Ubuntu's check passes over: `M: module`, or a name a line (debian/scripts/abi-check; its later form knows modules by
 * their path alone, and `#` comments).
 */
export const parseUbuntuIgnores = (text: string, file: string): VendorList => {
  const ignored: IgnoredChange[] = [];
  const notes = openNotes(file);
  eachLine(text, file, notes, (raw, line) => {
    const content = raw.trim();
    if (content === "" || content.startsWith("#")) return undefined;
    const named = /^M:\s+(\S+)$/.exec(content)?.[1];
    if (named === undefined && /\s/.test(content)) return `"${content.slice(0, 80)}" is neither a name nor M: and a module`;
    const pattern = named ?? content;
    const isModule = named !== undefined || pattern.includes("/") || pattern === "vmlinux";
    ignored.push({ on: isModule ? "module" : "symbol", pattern, line });
    return undefined;
  });
  refuseEmpty(ignored.length, file, "name");
  return { format: "ubuntu-ignore", file, symbols: new Map(), rules: [], ignored, notes: notes.all() };
};

/** A star is what stands within one component of a path, two are anything. */
const globOf = (pattern: string): readonly GlobToken[] =>
  pattern
    .split(/(\*\*?)/)
    .flatMap((part): readonly GlobToken[] =>
      part === "*"
        ? [{ kind: "star" }]
        : part === "**"
          ? [{ kind: "any" }]
          : Array.from({ length: part.length }, (_, i) => ({ kind: "char", char: part[i]! })),
    );

/** Which line lets the changes of a symbol of a module pass, if one does: the first that matches. */
export const compileIgnored = (list: VendorList): ((symbol: string, module: string) => IgnoredChange | undefined) => {
  const tests = list.ignored.map((change) => {
    const glob = list.format === "debian-ignore-changes" && change.pattern.includes("*") ? globOf(change.pattern) : undefined;
    return { change, test: (text: string): boolean => (glob ? fitsGlob(glob, text) : text === change.pattern) };
  });
  return (symbol, module) => tests.find(({ change, test }) => test(change.on === "symbol" ? symbol : module))?.change;
};
