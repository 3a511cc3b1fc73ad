import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseBaseline, renderBaseline, type Identity } from "../src/policy/baseline.ts";

const name = fc.string({ unit: "binary", maxLength: 8 });
const identity: fc.Arbitrary<Identity> = fc.tuple(
  fc.stringMatching(/^[a-z][a-z-]{0,8}$/),
  name,
  fc.constantFrom("symbol", "private", "gap", "oddity"),
  name,
  name,
) as fc.Arbitrary<Identity>;
const identities = (text: string): readonly Identity[] => parseBaseline(text, "b.yaml").accepted.map((each) => each.identity);
const texts = (list: readonly Identity[]): readonly string[] => list.map((each) => JSON.stringify(each)).sort();

describe("the file", () => {
  test("holds whatever names there are, each once, sorted by bytes, in ASCII", () => {
    fc.assert(
      fc.property(fc.array(identity), (list) => {
        const text = renderBaseline(list);
        expect(texts(identities(text))).toEqual([...new Set(texts(list))]);
        expect(text).toMatch(/^[\n -~]*$/);
        const lines = text.split("\n").filter((each) => each.startsWith("- "));
        expect(lines).toEqual(lines.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  test("reads the same, with the same places, whether a program or a person wrote it", () => {
    fc.assert(
      fc.property(fc.array(identity), (list) => {
        const text = renderBaseline(list);
        const byHand = parseBaseline(text.replace("#", "# "), "b.yaml");
        expect(parseBaseline(text, "b.yaml")).toEqual(byHand);
      }),
    );
  });
});

describe("two branches' baselines merge as text", () => {
  const merge = (base: string, ours: string, theirs: string, ...options: readonly string[]): { status: number; text: string } => {
    const folder = mkdtempSync(join(tmpdir(), "abi-lint-merge-"));
    for (const [name, text] of Object.entries({ base, ours, theirs })) writeFileSync(join(folder, name), text);
    const { status, stdout } = spawnSync("git", ["merge-file", "-p", ...options, "ours", "base", "theirs"], {
      cwd: folder,
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true });
    return { status: status ?? -1, text: stdout };
  };
  const of = (...names: readonly string[]): string => renderBaseline(names.map((each) => ["internal-symbol", "a", "symbol", each, ""]));

  test("lines in different places need no driver", () => {
    const { status, text } = merge(of("c", "f", "m", "p"), of("a", "c", "m", "p"), of("c", "f", "m", "p", "z"));
    expect([status, text]).toEqual([0, of("a", "c", "m", "p", "z")]);
  });

  test("lines next to each other keep both by merge=union, from an empty list on", () => {
    const { status, text } = merge(of(), of("a"), of("b"), "--union");
    expect([status, text]).toEqual([0, of("a", "b")]);
  });

  test("whatever two branches did, union is clean: nothing agreed is lost, nothing comes from nowhere", () => {
    const some = fc.uniqueArray(fc.constantFrom(..."abcdefghijkl"), { maxLength: 8 });
    fc.assert(
      fc.property(some, some, some, (base, ours, theirs) => {
        const { status, text } = merge(of(...base), of(...ours), of(...theirs), "--union");
        expect(status).toBe(0);
        const merged = new Set(identities(text).map((each) => each[3]));
        const all = new Set([...ours, ...theirs]);
        for (const each of all) {
          const mustStay = (ours.includes(each) && theirs.includes(each)) || !base.includes(each);
          if (mustStay) expect(merged).toContain(each);
        }
        for (const each of merged) expect(all).toContain(each);
      }),
      { numRuns: 60 },
    );
  });
});
