import { createHash } from "node:crypto";
import { HtmlValidate } from "html-validate";
import { html as tree, parse, type DefaultTreeAdapterTypes } from "parse5";
import { beforeAll, describe, expect, test } from "vitest";
import { timelinesFor } from "../src/engine/timelines.ts";
import type { Finding, KernelVerdict, LoadVerdict, RebuildVerdict, Report, SubjectReport, UseRow } from "../src/findings/model.ts";
import { historyOf, type History } from "../src/kernels/history/history.ts";
import { openFacts } from "../src/kernels/history/read.ts";
import type { Rates } from "../src/kernels/history/rates.ts";
import { writeHistory } from "../src/kernels/history/write.ts";
import { htmlReport } from "../src/reporters/html/report.ts";
import { visible } from "../src/shared/visible.ts";
import { abiLint } from "./support/run.ts";

// The HTML report: one file, read here as a browser reads it.

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

const isElement = (node: Node): node is Element => "tagName" in node;
const childrenOf = (node: Node): readonly Node[] => ("childNodes" in node ? node.childNodes : []);
const elementsIn = (node: Node): readonly Element[] =>
  childrenOf(node).flatMap((child) => (isElement(child) ? [child, ...elementsIn(child)] : elementsIn(child)));
const textIn = (node: Node): string => (node.nodeName === "#text" && "value" in node ? node.value : childrenOf(node).map(textIn).join(""));
const wordsIn = (node: Node): string => textIn(node).replaceAll(/\s+/g, " ").trim();
const attribute = (element: Element, name: string): string | undefined => element.attrs.find((each) => each.name === name)?.value;
const hasClass = (element: Element, name: string): boolean => (attribute(element, "class") ?? "").split(" ").includes(name);

interface Page {
  readonly text: string;
  readonly errors: readonly string[];
  readonly elements: readonly Element[];
  byId(id: string): Element | undefined;
  tags(name: string): readonly Element[];
}

const pageOf = (text: string): Page => {
  const errors: string[] = [];
  const document = parse(text, {
    onParseError: ({ code, startLine }) => errors.push(`${startLine}: ${code}`),
    sourceCodeLocationInfo: true,
  });
  const elements = elementsIn(document);
  return {
    text,
    errors,
    elements,
    byId: (id) => elements.find((each) => attribute(each, "id") === id),
    tags: (name) => elements.filter(({ tagName, namespaceURI }) => tagName === name && namespaceURI === tree.NS.HTML),
  };
};

const DRESS = { color: false, width: 100, uses: false } as const;
const render = (report: Report): Page => pageOf(htmlReport(report, DRESS));

const example = (name: string): string => new URL(`../examples/${name}`, import.meta.url).pathname;

interface JsonReport {
  readonly kernels: readonly { readonly name: string }[];
  readonly subjects: readonly { readonly name: string; readonly uses: readonly { readonly name: string; readonly level: string }[] }[];
  readonly findings: readonly {
    readonly message: string;
    readonly instead?: string;
    readonly fingerprint: string;
    readonly places: readonly { readonly file: string; readonly line: number; readonly column: number }[];
  }[];
  readonly waived: readonly { readonly finding: { readonly message: string }; readonly reason: string }[];
}

interface Run {
  readonly page: Page;
  readonly json: JsonReport;
}

const EXAMPLES = ["systemtap", "nvidia", "broadcom"] as const;
const runs = new Map<string, Run>();

// What each run says, as a page and as JSON.
beforeAll(async () => {
  for (const name of EXAMPLES) {
    const say = async (format: string): Promise<string> =>
      (await abiLint(example(name), "abi-lint.manifest.json", "--format", format)).stdout;
    runs.set(name, { page: pageOf(await say("html")), json: JSON.parse(await say("json")) as JsonReport });
  }
}, 120_000);

const RULES = {
  // The form of HTML that is left to taste.
  "void-style": "off",
  "doctype-style": "off",
  "no-trailing-whitespace": "off",
  // A filter that works as it is typed has nothing to submit; a scrolling box is a group and no set of fields.
  "wcag/h32": "off",
  "prefer-native-element": "off",
} as const;

