import { gunzipSync } from "node:zlib";
import { InputError } from "../shared/input-error.ts";
import { MAX_RATIO, MAX_UNPACKED, MIN_UNPACKED } from "../shared/limits.ts";
import { bytesSource, readBytes, type ByteSource } from "./bytes.ts";
import { TOO_LARGE, unzstd } from "./zstd.ts";

type Compression = "gzip" | "xz" | "zstd";

/** By magic and not by suffix, as kmod does (libkmod/libkmod-file.c). */
const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
];

const compressionOf = (head: Uint8Array): Compression | undefined =>
  MAGIC.find(([, magic]) => magic.every((byte, index) => head[index] === byte))?.[0];

/** The most a compressed file may hold: what grows further was made to exhaust memory. */
const limitOf = (size: number): number => Math.min(MAX_UNPACKED, Math.max(MIN_UNPACKED, size * MAX_RATIO));

const tooLarge = (file: string, limit: number): InputError =>
  new InputError({ file, message: `decompresses to more than ${limit} bytes`, hint: "no kernel module does" });

/** Collects output piece by piece and stops at the limit. */
const collector = (file: string, limit: number): { add(chunk: Uint8Array): void; bytes(): Uint8Array } => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add: (chunk) => {
      size += chunk.length;
      if (size > limit) throw tooLarge(file, limit);
      chunks.push(chunk);
    },
    bytes: () => (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)),
  };
};

const unxz = async (file: string, bytes: Uint8Array, limit: number): Promise<Uint8Array> => {
  // A CommonJS package: its exports are the default, which its types do not say.
  const { XzReadableStream } = ((await import("xz-decompress")) as unknown as { default: typeof import("xz-decompress") }).default;
  const output = collector(file, limit);
  const stream = new XzReadableStream(new Blob([bytes as Uint8Array<ArrayBuffer>]).stream());
  // The library hands out a view of its own memory, which the next step overwrites.
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) output.add(chunk.slice());
  return output.bytes();
};

const DECOMPRESS: Readonly<Record<Compression, (file: string, bytes: Uint8Array, limit: number) => Uint8Array | Promise<Uint8Array>>> = {
  gzip: (_, bytes, limit) => gunzipSync(bytes, { maxOutputLength: limit }),
  xz: unxz,
  zstd: (_, bytes, limit) => unzstd(bytes, limit),
};

/** A file that was compressed as its content in memory, any other as it is. @throws InputError where the data are damaged or without bound. */
export const decompressed = async (source: ByteSource): Promise<ByteSource> => {
  const compression = compressionOf(readBytes(source, 0, Math.min(source.size, 6), "magic"));
  if (!compression) return source;
  if (source.size > MAX_UNPACKED)
    throw new InputError({ file: source.name, message: `${source.size} bytes of ${compression} data (at most ${MAX_UNPACKED})` });
  const limit = limitOf(source.size);
  try {
    return bytesSource(source.name, await DECOMPRESS[compression](source.name, readBytes(source, 0, source.size, "file"), limit));
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof Error && "code" in error && error.code === TOO_LARGE) throw tooLarge(source.name, limit);
    throw new InputError({
      file: source.name,
      message: `damaged ${compression} data (${error instanceof Error ? error.message : String(error)})`,
    });
  }
};
