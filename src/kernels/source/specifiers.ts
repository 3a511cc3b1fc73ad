// Specifiers and declarators: what a declaration says of a type, with attributes and what a macro may have left skipped.

import { skipAttributes, skipGroup, skipNamedAttributes, skipTo, skipTrailing } from "./skip.ts";
import { isWord } from "../c/lex.ts";
import { arithmetic, isArithmetic, named, QUALIFIERS } from "../c/types.ts";
import { base, type CType, decayed, pointerTo } from "./ctype.ts";
import type { Token } from "./tokens.ts";
import { commonOf, isTypeWord, knownOf, lookUp, peek, type World } from "./world.ts";

const STORAGE = new Set(
  "static extern inline typedef register auto __inline __inline__ __always_inline noinline _Noreturn _Thread_local".split(" "),
);

export interface Specifiers {
  readonly type: CType | undefined;
  readonly storage: ReadonlySet<string>;
  /** The word that is the type's name, where it is no tag. */
  readonly token: Token | undefined;
}

export interface Declarator {
  readonly name: Token | undefined;
  readonly type: CType | undefined;
  /** Of a function. */
  readonly parameters?: readonly { readonly name: Token | undefined; readonly type: CType | undefined; readonly cond: number }[];
}

const MAX_DEPTH = 60;

const note = (world: World, token: Token, as: "type"): void => {
  if (!world.typedefs.has(token.text) && lookUp(world, token.text) === undefined)
    world.uses.push({ kind: "name", name: token.text, as, ...commonOf(world, token) });
};

/** `struct foo`, with its members where it is defined here. */
const readTag = (world: World): CType | undefined => {
  const kind = peek(world);
  const start = world.tokens[world.at++];
  skipNamedAttributes(world);
  let tag: Token | undefined;
  if (isWord(peek(world))) tag = world.tokens[world.at++];
  skipNamedAttributes(world);
  const name = `${kind} ${tag?.text ?? `<${world.anonymous++}>`}`;
  if (peek(world) === "{" && world.depth < MAX_DEPTH) {
    if (tag !== undefined) world.own.push({ name, form: "tag", isStatic: false, isDefinition: true, ...commonOf(world, tag) });
    world.depth++;
    if (kind === "enum") {
      world.tags.set(name, new Map());
      readEnumerators(world);
    } else readMembers(world, name);
    world.depth--;
    skipNamedAttributes(world);
  } else if (peek(world) === "{") skipGroup(world);
  else if (tag === undefined) return undefined;
  else if (peek(world) === ";") {
    // `struct foo;` declares; it needs nothing of the kernel's.
    world.own.push({ name, form: "tag", isStatic: false, isDefinition: false, ...commonOf(world, tag) });
  } else if (!world.tags.has(name))
    world.uses.push({ kind: "tag", tag: name, ...commonOf(world, start === undefined ? tag : { ...start, cond: tag.cond }) });
  return base(kind === "enum" && tag === undefined ? "int" : name);
};

const readEnumerators = (world: World): void => {
  world.at++;
  while (world.at < world.tokens.length && peek(world) !== "}") {
    const token = world.tokens[world.at]!;
    if (isWord(token.text)) {
      world.own.push({ name: token.text, form: "constant", isStatic: false, isDefinition: true, ...commonOf(world, token) });
      world.scopes[0]!.set(token.text, { type: base("int"), cond: token.cond });
    }
    world.at++;
    skipTo(world, [",", "}"]);
    if (peek(world) === ",") world.at++;
  }
  world.at++;
};

const readMembers = (world: World, name: string): void => {
  world.at++;
  const members = new Map<string, CType | undefined>();
  world.tags.set(name, members);
  while (world.at < world.tokens.length && peek(world) !== "}") {
    const before = world.at;
    if (peek(world) === ";") {
      world.at++;
      continue;
    }
    const specifiers = readSpecifiers(world);
    if (peek(world) === ";" && specifiers.type?.kind === "base") {
      // An anonymous struct's members are this one's.
      const inner = world.tags.get(specifiers.type.name);
      if (inner !== undefined) for (const [member, type] of inner) members.set(member, type);
    }
    while (world.at < world.tokens.length && peek(world) !== ";" && peek(world) !== "}") {
      const start = world.at;
      const { name: member, type } = readDeclarator(world, specifiers.type);
      if (member !== undefined) {
        members.set(member.text, type);
        needWhole(world, type, specifiers.token ?? member);
      }
      if (peek(world) === ":") {
        world.at++;
        skipTo(world, [",", ";", "}"]);
      }
      skipTrailing(world);
      if (peek(world) === ",") world.at++;
      else if (world.at === start || (peek(world) !== ";" && peek(world) !== "}")) skipTo(world, [";", "}"]);
    }
    if (world.at === before) world.at++;
  }
  world.at++;
};