const complaintsAbout = async ({ text }: Page): Promise<readonly string[]> => {
  const { results } = await new HtmlValidate({ extends: ["html-validate:recommended"], rules: RULES }).validateString(text);
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message, line }) => `${line}: ${message} [${ruleId}]`));
};

describe.each(EXAMPLES)("the page of examples/%s", (name) => {
  test("is well-formed and names its parts", async () => {
    const { page } = runs.get(name)!;
    expect(page.errors).toEqual([]);
    expect(await complaintsAbout(page)).toEqual([]);
  }, 60_000);

  test("has every finding with its message, place and remedy, every use with its level, and every kernel", () => {
    const { page, json } = runs.get(name)!;
    expect(json.findings.length).toBeGreaterThan(0);
    for (const { message, instead, fingerprint, places } of json.findings) {
      const item = page.byId(`f-${fingerprint}`)!;
      expect(wordsIn(item)).toContain(message.replaceAll(/\s+/g, " "));
      for (const { file, line, column } of places) expect(wordsIn(item)).toContain(`${file}:${line}:${column}`);
      const rule = page.tags("article").find((each) => elementsIn(each).includes(item))!;
      if (instead !== undefined) expect(wordsIn(rule)).toContain(instead.trim().replaceAll(/\s+/g, " "));
    }
    const uses = page.tags("table").find((each) => hasClass(each, "uses"))!;
    const rows = elementsIn(uses)
      .filter(({ tagName }) => tagName === "tr")
      .slice(1)
      .map((row) => elementsIn(row).filter(({ tagName }) => tagName === "th" || tagName === "td"));
    const listed = new Set(rows.map(([use, level]) => `${wordsIn(use!)} ${wordsIn(level!)}`));
    const taken = new Set(json.subjects.flatMap((subject) => subject.uses.map((use) => `${use.name} ${use.level}`)));
    expect(listed).toEqual(taken);
    const footer = page.tags("footer").at(-1)!;
    const matrix = page.tags("table").find((each) => hasClass(each, "matrix"))!;
    for (const kernel of json.kernels) {
      expect(wordsIn(footer)).toContain(kernel.name);
      expect(wordsIn(matrix)).toContain(kernel.name);
    }
    for (const { finding, reason } of json.waived) {
      expect(wordsIn(page.byId("excused")!.parentNode!)).toContain(finding.message);
      expect(wordsIn(page.byId("excused")!.parentNode!)).toContain(reason);
    }
  });

  test("tells what became of the names with findings, release by release, in drawings and in words", () => {
    const { page } = runs.get(name)!;
    const table = page.tags("table").find((each) => hasClass(each, "history"))!;
    const drawings = elementsIn(table).filter(
      (each) => each.tagName === "svg" && elementsIn(each).some(({ tagName }) => tagName === "path"),
    );
    expect(drawings.length).toBeGreaterThan(0);
    // 23 releases are shipped: the runs of a name have as many cells as that, whatever it was in them.
    const cellsOf = (drawing: Element): number =>
      elementsIn(drawing)
        .filter(({ tagName }) => tagName === "path")
        .map((path) => (Number(/h(\d+)$/.exec(attribute(path, "d")!)![1]) + 1) / 9)
        .reduce((sum, each) => sum + each, 0);
    expect(new Set(drawings.map(cellsOf))).toEqual(new Set([23]));
  });
});

test.each([1, 2, 5, 6, 40])("a finding at %i places is shown with each of them", (count) => {
  const base = reportWith((what) => `x-${what}`);
  const places = Array.from({ length: count }, (_, index) => ({ file: "foo.c", line: index + 1, column: 2 }));
  const [finding] = base.findings as readonly [Finding, ...Finding[]];
  const item = render({ ...base, findings: [{ ...finding, places }] }).byId("f-0123")!;
  expect([...textIn(item).matchAll(/foo\.c:\d+:2/g)].map(String)).toEqual(places.map(({ line }) => `foo.c:${line}:2`));
});

