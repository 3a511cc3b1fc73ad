import { defineConfig } from "vitest/config";

// What everyone runs; and what needs root, a compiler and Debian's packages, in two halves that CI runs side by side.

/** Kernel modules and kernels; the other half is BPF, programs, reports and whoever reads them. */
const MODULES = [
  "builds",
  "containers",
  "depmod",
  "headers",
  "images",
  "lists",
  "lookups",
  "modpost",
  "modules",
  "names",
  "places",
  "source",
  "systemtap",
  "vendor-lists",
].map((name) => `test/real/${name}.test.ts`);
/** The score of the source reader, which no command asks yet: on what was built, where ABI_LINT_BUILDS names it. */
const SCORE = process.env["ABI_LINT_BUILDS"] === undefined ? ["test/real/source.test.ts"] : [];
const REAL = { testTimeout: 900_000, hookTimeout: 1_500_000, fileParallelism: false };

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    // FORCE_COLOR and NO_COLOR of the caller are no part of any test.
    env: { NO_COLOR: "", FORCE_COLOR: "" },
    projects: [
      // Generous: a busy machine is no fault of a test.
      { extends: true, test: { name: "hermetic", include: ["test/*.test.ts"], testTimeout: 60_000 } },
      { extends: true, test: { ...REAL, name: "real-modules", include: MODULES, exclude: SCORE } },
      { extends: true, test: { ...REAL, name: "real-others", include: ["test/real/*.test.ts"], exclude: [...MODULES, ...SCORE] } },
    ],
  },
});
