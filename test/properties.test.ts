import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, test } from "vitest";
import { nodeHost } from "../src/cli/host.ts";
import { policySource } from "../src/cli/load-policy.ts";
import { reader } from "../src/policy/reader.ts";
import { readOwn } from "../src/cli/read-shipped.ts";
import { lint, parseManifest, parseSymvers, resolvePolicy, subjectsFromManifest, type Finding, type Report } from "../src/index.ts";
import { bytesSource } from "../src/inputs/bytes.ts";
import { parseTar } from "../src/inputs/tar.ts";
import { openCrcs, writeCrcs } from "../src/kernels/history/crcs.ts";
import { openFacts } from "../src/kernels/history/read.ts";
import { writeHistory } from "../src/kernels/history/write.ts";
import { parseKscResult } from "../src/kernels/lists/ksc-result.ts";
import { parseList } from "../src/kernels/lists/parse.ts";
import { renderAndroidList, renderTrimList } from "../src/kernels/lists/render-symbols.ts";
import { renderKscResult } from "../src/kernels/lists/request.ts";
import { parseAndroidList } from "../src/kernels/lists/sections.ts";
import { parseSeverities, renderSeverities } from "../src/kernels/lists/severities.ts";
import { parseBaseline, renderBaseline } from "../src/policy/baseline.ts";
import { freezeYaml, thawYaml } from "../src/shared/frozen-yaml.ts";
import { compileGlobs } from "../src/shared/glob.ts";
import { InputError } from "../src/shared/input-error.ts";
import { parseYaml } from "../src/shared/yaml.ts";
import type { Subject } from "../src/usage/model.ts";
import { renderManifest } from "../src/usage/to-manifest.ts";
import { attempt } from "./fuzz/attempt.ts";
import { readCorpus } from "./fuzz/corpus.ts";
import { tarEnd, tarMember } from "./fuzz/made.ts";
import { randomFrom } from "./fuzz/random.ts";
import { TARGETS, type Opened, type TargetName } from "./fuzz/targets.ts";

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

describe("what is said of a subject does not depend on who else takes the same", () => {
  const RULES = {
    "by-licence": { severity: "note", match: { kind: "symbol", licence: "MIT" }, message: "{name}" },
    "by-module": { severity: "note", match: { kind: "symbol", module: "m1" }, message: "{name}" },
    "by-export": { severity: "note", match: { kind: "symbol", exported: true, "export-type": "EXPORT_SYMBOL_GPL" }, message: "{name}" },
  };
  const policy = resolvePolicy("./p.yaml", {
    ...shipped,
    list: () => undefined,
    read: () => ({
      file: "p.yaml",
      text: JSON.stringify({
        extends: ["strict"],
        promises: [{ level: "vendor", by: "us", match: { name: "v*", licence: "GPL" } }],
        rules: RULES,
      }),
    }),
  });
  const reportOf = (subjects: readonly object[]): Report =>
    lint({
      subjects: subjectsFromManifest(parseManifest(JSON.stringify({ manifest: 1, subjects }), "m.json")),
      kernels: [kernel],
      policy,
      today: "2026-11-23",
    });
  const use = fc.record({
    name: fc.constantFrom(...NAMES),
    weak: fc.boolean(),
    crc: fc.constantFrom("0x00000000", "0x00000001", "0x00000003"),
  });
  const modules = fc.array(
    fc.record({
      licences: fc.constantFrom(["MIT"], ["GPL"], ["GPL", "MIT"]),
      uses: fc.uniqueArray(use, { selector: ({ name }) => name, maxLength: 5 }),
    }),
    { minLength: 2, maxLength: 4 },
  );

  test("alone or among others, findings, rows and verdicts are the same", () => {
    fc.assert(
      fc.property(modules, (made) => {
        const subjects = made.map((each, index) => ({
          name: `m${index}`,
          kind: "module",
          path: `m${index}.ko`,
          vermagic: "6.1.0 SMP",
          ...each,
        }));
        const all = reportOf(subjects);
        for (const subject of subjects) {
          const alone = reportOf([subject]);
          expect(all.findings.filter((finding) => finding.subject === subject.name)).toEqual(
            alone.findings.filter((finding) => finding.subject === subject.name),
          );
          expect(all.subjects.find(({ name }) => name === subject.name)).toEqual(alone.subjects[0]);
        }
      }),
    );
  });
});

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

