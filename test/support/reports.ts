import { fingerprintOf } from "../../src/findings/fingerprint.ts";
import type { Finding, KernelVerdict, Report, RuleText, SubjectReport } from "../../src/findings/model.ts";

// Reports made in memory: the cases that every format is held against, and reports in which a hostile text stands wherever one can come from outside.

const verdict = (kernel: string, changed = 0): KernelVerdict => ({
  of: "module",
  kernel,
  load: { state: "yes", missing: 0, crcs: 0, licence: 0, namespaces: 0, vermagic: "fits", gaps: [] },
  rebuild: { state: changed > 0 ? "no" : "yes", gone: 0, changed, licence: 0, namespaces: 0, unclear: 0, gaps: [] },
});

const subject = (name: string, path: string, verdicts: readonly KernelVerdict[]): SubjectReport => ({
  name,
  kind: "module",
  path,
  verdicts,
  uses: [],
});

const rule = (id: string, title: string, message: string, more: Partial<RuleText> = {}): RuleText => ({
  id,
  title,
  message,
  words: {},
  references: [],
  remarks: false,
  ...more,
});

const RULES = {
  "signature-changed": rule(
    "signature-changed",
    "What the source calls has another type on a kernel",
    "{name} has another type on {kernels}",
    {
      why: "In-kernel interfaces change with their callers in the tree, in one commit.",
      instead: "{replacement}",
      references: ["Documentation/process/stable-api-nonsense.rst"],
    },
  ),
  "not-checked": rule("not-checked", "Something that could not be checked", "not checked on {kernels} whether {subject} {gap}", {
    words: { gap: { "kernel-without-crcs": "loads, because the kernel carries no CRCs" } },
  }),
  "internal-symbol": rule("internal-symbol", "A symbol that nobody promised", "{name} is internal to the kernel"),
  "unused-waiver": rule("unused-waiver", "A waiver that nothing needs", "no finding needs\n  this waiver of {rule}\n", {
    why: "What it excused is gone.",
    instead: "removing it",
  }),
} as const;

const finding = (id: string, about: string, more: Partial<Finding>): Finding => ({
  rule: id,
  severity: "error",
  subject: "loop",
  kernels: [],
  facts: {},
  evidence: [],
  places: [{ file: "loop.ko", line: 1, column: 1 }],
  fingerprint: fingerprintOf(id, "loop", about, []),
  ...more,
});

export const changed = finding("signature-changed", "v4l2_fh_add", {
  interface: { kind: "symbol", name: "v4l2_fh_add" },
  level: "internal",
  kernels: ["7.3.4"],
  facts: { name: "v4l2_fh_add", kernels: "7.3.4", replacement: "v4l2_fh_add() with the file" },
  evidence: [
    { kind: "signature", kernel: "6.12.107", name: "v4l2_fh_add", signature: "void (struct v4l2_fh *)" },
    { kind: "signature", kernel: "7.3.4", name: "v4l2_fh_add", signature: "void (struct v4l2_fh *, struct file *)" },
    {
      kind: "promise",
      level: "internal",
      source: "Documentation/process/stable-api-nonsense.rst",
      at: { file: "rules/promises/10-exported-symbol.yaml", line: 3, column: 1 },
    },
  ],
  places: [
    { file: "src/loop.c", line: 1973, column: 9, function: "loop_open", through: ["v4l2_fh_init"] },
    { file: "src/loop.c", line: 2010, column: 9 },
    { file: "src/ioctl[1].c", line: 7, column: 3 },
  ],
});
const gap = finding("not-checked", "kernel-without-crcs", {
  gap: "kernel-without-crcs",
  kernels: ["7.3.4"],
  facts: { subject: "loop", kernels: "7.3.4", gap: "kernel-without-crcs" },
});
const internal = finding("internal-symbol", "vmalloc", {
  severity: "warning",
  interface: { kind: "symbol", name: "vmalloc" },
  facts: { name: "vmalloc" },
  places: [{ file: "src/loop.c", line: 12, column: 20 }],
});
const unused = finding("unused-waiver", "unused private-symbol", {
  severity: "note",
  subject: "policy",
  waiver: "unused",
  facts: { rule: "private-symbol" },
  places: [{ file: "abi-lint.yaml", line: 14, column: 5 }],
});

const report = (parts: Partial<Report>): Report => ({
  subjects: [subject("loop", "loop.ko", [verdict("6.12.107"), verdict("7.3.4", 1)])],
  kernels: [
    { name: "6.12.107", source: "history", exports: 26_765, hasCrcs: true },
    { name: "7.3.4", source: "history", exports: 28_689, hasCrcs: false },
  ],
  findings: [],
  waived: [],
  accepted: [],
  problems: [],
  rules: RULES,
  ...parts,
});

