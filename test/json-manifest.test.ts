import { describe, expect, test } from "vitest";
import { parseManifest } from "../src/inputs/manifest.ts";
import { InputError } from "../src/shared/input-error.ts";
import { subjectsFromManifest } from "../src/usage/from-manifest.ts";

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
