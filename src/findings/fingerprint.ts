import { createHash } from "node:crypto";

/** 128 bits in hexadecimal over what a finding is about; the separator cannot stand in any of the parts' own lists. */
export const fingerprintOf = (rule: string, subject: string, about: string, kernels: readonly string[]): string =>
  createHash("sha256")
    .update(JSON.stringify([rule, subject, about, kernels]))
    .digest("hex")
    .slice(0, 32);
