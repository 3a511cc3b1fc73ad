// A small preprocessor over the source's own files. Kernel headers are not opened: what they define is asked of the index.

import { evaluate, lookupIn, type Macro } from "../c/condition.ts";
import { isWord } from "../c/lex.ts";
import type { ReleaseHeaders } from "../headers/model.ts";
import { expandInto, type MacroTable, parseOwnMacro, UNDEFINED } from "./macros.ts";
import type { Flags, NotRead } from "./model.ts";
import { folderOf, normalised } from "./paths.ts";
import { reachInto } from "./reach.ts";
import { type Chunk, packPlace, splitSource, type Token } from "./tokens.ts";

/** An undecided condition, as `#ifdef HAVE_X`. Number 0 is none. */
export interface Condition {
  readonly text: string;
  readonly at: number;
}

/** The source's files, split once; every place names one by its number. */
export interface Files {
  readonly names: string[];
  has(path: string): boolean;
  /** The file that `#include <path>` of a file means where no folder of the flags has it: the one that shares most folders with it. */
  readonly somewhere: (path: string, from: string) => string | undefined;
  /** Undefined where it is not read; `notRead` says why. */
  chunks(path: string): readonly Chunk[] | undefined;
  readonly notRead: Map<string, NotRead>;
  /** Words that scripts and makefiles of the source decide about. */
  readonly decided: (name: string) => boolean;
}

export interface Include {
  readonly header: string;
  readonly quoted: boolean;
  readonly at: number;
  readonly cond: number;
}

export interface Preprocessed {
  readonly tokens: readonly Token[];
  readonly macros: MacroTable;
  /** Kernel headers, and what is nowhere. */
  readonly includes: readonly Include[];
  /** Kernel headers, and the token before which each is first there. */
  readonly reached: ReadonlyMap<string, number>;
  readonly conditions: readonly Condition[];
  /** Own headers that only an ignored flag leads to: the folder and the place of the #include. */
  readonly lost: readonly { readonly path: string; readonly header: string; readonly at: number }[];
  /** Own macros defined where a header's are in reach, each once. */
  readonly spent: boolean;
}

const MAX_DEPTH = 64;
const MAX_INCLUDES = 4000;
const MAX_TOKENS = 3_000_000;
/** `#if` deeper than this is not followed. */
const MAX_NESTING = 200;

/** Headers that Kbuild includes before any (Makefile, LINUXINCLUDE and scripts/Makefile.lib). */
const ALWAYS = ["linux/compiler-version.h", "linux/kconfig.h", "linux/compiler_types.h"];

const COMPILER = lookupIn(new Map([["-", "-"]]), () => "none");

/** The folders of the kernel's include/ (a tree of the source's own often has some of the same names, for other kernels). */
const OF_KERNEL =
  /^(acpi|asm|asm-generic|clocksource|config|crypto|cxl|drm|dt-bindings|generated|keys|kunit|kvm|linux|math-emu|media|memory|misc|net|pcmcia|ras|rdma|rv|scsi|soc|sound|target|trace|uapi|ufs|vdso|video|xen)\//;

interface Group {
  readonly kind: "decided" | "undecided";
  /** Whether a branch was taken, or may not be any more. */
  taken: boolean;
  readonly outerActive: boolean;
  readonly outerCond: number;
  /** Of an undecided one. */
  readonly buffers: Token[][];
  readonly savedOut: Token[];
}

/** Whether tokens are whole declarations or statements: such branches may stand one after the other. */
const isWhole = (tokens: readonly Token[]): boolean => {
  let depth = 0;
  for (const { text } of tokens) {
    if (text === "(" || text === "[" || text === "{") depth++;
    else if ((text === ")" || text === "]" || text === "}") && --depth < 0) return false;
  }
  const last = tokens.at(-1)?.text;
  return depth === 0 && (last === undefined || last === ";" || last === "}" || last === ":" || last === ",");
};

