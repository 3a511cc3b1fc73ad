import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { policySource } from "../src/cli/load-policy.ts";
import { loadShipped } from "../src/cli/shipped.ts";
import { messageOf } from "../src/findings/message.ts";
import { resolvePolicy } from "../src/index.ts";
import { FIELDS } from "../src/policy/fields.ts";
import { runExample } from "./support/examples.ts";

const root = new URL("..", import.meta.url).pathname;
const source = policySource(nodeHost(root), loadShipped(nodeHost(root)));
const { rules } = resolvePolicy(undefined, source);

test("the rules that are shipped", () => {
  expect(rules.map((rule) => rule.id)).toMatchInlineSnapshot(`
    [
      "common-symbol",
      "conflicting-crc",
      "crc-mismatch",
      "gpl-only-symbol",
      "internal-symbol",
      "licences-disagree",
      "missing-symbol",
      "namespace-not-imported",
      "namespace-restricted",
      "needless-import",
      "no-debug-information",
      "not-checked",
      "possible-lookup",
      "private-symbol",
      "stext-offset",
      "this-module",
      "unexported-import",
      "unknown-lookup",
      "unused-crc",
    ]
  `);
});

test("a rule's id is its file's name", () => {
  const stems = readdirSync(`${root}/rules`)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length));
  expect(rules.map((rule) => rule.id).sort()).toEqual(stems.sort());
});

for (const rule of rules) {
  describe(rule.id, () => {
    for (const example of rule.examples?.bad ?? []) {
      test(`finds: ${example.says}`, () => {
        const report = runExample(rule.id, example, source);
        expect(report.findings.length).toBeGreaterThan(0);
        const messages = report.findings.map((finding) => messageOf(finding, report.rules[finding.rule]!));
        // Every placeholder found a value, and every value of a word list its words.
        expect(messages.filter((message) => /[{}]|undefined|: $|  /.test(message))).toEqual([]);
      });
    }
    for (const example of rule.examples?.good ?? []) {
      test(`passes: ${example.says}`, () => {
        expect(runExample(rule.id, example, source).findings).toEqual([]);
      });
    }
  });
}

test("a field of the vocabulary has its own predicate file", () => {
  const files = readdirSync(`${root}/src/engine/predicates`).map((file) => file.slice(0, -".ts".length));
  expect(files.filter((file) => file !== "index" && file !== "predicate").sort()).toEqual(Object.keys(FIELDS).sort());
});