test("the words beside a drawing say when a name was what", () => {
  const { page } = runs.get("nvidia")!;
  const row = page.tags("tr").find((each) => wordsIn(each).startsWith("follow_pfn "))!;
  expect(wordsIn(row)).toContain("exported to 6.1.0-56; absent from 6.12.94");
});

const load = (state: LoadVerdict["state"], more: Partial<LoadVerdict> = {}): LoadVerdict => ({
  state,
  missing: 0,
  crcs: 0,
  licence: 0,
  namespaces: 0,
  vermagic: "fits",
  gaps: [],
  ...more,
});
const rebuild = (state: RebuildVerdict["state"], more: Partial<RebuildVerdict> = {}): RebuildVerdict => ({
  state,
  gone: 0,
  changed: 0,
  licence: 0,
  namespaces: 0,
  unclear: 0,
  gaps: [],
  ...more,
});
type State = LoadVerdict["state"];
const module = (kernel: string, loads: State, builds: State): KernelVerdict => ({
  of: "module",
  kernel,
  load: load(loads),
  rebuild: rebuild(builds),
});

const subjectOf = (name: string, verdicts: readonly KernelVerdict[], uses: readonly UseRow[] = []): SubjectReport => ({
  name,
  kind: "module",
  path: `${name}.ko`,
  verdicts,
  uses,
});

const reportOf = (subjects: readonly SubjectReport[], more: Partial<Report> = {}): Report => ({
  subjects,
  kernels: (subjects[0]?.verdicts ?? []).map(({ kernel }) => ({ name: kernel, source: "a list", exports: 20_000, hasCrcs: true })),
  findings: [],
  waived: [],
  accepted: [],
  problems: [],
  rules: {},
  ...more,
});

const headOf = (report: Report): string => {
  const header = render(report).tags("header")[0]!;
  const title = elementsIn(header).find(({ tagName }) => tagName === "h1");
  const further = elementsIn(header).find((each) => hasClass(each, "further"));
  return [title!, ...(further ? [further] : [])].map(wordsIn).join(" ");
};

describe("the first sentence says whether it holds, and where", () => {
  const [old, lts, now] = ["6.1", "6.12", "7.3"] as const;
  test.each([
    ["foo holds as built on both kernels.", [module(old, "yes", "yes"), module(lts, "yes", "yes")]],
    ["foo holds as built on 6.1.", [module(old, "yes", "yes")]],
    [
      "foo holds on both kernels. It holds as built on 6.1 and once rebuilt on 6.12.",
      [module(old, "yes", "yes"), module(lts, "no", "yes")],
    ],
    ["foo does not hold on 6.12. It holds as built on 6.1.", [module(old, "yes", "yes"), module(lts, "no", "no")]],
    [
      "foo does not hold on 7.3. It holds as built on 6.1; it was not checked on 6.12.",
      [module(old, "yes", "yes"), module(lts, "no", "not-checked"), module(now, "not-checked", "no")],
    ],
    ["foo could not be checked on 6.12. It holds as built on 6.1.", [module(old, "yes", "yes"), module(lts, "no", "not-checked")]],
    ["foo does not hold on either kernel.", [module(old, "no", "no"), module(lts, "no", "no")]],
    ["foo does not hold on any of the 3 kernels.", [module(old, "no", "no"), module(lts, "no", "no"), module(now, "no", "no")]],
    ["No kernel was asked about foo.", []],
  ] as const)("%s", (sentence, verdicts) => {
    expect(headOf(reportOf([subjectOf("foo", verdicts)]))).toBe(sentence);
  });

  test("of many subjects it says how many", () => {
    const report = reportOf([
      subjectOf("a", [module(old, "yes", "yes"), module(lts, "no", "no")]),
      subjectOf("b", [module(old, "yes", "yes"), module(lts, "no", "yes")]),
      subjectOf("c", [module(old, "yes", "yes"), module(lts, "no", "not-checked")]),
    ]);
    expect(headOf(report)).toBe(
      "1 of 3 modules does not hold on at least one kernel. 1 holds on both kernels and 1 could not be checked on at least one kernel.",
    );
  });

  test("a BPF object that loads and does not attach does not hold", () => {
    const asked = { state: "yes", missing: 0, refused: 0, retyped: 0, untold: 0, gaps: [] } as const;
    const verdict: KernelVerdict = { of: "bpf-object", kernel: lts, load: asked, attach: { ...asked, state: "no", missing: 2 } };
    const report = reportOf([{ ...subjectOf("opens.bpf", [verdict]), kind: "bpf-object" }]);
    expect(headOf(report)).toBe("opens.bpf does not hold on 6.12.");
    expect(render(report).tags("td").map(wordsIn)).toEqual(["does not hold", "yes", "no 2 uses missing"]);
  });

  test("an input that could not be read is no pass, and is named among what was not checked", () => {
    const problems = [{ file: "bar.ko", offset: 4, message: "not an ELF file" }];
    const report = reportOf([subjectOf("foo", [module(old, "yes", "yes")])], { problems });
    expect(headOf(report)).toBe("foo holds as built on 6.1, but 1 input could not be read.");
    const gaps = render(report).byId("not-checked")!.parentNode!;
    expect(wordsIn(gaps)).toContain("Not read: bar.ko: offset 0x4: not an ELF file");
  });

  test("a gap that no finding speaks of is said to be one", () => {
    const verdict = { ...module(now, "not-checked", "yes"), load: load("not-checked", { gaps: ["kernel-without-crcs"] }) } as KernelVerdict;
    const gaps = render(reportOf([subjectOf("foo", [verdict])])).byId("not-checked")!.parentNode!;
    expect(wordsIn(gaps)).toContain("7.3: the kernel carries no CRCs");
  });
});

