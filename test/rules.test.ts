import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { policySource } from "../src/cli/load-policy.ts";
import { reader } from "../src/policy/reader.ts";
import { testRuleFile } from "../src/cli/policy-tests/examples.ts";
import { readOwn } from "../src/cli/read-shipped.ts";
import { resolvePolicy } from "../src/index.ts";
import { FIELDS } from "../src/policy/fields.ts";

const root = new URL("..", import.meta.url).pathname;
const source = policySource(nodeHost(root), readOwn(nodeHost(root)), reader);
const { rules } = resolvePolicy(undefined, source);

test("the rules that are shipped", () => {
  expect(rules.map((rule) => rule.id)).toMatchInlineSnapshot(`
    [
      "broad-waiver",
      "budget-exceeded",
      "budget-slack",
      "common-symbol",
      "conflicting-crc",
      "crc-mismatch",
      "denied-symbol",
      "duplicate-waiver",
      "dynamic-target",
      "expired-waiver",
      "export-gone",
      "gpl-only-symbol",
      "internal-symbol",
      "kernel-field",
      "kernel-layout",
      "kfunc-use",
      "licences-disagree",
      "list-crc",
      "list-dropped",
      "list-range",
      "missing-symbol",
      "namespace-not-imported",
      "namespace-restricted",
      "needless-import",
      "new-dependency",
      "no-debug-information",
      "no-licence",
      "no-list",
      "not-checked",
      "not-in-btf",
      "obsolete-interface",
      "off-stablelist",
      "opaque-offsets",
      "partial-evidence",
      "possible-lookup",
      "private-symbol",
      "protected-export",
      "prototype-changed",
      "restricted-import",
      "signature-changed",
      "source-argument-count",
      "source-argument-type",
      "source-build-note",
      "source-callback-type",
      "source-flag-ignored",
      "source-header-gone",
      "source-include-lost",
      "source-member-gone",
      "source-member-type",
      "source-name-gone",
      "source-not-exported",
      "source-redefinition",
      "source-return-type",
      "source-undecided",
      "stale-baseline",
      "stext-offset",
      "symbol-get",
      "this-module",
      "unclear-rebuild",
      "unexported-import",
      "unfinished-waiver",
      "ungraded-path",
      "unknown-lookup",
      "unpromised",
      "unstable-attach",
      "untold-by-btf",
      "untrusted-waiver",
      "unused-crc",
      "unused-waiver",
    ]
  `);
});

test("a rule's id is its file's name", () => {
  const stems = readdirSync(`${root}/rules`)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length));
  expect(rules.map((rule) => rule.id).sort()).toEqual(stems.sort());
});

for (const { says, differences } of source.rules.flatMap((yaml) => testRuleFile(yaml, source))) {
  test(says, () => expect(differences).toEqual([]));
}

test("a field of the vocabulary has its own predicate file", () => {
  const files = readdirSync(`${root}/src/engine/predicates`).map((file) => file.slice(0, -".ts".length));
  expect(files.filter((file) => file !== "index" && file !== "predicate").sort()).toEqual(Object.keys(FIELDS).sort());
});
