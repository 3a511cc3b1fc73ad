// What a C source compiles for some kernels and not for others. Only the conditions are read here: nothing is expanded and nothing decided.

/** Macros that tell kernels apart: the version, a vendor's release, what a configure script found; or whether the headers define a function-like name. */
const TELLS_KERNELS =
  /\b(?:LINUX_VERSION_CODE|KERNEL_VERSION|LINUX_VERSION_IS_\w+|RHEL_(?:RELEASE|MAJOR|MINOR)\w*|SLE_VERSION\w*|SUSE_VERSION|UBUNTU_RELEASE\w*|\w*HAVE_\w+|NV_\w+_PRESENT|NV_\w+_ARGUMENT_COUNT|\w*KERNEL_(?:HAS|SUPPORTS)_\w+)\b|\bdefined\s*\(?\s*[a-z]\w*/;

/** A condition and the line that it stands on. */
export interface Condition {
  readonly line: number;
  /** `#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)`. */
  readonly text: string;
}

/** The conditions of a source that tell kernels apart. */
export interface Conditionals {
  /** The innermost one around a line, 1-based, or within the statement that begins there: arguments may depend on the kernel, too. */
  around(line: number): Condition | undefined;
  /** Where a name has code of its own: each line that mentions it stands under such a condition. The first of these. */
  aroundAll(name: string): Condition | undefined;
  /** Macros and functions that are defined under one, and what the macros stand for, by name. */
  readonly defines: ReadonlyMap<string, Condition>;
}

/** The lines between two directives. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly condition: Condition;
}

/** The head of a function at the beginning of a line, as kernel style has it. */
const FUNCTION = /^[A-Za-z_][\w\s*]*?\b(\w+)\s*\(/;

/** Lines of the longest call that is looked through. */
const MAX_STATEMENT = 20;

const DIRECTIVE = /^\s*#\s*(ifdef|ifndef|if|elif|else|endif|define)\b\s*(.*)$/;

/** Reads the conditions of a source or header. Comments that hold whole directives are taken for directives: they are rare, and only make a claim weaker. */
export const readConditionals = (text: string): Conditionals => {
  const defines = new Map<string, Condition>();
  const spans: Span[] = [];
  /** `inner` is the condition itself, or the nearest around it. */
  const open: { from: number; condition: Condition | undefined; inner: Condition | undefined }[] = [];
  const lines = text.split("\n");
  const conditionAt = (line: number, keyword: string, rest: string): Condition | undefined => {
    const says = keyword === "ifdef" || keyword === "ifndef" ? `defined ${rest}` : rest;
    return TELLS_KERNELS.test(says) ? { line, text: `#${keyword} ${rest.replace(/\/[/*].*$/, "").trim()}` } : undefined;
  };
  const close = (to: number): void => {
    const last = open.at(-1);
    if (last?.condition) spans.push({ from: last.from, to, condition: last.condition });
  };
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    let full = lines[index]!;
    if (full.endsWith("\\")) {
      const parts: string[] = [];
      while (lines[index]!.endsWith("\\") && index + 1 < lines.length) parts.push(lines[index++]!.slice(0, -1));
      full = [...parts, lines[index]!].join("");
    }
    const [, keyword, rest = ""] = DIRECTIVE.exec(full) ?? [];
    if (keyword === undefined) {
      // A function of the source's own that has the name for some kernels.
      const [, own] = FUNCTION.exec(full) ?? [];
      const condition = own === undefined ? undefined : open.at(-1)?.inner;
      if (condition && !defines.has(own!)) defines.set(own!, condition);
      continue;
    }
    if (keyword === "endif") {
      close(line);
      open.pop();
    } else if (keyword === "else" || keyword === "elif") {
      close(line);
      const last = open.at(-1);
      // The other branch depends on the same condition.
      if (last) {
        const condition = last.condition ?? conditionAt(line, keyword, rest);
        Object.assign(last, { from: line, condition, inner: condition ?? open.at(-2)?.inner });
      }
    } else if (keyword === "define") {
      const condition = open.at(-1)?.inner;
      if (condition) for (const word of rest.match(/[A-Za-z_]\w*/g) ?? []) if (!defines.has(word)) defines.set(word, condition);
    } else {
      const condition = conditionAt(line, keyword, rest);
      open.push({ from: line, condition, inner: condition ?? open.at(-1)?.inner });
    }
  }
  return { ...openSpans(lines, spans), defines };
};

/** The answers of a source that was read, each in time that does not grow with it: a stranger's has as many lines, conditions and names as he likes. */
const openSpans = (lines: readonly string[], spans: readonly Span[]): Pick<Conditionals, "around" | "aroundAll"> => {
  const last = lines.findLastIndex((line) => line.includes(";"));
  const endOf = (line: number): number => {
    for (let index = line - 1; index <= last && index < line + MAX_STATEMENT; index++) if (lines[index]!.includes(";")) return index + 1;
    return last < line - 1 ? line : line + MAX_STATEMENT;
  };
  const starts = spans.toSorted((a, b) => a.from - b.from);
  // Of spans that lie in each other the innermost is open last.
  const covers: (Condition | undefined)[] = [];
  const inside: Span[] = [];
  for (let line = 1, next = 0; line <= lines.length; line++) {
    while (inside.length > 0 && inside.at(-1)!.to <= line) inside.pop();
    covers[line] = inside.at(-1)?.condition;
    while (next < starts.length && starts[next]!.from === line) inside.push(starts[next++]!);
  }
  const around = (line: number): Condition | undefined => {
    const end = endOf(line);
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle]!.from < end) low = middle + 1;
      else high = middle;
    }
    const before = starts[low - 1];
    return before && before.from >= line ? before.condition : covers[line];
  };
  let words: Map<string, { first: Condition | undefined; always: boolean }> | undefined;
  const indexed = (): NonNullable<typeof words> => {
    const found: NonNullable<typeof words> = new Map();
    for (const [index, line] of lines.entries()) {
      let condition: Condition | undefined;
      let isAsked = false;
      for (const [word] of line.matchAll(/\w+/g)) {
        if (!isAsked) [condition, isAsked] = [around(index + 1), true];
        const known = found.get(word);
        if (!known) found.set(word, { first: condition, always: condition !== undefined });
        else if (condition === undefined) known.always = false;
      }
    }
    return found;
  };
  return {
    around,
    aroundAll: (name) => {
      const known = (words ??= indexed()).get(name);
      return known?.always ? known.first : undefined;
    },
  };
};