/** A value of a struct needs the whole struct. */
export const needWhole = (world: World, type: CType | undefined, token: Token): void => {
  let inner = type;
  while (inner?.kind === "array") inner = inner.of;
  if (inner?.kind === "base" && /^(struct|union) \w/.test(inner.name) && !world.tags.has(inner.name))
    world.uses.push({ kind: "tag", tag: inner.name, whole: world.at, ...commonOf(world, token) });
};

const startsDeclarator = (text: string): boolean => text === "*" || text === "(" || isWord(text);

/** Specifiers at the cursor. With no type found the cursor stands behind the storage words. */
export const readSpecifiers = (world: World): Specifiers => {
  const storage = new Set<string>();
  let type: CType | undefined;
  let token: Token | undefined;
  let isConst = false;
  const words: string[] = [];
  const hasType = (): boolean => type !== undefined || token !== undefined || words.length > 0;
  for (; world.at < world.tokens.length;) {
    skipAttributes(world);
    const here = world.tokens[world.at];
    if (here === undefined) break;
    const { text } = here;
    const next = peek(world, 1);
    if (STORAGE.has(text)) storage.add(text.replaceAll("_", "").replace("always", ""));
    else if (QUALIFIERS.has(text)) isConst ||= QUALIFIERS.get(text) === "const";
    else if (isArithmetic(text)) {
      words.push(text);
      token ??= here;
    } else if (!hasType() && (text === "struct" || text === "union" || text === "enum")) {
      token = here;
      type = readTag(world);
      continue;
    } else if (!hasType() && /^(__)?typeof(_unqual)?(__)?$|^typeof_member$/.test(text) && next === "(") {
      token = here;
      type = readTypeof(world);
      continue;
    } else if (!isWord(text)) break;
    else if (!hasType()) {
      if (world.typedefs.has(text) && lookUp(world, text) === undefined) {
        token = here;
        type = base(text);
      } else if (next === "(") {
        // `__printf(1, 2) void f(…)`: an attribute with arguments, if a type follows.
        if (!text.startsWith("__")) break;
        const start = world.at++;
        skipGroup(world);
        if (isWord(peek(world))) continue;
        world.at = start;
        break;
      } else if (knownOf(world, text).typedef !== undefined) {
        token = here;
        type = base(named(text));
        note(world, here, "type");
      } else if (knownOf(world, text).isMacro && isWord(next)) {
        // asmlinkage, notrace, noinline_for_stack: a macro before a type.
      } else if (text.startsWith("__") && isWord(next)) {
        // An attribute of the kernel's that the index has no word of.
      } else if (startsDeclarator(next) && next !== "(") {
        token = here;
        type = base(named(text));
        note(world, here, "type");
      } else break;
    } else {
      // A word between the type and its declarator is an attribute: `int __init f(void)`, `void __user *p`.
      if (next === "(" && /^__|^[A-Z]/.test(text) && attributeCall(world)) continue;
      if (!(isWord(next) || next === "*") || !isAttributeHere(world, text, next)) break;
    }
    world.at++;
  }
  if (words.length > 0) {
    const isOnlySign = type !== undefined;
    if (!isOnlySign) type = base(named(arithmetic(words)));
  }
  if (type !== undefined && isConst && (type.kind === "base" || type.kind === "pointer")) type = { ...type, isConst: true };
  return { type, storage, token };
};

/** `__printf(1, 2)` and the like behind a type, where a declarator still follows. */
const attributeCall = (world: World): boolean => {
  const start = world.at++;
  skipGroup(world);
  const text = peek(world);
  if (isWord(text) || text === "*") return true;
  world.at = start;
  return false;
};

const isAttributeHere = (world: World, text: string, next: string): boolean => {
  if (next === "*") return text.startsWith("__") || knownOf(world, text).isMacro || /^[A-Z][A-Z0-9_]*$/.test(text);
  return isWord(next);
};

const readTypeof = (world: World): CType | undefined => {
  const isMember = peek(world) === "typeof_member";
  world.at++;
  const open = world.at;
  let type: CType | undefined;
  if (!isMember && world.depth <= MAX_DEPTH) {
    world.at++;
    world.depth++;
    type = isTypeWord(world, peek(world)) ? readTypeName(world) : world.read.expression(world).type;
    world.depth--;
  }
  world.at = open;
  skipGroup(world);
  return type;
};

