import type * as Crypto from "node:crypto";

// Opened when it is first asked for: nothing is hashed where there is no finding.
export const createHash: typeof Crypto.createHash = (...given) => process.getBuiltinModule("node:crypto").createHash(...given);
