import { isWord, tokensOf } from "./lex.ts";

/** CONFIG_* of a .config, and what else is known of macros; `NOT_HERE` for what is surely not defined. */
export type Options = ReadonlyMap<string, string>;

/** What is known of a macro: its body, `undefined` where it is surely not defined, "unknown" where both may be. */
export type Macro = { readonly body: string } | undefined | "unknown";
export type Lookup = (name: string) => Macro;

/** The CONFIG_* lines of a .config, values as written there ("y", "m", a number, a quoted string); what is not set is absent. */
export const parseConfig = (text: string): ReadonlyMap<string, string> => {
  const config = new Map<string, string>();
  for (const line of text.split("\n")) {
    const equals = line.indexOf("=");
    if (equals > 0 && line.startsWith("CONFIG_")) config.set(line.slice(0, equals), line.slice(equals + 1).trim());
  }
  return config;
};

/** What gcc defines for x86-64, and what kernel C code always sees (include/linux/kconfig.h, Makefile). */
const DEFINED: ReadonlyMap<string, string> = new Map([
  ["__KERNEL__", "1"],
  ["__x86_64__", "1"],
  ["__LP64__", "1"],
  ["__GNUC__", "12"],
  ["__STDC__", "1"],
  ["__OPTIMIZE__", "1"],
  ["__LITTLE_ENDIAN", "1234"],
  ["__LITTLE_ENDIAN_BITFIELD", ""],
  ["BITS_PER_LONG", "64"],
  ["__BITS_PER_LONG", "64"],
  ["CONFIG_64BIT", "1"],
  // A header is read as the author of a module sees it.
  ["MODULE", "1"],
  ["NR_CPUS", "CONFIG_NR_CPUS"],
  ["true", "1"],
  ["false", "0"],
]);

/** Whether a macro is taken as defined before any header is read, though a header may define it. */
export const isGiven = (name: string): boolean => DEFINED.has(name);

/** What other compilers, checkers, languages and architectures define. */
const NOT_DEFINED =
  /^(__ASSEMBLY__|__ASSEMBLER__|__CHECKER__|__cplusplus|__clang__|__clang_major__|__INTEL_COMPILER|__GENKSYMS__|__BIG_ENDIAN(_BITFIELD)?|__i386__|__ILP32__|__arm__|__aarch64__|__powerpc(64)?__|__mips(64)?(__)?|__sparc(__)?|__s390x?__|__alpha__|__riscv|__m68k__|__sh__|__hexagon__|__loongarch__|LINKER_SCRIPT|__DTS__|_MSC_VER|__ICC|__BORLANDC__|__WATCOMC__|__FreeBSD__|__NetBSD__|__OpenBSD__|__APPLE__|_WIN32|WIN32|__ZEPHYR__|BUILD_VDSO(32(_64)?)?|__DISABLE_EXPORTS|__UM_HOST__|__NO_FORTIFY)$/;

/** The value, among options, of a macro that is surely not defined. */
export const NOT_HERE = "n";

const MACRO_OF_NUMBER = /^\s*\(?\s*(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\s*\)?$/;

/**
 * Macros as the C preprocessor sees them for a kernel of this configuration on x86-64.
 * @param own what the file itself has defined (or undefined, or may have) up to here.
 */
export const lookupIn =
  (config: Options, own: (name: string) => Macro | "none"): Lookup =>
  (name) => {
    const local = own(name);
    if (local !== "none") return local;
    const given = DEFINED.get(name);
    if (given !== undefined) return { body: given };
    if (NOT_DEFINED.test(name)) return undefined;
    const value = config.get(name);
    if (value === NOT_HERE) return undefined;
    if (value === undefined && (!name.startsWith("CONFIG_") || config.size === 0)) return "unknown";
    if (value !== undefined && value !== "m") return { body: value === "y" ? "1" : value };
    return name.endsWith("_MODULE") && config.get(name.slice(0, -7)) === "m" ? { body: "1" } : undefined;
  };

const numberOf = (token: string): number | undefined => {
  const value = Number(token.replace(/[uUlL]+$/, ""));
  return Number.isNaN(value) ? undefined : value;
};

const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

const compute = (left: number | undefined, operator: string, right: number | undefined): number | undefined => {
  if (operator === "||") return left || right ? 1 : left === undefined || right === undefined ? undefined : 0;
  if (operator === "&&") return left === 0 || right === 0 ? 0 : left === undefined || right === undefined ? undefined : 1;
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case "==":
      return Number(left === right);
    case "!=":
      return Number(left !== right);
    case "<":
      return Number(left < right);
    case ">":
      return Number(left > right);
    case "<=":
      return Number(left <= right);
    case ">=":
      return Number(left >= right);
    case "<<":
      return left * 2 ** right;
    case ">>":
      return Math.floor(left / 2 ** right);
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? undefined : Math.trunc(left / right);
    case "%":
      return right === 0 ? undefined : left % right;
    default:
      return undefined;
  }
};

