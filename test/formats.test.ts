import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import type { Report } from "../src/findings/model.ts";
import { stepSummary } from "../src/reporters/github.ts";
import { REPORTERS, type Format } from "../src/reporters/index.ts";
import type { Dress } from "../src/reporters/reporter.ts";
import { visible } from "../src/shared/visible.ts";
import { changed, HOSTILE, hostileReport, manyFindings, REPORTS } from "./support/reports.ts";
import { runnerReads, type Command } from "./support/workflow-commands.ts";

// The formats that other programs read, each held against what its reader documents. After a change, read the difference in test/fixtures/formats,
// then `npx vitest run -u --config test/vitest.config.ts --project hermetic test/formats.test.ts`.

const FORMATS = ["sarif", "github", "gitlab", "junit", "markdown", "rdjsonl"] as const satisfies readonly Format[];
const EXTENSIONS = { sarif: "json", github: "txt", gitlab: "json", junit: "xml", markdown: "md", rdjsonl: "jsonl" } as const;
type Machine = (typeof FORMATS)[number];

const render = async (format: Machine, report: Report, dress: Partial<Dress> = {}): Promise<string> =>
  (await REPORTERS[format]())(report, { color: false, width: 100, uses: false, ...dress });

const fixture = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).pathname;

/** Text that any encoding can carry. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");
const shown = (text: string): string => wellFormed(visible(text));

describe("each format of each state of a run is what was read and found right", () => {
  for (const format of FORMATS) {
    for (const [name, report] of Object.entries(REPORTS)) {
      test(`${format}: ${name}`, async () => {
        await expect(await render(format, report, { version: "0.1.0" })).toMatchFileSnapshot(
          fixture(`formats/${name}.${format}.${EXTENSIONS[format]}`),
        );
      });
    }
  }
});

interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly invocations: readonly [
        { readonly executionSuccessful: boolean; readonly toolExecutionNotifications: readonly { readonly message: { text: string } }[] },
      ];
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly message: { readonly text: string };
        readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[];
        readonly relatedLocations?: readonly unknown[];
        readonly partialFingerprints: Readonly<Record<string, string>>;
        readonly suppressions?: readonly { readonly justification: string }[];
      }[];
    },
  ];
}
const sarifOf = async (report: Report, dress: Partial<Dress> = {}): Promise<Sarif["runs"][0]> =>
  (JSON.parse(await render("sarif", report, dress)) as Sarif).runs[0];

/** The schema as Microsoft's package has it: draft-04 by its name, with nothing in it that draft-07 reads otherwise. */
const sarifSchema = (): object => {
  const path = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  return schema;
};
/** .NET, which reads SARIF for many, knows no longer ones, and gives up on a file for one without a word. */
const MAX_URI = 65_519;
const isUriReference = (text: string): boolean =>
  text.length <= MAX_URI && /^(?:[!$&'()*+,;=:@/?#\w.~-]|%[0-9A-F]{2})*$/.test(text) && URL.canParse(text, "file:///root/");
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  unicodeRegExp: false,
  formats: { "uri-reference": isUriReference, uri: (text) => URL.canParse(text), "date-time": true },
});
const sarifSays = ajv.compile(sarifSchema());
const sarifErrors = (text: string): readonly unknown[] => (sarifSays(JSON.parse(text)) ? [] : sarifSays.errors!);

