import { describe, expect, test } from "vitest";
import { readFileSync } from "node:fs";
import { bytesSource } from "../src/inputs/bytes.ts";
import { isExported, readExported } from "../src/inputs/exported-manifest.ts";
import { parseManifest } from "../src/inputs/manifest.ts";
import { parseModule } from "../src/inputs/module.ts";
import { InputError } from "../src/shared/input-error.ts";
import { subjectsFromManifest } from "../src/usage/from-manifest.ts";
import { subjectFromModule } from "../src/usage/from-module.ts";
import { compileNames } from "../src/usage/names.ts";
import { renderManifest } from "../src/usage/to-manifest.ts";

// A manifest in JSON is not read as YAML unless a place in it is asked for: nobody must see the difference.

const problemOf = (text: string): string => {
  try {
    parseManifest(text, "m.json");
    return "none";
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { line, column, message } = error.problems[0]!;
    return `${line}:${column} ${message}`;
  }
};

const subject = (more: string): string =>
  `{\n "manifest": 1,\n "subjects": [\n  { "name": "a", "kind": "module", ${more} "uses": ["f"] }\n ]\n}\n`;

describe("a manifest in JSON", () => {
  test("that has a key twice is refused, however the key is spelled", () => {
    expect(problemOf(subject(""))).toBe("none");
    expect(problemOf(subject('"arch": "x", "arch": "y",'))).toMatch(/^4:49 .*unique/);
    expect(problemOf(subject('"arch": "x", "\\u0061rch" : "y",'))).toMatch(/^4:49 .*unique/);
  });

  test("may have the same key in several objects, and braces, colons and quotes in its strings", () => {
    expect(problemOf(subject('"exports": [{ "name": "a", "type": "EXPORT_SYMBOL" }, { "name": "b", "type": "EXPORT_SYMBOL" }],'))).toBe(
      "none",
    );
    expect(problemOf(subject('"modinfo": ["{\\"arch\\": 1", "arch\\": ", "}}"], "arch": "x",'))).toBe("none");
  });

  test("that is wrong is told of at its line and column", () => {
    expect(problemOf(subject('"colour": "red",'))).toBe('4:36 unknown key "colour"');
    expect(problemOf(subject('"intree": 1,'))).toMatch(/^4:46 /);
  });

  test("gives the places of its own lines to what names no file", () => {
    const [first] = subjectsFromManifest(parseManifest(subject(""), "m.json"));
    expect([first!.path, first!.line, first!.column]).toEqual(["m.json", 4, 3]);
    expect(first!.uses[0]!.sites).toMatchObject([{ file: "m.json", line: 4 }]);
    const [second] = subjectsFromManifest(parseManifest(subject('"path": "a.ko",'), "m.json"));
    expect([second!.path, second!.line, second!.uses[0]!.sites]).toEqual(["a.ko", 1, []]);
  });
});

describe("a manifest that abi-lint wrote is checked by hand, and by the schema whatever else there is", () => {
  const logger = readFileSync(new URL("fixtures/logger.ko", import.meta.url));
  const facts = parseModule(bytesSource("logger.ko", logger), { placesOf: () => true, doors: { _printk: { takes: "name", argument: 1 } } });
  const subject_ = { ...subjectFromModule(facts, "logger.ko", compileNames({}, [])), sha256: "0".repeat(64) };
  const text = renderManifest([subject_]);

  test("which find the same in it", () => {
    expect(text).toMatch(/"via":/);
    expect(text).toMatch(/"door":/);
    expect(isExported(Buffer.from(text))).toBe(true);
    expect(readExported(text)).toEqual(parseManifest(text, "m.json").manifest.subjects);
    expect(JSON.stringify(readExported(text))).toBe(JSON.stringify(parseManifest(text, "m.json").manifest.subjects));
  });

  test.each([
    ["a key that is not known", '"name": "logger"', '"colour": 1, "name": "logger"'],
    ["a key twice", '"kind": "module"', '"kind": "module", "kind": "module"'],
    ["keys in another order", '"kind": "module",', ""],
    ["a word that is none of the list", '"kind": "module"', '"kind": "modul"'],
    ["a number for a text", '"name": "logger"', '"name": 1'],
    ["an empty name", '"name": "logger"', '"name": ""'],
    ["a digest that is none", '"sha256": "0', '"sha256": "x'],
    ["another version", '"manifest": 1', '"manifest": 2'],
    ["a key that every object has", '"name": "logger"', '"__proto__": {}, "name": "logger"'],
    ["no JSON", '"subjects"', "subjects"],
  ])("%s is the schema's affair", (_, from, to) => {
    expect(text).toContain(from);
    expect(readExported(text.replace(from, to))).toBeUndefined();
  });
});
