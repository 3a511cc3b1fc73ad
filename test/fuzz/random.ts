// Numbers that depend on nothing but a text: the same text gives the same numbers on every machine.

/** A stream of numbers. */
export interface Random {
  /** An integer from 0 up to, and without, `limit`; 0 where that is less than 1. */
  below(limit: number): number;
  /** True once in so many times. */
  once(inTimes: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** FNV-1a, 32 bits. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};

/** A stream begun by a text (mulberry32: 32 bits of state are plenty for the few hundred numbers that one input takes). */
export const randomFrom = (text: string): Random => {
  let state = hashOf(text);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => (limit < 1 ? 0 : Math.floor((next() / 2 ** 32) * limit));
  return { below, once: (inTimes) => below(inTimes) === 0, pick: (list) => list[below(list.length)]! };
};
