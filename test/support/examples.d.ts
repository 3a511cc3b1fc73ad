import { type Report } from "../../src/index.ts";
import type { Example } from "../../src/policy/schema.ts";
import type { PolicySource } from "../../src/policy/load.ts";
/** Judges a rule's example by that rule alone. */
export declare const runExample: (rule: string, example: Example, source: PolicySource) => Report;
