import { eachLine, openNotes, refuseEmpty, type Notes } from "./lines.ts";
import type { SeverityRule, VendorList } from "./model.ts";
import { compileWildcard, isLiteral } from "./wildcard.ts";

const KINDS = { MODULE: "module", NAMESPACE: "namespace", SYMBOL: "symbol" } as const satisfies Record<string, SeverityRule["kind"]>;
const isKind = (word: string): word is keyof typeof KINDS => Object.hasOwn(KINDS, word);

/** What SUSE's tool takes a pattern without a type for (src/rules/mod.rs parse_rule). */
const kindOf = (pattern: string): SeverityRule["kind"] => {
  if (pattern.includes("/") || pattern === "vmlinux") return "module";
  return pattern === pattern.toUpperCase() ? "namespace" : "symbol";
};

/** A pattern without any letter equals its capitals. One of capitals may well mean a namespace: only a kernel can tell (compare.ts misread). */
const noteTrap = (pattern: string, line: number, notes: Notes): void => {
  if (!/[A-Z]/.test(pattern))
    notes.add("trap", line, `"${pattern}" has no letter and so is matched against namespaces; for symbols write SYMBOL ${pattern}`);
};

const VERDICT = /^(?:PASS|FAIL)$/;

/** The rule of a line's words, or what is wrong with them. */
const readRule = (words: readonly string[], line: number, notes: Notes): SeverityRule | string => {
  const hasKind = isKind(words[0]!) && (words.length > 2 || VERDICT.test(words[1] ?? ""));
  const [pattern, verdict, ...more] = hasKind ? words.slice(1) : words;
  if (hasKind && words.length === 2) return `no pattern between ${words[0]} and ${words[1]}`;
  if (verdict === undefined) return `no verdict behind "${pattern}": PASS or FAIL`;
  if (!VERDICT.test(verdict)) return `"${verdict}" is no verdict: PASS or FAIL`;
  if (more.length > 0) return `"${more[0]}" behind the verdict`;
  if (!compileWildcard(pattern!)) return `"${pattern}" has a bracket that is not closed: SUSE's tool stops at it`;
  const kind = hasKind ? KINDS[words[0] as keyof typeof KINDS] : kindOf(pattern!);
  if (!hasKind && kind === "namespace") noteTrap(pattern!, line, notes);
  return { kind, pattern: pattern!, hasKind, verdict: verdict as SeverityRule["verdict"], line };
};

/** Blanks as Rust's is_ascii_whitespace knows them: no vertical tab, no space beyond ASCII. */
const BLANKS = /[ \t\f]+/;

/**
 * Reads SUSE's kabi/severities as suse-kabi-tools do (src/rules/mod.rs; suse-kabi-tools(5)): `[MODULE|NAMESPACE|SYMBOL] pattern PASS|FAIL`,
 * `#` begins a comment anywhere. The first rule that matches decides; where none does, a change fails.
 */
export const parseSeverities = (text: string, file: string): VendorList => {
  const rules: SeverityRule[] = [];
  const notes = openNotes(file);
  const known = new Map<string, number>();
  // The comment lines of a block, and the block once a rule asked for it: a file may be one block.
  let lines: string[] = [];
  let above: string | undefined;
  eachLine(text, file, notes, (raw, line) => {
    const hash = raw.indexOf("#");
    const words = (hash < 0 ? raw : raw.slice(0, hash)).split(BLANKS).filter((word) => word !== "");
    const comment = hash < 0 ? undefined : raw.slice(hash).replace(/^#+/, "").trim() || undefined;
    if (words.length === 0) {
      // A block of comment lines speaks of the rules right below it.
      if (hash < 0) lines = [];
      else if (comment !== undefined) lines.push(comment);
      above = undefined;
      return undefined;
    }
    const rule = readRule(words, line, notes);
    if (typeof rule === "string") return rule;
    const key = `${rule.kind} ${rule.pattern}`;
    const first = known.get(key);
    if (first !== undefined) notes.add("twice", line, `"${rule.pattern}" stands twice: line ${first} decides`);
    else known.set(key, line);
    const said = comment ?? (lines.length === 0 ? undefined : (above ??= lines.join(" ")));
    rules.push({ ...rule, ...(said !== undefined && { comment: said }) });
    return undefined;
  });
  refuseEmpty(rules.length, file, "rule");
  return { format: "suse-severities", file, symbols: new Map(), rules, ignored: [], notes: notes.all() };
};

/** What a severity file is asked about: a symbol, where it comes from, and its namespace. */
export interface SeverityQuestion {
  readonly symbol: string;
  readonly module: string;
  readonly namespace?: string;
}

/** The verdict, and the rule that gave it; none did where it is the default, FAIL. */
export interface Severity {
  readonly verdict: SeverityRule["verdict"];
  readonly rule?: SeverityRule;
}

/** The first rule of one kind that matches a text, as its place among all; Infinity where none does. */
const openKind = (rules: readonly SeverityRule[], kind: SeverityRule["kind"]): ((text: string) => number) => {
  const literals = new Map<string, number>();
  const globs: { readonly index: number; readonly test: (text: string) => boolean }[] = [];
  rules.forEach((rule, index) => {
    if (rule.kind !== kind) return;
    if (!isLiteral(rule.pattern)) globs.push({ index, test: compileWildcard(rule.pattern)! });
    else if (!literals.has(rule.pattern)) literals.set(rule.pattern, index);
  });
  return (text) => {
    const literal = literals.get(text) ?? Number.POSITIVE_INFINITY;
    const glob = globs.find(({ index, test }) => index > literal || test(text));
    return Math.min(literal, glob?.index ?? Number.POSITIVE_INFINITY);
  };
};

const remembered = (find: (text: string) => number): ((text: string) => number) => {
  const known = new Map<string, number>();
  return (text) => {
    let index = known.get(text);
    if (index === undefined) known.set(text, (index = find(text)));
    return index;
  };
};

/** Makes a severity file answer: the first of its rules that matches the symbol, its module or its namespace. */
export const compileSeverities = (rules: readonly SeverityRule[]): ((of: SeverityQuestion) => Severity) => {
  const symbols = openKind(rules, "symbol");
  // Thousands of symbols share a few hundred modules.
  const modules = remembered(openKind(rules, "module"));
  const namespaces = remembered(openKind(rules, "namespace"));
  return ({ symbol, module, namespace }) => {
    const rule =
      rules[Math.min(symbols(symbol), modules(module), namespace === undefined ? Number.POSITIVE_INFINITY : namespaces(namespace))];
    return rule ? { verdict: rule.verdict, rule } : { verdict: "FAIL" };
  };
};

/** Writes rules, with their type where SUSE's tool would take the pattern for another, and their comments above them. */
export const renderSeverities = (rules: readonly Omit<SeverityRule, "line" | "hasKind">[]): string => {
  const lines: string[] = [];
  let above: string | undefined;
  for (const { kind, pattern, verdict, comment } of rules) {
    if (comment !== above && lines.length > 0) lines.push("");
    if (comment !== above && comment !== undefined) lines.push(`# ${comment.replace(/\s+/g, " ").trim()}`);
    above = comment;
    lines.push(`${kindOf(pattern) === kind ? "" : `${kind.toUpperCase()} `}${pattern}\t${verdict}`);
  }
  return lines.map((line) => `${line}\n`).join("");
};
