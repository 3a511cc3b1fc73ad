import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { policySource } from "../src/cli/load-policy.ts";
import { reader } from "../src/policy/reader.ts";
import { readOwn } from "../src/cli/read-shipped.ts";
import { lint, parseManifest, parseSymvers, resolvePolicy, subjectsFromManifest, type Finding, type Report } from "../src/index.ts";

const host = nodeHost(new URL("..", import.meta.url).pathname);
const shipped = policySource(host, readOwn(host), reader);

const NAMES = ["vmalloc", "vfree", "kfree", "v4l2_fh_add", "v4l2_fh_del", "dma_buf_get", "kallsyms_lookup_name"] as const;
const kernel = parseSymvers(
  NAMES.slice(0, 5)
    .map((name, index) => `0x0000000${index}\t${name}\tvmlinux\tEXPORT_SYMBOL${index % 2 ? "_GPL" : ""}\t\n`)
    .join(""),
  "6.1",
  "6.1.symvers",
);

const judge = (policy: object, uses: readonly object[]): Report => {
  const read = (): { file: string; text: string } => ({ file: "p.yaml", text: JSON.stringify(policy) });
  const subjects = subjectsFromManifest(
    parseManifest(
      JSON.stringify({ manifest: 1, subjects: [{ name: "m", kind: "module", licences: ["MIT"], path: "m.ko", uses }] }),
      "m.json",
    ),
  );
  return lint({
    subjects,
    kernels: [kernel],
    policy: resolvePolicy("./p.yaml", { ...shipped, list: () => undefined, read }),
    today: "2026-11-23",
  });
};
const prints = (findings: readonly Finding[]): string[] => findings.map(({ fingerprint }) => fingerprint);

const use = fc.record({ name: fc.constantFrom(...NAMES), line: fc.integer({ min: 1, max: 900 }) });
const uses = fc
  .uniqueArray(use, { selector: ({ name }) => name })
  .map((list) => list.map(({ name, line }) => ({ name, crc: "0x00000001", sites: [{ file: "m.c", line, column: 2 }] })));
const ruleOf = (name: string, index: number): readonly [string, object] => [
  `rule-${index}`,
  { severity: "warning", match: { kind: "symbol", name }, message: `{name} ${index}` },
];
const rules = fc.array(fc.constantFrom(...NAMES, "v4l2_*", "*"), { maxLength: 8 }).map((names) => names.map(ruleOf));

test("the order of rules never changes the findings", () => {
  fc.assert(
    fc.property(rules, uses, fc.integer(), (list, taken, seed) => {
      const shuffled = list.toSorted(
        ([a], [b]) => ((a.length * 7 + a.charCodeAt(5) * seed) % 13) - ((b.length * 7 + b.charCodeAt(5) * seed) % 13),
      );
      const [one, other] = [judge({ rules: Object.fromEntries(list) }, taken), judge({ rules: Object.fromEntries(shuffled) }, taken)];
      expect(other.findings).toEqual(one.findings.map((finding) => ({ ...finding })));
    }),
    { numRuns: 60 },
  );
});

test("adding a waiver adds no finding but one about waivers", () => {
  const waiver = fc.record({
    rule: fc.constantFrom("missing-symbol", "crc-mismatch", "gpl-only-symbol"),
    match: fc.record({ name: fc.constantFrom(...NAMES, "*") }),
    reason: fc.constant("r"),
    owner: fc.constant("o"),
  });
  fc.assert(
    fc.property(uses, fc.array(waiver, { maxLength: 4 }), (taken, waivers) => {
      const [without, with_] = [judge({}, taken), judge({ waivers }, taken)];
      const before = new Set(prints(without.findings));
      expect(with_.findings.filter((finding) => finding.waiver === undefined && !before.has(finding.fingerprint))).toEqual([]);
      const about = with_.findings.filter((finding) => finding.waiver === undefined).length;
      expect(about + with_.waived.length).toBe(without.findings.length);
    }),
    { numRuns: 60 },
  );
});

test("fingerprints survive moving a line, and tell findings apart", () => {
  fc.assert(
    fc.property(uses, fc.integer({ min: 1, max: 50 }), (taken, by) => {
      const moved = taken.map((each) => ({ ...each, sites: each.sites.map((site) => ({ ...site, line: site.line + by })) }));
      const found = prints(judge({}, taken).findings);
      expect(prints(judge({}, moved).findings).sort()).toEqual(found.toSorted());
      expect(new Set(found).size).toBe(found.length);
    }),
    { numRuns: 60 },
  );
});
