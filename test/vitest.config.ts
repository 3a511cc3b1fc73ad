import { defineConfig } from "vitest/config";

// Two projects: what everyone runs, and what needs root, a compiler and Debian's packages.
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    // FORCE_COLOR and NO_COLOR of the caller are no part of any test.
    env: { NO_COLOR: "", FORCE_COLOR: "" },
    projects: [
      // Generous: a busy machine is no fault of a test.
      { extends: true, test: { name: "hermetic", include: ["test/*.test.ts"], testTimeout: 60_000 } },
      {
        extends: true,
        test: { name: "real", include: ["test/real/*.test.ts"], testTimeout: 900_000, hookTimeout: 1_500_000, fileParallelism: false },
      },
    ],
  },
});
