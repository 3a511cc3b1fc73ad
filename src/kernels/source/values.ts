// What a name stands for, and what of a value its reader keeps.

import { isWord } from "../c/lex.ts";
import { type CType, INT, parseType } from "./ctype.ts";
import { asValue } from "./declarations.ts";
import type { Token } from "./tokens.ts";
import { commonOf, isKeyword, knownOf, lookUp, peek, resolved, type Val, VALUES, type World } from "./world.ts";

export const condOf = ({ cond }: Val): { readonly cond?: number } => (cond === undefined ? {} : { cond });

export const isAggregate = (type: CType | undefined): boolean => type?.kind === "base" && /^(struct|union) /.test(type.name);

/** `(name)` or `(name *)` before an operand, where nothing has the name: a type that is gone. */
export const isLostCast = (world: World): boolean => {
  const word = peek(world, 1);
  if (
    !isWord(word) ||
    isKeyword(word) ||
    lookUp(world, word) !== undefined ||
    world.typedefs.has(word) ||
    knownOf(world, word).entries.length > 0
  )
    return false;
  let at = 2;
  while (peek(world, at) === "*") at++;
  if (peek(world, at) !== ")") return false;
  const next = peek(world, at + 1);
  return at > 2 ? isWord(next) || /^[("&\d]/.test(next) : isWord(next) && !isKeyword(next);
};

export const operand = (world: World, value: Val, token: Token | undefined): void => {
  if (value.from === undefined || !isAggregate(resolved(world, value.type))) return;
  world.uses.push({ kind: "operand", value: asValue(world, value), ...commonOf(world, token, value.cond) });
};

/** The value of a name that is not called. */
export const nameValue = (world: World, token: Token): Val => {
  const own = lookUp(world, token.text);
  if (own !== undefined) return { ...(own.type && { type: own.type }), ...(own.cond > 0 && { cond: own.cond }), name: token.text };
  world.uses.push({ kind: "name", name: token.text, as: "value", ...commonOf(world, token) });
  const given = VALUES.get(token.text);
  if (given !== undefined) return { type: given };
  const { entries } = knownOf(world, token.text);
  const constant = entries.find((each) => each.form === "constant");
  if (constant !== undefined) return { type: INT, name: token.text };
  const macro = entries.find((each) => each.form === "macro");
  if (macro?.form === "macro")
    return macro.body !== undefined && /^\d/.test(macro.body) ? { type: INT, name: token.text } : { name: token.text };
  const types = new Set(
    entries.flatMap((each) => (each.form === "function" || each.form === "inline" || each.form === "variable" ? [each.type] : [])),
  );
  const type = types.size === 1 ? parseType([...types][0]!) : undefined;
  return { ...(type && { type }), name: token.text };
};
