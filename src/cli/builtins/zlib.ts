import type * as Zlib from "node:zlib";

// Opened when it is first asked for: most inputs are not compressed.
const zlib = (): typeof Zlib => process.getBuiltinModule("node:zlib");

export const crc32: typeof Zlib.crc32 = (...given) => zlib().crc32(...given);
export const gunzipSync: typeof Zlib.gunzipSync = (...given) => zlib().gunzipSync(...given);
export const inflateSync: typeof Zlib.inflateSync = (...given) => zlib().inflateSync(...given);
