import * as z from "zod";
import { Manifest } from "../../src/inputs/manifest.ts";
import { TestFile } from "../../src/cli/policy-tests/schema.ts";
import { BaselineFile, PolicyFile, RuleFile } from "../../src/policy/schema.ts";
import { JsonComparison } from "../../src/reporters/comparison-schema.ts";
import { JsonDiff } from "../../src/reporters/diff-schema.ts";
import { JsonReport } from "../../src/reporters/json-schema.ts";

const schemaText = (schema: z.ZodType, title: string): string =>
  `${JSON.stringify({ title, ...z.toJSONSchema(schema, { target: "draft-7", io: "input" }) }, null, 2)}\n`;

/** The schemas that are shipped, by file name: draft-07, which is what editors read. */
export const SCHEMAS = {
  "policy.json": schemaText(PolicyFile, "abi-lint policy"),
  "rule.json": schemaText(RuleFile, "abi-lint rule"),
  "manifest.json": schemaText(Manifest, "abi-lint manifest, version 1"),
  "test.json": schemaText(TestFile, "abi-lint test, version 1"),
  "baseline.json": schemaText(BaselineFile, "abi-lint baseline, version 1"),
  "comparison.json": schemaText(JsonComparison, "abi-lint JSON comparison, version 1"),
  "diff.json": schemaText(JsonDiff, "abi-lint JSON diff, version 1"),
  "report.json": schemaText(JsonReport, "abi-lint JSON report, version 1"),
} as const;
