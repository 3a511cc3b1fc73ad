import { gcc } from "./gcc.ts";
import type { Reporter } from "./reporter.ts";
import { text } from "./text.ts";

/** The formats; those that are not for a terminal are loaded when one of them is asked for. */
export const REPORTERS = {
  text: async () => text,
  gcc: async () => gcc,
  json: async () => (await import("./machines.ts")).json,
  sarif: async () => (await import("./machines.ts")).sarif,
  github: async () => (await import("./machines.ts")).github,
  gitlab: async () => (await import("./machines.ts")).gitlab,
  junit: async () => (await import("./machines.ts")).junit,
  markdown: async () => (await import("./machines.ts")).markdown,
  rdjsonl: async () => (await import("./machines.ts")).rdjsonl,
  html: async () => (await import("./machines.ts")).htmlReport,
} as const satisfies Record<string, () => Promise<Reporter>>;

export type Format = keyof typeof REPORTERS;