/** A report in which every text that an input may say is made by a function. */
const reportWith = (say: (what: string) => string): Report => {
  const [subject, kernel] = [say("subject"), say("kernel")];
  const places = [
    { file: say("file"), line: 3, column: 7, function: say("function"), through: [say("helper")] },
    ...[1, 2, 3, 4, 5].map((line) => ({ file: say("file"), line, column: 1 })),
  ];
  const use = (name: string): UseRow => ({
    kind: "symbol",
    name,
    weak: true,
    origin: "author",
    level: "internal",
    lists: [say("list")],
    exportType: say("type"),
    exporter: say("exporter"),
    namespace: say("namespace"),
  });
  const finding: Finding = {
    rule: "a-rule",
    severity: "error",
    subject,
    interface: { kind: "symbol", name: say("name") },
    level: "internal",
    kernels: [kernel],
    facts: { name: say("broken"), subject, kernels: kernel, written: say("written"), replacement: say("replacement") },
    evidence: [
      { kind: "promise", level: "internal", by: say("by"), source: say("document"), at: { file: say("policy"), line: 1, column: 1 } },
      { kind: "signature", kernel, name: say("name"), signature: `int (struct ${say("then")} *)` },
      { kind: "signature", kernel: say("other"), name: say("name"), signature: `int (struct ${say("now")} *)` },
      { kind: "list", list: say("list"), file: say("file"), line: 3, reason: say("reason") },
      { kind: "licence", tags: [say("licence")] },
      { kind: "names", kernel, names: [say("one")], count: 3 },
    ],
    places,
    fingerprint: "0123",
  };
  const gap: Finding = { ...finding, gap: "rebuild-unclear", fingerprint: "4567" };
  return {
    subjects: [subject, say("sibling")].map((name) => ({
      ...subjectOf(
        name,
        [{ ...module(kernel, "no", "no"), kernel }],
        [use(say("name")), { ...use(say("broken")), sibling: say("sibling") }],
      ),
      path: say("path"),
      base: { kernel, because: "nearest" },
      outlook: { counted: 2, steps: [{ from: say("from"), to: say("to"), expected: 1.5 }] },
      lists: [{ list: say("list"), listed: 1, of: 2 }],
    })),
    kernels: [
      { name: kernel, source: say("source"), exports: 1, hasCrcs: false },
      { name: say("other"), source: say("source"), exports: 1, hasCrcs: true },
    ],
    findings: [finding, gap],
    waived: [{ finding, reason: say("reason"), owner: say("owner"), until: say("until") }],
    accepted: [finding],
    problems: [{ file: say("file"), message: say("message"), section: say("section"), offset: 1, hint: say("hint") }],
    rules: {
      "a-rule": {
        id: "a-rule",
        title: say("title"),
        message: "{name} is not {replacement} on {kernels}",
        words: {},
        why: say("why"),
        instead: "use {replacement}",
        references: [say("reference")],
        remarks: false,
      },
    },
    timelines: {
      source: say("history"),
      series: [{ name: say("series"), releases: [say("release"), say("release")] }],
      chosen: [
        {
          name: say("broken"),
          source: say("history"),
          series: [{ name: say("series"), marks: ["as-first", "absent"] }],
          signatures: [
            { from: say("from"), to: say("to"), value: say("signature") },
            { from: say("from"), to: say("to"), value: say("signature") },
          ],
          exports: [],
          exporters: [],
          headers: [],
          definedIn: say("file"),
          users: [{ release: say("release"), files: 3 }],
          rates: [],
          replacement: say("replacement"),
        },
      ],
      left: 2,
      folders: [
        {
          folder: say("folder"),
          taken: 1,
          all: [{ from: say("from"), to: say("to"), count: 10, broke: 1 }],
          own: [{ from: say("from"), to: say("to"), count: 1, broke: 0 }],
        },
      ],
    },
  };
};

