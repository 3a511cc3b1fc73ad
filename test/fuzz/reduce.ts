/** Puts back what need not differ from the seed, as far as both have the same length. */
const restore = async (bytes: Uint8Array, seed: Uint8Array, fails: (bytes: Uint8Array) => Promise<boolean>): Promise<Uint8Array> => {
  let best = bytes;
  for (let at = 0; at < best.length; at++) {
    if (best[at] === seed[at]) continue;
    let end = at + 1;
    while (end < best.length && best[end] !== seed[end] && end - at < 8) end++;
    const copy = best.slice();
    copy.set(seed.subarray(at, end), at);
    if (await fails(copy)) best = copy;
    at = end - 1;
  }
  return best;
};

/** Leaves out part after part, the large ones first. */
const cut = async (bytes: Uint8Array, fails: (bytes: Uint8Array) => Promise<boolean>): Promise<Uint8Array> => {
  let best = bytes;
  for (let length = best.length >> 1; length > 0; length >>= 1) {
    for (let at = 0; at < best.length;) {
      const shorter = new Uint8Array(best.length - Math.min(length, best.length - at));
      shorter.set(best.subarray(0, at));
      shorter.set(best.subarray(at + length), at);
      if (await fails(shorter)) best = shorter;
      else at += length;
    }
  }
  return best;
};

/**
 * A smaller input that fails as well.
 * @param seed what it was made of. @param tries how often it may be asked whether an input fails.
 */
export const reduce = async (
  bytes: Uint8Array,
  seed: Uint8Array | undefined,
  tries: number,
  fails: (bytes: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> => {
  let left = tries;
  const bounded = async (candidate: Uint8Array): Promise<boolean> => left-- > 0 && (await fails(candidate));
  const near = seed?.length === bytes.length ? await restore(bytes, seed, bounded) : bytes;
  return cut(near, bounded);
};