const findings: readonly Finding[] = [changed, gap, internal, unused];

/** One report for each state that a run can be in. */
export const REPORTS = {
  clean: report({ subjects: [subject("loop", "loop.ko", [verdict("6.12.107")])], kernels: report({}).kernels.slice(0, 1), rules: {} }),
  findings: report({ findings }),
  waived: report({
    waived: [{ finding: changed, reason: "until the port (#12)", owner: "video", until: "2027-03-31" }],
    accepted: [internal],
  }),
  problems: report({
    subjects: [],
    kernels: [],
    rules: {},
    problems: [
      {
        file: "broken.ko",
        message: "the section header table lies outside the file",
        offset: 0x40,
        section: ".symtab",
        hint: "is it whole?",
      },
      { file: "usage.json", message: "unknown key", line: 3, column: 7, source: "  nmae: x" },
    ],
  }),
} as const satisfies Record<string, Report>;

/** A run of so many findings of each severity. */
export const manyFindings = (count: number): Report =>
  report({
    findings: (["error", "warning", "note"] as const).flatMap((severity) =>
      Array.from({ length: count }, (_, index) =>
        finding("internal-symbol", `${severity} symbol_${index}`, {
          severity,
          interface: { kind: "symbol", name: `symbol_${index}` },
          facts: { name: `symbol_${index}` },
          places: [{ file: "src/loop.c", line: index + 1, column: 1 }],
        }),
      ),
    ),
  });

/** What names may hold: each is a command, a delimiter or a trap of some format. */
export const HOSTILE: readonly string[] = [
  "::error file=a,line=1::injected",
  "%0A::error::injected",
  "a\n::warning::injected\r\n::stop-commands::x\r::notice::y",
  "##[error]injected",
  "%25%0D%2C",
  "a,b:c=d, col=7",
  "=leading",
  " spaces ",
  "]]> <![CDATA[ <!-- --> <?x?> &lt; &#0; \" '",
  "<script>alert(1)</script></code></td></table><img src=x onerror=alert(1)>",
  "a|b||c\\|d",
  "`a` ``b`` ```",
  "\\`|\\",
  "**a** __b__ ~~c~~ # d [e](https://example.com) ![f](x) <https://example.com>",
  "@everyone #12 !34 GH-5 ~label %milestone $math$ :smile: www.example.com https://example.com a@example.com",
  "[text](0) [x](1){0}{{1}}",
  "\u001b[31mred\u001b[0m\u001b]8;;https://example.com\u0007link\u001b]8;;\u0007",
  "abc\u202edef\u202c\u200f\u2066x\u2069\u200b\ufeff",
  "nul\u0000bell\u0007del\u007fc1\u009b",
  "lone\ud800 and \udfff halves",
  "not a character \ufffe\uffff",
  "paragraph\u2028and line\u2029separators\u0085",
  "name ".repeat(2000),
  "x".repeat(10_000),
  "é漢字𐐀".repeat(2500),
  "|".repeat(10_000),
  "../../etc/passwd",
  "/lib/modules/a b/%41.ko",
  "C:\\a\\b.ko",
  "__proto__",
];

/** A report in which a text stands wherever a module, a manifest, a kernel, a policy or a report that was read may have brought it. */
export const hostileReport = (text: string): Report => {
  const about = finding(text, text, {
    subject: text,
    interface: { kind: "symbol", name: text },
    kernels: [text],
    facts: { name: text, kernels: text, replacement: text },
    evidence: [
      { kind: "signature", kernel: text, name: text, signature: text },
      { kind: "export", kernel: text, type: text, exporter: text, namespace: text },
      { kind: "promise", level: "internal", by: text, source: text, at: { file: text, line: 1, column: 1 } },
      { kind: "names", names: [text, text], count: 9 },
    ],
    places: [
      { file: text, line: 3, column: 4, function: text, through: [text, text] },
      { file: text, line: 5, column: 6 },
    ],
  });
  return {
    subjects: [subject(text, text, [verdict(text, 1)]), subject("other", "other.ko", [verdict(text)])],
    kernels: [{ name: text, source: text, exports: 1, hasCrcs: false }],
    findings: [about, { ...about, rule: "plain", subject: text, fingerprint: about.fingerprint }],
    waived: [{ finding: about, reason: text, owner: text, until: text }],
    accepted: [about],
    problems: [
      { file: text, message: text, hint: text, source: text },
      { file: text, message: text, line: 2, column: 3 },
      { file: text, message: text, offset: 16, section: text },
    ],
    rules: Object.fromEntries([
      [text, rule(text, text, `{name} ${text} {kernels}`, { why: text, instead: `{replacement} ${text}`, references: [text] })],
      ["plain", rule("plain", "", "{name}")],
    ]),
  };
};