/** The elements of a page and the attributes they have, without any text. */
const skeleton = ({ elements }: Page): readonly string[] =>
  elements.map(({ tagName, attrs }) => `${tagName} ${attrs.map(({ name }) => name).join(" ")}`);

const HOSTILE = {
  "a script": "<script>alert(1)</script>",
  "the end of our script": "</script><script>alert(1)</script>",
  "the end of the title and the style": "</title></style><img src=x onerror=alert(1)>",
  "the end of an attribute": `" onmouseover="alert(1)" x='`,
  "the end of a comment and of a section": "--> ]]> <!-- <![CDATA[",
  entities: "&lt;script&gt; &#x3c; &amp",
  "marks that turn the line around": "abc\u202egpj.exe\u2066\u200f",
  "terminal escapes and NUL": "\u001b[31m\u0000\u0007\r\n\u0085",
  "half a character and no character": "\ud800 \ufffe \ufdd0",
  "ten thousand letters": "a".repeat(10_000),
  "an address that runs": "javascript:alert(1)",
  "a placeholder": "{name} ${name} $& $1",
} as const satisfies Record<string, string>;

describe("names that an input brings are text and nothing else", () => {
  const plain = skeleton(render(reportWith((what) => `x-${what}`)));

  test.each(Object.keys(HOSTILE) as (keyof typeof HOSTILE)[])("%s", async (kind) => {
    const page = render(reportWith((what) => `${HOSTILE[kind]}-${what}`));
    expect(page.errors).toEqual([]);
    expect(skeleton(page)).toEqual(plain);
    expect(page.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ud800\ufffe\ufdd0]/);
    // The name itself is there to be read, whole, wherever a name stands.
    const said = visible(HOSTILE[kind]).replace("\ud800", "\\u{d800}").replace("\ufffe", "\\u{fffe}").replace("\ufdd0", "\\u{fdd0}");
    for (const what of ["broken", "file", "exporter", "namespace", "owner", "hint", "folder", "document", "then", "now"])
      expect(page.elements.some((each) => textIn(each).includes(`${said}-${what}`))).toBe(true);
    expect(await complaintsAbout(page)).toEqual([]);
  });

  test("of references only addresses of the web are links", () => {
    const links = (text: string): readonly (string | undefined)[] =>
      render(reportWith((what) => (what === "reference" ? text : `x-${what}`)))
        .tags("a")
        .map((link) => attribute(link, "href"))
        .filter((href) => !href?.startsWith("#"));
    expect(links("https://docs.kernel.org/kbuild/modules.html")).toEqual(["https://docs.kernel.org/kbuild/modules.html"]);
    expect(links("javascript:alert(1)")).toEqual([]);
    expect(links("https://a\njavascript:alert(1)")).toEqual([]);
    expect(links("Documentation/kbuild/modules.rst")).toEqual([]);
  });
});

