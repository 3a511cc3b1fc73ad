import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { SCHEMAS } from "./support/schemas.ts";

// The schemas as an editor uses them: a validator of its own (ajv, draft-07) on the files, without abi-lint.

const root = new URL("..", import.meta.url).pathname;
const validatorOf = (file: keyof typeof SCHEMAS) =>
  new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(SCHEMAS[file]) as object);
const rule = validatorOf("rule.json");
const policy = validatorOf("policy.json");
const manifest = validatorOf("manifest.json");

const yamlIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => join(folder, file));
const read = (file: string): unknown => parse(readFileSync(join(root, file), "utf8"));

describe("an editor's validator accepts what is shipped", () => {
  for (const file of yamlIn("rules")) test(file, () => expect([rule(read(file)), rule.errors]).toEqual([true, null]));
  for (const file of [
    ...yamlIn("rules/promises"),
    ...yamlIn("rules/presets"),
    "examples/systemtap/abi-lint.yaml",
    "examples/review/abi-lint.yaml",
    "examples/review/with-waiver.yaml",
  ]) {
    test(file, () => expect([policy(read(file)), policy.errors]).toEqual([true, null]));
  }
  for (const file of [
    "examples/systemtap/abi-lint.manifest.json",
    "examples/review/abi-lint.manifest.json",
    "examples/review/change.manifest.json",
  ]) {
    test(file, () => expect([manifest(read(file)), manifest.errors]).toEqual([true, null]));
  }
});

describe("an editor's validator rejects what abi-lint rejects, at the same place", () => {
  const placesOf = (text: string): string[] => {
    policy(parse(text));
    const extra = (params: Record<string, unknown>): string =>
      typeof params["additionalProperty"] === "string" ? `/${params["additionalProperty"]}` : "";
    return (policy.errors ?? []).map(({ instancePath, params }) => instancePath + extra(params as Record<string, unknown>));
  };
  const cases: readonly (readonly [string, string, string])[] = [
    ["an unknown key", "kernel: [a]", "/kernel"],
    ["a wrong severity", "rules: { x: fatal }", "/rules/x"],
    ["a wrong kind", "rules: { x: { match: { kind: symbols }, message: m } }", "/rules/x/match/kind"],
    ["an unknown field", "rules: { x: { match: { nmae: a }, message: m } }", "/rules/x/match/nmae"],
    ["an unknown level", "promises: [{ level: rock, match: {} }]", "/promises/0/level"],
    ["a waiver without a reason", "waivers: [{ rule: x, owner: o }]", "/waivers/0"],
    ["a day that is none", "waivers: [{ rule: x, reason: r, owner: o, until: 31.3.2027 }]", "/waivers/0/until"],
    ["a budget that is no number", "budget: { internal: many }", "/budget/internal"],
  ];
  for (const [what, text, place] of cases) test(what, () => expect(placesOf(text)).toContain(place));
});
