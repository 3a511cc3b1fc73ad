// Expressions with their types, as far as the source and the headers tell them. What is not understood has no type; nothing is guessed.

import { skipGroup, skipTo } from "./skip.ts";
import { condOf, isAggregate, isLostCast, nameValue, operand } from "./values.ts";
import { callName, functionOf, readArguments } from "./calls.ts";
import { isWord } from "../c/lex.ts";
import { base, type CType, decayed, INT, pointerTo, unqualified } from "./ctype.ts";
import { asValue, emitAssign, memberOf, readInitialiser } from "./declarations.ts";
import { readTypeName } from "./specifiers.ts";
import type { Token } from "./tokens.ts";
import { commonOf, isKeyword, isTypeWord, NOTHING, peek, resolved, type Val, withoutOwn, type World } from "./world.ts";

const MAX_DEPTH = 200;
const SIZE = base("size_t");

const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", ">", "<=", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]].flatMap(
    (operators, level) => operators.map((operator) => [operator, level + 4] as const),
  ),
);
const ASSIGNMENTS = new Set("= += -= *= /= %= &= |= ^= <<= >>=".split(" "));

const postfix = (world: World, start: Val, first: Token | undefined): Val => {
  let value = start;
  for (;;) {
    const token = world.tokens[world.at];
    if (token === undefined) return value;
    if (token.text === "." || token.text === "->") {
      const member = world.tokens[world.at + 1];
      if (member === undefined || !isWord(member.text)) {
        world.at++;
        return NOTHING;
      }
      world.at += 2;
      let container = value.type;
      if (token.text === "->") {
        const pointer = resolved(world, container);
        container = pointer?.kind === "pointer" ? pointer.to : pointer?.kind === "array" ? pointer.of : undefined;
      }
      const { type, tag } = memberOf(world, container, member, value.cond);
      const name = tag === undefined ? undefined : `${tag}.${member.text}`;
      value = {
        ...(type && { type }),
        ...condOf(value),
        ...(name !== undefined && { member: name, from: { kind: "member", name } as const }),
      };
    } else if (token.text === "[") {
      world.at++;
      expression(world);
      skipTo(world, ["]"]);
      world.at++;
      const whole = resolved(world, value.type);
      const type = whole?.kind === "pointer" ? whole.to : whole?.kind === "array" ? whole.of : undefined;
      value = {
        ...(type && { type }),
        ...condOf(value),
        ...(value.from && { from: value.from }),
        ...(value.member !== undefined && { member: value.member }),
      };
    } else if (token.text === "(") {
      const own = functionOf(world, value.type);
      const through = value.member;
      const given = readArguments(world, token.cond);
      const values = given.values.map((each) => asValue(world, each));
      if (through !== undefined && own !== undefined)
        world.uses.push({
          kind: "call",
          callee: through,
          through: withoutOwn(world, own),
          values,
          countUnsure: given.countUnsure,
          ...commonOf(world, first ?? token),
        });
      else if (through !== undefined) world.untyped++;
      value =
        own === undefined
          ? NOTHING
          : { type: own.returns, ...(through !== undefined && { from: { kind: "call", name: through } as const }) };
    } else if (token.text === "++" || token.text === "--") {
      operand(world, value, token);
      world.at++;
    } else return value;
  }
};

const primary = (world: World): Val => {
  const token = world.tokens[world.at];
  if (token === undefined) return NOTHING;
  const { text } = token;
  if (text === "(") {
    const next = peek(world, 1);
    if (next === "{") {
      world.at++;
      world.read.block(world);
      skipTo(world, [")"]);
      world.at++;
      return NOTHING;
    }
    world.at++;
    const value = expression(world);
    if (peek(world) !== ")") skipTo(world, [")", ";"]);
    if (peek(world) === ")") world.at++;
    // What is assigned in brackets is no place to assign to.
    return value;
  }
  const isName: boolean = isWord(text);
  if (isName) {
    if (
      text === "_Generic" ||
      text === "offsetof" ||
      text === "__builtin_offsetof" ||
      text === "__builtin_types_compatible_p" ||
      text === "__builtin_va_arg"
    ) {
      world.at++;
      if (peek(world) === "(") skipGroup(world);
      return text.endsWith("offsetof") ? { type: SIZE } : NOTHING;
    }
    if (isKeyword(text) && text !== "typeof") return NOTHING;
    world.at++;
    if (peek(world) === "(") {
      if (text.startsWith("__builtin_")) {
        readArguments(world, token.cond);
        return NOTHING;
      }
      return callName(world, token);
    }
    return nameValue(world, token);
  }
  if (text.startsWith('"')) {
    while (peek(world).startsWith('"') || (isWord(peek(world)) && /^PRI|^[A-Z]/.test(peek(world)) && peek(world, 1).startsWith('"')))
      world.at++;
    return { type: pointerTo(base("char")) };
  }
  if (text.startsWith("'")) {
    world.at++;
    return { type: INT };
  }
  if (/^\.?\d/.test(text)) {
    world.at++;
    return { type: INT, ...(/^0[uUlL]*$/.test(text) && { isZero: true }) };
  }
  return NOTHING;
};