describe("the page needs nothing else and lets nothing else in", () => {
  const page = render(reportWith((what) => `x-${what}`));
  const digest = (element: Element): string => `'sha256-${createHash("sha256").update(textIn(element)).digest("base64")}'`;

  test("its policy allows its one style and its one script, by their digests, and nothing else", () => {
    const [style, script] = [page.tags("style"), page.tags("script")];
    expect([style.length, script.length]).toEqual([1, 1]);
    const policy = page.tags("meta").find((each) => attribute(each, "http-equiv") === "Content-Security-Policy")!;
    expect(attribute(policy, "content")).toBe(
      `default-src 'none'; style-src ${digest(style[0]!)}; script-src ${digest(script[0]!)}; base-uri 'none'; form-action 'none'`,
    );
    const before = page.elements.slice(0, page.elements.indexOf(style[0]!));
    expect(before).toContain(policy);
  });

  test("no attribute fetches, runs or dresses anything", () => {
    const attributes = page.elements.flatMap(({ tagName, attrs }) => attrs.map(({ name, value }) => ({ tagName, name, value })));
    expect(attributes.filter(({ name }) => /^on|^style$|^src|^srcset$|^action$|^formaction$|^data$|^poster$|^ping$/.test(name))).toEqual(
      [],
    );
    expect(attributes.filter(({ name, value }) => name === "href" && !value.startsWith("#"))).toEqual([]);
    expect(textIn(page.tags("style")[0]!)).not.toMatch(/@import|url\((?!#)|https?:/);
  });

  test("without a script the lists are there in full, and the filter is not", () => {
    expect(attribute(page.byId("filter")!, "hidden")).toBe("");
    expect(page.elements.filter((each) => attribute(each, "hidden") !== undefined)).toHaveLength(1);
  });

  test("every link within the page leads somewhere", () => {
    const targets = page.tags("a").map((link) => attribute(link, "href")!.slice(1));
    expect(targets.filter((id) => page.byId(id) === undefined)).toEqual([]);
  });
});

test("the same report gives the same page, and two findings alike in all that identifies them are both there", () => {
  const report = reportWith((what) => `x-${what}`);
  const twice = { ...report, findings: [...report.findings, ...report.findings] };
  expect(htmlReport(twice, DRESS)).toBe(htmlReport(twice, DRESS));
  const ids = render(twice)
    .elements.flatMap((each) => attribute(each, "id") ?? [])
    .filter((id) => id.startsWith("f-"));
  expect(ids).toEqual(["f-0123", "f-4567", "f-0123-2", "f-4567-2"]);
});

test("a module of 500 uses, each with a finding, makes a page of less than a megabyte", () => {
  const base = reportWith((what) => `x-${what}`);
  const names = Array.from({ length: 500 }, (_, index) => `a_kernel_function_of_usual_length_${index}`);
  const [finding] = base.findings as readonly [Finding, ...Finding[]];
  const [timeline] = base.timelines!.chosen;
  const page = htmlReport(
    {
      ...base,
      subjects: [{ ...base.subjects[0]!, uses: names.map((name) => ({ ...base.subjects[0]!.uses[0]!, name })) }],
      findings: names.map((name, index) => ({
        ...finding,
        interface: { kind: "symbol", name },
        facts: { ...finding.facts, name },
        fingerprint: String(index).padStart(32, "0"),
      })),
      timelines: { ...base.timelines!, chosen: names.slice(0, 300).map((name) => ({ ...timeline!, name })) },
    },
    DRESS,
  );
  expect(pageOf(page).elements.filter((each) => attribute(each, "id")?.startsWith("f-"))).toHaveLength(500);
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
});

/** A history of two releases in memory: what each name was, by `type`, `signature`, `source` and, in the headers, `form`. */
const historyWith = (
  exports: Readonly<Record<string, { readonly source: string; readonly before?: string; readonly after?: string | null }>>,
  headers: Readonly<Record<string, string>> = {},
): History => {
  const release = (name: string) => ({ name, series: name, arch: "amd64", exports: 0 });
  const facts = openFacts(
    writeHistory({
      about: "made in memory",
      releases: [release("6.12"), release("7.3")],
      tables: {
        exports: {
          attributes: ["type", "signature", "source"],
          rows: new Map(
            Object.entries(exports)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, { source, before, after = before }]) => [
                name,
                [
                  ["EXPORT_SYMBOL", after === null ? undefined : "EXPORT_SYMBOL"],
                  [before, after ?? undefined],
                  [source, after === null ? undefined : source],
                ],
              ]),
          ),
        },
      },
    }),
    "exports",
  );
  const declared = openFacts(
    writeHistory({
      about: "made in memory",
      releases: facts.releases,
      tables: {
        headers: {
          attributes: ["form", "header"],
          rows: new Map(
            Object.entries(headers).map(([name, form]) => [
              name,
              [
                [undefined, form],
                [undefined, "linux/mm.h"],
              ],
            ]),
          ),
        },
      },
    }),
    "headers",
  );
  return historyOf({ exports: facts, name: "two releases", headers: () => declared, crcs: () => () => 0 });
};

