import type { KernelReport, Report, SubjectReport } from "../findings/model.ts";
import { countFindings } from "../findings/summary.ts";
import type { Problem } from "../shared/input-error.ts";
import { visible } from "../shared/visible.ts";
import { keysOf, SUBJECT_KINDS, type SubjectKind } from "../shared/vocabulary.ts";
import { plural } from "./paint.ts";

// The sentences about a run as a whole, which every format for people ends (or begins) with.

const kernelWords = ({ name, exports, hasCrcs, types }: KernelReport): string => {
  const known = [
    ...(exports > 0 || types === undefined ? [`${plural(exports, "export")}${hasCrcs ? "" : ", no CRCs"}`] : []),
    ...(types === undefined ? [] : [`${plural(types, "type")} of BTF`]),
  ];
  return `${visible(name)} (${known.join(", ")})`;
};

/** How a kernel is named that a kind of subject can be judged on; a program asks none. */
const HOW_TO_NAME = {
  module: "whether anything loads or builds there was not judged (--kernel 6.12, or a Module.symvers)",
  "bpf-object": "whether anything loads or attaches there was not judged (--btf 6.12=FILE)",
  program: "",
  source: "whether it builds there was not judged (--kernel 6.12)",
} as const satisfies Record<SubjectKind, string>;

const NOT_SEEN = {
  module: "inline functions, macros and struct members of the headers",
  "bpf-object":
    "the verifier's own reasons, inlined and renamed copies of functions, the format of events, targets that user space chooses",
  program: "what was not run",
  source: "what the compiler makes of macros with typeof or _Generic, warnings that the kernel's build makes errors, and behaviour",
} as const satisfies Record<SubjectKind, string>;

const kindsOf = ({ subjects }: Report): readonly SubjectKind[] =>
  keysOf(SUBJECT_KINDS).filter((kind) => subjects.some((subject) => subject.kind === kind));

/** What it was judged against, or what was not judged for want of a kernel. */
export const kernelText = (report: Report): string[] => {
  if (report.kernels.length > 0) return [`Against ${report.kernels.map(kernelWords).join(", ")}.`];
  return kindsOf(report)
    .filter((kind) => HOW_TO_NAME[kind] !== "")
    .map((kind) => `No kernel given: ${HOW_TO_NAME[kind]}.`);
};

/** What no reader of such inputs can see; nothing where none was read. */
export const notSeenText = (report: Report): string[] => {
  const isRead = (subject: SubjectReport): boolean =>
    subject.verdicts.length > 0 && subject.verdicts.every((verdict) => verdict.of === "module" && verdict.rebuild.source !== undefined);
  const kinds = new Set(report.subjects.map((subject) => (isRead(subject) ? "source" : subject.kind)));
  const said = keysOf(SUBJECT_KINDS).flatMap((kind) => (kinds.has(kind) ? NOT_SEEN[kind] : []));
  return said.length > 0 ? [`Not seen: ${said.join("; ")}.`] : [];
};

/** Why an input could not be read, with the place in a binary and what may have been meant. */
export const problemText = ({ message, offset, section, hint }: Problem): string => {
  const where = offset === undefined ? "" : `${section === undefined ? "" : `section ${section}, `}offset 0x${offset.toString(16)}: `;
  return `${where}${message}${hint === undefined ? "" : ` (${hint})`}`;
};

/** The place of an input error, as far as there is one. */
export const problemPlace = ({ file, line, column }: Problem): string => (line === undefined ? file : `${file}:${line}:${column ?? 1}`);

/** How much of what there is: `2 errors, 1 warning, 0 notes, 1 waived`. */
export const countText = (report: Report): string => {
  const counts = countFindings(report);
  return [
    plural(counts.error, "error"),
    plural(counts.warning, "warning"),
    plural(counts.note, "note"),
    ...(report.waived.length > 0 ? [`${report.waived.length} waived`] : []),
    ...(report.accepted.length > 0 ? [`${report.accepted.length} accepted by the baseline`] : []),
    ...(report.problems.length > 0 ? [plural(report.problems.length, "input error")] : []),
  ].join(", ");
};
