import type { Reporter } from "./reporter.ts";

/** The formats, each loaded only when it is asked for. */
export const REPORTERS = {
  text: async () => (await import("./text.ts")).text,
  gcc: async () => (await import("./gcc.ts")).gcc,
  json: async () => (await import("./json.ts")).json,
  sarif: async () => (await import("./sarif.ts")).sarif,
  github: async () => (await import("./github.ts")).github,
  gitlab: async () => (await import("./gitlab.ts")).gitlab,
  junit: async () => (await import("./junit.ts")).junit,
  markdown: async () => (await import("./markdown.ts")).markdown,
  rdjsonl: async () => (await import("./rdjsonl.ts")).rdjsonl,
  html: async () => (await import("./html/report.ts")).htmlReport,
} as const satisfies Record<string, () => Promise<Reporter>>;

export type Format = keyof typeof REPORTERS;