describe("what became of the names that matter", () => {
  const history = historyWith(
    {
      kept: { source: "mm/a.c", before: "int (int)" },
      gone: { source: "mm/a.c", before: "int (int)", after: null },
      inlined: { source: "mm/b.c", before: "int (int)", after: null },
      retyped: { source: "mm/b.c", before: "int (int)", after: "int (long)" },
      untyped: { source: "mm/b.c" },
      elsewhere: { source: "net/core/c.c", before: "int (int)", after: null },
      stranger: { source: "fs/d.c", before: "int (int)", after: null },
    },
    { inlined: "inline" },
  );
  const rates: Rates = {
    about: "",
    buckets: [{ atLeast: 0, steps: [] }],
    all: [{ from: "6.12", to: "7.3", count: 0, broke: 0 }],
  };
  const use = (name: string, more: Partial<UseRow> = {}): UseRow => ({
    kind: "symbol",
    name,
    weak: false,
    origin: "author",
    level: "internal",
    ...more,
  });
  const told = (uses: readonly UseRow[], more: Partial<Report> = {}): ReturnType<typeof timelinesFor> =>
    timelinesFor(reportOf([subjectOf("foo", [], uses)], more), { history, rates }, new Map());
  const chosen = (uses: readonly UseRow[], more: Partial<Report> = {}): readonly string[] =>
    told(uses, more).chosen.map(({ name }) => name);

  test("what was always the same is left out, what is gone comes before what is there with another type", () => {
    expect(chosen([use("kept"), use("retyped"), use("inlined"), use("gone")])).toEqual(["gone", "retyped", "inlined"]);
  });

  test("what somebody promised, what a sibling exports and what the compiler added is left out", () => {
    expect(chosen([use("gone", { level: "vendor" }), use("inlined", { sibling: "bar" }), use("retyped", { origin: "toolchain" })])).toEqual(
      [],
    );
  });

  test("a name with a finding comes first and is there whatever became of it", () => {
    const [finding] = reportWith((what) => `x-${what}`).findings as readonly [Finding, ...Finding[]];
    const about = { ...finding, interface: { kind: "symbol", name: "kept" }, facts: { name: "kept" } } as const;
    expect(chosen([use("kept"), use("gone")], { findings: [about] })).toEqual(["kept", "gone"]);
    expect(chosen([use("kept")], { waived: [{ finding: about, reason: "", owner: "" }] })).toEqual(["kept"]);
  });

  test("a folder's exports are counted as the shipped rates are: what became an inline is kept, what has no known type is not counted", () => {
    expect(told([use("kept"), use("gone"), use("elsewhere"), use("unheard")]).folders).toEqual([
      {
        folder: "mm",
        taken: 2,
        all: [{ from: "6.12", to: "7.3", count: 4, broke: 2 }],
        own: [{ from: "6.12", to: "7.3", count: 2, broke: 1 }],
      },
      {
        folder: "net/core",
        taken: 1,
        all: [{ from: "6.12", to: "7.3", count: 1, broke: 1 }],
        own: [{ from: "6.12", to: "7.3", count: 1, broke: 1 }],
      },
    ]);
  });
});
