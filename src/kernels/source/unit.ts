// A preprocessed unit: its declarations, functions and what they use.

import { skipAttributes, skipGroup, skipTo } from "./skip.ts";
import { isWord } from "../c/lex.ts";
import type { CType } from "./ctype.ts";
import { declareMade, emitAssign, readDeclaration } from "./declarations.ts";
import { assignment, expression } from "./expressions.ts";

import type { Token } from "./tokens.ts";
import { declare, isKeyword, isTypeWord, knownOf, lookUp, peek, type World } from "./world.ts";

const STARTS = new Set(
  "static extern inline typedef register const volatile struct union enum typeof __typeof__ __extension__ __inline __inline__ __always_inline __attribute__".split(
    " ",
  ),
);

/** Whether a declaration begins here, in a block. */
const isDeclaration = (world: World): boolean => {
  const word = peek(world);
  const next = peek(world, 1);
  if (STARTS.has(word)) return true;
  if (!isWord(word) || isKeyword(word)) return false;
  if (isTypeWord(world, word)) return next !== "(" || peek(world, 2) === "*";
  if (lookUp(world, word) !== undefined) return false;
  if (isWord(next) && !isKeyword(next)) {
    // `__maybe_unused int x`, or a type that nothing declares.
    const after = peek(world, 2);
    return (
      isTypeWord(world, next) || STARTS.has(next) || /^[=;,[]$/.test(after) || (after === "(" && knownOf(world, word).entries.length === 0)
    );
  }
  // `gone_t *x;` with a type that nothing declares.
  return (
    next === "*" &&
    knownOf(world, word).entries.length === 0 &&
    isWord(peek(world, 2)) &&
    /^[=;,]$/.test(peek(world, 3)) &&
    /_t$|^[a-z]/.test(word)
  );
};

/** A block from its `{` to behind its `}`: statement by statement, which may nest as they like. */
const block = (world: World): void => {
  const bottom = world.scopes.length;
  world.scopes.push(new Map());
  world.at++;
  // Brackets that a statement leaves open are closed by what follows.
  while (world.at < world.tokens.length && world.scopes.length > bottom) {
    const before = world.at;
    statement(world);
    if (world.at === before) world.at++;
  }
  world.scopes.length = bottom;
};

const statement = (world: World): void => {
  const token = world.tokens[world.at]!;
  const { text } = token;
  switch (text) {
    case "{":
      world.scopes.push(new Map());
      world.at++;
      return;
    case "}":
      world.scopes.pop();
      world.at++;
      return;
    case ";":
    case ")":
    case "else":
    case "do":
      world.at++;
      return;
    case "if":
    case "while":
    case "switch":
      world.at++;
      if (peek(world) === "(") {
        world.at++;
        expression(world);
        skipTo(world, [")", ";", "{"]);
        if (peek(world) === ")") world.at++;
      }
      return;
    case "for":
      world.at++;
      if (peek(world) !== "(") return;
      world.at++;
      if (isDeclaration(world)) readDeclaration(world, false);
      else {
        expression(world);
        skipTo(world, [";", ")"]);
        world.at++;
      }
      return;
    case "case":
      world.at++;
      expression(world);
      if (peek(world) === "...") {
        world.at++;
        expression(world);
      }
      if (peek(world) === ":") world.at++;
      return;
    case "default":
    case "break":
    case "continue":
      world.at++;
      if (peek(world) === ":" || peek(world) === ";") world.at++;
      return;
    case "goto":
      skipTo(world, [";", "}"]);
      return;
    case "asm":
    case "__asm__":
    case "__asm":
      skipAttributes(world);
      return;
    case "return": {
      world.at++;
      if (peek(world) === ";") return;
      const start = world.tokens[world.at];
      const value = expression(world);
      emitAssign(world, world.returns, "return", value, start, false);
      skipTo(world, [";", "}"]);
      return;
    }
    default:
  }
  if (isWord(text) && peek(world, 1) === ":" && peek(world, 2) !== ":") {
    world.at += 2;
    return;
  }
  if (isDeclaration(world)) {
    readDeclaration(world, false);
    return;
  }
  expression(world);
  if (peek(world) === ";") world.at++;
};

/** A function's body, with its parameters in reach. */
const body = (
  world: World,
  type: CType | undefined,
  parameters: readonly { readonly name: Token | undefined; readonly type: CType | undefined; readonly cond: number }[],
): void => {
  world.scopes.push(new Map());
  for (const parameter of parameters) if (parameter.name !== undefined) declare(world, parameter.name.text, parameter.type, parameter.cond);
  const returns = type?.kind === "function" ? type.returns : undefined;
  world.returns = returns?.kind === "base" && returns.name === "void" ? undefined : returns;
  block(world);
  world.returns = undefined;
  world.scopes.length = 1;
};

/** A macro called at file scope: `MODULE_LICENSE("GPL");`, `static DEFINE_MUTEX(lock);`, `SYSCALL_DEFINE1(…) { … }`. */
const macroCall = (world: World): void => {
  const callee = world.tokens[world.at++]!;
  const open = world.at;
  const first = peek(world, 1);
  if (/^DEFINE_PER_CPU|^DECLARE_PER_CPU/.test(callee.text)) {
    world.at++;
    world.at = open;
  }
  const before = world.uses.length;
  const isOwn = lookUp(world, callee.text) !== undefined;
  // Read as a call; its arguments may be anything.
  world.at = open - 1;
  const value = expression(world);
  void value;
  if (isOwn) world.uses.length = before;
  declareMade(world, callee.text, first);
  if (peek(world) === "{") body(world, undefined, []);
  else if (peek(world) === "=") {
    world.at++;
    if (peek(world) === "{") skipGroup(world);
    skipTo(world, [";"]);
    world.at++;
  } else if (peek(world) === ";") world.at++;
};

/** Reads all of a unit's tokens into `world`. */
export const readUnit = (world: World): void => {
  while (world.at < world.tokens.length) {
    const start = world.at;
    const text = peek(world);
    if (text === ";" || text === "}" || text === ")") world.at++;
    else if (text === "extern" && peek(world, 1).startsWith('"')) world.at += 3;
    else {
      let ahead = 0;
      while (/^(static|extern|inline)$/.test(peek(world, ahead))) ahead++;
      const word = peek(world, ahead);
      if (
        isWord(word) &&
        peek(world, ahead + 1) === "(" &&
        !isTypeWord(world, word) &&
        !word.startsWith("__attribute") &&
        isMacroCall(world, ahead)
      ) {
        world.at += ahead;
        macroCall(world);
      } else {
        const declarator = readDeclaration(world, true);
        if (declarator !== undefined) body(world, declarator.type, declarator.parameters ?? []);
      }
    }
    world.scopes.length = 1;
    world.depth = 0;
    if (world.at === start) world.at++;
  }
};

/** `name(…)` at file scope is a macro unless a declaration follows: `__printf(1, 2) void f(…);`. */
const isMacroCall = (world: World, ahead: number): boolean => {
  const at = world.at;
  world.at += ahead + 1;
  skipGroup(world);
  const next = peek(world);
  world.at = at;
  return !(peek(world, ahead).startsWith("__") && isWord(next));
};

export const reading = { expression, value: assignment, block } as const;
