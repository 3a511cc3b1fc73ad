// Variables of makefiles and what they expand to. What a shell answers stays unknown.

import { bare, closing, dirOf, filtered, onWords, patsubst, splitCommas, TOP, UNKNOWN, UNSURE, words } from "./make-words.ts";
import type { SourceTree } from "./model.ts";

export interface MakeProblem {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

interface Variable {
  readonly value: string;
  /** Expanded when it is used. */
  readonly isRecursive: boolean;
  readonly file: string;
  readonly line: number;
}
export type Variables = Map<string, Variable>;

/** What a makefile asks of its surroundings. */
export interface Surroundings {
  readonly tree: SourceTree;
  readonly has: (path: string) => boolean;
  readonly release: string;
  readonly config: (option: string) => string | undefined;
}

const MAX_DEPTH = 40;
export const MAX_STEPS = 50_000;
const MAX_TEXT = 200_000;

export interface Work {
  readonly around: Surroundings;
  readonly problems: MakeProblem[];
  steps: number;
}

/** Whether a path is like a pattern with * and ?, neither of which stands for a slash. Only the last * is gone back to. */
const isLike = (path: string, pattern: string): boolean => {
  const [paths, patterns] = [path.split("/"), pattern.split("/")];
  return paths.length === patterns.length && paths.every((part, index) => isPartLike(part, patterns[index]!));
};
const isPartLike = (part: string, pattern: string): boolean => {
  let [at, to, star, from] = [0, 0, -1, 0];
  while (at < part.length) {
    if (pattern[to] === "*") [star, from] = [to++, at];
    else if (to < pattern.length && (pattern[to] === "?" || pattern[to] === part[at])) {
      at++;
      to++;
    } else if (star < 0) return false;
    else [at, to] = [++from, star + 1];
  }
  while (pattern[to] === "*") to++;
  return to === pattern.length;
};

const wildcard = (patterns: string, { tree }: Surroundings): string =>
  words(patterns)
    .flatMap((pattern) => {
      const path = pattern.replace(`${TOP}/`, "");
      return tree.paths.filter((each) => isLike(each, path)).map((each) => (pattern.startsWith(TOP) ? `${TOP}/${each}` : each));
    })
    .join(" ");

const shell = (command: string, vars: Variables, { around }: Work): string => {
  const plain = command.trim();
  if (plain === "pwd") return vars.get("CURDIR")?.value ?? TOP;
  if (plain === "uname -r") return around.release;
  const [, file] = /^dirname\s+([^\s'"`$;|&<>]+)$/.exec(plain) ?? [];
  if (file !== undefined) return file.includes(UNKNOWN) ? UNKNOWN : file.includes("/") ? file.slice(0, file.lastIndexOf("/")) || "/" : ".";
  // Makefiles of vendors take a release apart with sed: the three numbers, one at a time.
  const [, text, part] =
    /^echo\s+"?([\w.+-]+)"?\s*\|\s*sed\s+(?:-e\s+)?'s\/\\\(\[0-9\]\*\\\)\[?\\?\.\]?\\\(\[0-9\]\*\\\)\[?\\?\.\]?\\\(\[0-9\]\*\\\)\\\(\.\*\\\)\/\\([123])\/'$/.exec(
      plain,
    ) ?? [];
  if (text !== undefined) return text.split(/[.+-]/)[Number(part) - 1] ?? "";
  return UNKNOWN;
};

const call = (name: string, rest: string, vars: Variables, work: Work, depth: number): string | undefined => {
  const ex = (text: string): string => expand(text, vars, work, depth + 1);
  const args = (most: number): string[] => splitCommas(rest, most).map(ex);
  switch (name) {
    case "subst": {
      const [from = "", to = "", text = ""] = args(3);
      return from === "" ? text : text.replaceAll(from, to);
    }
    case "patsubst": {
      const [pattern = "", to = "", text = ""] = args(3);
      return patsubst(pattern.trim(), to.trim(), text);
    }
    case "strip":
      return words(ex(rest)).join(" ");
    case "findstring": {
      const [find = "", text = ""] = args(2);
      return text.includes(UNKNOWN) || find.includes(UNKNOWN) ? UNKNOWN : text.includes(find) ? find : "";
    }
    case "filter":
    case "filter-out": {
      const [patterns = "", text = ""] = args(2);
      return filtered(patterns, text, name === "filter");
    }
    case "sort":
      return [...new Set(words(ex(rest)))].sort().join(" ");
    case "word": {
      const [index = "", text = ""] = args(2);
      return words(text)[Number(index) - 1] ?? "";
    }
    case "wordlist": {
      const [from = "", to = "", text = ""] = args(3);
      return words(text)
        .slice(Math.max(Number(from) - 1, 0), Number(to))
        .join(" ");
    }
    case "words":
      return String(words(ex(rest)).length);
    case "firstword":
      return words(ex(rest))[0] ?? "";
    case "lastword":
      return words(ex(rest)).at(-1) ?? "";
    case "dir":
      return onWords(ex(rest), dirOf);
    case "notdir":
      return onWords(ex(rest), (word) => word.slice(word.lastIndexOf("/") + 1));
    case "basename":
      return onWords(ex(rest), (word) => word.replace(/\.[^./]*$/, ""));
    case "suffix":
      return onWords(ex(rest), (word) => /\.[^./]*$/.exec(word)?.[0] ?? "");
    case "addprefix":
    case "addsuffix": {
      const [fix = "", text = ""] = args(2);
      return onWords(text, (word) => (name === "addprefix" ? fix + word : word + fix));
    }
    case "abspath":
    case "realpath":
      return onWords(ex(rest), (word) => (word.startsWith("/") ? word : `${vars.get("CURDIR")?.value ?? TOP}/${word}`));
    case "wildcard":
      work.steps += Math.ceil(work.around.tree.paths.length / 100);
      return work.steps > MAX_STEPS ? UNKNOWN : wildcard(ex(rest), work.around);
    case "if": {
      const [condition = "", yes = "", no = ""] = splitCommas(rest, 3);
      const value = ex(condition).trim();
      if (value.includes(UNKNOWN)) return `${onWords(ex(yes), (each) => UNSURE + each)} ${onWords(ex(no), (each) => UNSURE + each)}`;
      return ex(value === "" ? no : yes);
    }
    case "or":
      return (
        splitCommas(rest, 99)
          .map(ex)
          .find((each) => each.trim() !== "") ?? ""
      );
    case "and": {
      const all = splitCommas(rest, 99).map(ex);
      return all.every((each) => each.trim() !== "") ? (all.at(-1) ?? "") : "";
    }
    case "foreach": {
      const [variable = "", list = "", body = ""] = splitCommas(rest, 3);
      const name_ = ex(variable).trim();
      const inner: Variables = new Map(vars);
      return words(ex(list))
        .slice(0, 500)
        .map((word) => {
          inner.set(name_, { value: word, isRecursive: false, file: "", line: 0 });
          return expand(body, inner, work, depth + 1);
        })
        .join(" ");
    }
    case "shell":
      return shell(ex(rest), vars, work);
    case "info":
    case "warning":
    case "error":
      return "";
    case "call":
    case "eval":
    case "value":
    case "origin":
    case "file":
    case "flavor":
      return UNKNOWN;
    default:
      return undefined;
  }
};

export const valueOf = (name: string, vars: Variables, work: Work, depth: number): string => {
  const known = vars.get(name);
  if (known !== undefined) return known.isRecursive ? expand(known.value, vars, work, depth + 1) : known.value;
  if (name.startsWith("CONFIG_")) {
    const value = work.around.config(name);
    return value === undefined || value === "n" ? "" : value.replaceAll('"', "");
  }
  return "";
};

export const expand = (text: string, vars: Variables, work: Work, depth = 0): string => {
  if (!text.includes("$")) return text;
  if (depth > MAX_DEPTH || ++work.steps > MAX_STEPS) return UNKNOWN;
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) {
      out += text.slice(at);
      break;
    }
    out += text.slice(at, dollar);
    const next = text[dollar + 1];
    at = dollar + 1;
    if (next === "$") out += "$";
    else if (next === "(" || next === "{") {
      const end = closing(text, dollar + 1);
      if (end < 0) return out + UNKNOWN;
      const inner = text.slice(dollar + 2, end);
      at = end;
      const [, name, rest] = /^([a-z-]+)\s+([^]*)$/.exec(inner) ?? [];
      const called = name === undefined ? undefined : call(name, rest!, vars, work, depth);
      if (called !== undefined) out += called;
      else {
        const [, variable, from, to] = /^([^:$]+):([^=]*)=(.*)$/s.exec(inner) ?? [];
        if (variable !== undefined) {
          const value = valueOf(variable, vars, work, depth);
          const [pattern, into] = [expand(from!, vars, work, depth + 1), expand(to!, vars, work, depth + 1)];
          out += pattern.includes("%") ? patsubst(pattern, into, value) : patsubst(`%${pattern}`, `%${into}`, value);
        } else out += valueOf(expand(inner, vars, work, depth + 1).trim(), vars, work, depth);
      }
    } else if (next !== undefined) out += valueOf(next, vars, work, depth);
    if (out.length > MAX_TEXT) return UNKNOWN;
  }
  // What is long is slow.
  work.steps += Math.floor(out.length / 1000);
  return out;
};

/** The words of a variable; `isSure` is false for what hangs on a condition that is not known. */
export const wordsOf = (
  name: string,
  vars: Variables,
  around: Surroundings,
): readonly { readonly word: string; readonly isSure: boolean; readonly place: { readonly file: string; readonly line: number } }[] => {
  const known = vars.get(name);
  if (known === undefined) return [];
  const value = valueOf(name, vars, { around, problems: [], steps: 0 }, 0);
  return words(value)
    .filter((word) => !word.includes(UNKNOWN))
    .map((word) => ({ word: bare(word), isSure: !word.startsWith(UNSURE), place: { file: known.file, line: known.line } }));
};

/** A text with its variables as they stand at the end of a makefile. */
export const expandText = (text: string, vars: Variables, around: Surroundings): string =>
  expand(text, vars, { around, problems: [], steps: 0 });

export const variable = (value: string): Variable => ({ value, isRecursive: false, file: "", line: 0 });
