// The one door to rules written in TypeScript.

export { checkRules } from "./check.ts";
export { judge } from "./judge.ts";
export { loadRules } from "./load.ts";
