import { Decompress } from "fzstd";

// Node's own decoder (since 22.15) takes data that were cut short for whole ones up to 22.23: this one says when a frame has not ended.

const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Window of a zstd frame in bytes (RFC 8878, 3.1.1.1): what a decoder has to allocate before it has seen any data. */
const windowOf = (frame: Uint8Array): number => {
  const descriptor = frame[4] ?? 0;
  if ((descriptor & 0x20) === 0) return 2 ** (10 + ((frame[5] ?? 0) >> 3)) * (1 + ((frame[5] ?? 0) & 7) / 8);
  // A single segment is as large as its content, whose size stands behind the number of a dictionary.
  const start = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const size = frame.subarray(start, start + (1 << (descriptor >> 6)));
  return size.reduceRight((sum, byte) => sum * 256 + byte, 0);
};

/** Whether decoding asks for more memory than its output may have: a file may hold many frames, each of which asks for a window. */
const asksTooMuch = (bytes: Uint8Array, limit: number): boolean => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let all = 0;
  for (let at = buffer.indexOf(MAGIC); at >= 0; at = buffer.indexOf(MAGIC, at + MAGIC.length)) {
    const window = windowOf(bytes.subarray(at, at + 18));
    all += window;
    if (window > limit || all > 4 * limit) return true;
  }
  return false;
};

/** Output that would pass the limit it was given. */
export const TOO_LARGE = "ERR_BUFFER_TOO_LARGE";

const tooLarge = (): Error => Object.assign(new Error("output larger than its limit"), { code: TOO_LARGE });

/**
 * Decompresses a zstd frame of at most `limit` bytes.
 * @throws Error for damaged data, with the code ERR_BUFFER_TOO_LARGE (as zlib has it) where the limit is passed.
 */
export const unzstd = (bytes: Uint8Array, limit: number): Uint8Array => {
  if (asksTooMuch(bytes, limit)) throw tooLarge();
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
