import { defineConfig } from "vitest/config";

// What everyone runs; and what needs root, a compiler and Debian's packages, in two halves that CI runs side by side.

/** Kernel modules and kernels; the other half is BPF, programs, reports and whoever reads them. */
const MODULES = [
  "builds",
  "check-source",
  "containers",
  "depmod",
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
const REAL = { testTimeout: 900_000, hookTimeout: 1_500_000, fileParallelism: false };

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    // FORCE_COLOR and NO_COLOR of the caller are no part of any test.
    env: { NO_COLOR: "", FORCE_COLOR: "" },
    projects: [
      // Generous: a busy machine is no fault of a test.
      { extends: true, test: { name: "hermetic", include: ["test/*.test.ts"], testTimeout: 60_000 } },
      { extends: true, test: { ...REAL, name: "real-modules", include: MODULES } },
      { extends: true, test: { ...REAL, name: "real-others", include: ["test/real/*.test.ts"], exclude: MODULES } },
    ],
  },
});