const corpus = readCorpus(new URL("..", import.meta.url).pathname, undefined, undefined);
const opened = (name: TargetName): Opened => {
  const target = TARGETS[name].open(corpus);
  return { ...target, seeds: target.seeds.map((seed) => new Uint8Array(seed)) };
};

describe("whatever a reader is given, it gives a result or an InputError", () => {
  const words = fc.array(fc.oneof(fc.constantFrom(..."[]{}()<>:,;#&*!|>'\"%@`\\-?=./ \t\r\n", "0x1f", "kfree", "- ", ": ", "\n  ", "#if ", "EXPORT_SYMBOL", "PASS"), fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 60 }); // prettier-ignore
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    words.map((list) => new Uint8Array(Buffer.from(list.join("")))),
  );
  const RUNS = 60;

  for (const name of (Object.keys(TARGETS) as TargetName[]).filter((each) => each !== "history-shipped")) {
    test(name, async () => {
      const target = opened(name);
      const small = target.seeds.filter(({ length }) => length < 20_000);
      // What begins as a file of its kind does, and a file with a few changes.
      const begun = fc.tuple(fc.constantFrom(...small), fc.nat(), anything).map(([seed, cut, rest]) => {
        const head = seed.subarray(0, cut % (seed.length + 1));
        return Uint8Array.from([...head, ...rest]);
      });
      const changed = fc
        .integer()
        .map((number) => target.mutate(randomFrom(String(number)), small[Math.abs(number) % small.length]!, small));
      await fc.assert(
        fc.asyncProperty(fc.oneof(anything, begun, changed), async (bytes) => {
          const outcome = await attempt(target, bytes);
          expect(outcome.kind === "fault" ? outcome.text : "").toBe("");
        }),
        { numRuns: RUNS },
      );
    });
  }
});

/** A name of C. */
const symbol = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);
const symbols = fc.uniqueArray(symbol, { minLength: 1, maxLength: 20 });
/** Any text, control characters and halves of characters among it. */
const text = fc.string({ unit: "binary", maxLength: 20 });
const oneLine = fc.stringMatching(/^[a-zA-Z][a-zA-Z .,;]{0,30}[a-z]$/).map((words) => words.replace(/\s+/g, " "));
const hex = fc.nat(0xffff_ffff).map((crc) => `0x${crc.toString(16).padStart(8, "0")}`);

const bySubject = (a: Subject, b: Subject): number => (`${a.name} ${a.path}` < `${b.name} ${b.path}` ? -1 : 1);

