// Makefiles as Kbuild reads them (Documentation/kbuild/modules.rst, makefiles.rst): assignments, conditions, includes.

import { expand, type MakeProblem, MAX_STEPS, type Surroundings, valueOf, type Variables, type Work } from "./make-expand.ts";
import { bare, closing, isUnknown, KERNEL, onWords, splitCommas, TOP, UNKNOWN, UNSURE, words } from "./make-words.ts";

const MAX_LINES = 20_000;
/** How often one makefile may be included. */
const MAX_TIMES = 20;

/** The two sides of ifeq: `(a,b)`, `"a" "b"` or `'a' 'b'`. */
const sides = (rest: string): readonly [string, string] | undefined => {
  const text = rest.trim();
  if (text.startsWith("(")) {
    const end = closing(text, 0);
    const [left = "", right = ""] = splitCommas(text.slice(1, end < 0 ? undefined : end), 2);
    return [left.trim(), right.trim()];
  }
  const [, , left, , right] = /^(["'])(.*?)\1\s+(["'])(.*?)\3/.exec(text) ?? [];
  return left === undefined ? undefined : [left, right ?? ""];
};

/** Truth, or undefined where it hangs on what is not known. */
const condition = (kind: string, rest: string, vars: Variables, work: Work): boolean | undefined => {
  if (kind === "ifdef" || kind === "ifndef") {
    const name = expand(rest, vars, work).trim();
    const value: string = vars.get(name)?.value ?? (name.startsWith("CONFIG_") ? valueOf(name, vars, work, 0) : "");
    return isUnknown(name) ? undefined : (value.trim() !== "") === (kind === "ifdef");
  }
  const pair = sides(rest);
  if (pair === undefined) return undefined;
  const [left, right] = pair.map((side) => expand(side, vars, work).trim()) as [string, string];
  return isUnknown(left) || isUnknown(right) ? undefined : (left === right) === (kind === "ifeq");
};

const ASSIGNMENT =
  /^\s*(?:(?:override|export|private)\s+)*([^\s:#=+?!]+(?:\$[({][^)}]*[)}][^\s:#=+?!]*)*)\s*(:::=|::=|:=|\?=|\+=|!=|=)\s*([^]*)$/;

const assign = (found: RegExpExecArray, vars: Variables, work: Work, unsure: boolean, place: { file: string; line: number }): void => {
  const [, written = "", operator = "=", text = ""] = found;
  const name = expand(written, vars, work).trim();
  const known = vars.get(name);
  if (operator === "!=") return void vars.set(name, { value: UNKNOWN, isRecursive: false, ...place });
  if (operator === "?=" && (known !== undefined || (name.startsWith("CONFIG_") && valueOf(name, vars, work, 0) !== ""))) return;
  const isRecursive = !unsure && (operator === "=" || operator === "?=" || (operator === "+=" && (known?.isRecursive ?? true)));
  const value: string = isRecursive ? text : expand(text, vars, work);
  const marked = unsure ? onWords(value, (word) => UNSURE + bare(word)) : value;
  if (operator === "+=" || unsure) {
    const before = known === undefined ? "" : known.isRecursive && !isRecursive ? expand(known.value, vars, work) : known.value;
    vars.set(name, {
      value: before === "" ? marked : `${before} ${marked}`,
      isRecursive,
      file: known?.file ?? place.file,
      line: known?.line ?? place.line,
    });
  } else vars.set(name, { value: marked, isRecursive, ...place });
};

/** Logical lines: a backslash at the end joins the next; comments are cut off. */
function* logicalLines(text: string): Generator<{ readonly line: number; readonly text: string }> {
  const lines = text.split("\n", MAX_LINES);
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let full = lines[at]!.replace(/\r$/, "");
    while (full.endsWith("\\") && at + 1 < lines.length) full = `${full.slice(0, -1)} ${lines[++at]!.replace(/\r$/, "")}`;
    yield { line, text: full.startsWith("\t") ? full : full.replace(/(^|[^\\])#.*$/, "$1") };
  }
}

/** Reads a makefile into `vars`. @param path its path in the tree. */
export const readMakefile = (
  path: string,
  vars: Variables,
  around: Surroundings,
  problems: MakeProblem[],
  { levels, files }: { readonly levels: number; readonly files: Map<string, number> } = { levels: 2, files: new Map() },
): void => {
  const work: Work = { around, problems, steps: 0 };
  files.set(path, (files.get(path) ?? 0) + 1);
  const text = around.tree.text(path);
  if (text === undefined) return;
  const stack: { value: boolean | undefined; taken: boolean | undefined; outer: boolean; outerUnsure: boolean }[] = [];
  let active = true;
  let unsure = false;
  let inRule = false;
  let inDefine = false;
  for (const { line, text: full } of logicalLines(text)) {
    const place = { file: path, line };
    const trimmed = full.trim();
    if (inDefine) {
      inDefine = trimmed !== "endef";
      continue;
    }
    const [, word = "", rest = ""] =
      /^\s*(ifeq|ifneq|ifdef|ifndef|else|endif|define|-?include|sinclude|export|unexport|vpath)\b\s*([^]*)$/.exec(full) ?? [];
    if (/^(ifeq|ifneq|ifdef|ifndef)$/.test(word) && !ASSIGNMENT.test(full)) {
      const value: boolean | undefined = active ? condition(word, rest, vars, work) : false;
      if (active && value === undefined) problems.push({ ...place, text: trimmed });
      stack.push({ value, taken: value, outer: active, outerUnsure: unsure });
      if (value === undefined) unsure = true;
      active &&= value !== false;
      continue;
    }
    if (word === "else") {
      const top = stack.at(-1);
      if (top === undefined) continue;
      const [, kind, more = ""] = /^(ifeq|ifneq|ifdef|ifndef)\b\s*([^]*)$/.exec(rest.trim()) ?? [];
      const own = !top.outer || top.taken === true ? false : kind === undefined ? true : condition(kind, more, vars, work);
      unsure = top.outerUnsure || ((top.taken === undefined || own === undefined) && own !== false);
      active = top.outer && own !== false;
      top.taken =
        top.taken === true || own === true
          ? top.taken === undefined
            ? undefined
            : true
          : top.taken === undefined || own === undefined
            ? undefined
            : false;
      continue;
    }
    if (word === "endif") {
      const top = stack.pop();
      if (top !== undefined) [active, unsure] = [top.outer, top.outerUnsure];
      continue;
    }
    if (!active) continue;
    if (word === "define") {
      inDefine = true;
      continue;
    }
    if (full.startsWith("\t") && inRule) continue;
    if (trimmed === "") continue;
    if (/^-?include$|^sinclude$/.test(word)) {
      for (const target of words(expand(rest, vars, work))) {
        if (isUnknown(target)) {
          problems.push({ ...place, text: trimmed });
          continue;
        }
        const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
        const inTree = target.startsWith(`${TOP}/`) ? target.slice(TOP.length + 1) : target;
        const found = [inTree, `${folder}${inTree}`].find((each) => around.has(each));
        if (found !== undefined && levels > 1 && (files.get(found) ?? 0) < MAX_TIMES && found !== path)
          readMakefile(found, vars, around, problems, { levels: levels - 1, files });
        else if (word === "include" && !target.startsWith(KERNEL)) problems.push({ ...place, text: trimmed });
      }
      continue;
    }
    const assignment = ASSIGNMENT.exec(full);
    if (assignment !== null && !/^(export|unexport)$/.test(assignment[1]!)) {
      inRule = false;
      // A rule's own variable, `all: X = 1`, has a colon before the name, which the pattern leaves out.
      assign(assignment, vars, work, unsure, place);
    } else if (/^[^=]*:/.test(full)) inRule = true;
    if (work.steps > MAX_STEPS) {
      problems.push({ ...place, text: trimmed });
      return;
    }
  }
};
