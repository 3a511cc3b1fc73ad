// All commands but the one that runs on every merge: that one is opened without them.

export * as baseline from "./baseline.ts";
export { compareInputs } from "./compare.ts";
export { printCompletion } from "./completion.ts";
export { diffInputs } from "./diff.ts";
export { explainUse, explainWord } from "./explain.ts";
export { HEADER_WORDS } from "./explain-declared.ts";
export { exportManifest } from "./export.ts";
export { importKscResult } from "./import-ksc.ts";
export { init } from "./init.ts";
export { diffKernels } from "./kernel-diff.ts";
export { importKernel } from "./kernel-import.ts";
export { listKernels, showKernel } from "./kernel-show.ts";
export { printManual } from "./man.ts";
export { merge } from "./merge.ts";
export { newRule } from "./new-rule.ts";
export { request } from "./request.ts";
export { showPolicy } from "./show-policy.ts";
export { testPolicies } from "./test-policy.ts";
export { watch } from "./watch.ts";