describe("what is written is read again as it was", () => {
  test("a manifest", () => {
    const site = fc.record({ file: text, line: fc.integer({ min: 1, max: 1e6 }), section: text, offset: fc.nat() }, { requiredKeys: [] });
    const use = fc.record({ name: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), kind: fc.constantFrom("symbol", "private", "kprobe"), crc: hex, weak: fc.boolean(), sites: fc.array(site, { minLength: 1, maxLength: 3 }) }, { requiredKeys: ["name"] }); // prettier-ignore
    const subject = fc.record({ name: symbol, kind: fc.constant("module"), path: text, licences: fc.array(text), vermagic: text, modinfo: fc.array(text), intree: fc.boolean(), uses: fc.array(use, { maxLength: 6 }) }, { requiredKeys: ["name", "kind", "path", "uses"] }); // prettier-ignore
    fc.assert(
      fc.property(fc.array(subject, { maxLength: 3 }), (subjects) => {
        const first = subjectsFromManifest(parseManifest(JSON.stringify({ manifest: 1, subjects }), "m.json"));
        const written = renderManifest(first);
        const second = subjectsFromManifest(parseManifest(written, "m.json"));
        expect(renderManifest(second)).toBe(written);
        expect(second.toSorted(bySubject)).toEqual(first.toSorted(bySubject));
      }),
      { numRuns: 150 },
    );
  });

  test("a baseline", () => {
    const identity = fc.tuple(
      fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
      text,
      fc.constantFrom("symbol", "gap", "oddity"),
      text,
      text,
    );
    fc.assert(
      fc.property(fc.array(identity, { maxLength: 12 }), (identities) => {
        const read = parseBaseline(renderBaseline(identities), "b.yaml").accepted.map((each) => each.identity);
        const once = new Map(identities.map((each) => [JSON.stringify(each), each]));
        expect(read.map((each) => JSON.stringify(each)).sort()).toEqual([...once.keys()].sort());
      }),
      { numRuns: 150 },
    );
  });

  test("a kernel history and its CRCs", () => {
    const table = fc.dictionary(text, fc.array(fc.option(text, { nil: undefined }), { minLength: 3, maxLength: 3 }), { maxKeys: 12 });
    const releases = ["6.1", "6.6", "6.12"].map((name) => ({ name, series: name, arch: "x86_64", exports: 1 }));
    fc.assert(
      fc.property(table, fc.array(fc.uint32Array({ minLength: 4, maxLength: 4 }), { minLength: 2, maxLength: 2 }), (rows, crcs) => {
        const input = { attributes: ["type"], rows: new Map(Object.entries(rows).map(([name, values]) => [name, [values]])) };
        const facts = openFacts(writeHistory({ about: "a", releases, tables: { exports: input } }), "x");
        for (const [name, values] of Object.entries(rows)) {
          // As text is written: half a character is none.
          const written = (value: string | undefined): string | undefined => value && Buffer.from(value).toString();
          expect(facts.table("exports").find(name)?.values("type").map(String)).toEqual(
            values.map((each) => String(each === "" ? "" : written(each))),
          );
        }
        const crcOf = openCrcs(writeCrcs(4, crcs), "x", 4, 2);
        crcs.forEach((list, release) => list.forEach((crc, name) => expect(crcOf(name, release)).toBe(crc)));
      }),
      { numRuns: 100 },
    );
  });

  test("lists of symbols, rules of severity, a report of ksc", () => {
    const rule = fc.record({ kind: fc.constantFrom("module", "namespace", "symbol"), pattern: fc.constantFrom("kfree", "NS", "drivers/a", "vmlinux", "a*", "[ab]c", "0", "A_?"), verdict: fc.constantFrom("PASS", "FAIL") } as const); // prettier-ignore
    const wanted = fc.record({ name: symbol, reason: oneLine, places: fc.constant([]) }, { requiredKeys: ["name", "places"] });
    fc.assert(
      fc.property(
        symbols,
        fc.uniqueArray(rule, { minLength: 1, maxLength: 6, selector: ({ kind, pattern }) => `${kind} ${pattern}` }),
        fc.uniqueArray(wanted, { selector: ({ name }) => name, maxLength: 5 }),
        (names, rules, list) => {
          // prettier-ignore
          expect([...parseList(renderTrimList(names), "x").symbols.keys()].sort()).toEqual(names.toSorted());
          const android = parseAndroidList(renderAndroidList([{ name: "a.ko", symbols: names }]), "x");
          expect(names.filter((name) => !android.symbols.has(name))).toEqual([]);
          expect(
            parseSeverities(renderSeverities(rules), "x").rules.map(({ kind, pattern, verdict }) => ({ kind, pattern, verdict })),
          ).toEqual(rules);
          const module = { name: "a.ko", vermagic: "6.1 SMP", namespaces: ["NS"], arch: "x86_64", listed: names, wanted: list };
          const [read] = parseKscResult(renderKscResult("ksc -k a.ko", [module]), "x").modules;
          expect(read).toMatchObject({ name: "a.ko", vermagic: "6.1 SMP", namespaces: ["NS"], arch: "x86_64" });
          expect(read!.listed.map((each) => each.symbol)).toEqual(names.toSorted());
          expect(read!.unlisted.map((each) => [each.symbol, each.justification?.text])).toEqual(
            list.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, reason }) => [name, reason]),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test("a Module.symvers, a tar archive, a YAML text that was frozen", () => {
    fc.assert(
      fc.property(symbols, hex, text, fc.jsonValue({ maxDepth: 3 }), (names, crc, content, value) => {
        const lines = names.map((name, i) => `${crc}\t${name}\tvmlinux\tEXPORT_SYMBOL\t${i % 2 ? "NS" : ""}\n`).join("");
        const kernel = parseSymvers(lines, "k", "x");
        expect(names.map((name) => kernel.find(name)?.crc)).toEqual(names.map(() => Number(crc)));
        const tar = Buffer.concat([...names.map((name) => tarMember(name, content)), tarEnd]);
        expect(parseTar(bytesSource("x", tar)).map(({ path, size }) => [path, size])).toEqual(
          names.map((name) => [name, Buffer.from(content).length]),
        );
        const yaml = parseYaml(JSON.stringify(value), "x");
        const thawed = thawYaml(freezeYaml(yaml, yaml.value));
        expect(thawed.value).toEqual(JSON.parse(JSON.stringify(value)));
        expect(thawed.placeOf([])).toEqual(yaml.placeOf([]));
      }),
      { numRuns: 100 },
    );
  });
});

// It took `(a+)+b` for a regular expression and `[!a]` for a choice that has the mark among it, and tried `*a*a*a*b` for years; hence our own.
test("a glob means what picomatch takes it for", () => {
  const part = fc.constantFrom("a", "b", "ab", "_", "*", "?", "[ab]", "[^a]", "[a-c]", "{a,b}", "{ab,c}");
  const step = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("").replace(/\*+/g, "*"));
  const steps = fc.array(step, { minLength: 1, maxLength: 3 }).map((list) => list.join("/"));
  const pattern = fc
    .tuple(steps, fc.constantFrom("", "**/"), fc.constantFrom("", "/**"))
    // Behind a star it wants a slash, elsewhere `a/**` is the folder too.
    .map(([middle, before, after]) => `${before}${middle}${middle.endsWith("*") ? "" : after}`);
  const name = fc.array(fc.stringMatching(/^[abc_]{1,4}$/), { minLength: 1, maxLength: 4 }).map((list) => list.join("/"));
  fc.assert(
    fc.property(pattern, fc.array(name, { maxLength: 12 }), (glob, names) => {
      const [own, theirs] = [compileGlobs(glob), picomatch(glob, { dot: true, nonegate: true, noextglob: true })];
      for (const each of names) expect(`${each} ${own(each)}`).toBe(`${each} ${theirs(each)}`);
    }),
    { numRuns: 400 },
  );
});

test("what is no InputError, or one without a place, is a fault to the fuzzer", async () => {
  const kindOf = async (run: () => unknown): Promise<string> =>
    (await attempt({ seeds: [], mutate: (_, seed) => seed, run }, new Uint8Array(0))).kind;
  const refuse = (offset: number) => (): never => {
    throw new InputError({ file: "x", offset, message: "no" });
  };
  expect(await kindOf(() => 1)).toBe("result");
  expect(await kindOf(refuse(0))).toBe("refused");
  expect(await kindOf(refuse(Number.NaN))).toBe("fault");
  expect(await kindOf(() => Promise.reject(new RangeError("Invalid string length")))).toBe("fault");
  expect(await kindOf(() => (undefined as unknown as string).length)).toBe("fault");
});
