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

/** The head of a function at the beginning of a line, as kernel style has it. */
const FUNCTION = /^[A-Za-z_][\w\s*]*?\b(\w+)\s*\(/;

/** Lines of the longest call that is looked through. */
const MAX_STATEMENT = 20;

const DIRECTIVE = /^\s*#\s*(ifdef|ifndef|if|elif|else|endif|define)\b\s*(.*)$/;

/** Reads the conditions of a source or header. Comments that hold whole directives are taken for directives: they are rare, and only make a claim weaker. */
export const readConditionals = (text: string): Conditionals => {
  const defines = new Map<string, Condition>();
  const spans: { readonly from: number; readonly to: number; readonly condition: Condition }[] = [];
  const open: { from: number; condition: Condition | undefined }[] = [];
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
    while (full.endsWith("\\") && index + 1 < lines.length) full = full.slice(0, -1) + lines[++index]!;
    const [, keyword, rest = ""] = DIRECTIVE.exec(full) ?? [];
    if (keyword === undefined) {
      // A function of the source's own that has the name for some kernels.
      const [, own] = FUNCTION.exec(full) ?? [];
      const condition = own === undefined ? undefined : open.findLast((each) => each.condition)?.condition;
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
      if (last) Object.assign(last, { from: line, condition: last.condition ?? conditionAt(line, keyword, rest) });
    } else if (keyword === "define") {
      const condition = open.findLast((each) => each.condition)?.condition;
      if (condition) for (const word of rest.match(/[A-Za-z_]\w*/g) ?? []) if (!defines.has(word)) defines.set(word, condition);
    } else open.push({ from: line, condition: conditionAt(line, keyword, rest) });
  }
  const endOf = (line: number): number => {
    const end = lines.findIndex((each, index) => index >= line - 1 && each.includes(";"));
    return end < 0 ? line : Math.min(end + 1, line + MAX_STATEMENT);
  };
  const around = (line: number): Condition | undefined =>
    spans.filter(({ from, to }) => from < endOf(line) && line < to).sort((a, b) => b.from - a.from)[0]?.condition;
  return {
    around,
    aroundAll: (name) => {
      const word = new RegExp(`\\b${name.replace(/\W/g, "\\$&")}\\b`);
      const conditions = lines.flatMap((line, index) => (word.test(line) ? [around(index + 1)] : []));
      return conditions.every((each) => each !== undefined) ? conditions[0] : undefined;
    },
    defines,
  };
};
