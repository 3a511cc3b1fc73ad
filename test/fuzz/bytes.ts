import type { Random } from "./random.ts";

/** Makes an input of a seed: never the seed's own bytes changed in place. `others` are the seeds beside it. */
export type Mutate = (random: Random, seed: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

/** Inputs stay small, so that there can be many of them; growing ones reach `GROWN`, where what costs more than its bytes shows. */
const MAX_INPUT = 1 << 20;
export const GROWN = 1 << 19;

/** Numbers at which readers go wrong: nothing, signs, powers of two and their neighbours, what a float cannot hold. */
const NUMBERS: readonly bigint[] = [
  0n, 1n, 2n, 3n, 4n, 7n, 8n, 15n, 16n, 24n, 63n, 64n, 0x7fn, 0x80n, 0xffn, 0x100n, 0x7fffn, 0x8000n, 0xfff2n, 0xff20n, 0xffffn, 0x10000n, 0xfffffn,
  0x7fffffffn, 0x80000000n, 0xfffffff0n, 0xfffffffen, 0xffffffffn, 0x100000000n, 0x1fffffffffffffn, 0x20000000000000n, 0x7fffffffffffffffn,
  0x8000000000000000n, 0xfffffffffffffff8n, 0xffffffffffffffffn,
]; // prettier-ignore

/** A number for a field of so many bytes: one of those above, a neighbour of what stands there, a size of the input, or any. */
export const numberFor = (random: Random, old: bigint, size: number, total: number): bigint => {
  const choice = random.below(8);
  const value =
    choice < 3
      ? random.pick(NUMBERS)
      : choice === 3
        ? old + BigInt(random.below(17) - 8)
        : choice === 4
          ? old ^ (1n << BigInt(random.below(size * 8)))
          : choice === 5
            ? BigInt(total + random.below(33) - 16)
            : choice === 6
              ? BigInt(random.below(total))
              : (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32));
  return BigInt.asUintN(size * 8, value);
};

export const readNumber = (bytes: Uint8Array, at: number, size: number, little: boolean): bigint => {
  let value = 0n;
  for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(bytes[little ? at + size - 1 - i : at + i] ?? 0);
  return value;
};

export const writeNumber = (bytes: Uint8Array, at: number, size: number, little: boolean, value: bigint): void => {
  for (let i = 0; i < size; i++) bytes[little ? at + i : at + size - 1 - i] = Number((value >> BigInt(8 * i)) & 0xffn);
};

/** The bytes with [at, at + removed) replaced. */
export const spliced = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array => {
  const end = Math.min(bytes.length, at + removed);
  const result = new Uint8Array(Math.min(MAX_INPUT, bytes.length - (end - at) + added.length));
  result.set(bytes.subarray(0, Math.min(at, result.length)));
  result.set(added.subarray(0, Math.max(0, result.length - at)), Math.min(at, result.length));
  if (at + added.length < result.length) result.set(bytes.subarray(end, end + result.length - at - added.length), at + added.length);
  return result;
};

const repeated = (part: Uint8Array, length: number): Uint8Array => {
  const result = new Uint8Array(length);
  for (let at = 0; part.length > 0 && at < length; at += part.length) result.set(part.subarray(0, length - at), at);
  return result;
};

/** One change that knows nothing of the form. */
export const changeBytes: Mutate = (random, bytes, others) => {
  const at = random.below(bytes.length);
  const length = 1 + random.below(random.pick([4, 16, 64, 512]));
  const part = bytes.subarray(at, at + length);
  switch (random.below(12)) {
    case 0: {
      const copy = bytes.slice();
      for (let i = random.below(8); i >= 0; i--) copy[random.below(copy.length)]! ^= 1 << random.below(8);
      return copy;
    }
    case 1:
    case 2: {
      const copy = bytes.slice();
      for (let i = random.below(4); i >= 0; i--) copy[random.below(copy.length)] = Number(random.pick(NUMBERS) & 0xffn);
      return copy;
    }
    case 3:
    case 4: {
      const copy = bytes.slice();
      const [size, little] = [random.pick([2, 4, 8]), !random.once(4)];
      const place = Math.max(0, Math.min(copy.length - size, random.once(2) ? at - (at % size) : at));
      if (copy.length >= size)
        writeNumber(copy, place, size, little, numberFor(random, readNumber(copy, place, size, little), size, copy.length));
      return copy;
    }
    case 5:
      return bytes.slice(0, at);
    case 6:
      return spliced(
        bytes,
        at,
        0,
        Uint8Array.from({ length }, () => random.below(256)),
      );
    case 7:
      return spliced(bytes, at, 0, repeated(part, part.length * (1 + random.below(3))));
    case 8:
      return spliced(bytes, at, length, new Uint8Array(0));
    case 9: {
      const other = others.length > 0 ? random.pick(others) : bytes;
      const from = random.below(other.length);
      return spliced(bytes, at, random.once(2) ? length : 0, other.subarray(from, from + length));
    }
    case 10: {
      const copy = bytes.slice();
      const from = random.below(bytes.length);
      copy.set(bytes.subarray(from, from + Math.min(length, copy.length - at)), at);
      return copy;
    }
    default: {
      const copy = bytes.slice();
      copy.fill(random.pick([0, 0xff, 0x80, 0x41]), at, at + length);
      return copy;
    }
  }
};

/** A part again and again, up to half a megabyte. */
export const growBytes: Mutate = (random, bytes) => {
  const at = random.below(bytes.length);
  const part = bytes.subarray(at, at + 1 + random.below(random.pick([8, 64, 1024])));
  return spliced(bytes, at, 0, repeated(part, 1 + random.below(GROWN)));
};

/** A few changes of one kind or several: one in two inputs has a single one, so that what lies behind the first check is reached too. */
export const several =
  (change: Mutate, grow: Mutate, growsOnceIn = 400): Mutate =>
  (random, seed, others) => {
    let bytes = random.once(growsOnceIn) ? grow(random, seed, others) : change(random, seed, others);
    for (let i = random.once(2) ? 0 : random.below(6); i > 0; i--) bytes = change(random, bytes, others);
    return bytes;
  };

export const mutateBytes: Mutate = several(changeBytes, growBytes);