/** Brackets and `!` may nest this deep; what nests deeper is unknown. */
const MAX_DEPTH = 40;

interface Cursor {
  readonly tokens: readonly string[];
  at: number;
}

const isDefined = (macro: Macro): number | undefined => (macro === "unknown" ? undefined : Number(macro !== undefined));

/** IS_ENABLED and its kin (include/linux/kconfig.h); code of a module may use what is a module, so IS_REACHABLE is IS_ENABLED. */
const ofOption = (kind: string, option: string, look: Lookup): number | undefined => {
  const builtIn = isDefined(look(option));
  const asModule = isDefined(look(`${option}_MODULE`));
  return kind === "IS_BUILTIN" ? builtIn : kind === "IS_MODULE" ? asModule : compute(builtIn, "||", asModule);
};

const skipGroup = (cursor: Cursor): void => {
  let depth = 0;
  do {
    const token = cursor.tokens[cursor.at++];
    if (token === "(") depth++;
    else if (token === ")") depth--;
  } while (depth > 0 && cursor.at < cursor.tokens.length);
};

const primary = (cursor: Cursor, look: Lookup, depth: number): number | undefined => {
  const { tokens } = cursor;
  const token = tokens[cursor.at++];
  if (token === undefined || depth > MAX_DEPTH) return undefined;
  if (token === "!") {
    const value = primary(cursor, look, depth + 1);
    return value === undefined ? undefined : Number(value === 0);
  }
  if (token === "-" || token === "+" || token === "~") {
    const value = primary(cursor, look, depth + 1);
    return value === undefined ? undefined : token === "-" ? -value : token === "~" ? ~value : value;
  }
  if (token === "(") {
    const value = depth < MAX_DEPTH ? expression(cursor, look, depth + 1) : undefined;
    if (tokens[cursor.at] === ")") cursor.at++;
    return value;
  }
  if (!isWord(token)) return numberOf(token);
  const bracket = tokens[cursor.at] === "(";
  if (token === "defined" || token.startsWith("IS_")) {
    const name = tokens[cursor.at + (bracket ? 1 : 0)] ?? "";
    if (bracket) skipGroup(cursor);
    else cursor.at++;
    return token === "defined"
      ? isDefined(look(name))
      : /^IS_(ENABLED|BUILTIN|MODULE|REACHABLE)$/.test(token)
        ? ofOption(token, name, look)
        : undefined;
  }
  if (bracket) {
    skipGroup(cursor);
    return undefined;
  }
  const macro = look(token);
  if (macro === "unknown") return undefined;
  if (macro === undefined) return 0;
  if (MACRO_OF_NUMBER.test(macro.body)) return numberOf(macro.body.replace(/[()\s]/g, ""));
  // An alias, as NR_CPUS is of CONFIG_NR_CPUS.
  const alias = macro.body.trim();
  return depth < MAX_DEPTH && /^[A-Za-z_]\w*$/.test(alias) ? primary({ tokens: [alias], at: 0 }, look, depth + 1) : undefined;
};

/** Operators by precedence, lowest first; `level` bounds the recursion. */
const binary = (cursor: Cursor, look: Lookup, depth: number, level: number): number | undefined => {
  const operators = LEVELS[level];
  if (operators === undefined) return depth < MAX_DEPTH ? primary(cursor, look, depth) : undefined;
  let left = binary(cursor, look, depth, level + 1);
  while (operators.includes(cursor.tokens[cursor.at] ?? "")) {
    const operator = cursor.tokens[cursor.at++]!;
    left = compute(left, operator, binary(cursor, look, depth, level + 1));
  }
  return left;
};

const expression = (cursor: Cursor, look: Lookup, depth: number): number | undefined => {
  const value = binary(cursor, look, depth, 0);
  if (cursor.tokens[cursor.at] !== "?") return value;
  cursor.at = cursor.tokens.length;
  return undefined;
};

/** The value of an `#if` expression; `undefined` where it hangs on something that is not known here. */
export const evaluate = (text: string, look: Lookup): boolean | undefined => {
  const value = expression({ tokens: tokensOf(text), at: 0 }, look, 0);
  return value === undefined ? undefined : value !== 0;
};

export const evaluateDefined = (name: string, look: Lookup): boolean | undefined => {
  const value = isDefined(look(name));
  return value === undefined ? undefined : value === 1;
};
