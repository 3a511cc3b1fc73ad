import { type Attributes, withoutAttributes } from "./attributes.ts";
import { afterGroup, isWord } from "./lex.ts";
import { withoutMakers } from "./made-by-macros.ts";
import { arithmetic, asParameter, type Derivation, isArithmetic, named, QUALIFIERS, type Type, typeText } from "./types.ts";

/** A name that a declaration at file scope gives a type to. */
export interface Declared {
  readonly name: string;
  /** Absent where the type is not understood. */
  readonly signature?: string;
  readonly isFunction: boolean;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  readonly isExtern: boolean;
  readonly isTypedef: boolean;
}

/** Function pointers that take function pointers that …: deeper than this a declaration is not understood. */
const MAX_DEPTH = 12;

interface Specifiers {
  readonly base: string;
  readonly qualifiers: readonly string[];
  readonly storage: ReadonlySet<string>;
  /** Where the declarators begin. */
  readonly end: number;
}

const STORAGE: ReadonlySet<string> = new Set(["static", "extern", "inline", "typedef", "register", "auto", "_Thread_local", "_Noreturn"]);

/** Attribute-like words that no header of the tree explains: `__foo`, or all in capitals as the API macros of imported libraries. */
const looksLikeAttribute = (word: string): boolean => word.startsWith("__") || /^[A-Z][A-Z0-9_]*$/.test(word);

/** Declaration specifiers: storage, qualifiers and the one type among them, in any order. Undefined where there is no type. */
const specifiersAt = (tokens: readonly string[], start: number): Specifiers | undefined => {
  const storage = new Set<string>();
  const qualifiers = new Set<string>();
  const words: string[] = [];
  let base = "";
  let at = start;
  for (; at < tokens.length; at++) {
    const token = tokens[at]!;
    const qualifier = QUALIFIERS.get(token);
    if (STORAGE.has(token)) storage.add(token);
    else if (qualifier !== undefined) {
      if (qualifier) qualifiers.add(qualifier);
    } else if (isArithmetic(token)) words.push(token);
    else if (base !== "" || words.length > 0 || !isWord(token)) break;
    else if (token === "struct" || token === "union" || token === "enum") {
      if (isWord(tokens[at + 1])) base = `${token} ${tokens[++at]}`;
      else base = `${token} {}`;
      if (tokens[at + 1] === "{") at = afterGroup(tokens, at + 1) - 1;
    } else if (/^(__)?typeof(__)?(_unqual)?$/.test(token) && tokens[at + 1] === "(") {
      const end = afterGroup(tokens, at + 1);
      base = `typeof(${tokens.slice(at + 2, end - 1).join(" ")})`;
      at = end - 1;
    } else if (isWord(tokens[at + 1]) && looksLikeAttribute(token) && startsType(tokens, at + 1)) continue;
    else base = named(token);
  }
  if (base === "" && words.length === 0) return undefined;
  // `foo_api int bar(void)`: with a type that C itself knows, the other word is an attribute that nothing explains.
  const isTag = /^(struct|union|enum|typeof)\b/.test(base);
  return { base: words.length > 0 && !isTag ? arithmetic(words) : base, qualifiers: [...qualifiers].sort(), storage, end: at };
};

/** Whether a type of its own begins here: a keyword, or a word with another word or a pointer after it. */
const startsType = (tokens: readonly string[], at: number): boolean => {
  const token = tokens[at]!;
  if (isArithmetic(token) || QUALIFIERS.has(token) || STORAGE.has(token) || /^(struct|union|enum|(__)?typeof(__)?)$/.test(token))
    return true;
  const next = tokens[at + 1];
  return isWord(next) || next === "*";
};

interface Declarator {
  readonly name: string | undefined;
  readonly derivations: readonly Derivation[];
  readonly end: number;
}

/** Whether the "(" opens a group, `(*name)`, and not parameters. */
const opensGroup = (tokens: readonly string[], at: number): boolean => {
  const next = tokens[at + 1];
  return (
    next === "*" ||
    next === "(" ||
    (isWord(next) && tokens[at + 2] === ")" && (tokens[at + 3] === "(" || tokens[at + 3] === "[") && !isArithmetic(next))
  );
};

