// Past brackets, and past attributes where only they may stand.

import { isWord } from "../c/lex.ts";
import { isArithmetic } from "../c/types.ts";
import { peek, type World } from "./world.ts";

/** Past the bracket that closes the one here. */
export const skipGroup = (world: World): void => {
  let depth = 0;
  for (; world.at < world.tokens.length; world.at++) {
    const text = peek(world);
    if (text === "(" || text === "[" || text === "{") depth++;
    else if ((text === ")" || text === "]" || text === "}") && --depth <= 0) {
      world.at++;
      return;
    }
  }
};

/** Attributes here are skipped: the compiler's own, and words of the kernel's that stand where only an attribute may. */
export const skipAttributes = (world: World): void => {
  for (;;) {
    const text = peek(world);
    if (/^(__attribute__|__attribute|__declspec|_Alignas|asm|__asm__|__asm)$/.test(text)) {
      world.at++;
      if (/^(volatile|__volatile__)$/.test(peek(world))) world.at++;
      if (peek(world) === "(") skipGroup(world);
    } else if (text === "__extension__") world.at++;
    else return;
  }
};

/** Attributes between a struct's tag and its members, or behind them. */
export const skipNamedAttributes = (world: World): void => {
  for (;;) {
    skipAttributes(world);
    const text = peek(world);
    if (
      /^(__packed|__aligned|____cacheline\w*|__randomize_layout|__no_randomize_layout|__designated_init|__aligned_\w+|__attribute_\w+)$/.test(
        text,
      )
    ) {
      world.at++;
      if (peek(world) === "(") skipGroup(world);
    } else return;
  }
};

export const skipTo = (world: World, ends: readonly string[]): void => {
  while (world.at < world.tokens.length && !ends.includes(peek(world))) {
    const text = peek(world);
    if (text === "(" || text === "[" || text === "{") skipGroup(world);
    else world.at++;
  }
};

/** Attributes behind a declarator: `__user`, `__packed`, `__aligned(8)`, `__counted_by(n)`. */
export const skipTrailing = (world: World): void => {
  for (;;) {
    skipAttributes(world);
    const text = peek(world);
    if (!isWord(text) || isArithmetic(text)) return;
    world.at++;
    if (peek(world) === "(") skipGroup(world);
  }
};
