import * as zlib from "node:zlib";
import { Decompress } from "fzstd";

/** In Node since 22.15, and unknown to the types of 20. */
const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array };

/** Window of a zstd frame in bytes (RFC 8878, 3.1.1.1): what a decoder has to allocate before it has seen any data. */
const windowOf = (bytes: Uint8Array): number => {
  const isSingleSegment = ((bytes[4] ?? 0) & 0x20) !== 0;
  return isSingleSegment ? 0 : 2 ** (10 + ((bytes[5] ?? 0) >> 3));
};

/** Output that would pass the limit it was given. */
export const TOO_LARGE = "ERR_BUFFER_TOO_LARGE";

const tooLarge = (): Error => Object.assign(new Error("output larger than its limit"), { code: TOO_LARGE });

/**
 * Decompresses a zstd frame of at most `limit` bytes.
 * @throws Error for damaged data, with the code ERR_BUFFER_TOO_LARGE (as zlib has it) where the limit is passed.
 */
export const unzstd = (bytes: Uint8Array, limit: number): Uint8Array => {
  if (zstdDecompressSync) return zstdDecompressSync(bytes, { maxOutputLength: limit });
  if (windowOf(bytes) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let [size, ended] = [0, false];
  const stream = new Decompress((chunk, final) => {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    // The decoder goes on writing into what it hands out.
    chunks.push(chunk.slice());
    ended ||= final === true;
  });
  const STEP = 1 << 16;
  for (let at = 0; at < bytes.length; at += STEP) stream.push(bytes.subarray(at, at + STEP), at + STEP >= bytes.length);
  if (!ended) throw new Error("unexpected end of data");
  return Buffer.concat(chunks, size);
};
