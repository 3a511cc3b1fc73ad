import { parseSymvers, resolvePolicy, lint, type Report } from "../../src/index.ts";
import { ManifestSubject } from "../../src/inputs/manifest.ts";
import type { Kernel } from "../../src/kernels/model.ts";
import type { Example } from "../../src/policy/schema.ts";
import type { PolicySource } from "../../src/policy/load.ts";
import { subjectOf } from "../../src/usage/from-manifest.ts";
import type { Subject } from "../../src/usage/model.ts";

const subjectFrom = (fields: Readonly<Record<string, unknown>>): Subject =>
  subjectOf(ManifestSubject.parse({ name: "example", kind: "module", ...fields }), { file: "example", line: 1, column: 1 });

const kernelFrom = (name: string, exports: NonNullable<Example["kernels"]>[string]): Kernel => {
  const lines = exports.map((each) =>
    [each.crc ?? "0x00000000", each.name, each.exporter ?? "vmlinux", each.type ?? "EXPORT_SYMBOL", each.namespace ?? ""].join("\t"),
  );
  return parseSymvers(`${lines.join("\n")}\n`, name, `${name}.symvers`);
};

/** Judges a rule's example by that rule alone. */
export const runExample = (rule: string, example: Example, source: PolicySource): Report => {
  const policy = resolvePolicy(undefined, source);
  const rules = policy.rules.filter((each) => each.id === rule).map((each) => ({ ...each, severity: "error" as const }));
  return lint({
    subjects: [subjectFrom(example.subject), ...(example.siblings ?? []).map(subjectFrom)],
    kernels: Object.entries(example.kernels ?? {}).map(([name, exports]) => kernelFrom(name, exports)),
    policy: { ...policy, rules },
    today: "2026-11-23",
  });
};