/** What a line of Markdown has besides code, line breaks in cells, and the marks that are ours: nothing that a host makes a link, a mention or markup of. */
const outsideCode = (line: string): string =>
  line
    .replace(/`[^`|\\]+`|<code>(?:[A-Za-z0-9 \u0080-\u{10ffff}]|&#\d+;)*<\/code>|<br>/gu, "")
    .replace(/^## |\*\*(?=[\w ,]+\*\*)|(?<=[\w ,])\*\*/g, "");
const WORDS = /^[A-Za-z0-9 ,.;:?!()'"…|-]*$/;

const rdjson = (
  text: string,
): readonly { message: string; location: { path: string; range?: { start: { line: number; column: number } } } }[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as never);

const commandsOf = (output: string): { readonly commands: readonly Command[]; readonly texts: readonly string[] } => {
  const lines = runnerReads(output);
  return { commands: lines.filter((each) => typeof each !== "string"), texts: lines.filter((each) => typeof each === "string") };
};

const junitSays = async (texts: readonly string[]): Promise<readonly unknown[]> => {
  const { errors } = await validateXML({
    xml: texts.map((contents, index) => ({ fileName: `${index}.xml`, contents })),
    schema: [readFileSync(fixture("junit.xsd"), "utf8")],
    initialMemoryPages: 1024,
    maxMemoryPages: 16_384,
  });
  return errors;
};

/** What is wrong with a report in a format: everything that its reader would refuse, or could be made to do by what the report holds. */
const FAULTS: Readonly<Record<Machine, (text: string, report: Report) => unknown>> = {
  sarif: (text) => [
    ...sarifErrors(text),
    // A message links other places of its finding and nothing else.
    ...(JSON.parse(text) as Sarif).runs[0].results.filter(
      ({ message, relatedLocations = [] }) => (message.text.match(/\]\(/g) ?? []).length !== Math.min(4, relatedLocations.length),
    ),
  ],
  github: (text) => {
    const { commands, texts } = commandsOf(text);
    return [
      ...commands.filter(({ name }) => !["error", "warning", "notice"].includes(name)),
      ...commands.filter(({ properties }) => !Object.keys(properties).every((key) => ["file", "line", "col", "title"].includes(key))),
      ...(texts.length === 1 && /^abi-lint: [\w ,;:]*$/.test(texts[0]!) ? [] : texts),
    ];
  },
  gitlab: (text) => {
    const entries = JSON.parse(text) as readonly Record<string, unknown>[];
    const fingerprints = new Set(entries.map(({ fingerprint }) => fingerprint));
    const isFit = ({ description, check_name: name, fingerprint, severity, location }: Record<string, unknown>): boolean => {
      const { path, lines } = location as { path: unknown; lines: { begin: unknown } };
      const texts = [description, name, fingerprint, path];
      return (
        texts.every((each) => typeof each === "string" && each === shown(each)) &&
        [name, fingerprint].every((each) => each !== "") &&
        ["info", "minor", "major", "critical", "blocker"].includes(severity as string) &&
        Number.isInteger(lines.begin)
      );
    };
    return [...entries.filter((each) => !isFit(each)), ...(fingerprints.size === entries.length ? [] : ["equal fingerprints"])];
  },
  // The form is xmllint's to judge, all at once; these are the characters that XML 1.0 has no place for.
  junit: (text) => text.match(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\]\]>/gu) ?? [],
  markdown: (text) => [
    ...text
      .split("\n")
      .map(outsideCode)
      .filter((line) => !WORDS.test(line)),
    // A cell has no bar of its own, so that each row of a table has as many as its head.
    ...text
      .split("\n\n")
      .filter((block) => block.startsWith("|"))
      .filter((block) => new Set(block.split("\n").map((line) => line.split("|").length)).size > 1),
    ...(text.length <= 65_536 ? [] : [`${text.length} characters`]),
  ],
  rdjsonl: (text) =>
    rdjson(text).flatMap(({ message, location }, index) => [
      ...message
        .split("\n")
        .map(outsideCode)
        .filter((line) => !WORDS.test(line)),
      ...(location.path === shown(location.path) ? [] : [location.path]),
      ...(Buffer.byteLength(text.split("\n")[index]!) < 65_536 ? [] : ["a line that reviewdog does not read"]),
    ]),
};

/** What is said to somebody: annotations, alerts, entries, comments, failures. */
const SAID: Readonly<Record<Machine, (text: string) => number>> = {
  sarif: (text) => (JSON.parse(text) as Sarif).runs[0].results.filter(({ suppressions = [] }) => suppressions.length === 0).length,
  github: (text) => commandsOf(text).commands.length,
  gitlab: (text) => (JSON.parse(text) as unknown[]).length,
  junit: (text) => text.match(/<(failure|error|system-out)/g)?.length ?? 0,
  markdown: (text) => text.match(/^\| (error|warning|note) /gm)?.length ?? 0,
  rdjsonl: (text) => rdjson(text).length,
};

describe("what a reader would refuse, or could be made to do", () => {
  for (const format of FORMATS) {
    test(`${format}: nothing in any state of a run`, async () => {
      for (const report of Object.values(REPORTS)) {
        for (const waived of [false, true]) expect(FAULTS[format](await render(format, report, { waived }), report)).toEqual([]);
      }
    });

    test(`${format}: nothing with hostile names`, async () => {
      for (const text of HOSTILE) {
        const report = hostileReport(text);
        for (const waived of [false, true])
          expect([text, FAULTS[format](await render(format, report, { waived }), report)]).toEqual([text, []]);
      }
    });

    test(`${format}: nothing with names at random`, async () => {
      const names = fc.oneof(
        fc.string({ unit: "binary", minLength: 1 }),
        fc.string({ unit: fc.constantFrom(..."`|\\<>&;:%,=#@[]()*_~$\n\r \u0000\u001b\ud800a1"), minLength: 1 }),
      );
      await fc.assert(
        fc.asyncProperty(names, async (text) => {
          const report = hostileReport(text);
          expect(FAULTS[format](await render(format, report), report)).toEqual([]);
        }),
        { numRuns: 200 },
      );
    });
  }

  test("junit: the schema takes every report", { timeout: 60_000 }, async () => {
    const reports = [...Object.values(REPORTS), ...HOSTILE.map(hostileReport), manyFindings(300)];
    const texts = await Promise.all(reports.flatMap((report) => [render("junit", report), render("junit", report, { failOn: "note" })]));
    expect(await junitSays(texts)).toEqual([]);
    // The judge is awake.
    expect(await junitSays([texts[0]!.replace("tests=", "file=")])).not.toEqual([]);
    expect(await junitSays([texts[0]!.replace("nothing", "no&thing")])).not.toEqual([]);
  });

  test("sarif: the schema refuses what is none", async () => {
    const text = await render("sarif", REPORTS.findings);
    expect(sarifErrors(text.replace('"startLine": 1973', '"startLine": 0'))).not.toEqual([]);
    expect(sarifErrors(text.replaceAll("src/loop.c", "src/a b.c"))).not.toEqual([]);
    expect(sarifErrors(text.replace('"columnKind"', '"columnKinds"'))).not.toEqual([]);
  });
});

