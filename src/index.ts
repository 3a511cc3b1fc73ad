/** abi-lint as a library: bytes and texts in, a report out; no file access of its own. */
export { lint, type LintInput } from "./engine/lint.ts";
export type * from "./custom/rule.ts";
export type { Evidence, Finding, Report } from "./findings/model.ts";
export { bytesSource, type ByteSource } from "./inputs/bytes.ts";
export { parseManifest } from "./inputs/manifest.ts";
export { parseModule } from "./inputs/module.ts";
export { parseSymvers } from "./kernels/symvers.ts";
export type { PolicySource } from "./policy/load.ts";
export { resolvePolicy } from "./policy/resolve.ts";
export { REPORTERS } from "./reporters/index.ts";
export { InputError, type Problem } from "./shared/input-error.ts";
export { subjectsFromManifest } from "./usage/from-manifest.ts";
export { subjectFromModule } from "./usage/from-module.ts";
export type { Subject, Use } from "./usage/model.ts";
export { renderManifest } from "./usage/to-manifest.ts";