/** One `.c` file as a release's configuration and headers have it compiled. */
export const preprocess = (main: string, flags: Flags, files: Files, headers: ReleaseHeaders): Preprocessed => {
  const macros: MacroTable = new Map();
  const reached = new Map<string, number>();
  const includes: Include[] = [];
  const lost: { path: string; header: string; at: number }[] = [];
  const conditions: Condition[] = [{ text: "", at: 0 }];
  const once = new Set<string>();
  const budget = { tokens: MAX_TOKENS };
  let out: Token[] = [];
  let depth = 0;
  let count = 0;
  let generated = false;
  let spent = false;

  const visited = new Set<string>();
  /** What stands before the undecided groups that are open. */
  const outer: Token[][] = [];
  const reach = (start: string): void => reachInto(start, (outer[0] ?? out).length, headers, reached, visited);
  for (const header of ALWAYS) reach(header);

  const versionCode = (tokens: readonly string[]): string => {
    const [a = 0, b = 0, c = 0] = tokens.map(Number);
    return String(a * 65536 + b * 256 + Math.min(c, 255));
  };

  const look = (name: string): Macro => {
    const own = macros.get(name);
    if (own === UNDEFINED) return undefined;
    if (own !== undefined) return own.cond > 0 ? "unknown" : { body: own.parameters ? "()" : own.body.map(({ text }) => text).join(" ") };
    if (name === "LINUX_VERSION_CODE" || name === "KERNEL_VERSION") return { body: String(headers.version) };
    if (name.startsWith("CONFIG_")) {
      const value = headers.config(name);
      if (value !== undefined && value !== "m" && value !== "n") return { body: value === "y" ? "1" : value };
      return name.endsWith("_MODULE") && headers.config(name.slice(0, -7)) === "m" ? { body: "1" } : undefined;
    }
    const compiler = COMPILER(name);
    if (compiler !== "unknown") return compiler;
    const kernels = headers.names(name).filter(({ form, header }) => form === "macro" && reached.has(header));
    const sure = kernels.find((each) => each.sure);
    if (sure !== undefined) return { body: (sure.form === "macro" && (sure.body ?? sure.target)) || "()" };
    return kernels.length > 0 || generated || files.decided(name) ? "unknown" : undefined;
  };

  const UNKNOWN = ["UNKNOWN_", "(", ")"].map((text): Token => ({ text, at: 0, cond: 0 }));
  const constant = (value: boolean): Token[] => [{ text: value ? "1" : "0", at: 0, cond: 0 }];

  /** Answers `defined` and `__has_include` before anything is expanded, and hides macros that are not settled. */
  const answered = (tokens: readonly Token[]): Token[] => {
    const into: Token[] = [];
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at]!;
      const bracket = tokens[at + 1]?.text === "(";
      if (token.text === "defined") {
        const known = look(tokens[at + (bracket ? 2 : 1)]?.text ?? "");
        into.push(...(known === "unknown" ? UNKNOWN : constant(known !== undefined)));
        at += bracket ? 3 : 1;
      } else if (token.text === "__has_include" && bracket) {
        const close = tokens.findIndex(({ text }, index) => index > at && text === ")");
        if (close < 0) return into;
        const written = tokens.slice(at + 2, close).map(({ text }) => text);
        into.push(...constant(headers.hasHeader(written.join("").replace(/[<>"]/g, ""))));
        at = close;
      } else {
        const own = isWord(token.text) ? macros.get(token.text) : undefined;
        if (own === undefined || own === UNDEFINED || own.cond === 0) into.push(token);
        else into.push(...(bracket ? UNKNOWN.slice(0, 1) : UNKNOWN));
      }
    }
    return into;
  };

  /** The text of an `#if` with own macros expanded. */
  const conditionText = (rest: readonly Token[]): string => {
    const into: Token[] = [];
    expandInto(answered(rest), macros, into, budget);
    return answered(into)
      .map(({ text }) => text)
      .join(" ")
      .replace(/\bKERNEL_VERSION \( (\d+) , (\d+) , (\d+) \)/g, (_, ...numbers: string[]) => versionCode(numbers.slice(0, 3)));
  };

  const valueOf = (kind: string, rest: readonly Token[]): boolean | undefined => {
    if (kind === "if") return evaluate(conditionText(rest), look);
    const known = look(rest[0]?.text ?? "");
    return known === "unknown" ? undefined : (known !== undefined) === (kind === "def");
  };

  const resolve = (path: string, quoted: boolean, from: string, isNext: boolean): { readonly own?: string; readonly folder?: string } => {
    // #include_next goes on behind the folder that the file was found in: here, to the kernel's.
    if (isNext && headers.hasHeader(path)) return {};
    const beside = quoted ? normalised(`${folderOf(from)}/${path}`) : undefined;
    if (beside !== undefined && files.has(beside)) return { own: beside };
    for (const { path: folder } of flags.first) {
      const found = normalised(`${folder}/${path}`);
      if (found !== undefined && files.has(found)) return { own: found };
    }
    if (headers.hasHeader(path)) return {};
    for (const { path: folder, lost: isLost } of flags.folders) {
      const found = normalised(`${folder}/${path}`);
      if (found !== undefined && files.has(found)) return { own: found, ...(isLost && { folder }) };
    }
    // A folder that the makefile makes up. What is named as a kernel's header is that, or gone.
    const own = isNext || OF_KERNEL.test(path) ? undefined : files.somewhere(path, from);
    return own === undefined ? {} : { own };
  };

  const include = (rest: readonly Token[], at: number, cond: number, from: string, isNext: boolean): void => {
    let tokens = rest;
    if (tokens[0] !== undefined && isWord(tokens[0].text)) {
      const into: Token[] = [];
      if (!expandInto(tokens, macros, into, budget)) return;
      tokens = into;
    }
    const written = tokens.map(({ text }) => text).join("");
    const [, quote, path] = /^([<"])([^>"]+)[>"]/.exec(written) ?? [];
    if (path === undefined || ++count > MAX_INCLUDES) return;
    const found = resolve(path, quote === '"', from, isNext);
    if (found.own === undefined) {
      const known = headers.hasHeader(path);
      includes.push({ header: path, quoted: quote === '"', at, cond });
      if (known) reach(path);
      else if (quote === '"') generated = true;
      return;
    }
    if (found.folder !== undefined) lost.push({ path: found.folder, header: path, at });
    readFile(found.own, cond);
  };

  const readFile = (path: string, outerCond: number): void => {
    const chunks = files.chunks(path);
    if (chunks === undefined || once.has(path) || depth >= MAX_DEPTH) return;
    depth++;
    const groups: Group[] = [];
    let active = true;
    let cond = outerCond;

    const directive = ({ name, rest, at, text }: Extract<Chunk, { kind: "directive" }>): void => {
      if (name === "if" || name === "ifdef" || name === "ifndef") {
        if (groups.length > MAX_NESTING) return;
        const value = active ? valueOf(name === "if" ? "if" : name.slice(2), rest) : false;
        const kind = value === undefined ? "undecided" : "decided";
        groups.push({ kind, taken: value === true, outerActive: active, outerCond: cond, buffers: [], savedOut: out });
        if (kind === "undecided") {
          if (cond === 0)
            cond =
              conditions.push({
                text: `#${text
                  .slice(text.indexOf(name))
                  .replace(/\s*\\?\n\s*/g, " ")
                  .replace(/\s*\/[/*].*$/, "")
                  .trim()}`,
                at,
              }) - 1;
          outer.push(out);
          out = [];
        } else active &&= value === true;
      } else if (name === "elif" || name === "else") {
        const group = groups.at(-1);
        if (group === undefined) return;
        if (group.kind === "undecided") {
          group.buffers.push(out);
          out = [];
          // What is surely false within an undecided group is not read; what is surely true ends it.
          const value = name === "else" ? true : valueOf("if", rest);
          active = group.outerActive && !group.taken && value !== false;
          if (value === true) group.taken = true;
          return;
        }
        const was = group.taken;
        const value = was || !group.outerActive ? false : name === "else" ? true : valueOf("if", rest);
        if (value === undefined) {
          // From here on it hangs on this one.
          groups[groups.length - 1] = { ...group, kind: "undecided", buffers: [], savedOut: out };
          if (cond === 0) cond = conditions.push({ text: `#${text.slice(text.indexOf(name)).trim()}`, at }) - 1;
          outer.push(out);
          out = [];
          active = group.outerActive;
        } else {
          active = group.outerActive && value;
          group.taken ||= value;
        }
      } else if (name === "endif") {
        const group = groups.pop();
        if (group === undefined) return;
        if (group.kind === "undecided") {
          group.buffers.push(out);
          out = group.savedOut;
          outer.pop();
          const whole = group.buffers.every(isWhole);
          const taken = whole ? group.buffers : [group.buffers.find((each) => each.length > 0) ?? []];
          for (const each of taken) for (const token of each) out.push(token);
        }
        active = group.outerActive;
        cond = group.outerCond;
      } else if (!active) return;
      else if (name === "define") {
        const macro = parseOwnMacro(rest, cond);
        if (macro !== undefined) macros.set(macro.name, macro);
      } else if (name === "undef" && rest[0] !== undefined) {
        if (cond === 0) macros.set(rest[0].text, UNDEFINED);
        else {
          const known = macros.get(rest[0].text);
          if (known !== undefined && known !== UNDEFINED) macros.set(known.name, { ...known, cond });
        }
      } else if (name === "include" || name === "include_next") include(rest, at, cond, path, name === "include_next");
      else if (name === "pragma" && rest[0]?.text === "once") once.add(path);
    };

    for (const chunk of chunks) {
      if (spent) break;
      if (chunk.kind === "directive") directive(chunk);
      else if (active) {
        const tokens = cond === 0 ? chunk.tokens : chunk.tokens.map((token) => ({ ...token, cond }));
        budget.tokens -= tokens.length;
        if (!expandInto(tokens, macros, out, budget)) spent = true;
      }
    }
    // A group that is not closed: what it held is kept.
    for (const group of groups.toReversed()) {
      if (group.kind !== "undecided") continue;
      const rest = out;
      out = group.savedOut;
      outer.pop();
      for (const token of rest) out.push(token);
    }
    depth--;
  };

  for (const { name, body, isSure } of flags.defines) {
    if (body === undefined) macros.set(name, UNDEFINED);
    else {
      const cond = isSure ? 0 : conditions.push({ text: `-D${name}`, at: packPlace(0, 1, 1) }) - 1;
      const tokens = splitSource(body, 0).flatMap((chunk) => (chunk.kind === "code" ? chunk.tokens : []));
      macros.set(name, { name, isVariadic: false, body: tokens, cond, at: packPlace(0, 1, 1) });
    }
  }
  for (const path of flags.forced) {
    const own = [path, ...flags.first.map((each) => `${each.path}/${path}`)]
      .map((each) => normalised(each))
      .find((each) => each !== undefined && files.has(each));
    if (own !== undefined) readFile(own, 0);
    else if (headers.hasHeader(path)) reach(path);
  }
  readFile(main, 0);
  return { tokens: out, macros, includes, reached, conditions, lost, spent };
};