const declaratorAt = (tokens: readonly string[], start: number, depth: number): Declarator | undefined => {
  if (depth > MAX_DEPTH) return undefined;
  const pointers: Derivation[] = [];
  let at = start;
  for (; tokens[at] === "*";) {
    const qualifiers = new Set<string>();
    for (at++; QUALIFIERS.has(tokens[at] ?? ""); at++) qualifiers.add(QUALIFIERS.get(tokens[at]!)!);
    qualifiers.delete("");
    pointers.unshift({ kind: "pointer", qualifiers: [...qualifiers].sort() });
  }
  let name: string | undefined;
  let inner: readonly Derivation[] = [];
  // A word before the name, or before the "*", that nothing explains is an attribute, with or without arguments.
  while (isWord(tokens[at])) {
    const call = tokens[at + 1] === "(" && looksLikeAttribute(tokens[at]!);
    const after = call ? afterGroup(tokens, at + 1) : at + 1;
    if (tokens[after] === "*" && !call) return declaratorAt(tokens, after, depth + 1);
    if (!isWord(tokens[after]) || (call && looksLikeAttribute(tokens[after]))) break;
    at = after;
  }
  if (isWord(tokens[at])) name = tokens[at++];
  else if (tokens[at] === "(" && opensGroup(tokens, at)) {
    const group = declaratorAt(tokens, at + 1, depth + 1);
    if (group === undefined || tokens[group.end] !== ")") return undefined;
    ({ name, derivations: inner } = group);
    at = group.end + 1;
  }
  const suffixes: Derivation[] = [];
  for (;;) {
    if (tokens[at] === "[") {
      const end = afterGroup(tokens, at);
      suffixes.push({ kind: "array", size: tokens.slice(at + 1, end - 1).join(" ") });
      at = end;
    } else if (tokens[at] === "(") {
      const end = afterGroup(tokens, at);
      suffixes.push({ kind: "function", parameters: parametersOf(tokens.slice(at + 1, end - 1), depth + 1) });
      at = end;
      if (suffixes.length > 1 && suffixes.at(-2)!.kind === "function") suffixes.pop();
    } else break;
  }
  return { name, derivations: [...inner, ...suffixes, ...pointers], end: at };
};

const splitAtCommas = (tokens: readonly string[]): string[][] => {
  const parts: string[][] = [[]];
  for (let at = 0; at < tokens.length;) {
    if (tokens[at] === ",") {
      parts.push([]);
      at++;
      continue;
    }
    const end = /^[([{]$/.test(tokens[at]!) ? afterGroup(tokens, at) : at + 1;
    parts.at(-1)!.push(...tokens.slice(at, end));
    at = end;
  }
  return parts;
};

/** The parameters' types. Empty brackets count as `void`: the kernel is built with -Wstrict-prototypes. */
const parametersOf = (tokens: readonly string[], depth: number): readonly string[] | undefined => {
  if (tokens.length === 0) return ["void"];
  const types: string[] = [];
  for (const part of splitAtCommas(tokens)) {
    if (part.length === 1 && part[0] === "...") {
      types.push("...");
      continue;
    }
    const specifiers = specifiersAt(part, 0);
    // DECL_BUCKET_PARAMS(size, bucket) stands for several parameters.
    if (specifiers === undefined || (part[1] === "(" && /^[A-Z_]+$/.test(specifiers.base))) return undefined;
    const declarator = declaratorAt(part, specifiers.end, depth);
    if (declarator === undefined || declarator.end < part.length) return undefined;
    const type = typeText(asParameter({ ...specifiers, derivations: declarator.derivations }));
    if (type === undefined) return undefined;
    types.push(type);
  }
  return types;
};

/** `MACRO(x) int foo(void);`: a macro that needs no semicolon stands before the declaration. */
const afterLeadingMacros = (tokens: readonly string[]): number => {
  let at = 0;
  while (isWord(tokens[at]) && tokens[at + 1] === "(") {
    const end = afterGroup(tokens, at + 1);
    if (!isWord(tokens[end])) break;
    at = end;
  }
  return at;
};

const declareFrom = (tokens: readonly string[]): readonly Declared[] => {
  const specifiers = specifiersAt(tokens, afterLeadingMacros(tokens));
  if (specifiers === undefined) return [];
  const { storage } = specifiers;
  const declared: Declared[] = [];
  for (let at = specifiers.end; at < tokens.length;) {
    const declarator = declaratorAt(tokens, at, 0);
    if (declarator === undefined || (declarator.name === undefined && tokens[at] !== ":")) break;
    const { name, derivations } = declarator;
    const signature = typeText({ ...specifiers, derivations } satisfies Type);
    // `list_of_enums TRACE_EVENT(…)`: two macros in a row, no function.
    if (signature === undefined && /^[A-Z0-9_]+$/.test(name ?? "")) break;
    // A bitfield without a name has a place and nothing else.
    if (name !== undefined)
      declared.push({
        name,
        ...(signature !== undefined && { signature }),
        isFunction: derivations[0]?.kind === "function",
        isStatic: storage.has("static"),
        isInline: storage.has("inline"),
        isExtern: storage.has("extern"),
        isTypedef: storage.has("typedef"),
      });
    at = declarator.end;
    while (at < tokens.length && tokens[at] !== ",") at = /^[([{]$/.test(tokens[at]!) ? afterGroup(tokens, at) : at + 1;
    at++;
  }
  return declared;
};

/**
 * The names a declaration or a function's head declares, typedefs' too, with their types normalised; none for what is no declaration.
 * A name that elsewhere is an empty macro (a stub) would vanish with the attributes: then only the compiler's own attributes are dropped.
 * @param mayBeStub whether that is looked for; behind the braces of a struct it is the attribute that is meant.
 */
export const namesOfDeclaration = (tokens: readonly string[], attributes: Attributes, mayBeStub = true): readonly Declared[] => {
  const plain = withoutMakers(tokens);
  const found = declareFrom(withoutAttributes(plain, attributes));
  return found.length > 0 || !mayBeStub ? found : declareFrom(withoutAttributes(plain, new Map()));
};

/** The same without typedefs. */
export const declaredBy = (tokens: readonly string[], attributes: Attributes): readonly Declared[] =>
  namesOfDeclaration(tokens, attributes).filter((declared) => !declared.isTypedef);
