declare const ABI_LINT_VERSION: string | undefined;

/** The package's version: a constant of the bundle, read from package.json where the sources run unbundled. */
export const VERSION: string =
  typeof ABI_LINT_VERSION === "string"
    ? ABI_LINT_VERSION
    : (process.getBuiltinModule("node:module").createRequire(import.meta.url)("../../package.json") as { version: string }).version;