describe("nothing is lost on the way", () => {
  test("a runner gets back the file, line, column, title and message that were written", async () => {
    const { commands } = commandsOf(await render("github", REPORTS.findings));
    expect(commands[0]).toEqual({
      name: "error",
      properties: { file: "src/loop.c", line: "1973", col: "9", title: "abi-lint: What the source calls has another type on a kernel" },
      data: [
        "v4l2_fh_add has another type on 7.3.4",
        "6.12.107  void (struct v4l2_fh *)",
        "7.3.4     void (struct v4l2_fh *, struct file *)",
        "through v4l2_fh_init()",
        "also at src/loop.c:2010:9, src/ioctl[1].c:7:3",
        "internal: promised by nobody, after Documentation/process/stable-api-nonsense.rst (rules/promises/10-exported-symbol.yaml:3)",
        "instead: v4l2_fh_add() with the file",
        "[signature-changed]",
      ].join("\n"),
    });
    expect(commands.map(({ name }) => name)).toEqual(["error", "error", "warning", "notice"]);
  });

  test.each(HOSTILE.filter((text) => text.length < 200).map((text) => [text]))("a runner gets back %j", async (text) => {
    const { commands } = commandsOf(await render("github", hostileReport(text)));
    const plain = commands.find(({ data }) => data.endsWith("[plain]"))!;
    const file = shown(text).startsWith("=") ? `./${shown(text)}` : shown(text);
    expect(plain.properties).toEqual({ line: "3", col: "4", file, title: "abi-lint:" });
    expect(plain.data.split("\n")[0]).toBe(shown(text).trim());
  });

  test.each(HOSTILE.filter((text) => text.length < 200).map((text) => [text]))("a SARIF location leads back to %j", async (text) => {
    const { results } = await sarifOf(hostileReport(text));
    const { uri } = results[0]!.locations[0]!.physicalLocation.artifactLocation;
    expect(decodeURIComponent(uri.replace(/^file:\/\//, ""))).toBe(shown(text));
  });

  test.each(HOSTILE.filter((text) => text.length < 200).map((text) => [text]))("a JUnit report holds %j", async (text) => {
    const xml = await render("junit", hostileReport(text));
    const marks = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" } as const;
    const unescaped = xml.replace(/&(\w+);/g, (_, name: keyof typeof marks) => marks[name]);
    expect(unescaped).toContain(` name="plain: ${shown(text).replace(/[\ufffe\uffff]/g, "\ufffd")} on`);
  });

  test("reviewdog gets each place of a finding, SARIF the others as related ones that its message links", async () => {
    const at = rdjson(await render("rdjsonl", { ...REPORTS.findings, findings: [changed] })).map(({ location }) => location);
    expect(at).toEqual(changed.places.map(({ file, line, column }) => ({ path: file, range: { start: { line, column } } })));
    const [result] = (await sarifOf(REPORTS.findings)).results;
    expect(result!.message.text).toContain("Also at [src/loop.c:2010:9](1), [src/ioctl\\[1\\].c:7:3](2).");
    expect(result).toMatchObject({ locations: [{}], relatedLocations: [{ id: 1 }, { id: 2 }] });
  });

  test("every format says which inputs could not be read", async () => {
    for (const format of FORMATS) {
      const text = await render(format, REPORTS.problems);
      expect([format, text.includes("broken.ko"), text.includes("the section header table lies outside the file")]).toEqual([
        format,
        true,
        true,
      ]);
    }
    expect((await sarifOf(REPORTS.problems)).invocations[0].executionSuccessful).toBe(false);
    expect((await sarifOf(REPORTS.findings)).invocations[0].executionSuccessful).toBe(true);
  });

  test("a rule that a result names is the one that its index finds", async () => {
    const { results, tool } = await sarifOf(REPORTS.findings);
    expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]!.id)).toEqual(results.map(({ ruleId }) => ruleId));
  });
});