/** A type without a name, as in a cast. */
export const readTypeName = (world: World): CType | undefined => {
  const { type } = readSpecifiers(world);
  return readDeclarator(world, type).type;
};

/** One declarator; what it makes of an unknown type is unknown. */
export const readDeclarator = (world: World, start: CType | undefined): Declarator => {
  if (world.depth > MAX_DEPTH) return { name: undefined, type: undefined };
  world.depth++;
  let type = start;
  skipAttributes(world);
  while (peek(world) === "*") {
    world.at++;
    let isConst = false;
    for (;;) {
      const text = peek(world);
      const next = peek(world, 1);
      if (QUALIFIERS.has(text)) isConst ||= QUALIFIERS.get(text) === "const";
      else if (!(isWord(text) && (text.startsWith("__") || /^[A-Z]/.test(text)) && (isWord(next) || next === "*"))) break;
      world.at++;
    }
    type = type && pointerTo(type, isConst);
    skipAttributes(world);
  }
  // An attribute before the name.
  while (isWord(peek(world)) && isWord(peek(world, 1)) && !isArithmetic(peek(world))) world.at++;
  let name: Token | undefined;
  let group: number | undefined;
  const next = peek(world, 1);
  if (isWord(peek(world)) && !isArithmetic(peek(world))) name = world.tokens[world.at++];
  else if (
    peek(world) === "(" &&
    (next === "*" || next === "(" || (isWord(next) && !isTypeWord(world, next) && peek(world, 2) === ")") || next.startsWith("__attribute"))
  ) {
    group = world.at + 1;
    skipGroup(world);
  }
  let parameters: Declarator["parameters"];
  const derive: ((inner: CType) => CType)[] = [];
  for (;;) {
    if (peek(world) === "[") {
      const open = world.at;
      skipGroup(world);
      const size = world.tokens
        .slice(open + 1, world.at - 1)
        .map(({ text }) => text)
        .join(" ");
      derive.push((of) => ({ kind: "array", of, size }));
    } else if (peek(world) === "(" && (name !== undefined || group !== undefined || start !== undefined) && derive.length < 4) {
      const read = readParameters(world);
      parameters ??= group === undefined ? read.parameters : undefined;
      const types = read.parameters.map((each) => each.type);
      const understood = types.every((each) => each !== undefined);
      derive.push((returns) => ({
        kind: "function",
        returns,
        ...(understood && { parameters: types.map((each) => decayed(each!)) }),
        isVariadic: read.isVariadic,
      }));
    } else break;
  }
  for (const each of derive.toReversed()) type = type && each(type);
  if (group !== undefined) {
    const end = world.at;
    world.at = group;
    const inner = readDeclarator(world, type);
    world.at = end;
    world.depth--;
    return { name: inner.name, type: inner.type, ...(inner.parameters && { parameters: inner.parameters }) };
  }
  world.depth--;
  return { name, type, ...(parameters && { parameters }) };
};

/** The undecided condition that any of these tokens stands under: a type that hangs on it is undecided as a whole. */
export const condBetween = (world: World, from: number, to: number): number => {
  // A declaration that the file ends in has no end.
  for (let at = from; at < Math.min(to, world.tokens.length); at++) if (world.tokens[at]!.cond > 0) return world.tokens[at]!.cond;
  return 0;
};

const readParameters = (world: World): { readonly parameters: NonNullable<Declarator["parameters"]>; readonly isVariadic: boolean } => {
  const parameters: { name: Token | undefined; type: CType | undefined; cond: number }[] = [];
  let isVariadic = false;
  world.at++;
  while (world.at < world.tokens.length && peek(world) !== ")") {
    const before = world.at;
    if (peek(world) === "...") {
      isVariadic = true;
      world.at++;
    } else {
      const specifiers = readSpecifiers(world);
      const { name, type } = readDeclarator(world, specifiers.type);
      const cond = condBetween(world, before, world.at);
      const isVoid = type?.kind === "base" && type.name === "void" && name === undefined;
      if (!isVoid) parameters.push({ name, type, cond });
    }
    skipTo(world, [",", ")"]);
    if (peek(world) === ",") world.at++;
    else if (world.at === before) break;
  }
  if (peek(world) === ")") world.at++;
  return { parameters, isVariadic };
};