const unary = (world: World): Val => {
  const token = world.tokens[world.at];
  if (token === undefined || world.depth > MAX_DEPTH) return NOTHING;
  world.depth++;
  const value = unaryAt(world, token);
  world.depth--;
  return value;
};

const cast = (world: World): Val => {
  world.at++;
  const lost = isLostCastAt(world);
  if (lost !== undefined) world.uses.push({ kind: "name", name: lost.text, as: "type", ...commonOf(world, lost) });
  const type = readTypeName(world);
  skipTo(world, [")"]);
  world.at++;
  if (peek(world) === "{") {
    const first = world.tokens[world.at];
    readInitialiser(world, type, "variable");
    return postfix(world, { ...(type && { type }) }, first);
  }
  const inner = unary(world);
  return { ...(type && { type }), ...(inner.isZero && { isZero: true }) };
};

const isLostCastAt = (world: World): Token | undefined => {
  const token = world.tokens[world.at];
  return token !== undefined && isWord(token.text) && !isTypeWord(world, token.text) ? token : undefined;
};

const unaryAt = (world: World, token: Token): Val => {
  const { text } = token;
  switch (text) {
    case "&&":
      world.at += 2;
      return NOTHING;
    case "&": {
      world.at++;
      const value = unary(world);
      if (value.type?.kind === "function") return value;
      return { ...(value.type && { type: pointerTo(value.type) }), ...condOf(value), ...(value.from && { from: value.from }) };
    }
    case "*": {
      world.at++;
      const value = unary(world);
      const whole = resolved(world, value.type);
      const type =
        whole?.kind === "pointer" ? whole.to : whole?.kind === "array" ? whole.of : whole?.kind === "function" ? whole : undefined;
      return { ...(type && { type }), ...condOf(value), ...(value.from && { from: value.from }) };
    }
    case "!":
      world.at++;
      operand(world, unary(world), token);
      return { type: INT };
    case "-":
    case "~":
    case "+":
    case "++":
    case "--": {
      world.at++;
      const value = unary(world);
      operand(world, value, token);
      return { ...(value.type && { type: decayed(value.type) }), ...condOf(value) };
    }
    case "__extension__":
      world.at++;
      return unary(world);
    case "sizeof":
    case "_Alignof":
    case "__alignof__":
      world.at++;
      if (peek(world) === "(" && isTypeWord(world, peek(world, 1))) {
        const open = world.at++;
        readTypeName(world);
        world.at = open;
        skipGroup(world);
      } else unary(world);
      return { type: SIZE };
    default:
      if (text === "(" && (isTypeWord(world, peek(world, 1)) || isLostCast(world))) return cast(world);
      return postfix(world, primary(world), token);
  }
};

const binary = (world: World, least: number): Val => {
  let left = unary(world);
  for (;;) {
    const token = world.tokens[world.at];
    const level = token === undefined ? undefined : PRECEDENCE.get(token.text);
    if (token === undefined || level === undefined || level < least) return left;
    world.at++;
    const right = binary(world, level + 1);
    operand(world, left, token);
    operand(world, right, token);
    const hangs = condOf(left.cond === undefined ? right : left);
    if (level <= 5 || level === 9 || level === 10) left = { type: INT };
    else {
      const [a, b] = [left.type && decayed(left.type), right.type && decayed(right.type)];
      const isPointer = (type: CType | undefined): boolean => resolved(world, type)?.kind === "pointer";
      if (level === 12 && isPointer(a) && isPointer(b)) left = { type: base("ptrdiff_t") };
      else if (isPointer(a)) left = { type: a! };
      else if (isPointer(b)) left = { type: b! };
      else
        left =
          a === undefined || b === undefined || isAggregate(resolved(world, a)) || isAggregate(resolved(world, b)) ? NOTHING : { type: a };
      left = { ...left, ...hangs };
    }
  }
};

const conditional = (world: World): Val => {
  const test = binary(world, 0);
  if (peek(world) !== "?") return test;
  world.at++;
  const yes = peek(world) === ":" ? test : expression(world);
  if (peek(world) !== ":") return NOTHING;
  world.at++;
  const no = conditional(world);
  if (yes.isZero || yes.type === undefined)
    return no.isZero && yes.isZero ? { type: INT, isZero: true } : yes.isZero && no.type ? { type: decayed(no.type) } : NOTHING;
  return no.type === undefined && !no.isZero ? NOTHING : { type: decayed(yes.type) };
};

export const assignment = (world: World): Val => {
  const start = world.tokens[world.at];
  if (world.depth > MAX_DEPTH) return NOTHING;
  world.depth++;
  const left = conditional(world);
  const token = world.tokens[world.at];
  if (token === undefined || !ASSIGNMENTS.has(token.text)) {
    world.depth--;
    return left;
  }
  world.at++;
  const right = assignment(world);
  if (token.text === "=") emitAssign(world, left.type, left.member ?? "variable", right, start, true, left.cond);
  else {
    operand(world, left, token);
    operand(world, right, token);
    if (left.member !== undefined) emitAssign(world, left.type, left.member, NOTHING, start, true, left.cond);
  }
  world.depth--;
  return { ...(left.type && { type: unqualified(left.type) }) };
};

export const expression = (world: World): Val => {
  let value = assignment(world);
  while (peek(world) === ",") {
    world.at++;
    value = assignment(world);
  }
  return value;
};