describe("what is waived or accepted is nobody's to hear", () => {
  for (const format of FORMATS) {
    test(format, async () => {
      expect(SAID[format](await render(format, REPORTS.findings))).toBeGreaterThan(0);
      for (const waived of [false, true]) expect(SAID[format](await render(format, REPORTS.waived, { waived }))).toBe(0);
    });
  }

  test("SARIF has no result of it, because GitHub would open an alert; asked for, it is suppressed with its reason", async () => {
    expect((await sarifOf(REPORTS.waived)).results).toEqual([]);
    const { results } = await sarifOf({ ...REPORTS.waived, findings: REPORTS.findings.findings }, { waived: true });
    // Either all results say whether they are suppressed, or none (SARIF 3.27.23).
    expect(results.map(({ suppressions }) => suppressions?.map(({ justification }) => justification))).toEqual([
      [],
      [],
      [],
      [],
      ["until the port (#12) (video, until 2027-03-31)"],
      ["accepted by the baseline"],
    ]);
    expect((await sarifOf(REPORTS.findings, { waived: true })).results.some((each) => "suppressions" in each)).toBe(false);
  });

  test("JUnit has it as skipped, with its reason", async () => {
    const text = await render("junit", REPORTS.waived);
    expect(text).toContain('<testsuite name="loop" tests="2" failures="0" errors="0" skipped="2">');
    expect(text).toContain('<skipped message="waived: until the port (#12) (video, until 2027-03-31)">');
  });
});

