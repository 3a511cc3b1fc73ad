import type { Reporter } from "./reporter.ts";

/** The formats, each loaded only when it is asked for. */
export const REPORTERS = {
  text: async () => (await import("./text.ts")).text,
  gcc: async () => (await import("./gcc.ts")).gcc,
  json: async () => (await import("./json.ts")).json,
} as const satisfies Record<string, () => Promise<Reporter>>;

export type Format = keyof typeof REPORTERS;