describe("what a finding is known by", () => {
  const moved = (report: Report): Report => ({
    ...report,
    findings: report.findings.map((each) => ({ ...each, places: each.places.map((place) => ({ ...place, line: place.line + 40 })) })),
  });
  const fingerprintsOf = async (report: Report): Promise<unknown> => [
    (JSON.parse(await render("gitlab", report)) as { fingerprint: string }[]).map(({ fingerprint }) => fingerprint),
    (await sarifOf(report)).results.map(({ partialFingerprints }) => partialFingerprints["abiLint/v1"]),
  ];

  test("stays when its lines move", async () => {
    expect(await fingerprintsOf(moved(REPORTS.findings))).toEqual(await fingerprintsOf(REPORTS.findings));
  });

  test("is its own, also where two subjects have one name", async () => {
    const twice = { ...REPORTS.findings, findings: [changed, { ...changed, places: [{ file: "other/loop.ko", line: 1, column: 1 }] }] };
    const [gitlab, sarif] = (await fingerprintsOf(twice)) as [string[], string[]];
    expect(gitlab).toEqual([changed.fingerprint, `${changed.fingerprint}-2`]);
    expect(sarif).toEqual(gitlab);
  });

  test("GitHub's own hash of a line is left to GitHub, unless there is no line", async () => {
    const { results } = await sarifOf(REPORTS.findings);
    expect(results.map(({ partialFingerprints: { primaryLocationLineHash: hash } }) => hash !== undefined)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});

describe("what a host takes", () => {
  test("ten annotations of a kind, the worst, and how many are not", async () => {
    const { commands, texts } = commandsOf(await render("github", manyFindings(12)));
    expect(
      commands
        .map(({ name }) => name)
        .join(" ")
        .replace(/(\w+)( \1)*/g, (all, name) => `${all.split(" ").length} ${name}`),
    ).toBe("10 error 10 warning 10 notice");
    expect(texts).toEqual(["abi-lint: 12 errors, 12 warnings, 12 notes; 6 not annotated: GitHub shows 10 of a kind for each step"]);
  });

  test("a comment: the worst first, and how many are left out", async () => {
    const text = await render("markdown", manyFindings(1000));
    const listed = { error: 0, warning: 0, note: 0 };
    for (const [, severity] of text.matchAll(/^\| (error|warning|note) /gm)) listed[severity as keyof typeof listed]++;
    expect(text.length).toBeGreaterThan(58_000);
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(listed).toMatchObject({ warning: 0, note: 0 });
    expect(text).toContain(`Left out, for want of room: ${1000 - listed.error} errors, 1000 warnings, 1000 notes.`);
  });

  test("a step's summary: all that a comment has no room for, within a megabyte", () => {
    const summary = stepSummary(manyFindings(1000));
    expect(summary.match(/^\| (error|warning|note) /gm)).toHaveLength(3000);
    for (const text of HOSTILE) expect(Buffer.byteLength(stepSummary(hostileReport(text)))).toBeLessThan(2 ** 20);
    const full = stepSummary(manyFindings(20_000));
    expect(Buffer.byteLength(full)).toBeLessThan(2 ** 20);
    expect(full).toContain("Left out, for want of room: ");
  });

  test("lines of 2,000 characters, which are longer than any name of the kernel's; what is cut shows", async () => {
    const report = hostileReport("x".repeat(10_000));
    const entry = (JSON.parse(await render("gitlab", report)) as { description: string; check_name: string }[]).find(
      (each) => each.check_name === "plain",
    );
    expect(entry!.description).toBe(`${"x".repeat(1999)}…`);
    for (const { message } of (await sarifOf(report)).results)
      for (const line of message.text.split("\n")) expect(line.length).toBeLessThan(2100);
  });

  test("as many results as GitHub takes, and how many are left out", async () => {
    const run = await sarifOf(manyFindings(9000));
    expect(run.results).toHaveLength(25_000);
    expect(run.invocations[0].toolExecutionNotifications.map(({ message }) => message.text)).toEqual([
      "2000 results left out: GitHub takes no more than 25000 of a run.",
    ]);
  });
});

describe("a test report fails as the run does", () => {
  const counts = async (failOn?: Dress["failOn"]): Promise<unknown> => {
    const text = await render("junit", REPORTS.findings, failOn === undefined ? {} : { failOn });
    return /<testsuites [^>]*>/.exec(text)![0];
  };

  test("errors alone, if nothing else is said; what could not be checked is in error", async () => {
    expect(await counts()).toBe('<testsuites name="abi-lint" tests="4" failures="1" errors="1">');
  });

  test("whatever --fail-on names", async () => {
    expect(await counts("warning")).toBe('<testsuites name="abi-lint" tests="4" failures="2" errors="1">');
    expect(await counts("note")).toBe('<testsuites name="abi-lint" tests="4" failures="3" errors="1">');
  });
});
