import { messageOf } from "../findings/message.ts";
import type { Finding, FindingSeverity, KernelVerdict, Report, SubjectReport } from "../findings/model.ts";
import { countText, kernelText, notSeenText, problemPlace, problemText } from "./closing.ts";
import { linesOf, placeText } from "./finding-lines.ts";
import { code, sentence, sentenceOn } from "./markdown-text.ts";
import { answersOf } from "./matrix.ts";
import { plural } from "./paint.ts";
import { clip, fitting } from "./plain.ts";
import type { Reporter } from "./reporter.ts";

/** GitHub refuses a comment of more than 65,536 characters; GitLab takes a million. */
const COMMENT = 60_000;

/** Of which as much at most for each part beside the findings. */
const PART = 1 / 6;

const MAX_CELL = 400;

/** Lines of evidence in a cell. */
const MAX_LINES = 12;

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** As many rows as fit below a head, and how many do not. */
const table = (
  head: readonly string[],
  rows: readonly string[],
  room: number,
): { readonly lines: readonly string[]; readonly left: number } => {
  if (rows.length === 0) return { lines: [], left: 0 };
  const top = [row(head), row(head.map(() => "---"))];
  const shown = fitting(rows, room - top.join("\n").length - 1);
  return { lines: shown.length > 0 ? [...top, ...shown] : [], left: rows.length - shown.length };
};

const holds = (verdict: KernelVerdict): boolean => answersOf(verdict).every(({ state }) => state === "yes");

/** Where each subject stands with each kernel; of many subjects those alone that do not hold everywhere. */
const matrix = (report: Report, room: number): readonly string[] => {
  const { subjects, kernels } = report;
  const judged = subjects.filter(({ verdicts }) => verdicts.length > 0);
  const shown = judged.length === 1 ? judged : judged.filter(({ verdicts }) => !verdicts.every(holds));
  const questions = [
    ...new Set(shown.flatMap(({ verdicts }) => verdicts.flatMap((each) => answersOf(each).map(({ question }) => question)))),
  ];
  const cells = ({ name }: SubjectReport, verdict: KernelVerdict): string => {
    const answers = new Map(answersOf(verdict).map(({ question, state, text }) => [question, state === "no" ? `**${text}**` : text]));
    const named = judged.length === 1 ? [] : [code(clip(name, MAX_CELL))];
    return row([...named, code(clip(verdict.kernel, MAX_CELL)), ...questions.map((question) => answers.get(question) ?? "")]);
  };
  const rows = shown.flatMap((subject) =>
    subject.verdicts.filter((verdict) => judged.length === 1 || !holds(verdict)).map((verdict) => cells(subject, verdict)),
  );
  const { lines, left } = table([...(judged.length === 1 ? [] : ["input"]), "kernel", ...questions], rows, room);
  const clean = judged.length - shown.length;
  const rest = [
    ...(left > 0 ? [`${plural(left, "row")} more of this table left out.`] : []),
    ...(clean > 0
      ? [`${plural(clean, "input")} more ${clean === 1 ? "holds" : "hold"} on ${kernels.length === 1 ? "it" : "all of them"}.`]
      : []),
  ];
  const against = kernels.length > 0 ? kernelText(report).map((each) => sentence(clip(each, Math.floor(room / 16)))) : [];
  return [...lines, ...[...rest, ...against].flatMap((each) => ["", each])];
};

/** Of findings of one rule that follow one another the first says what all of them share. */
const findingRow = (finding: Finding, before: Finding | undefined, report: Report): string => {
  const { own, also, shared } = linesOf(finding, report);
  const isSaid = before?.rule === finding.rule && linesOf(before, report).shared.join("\n") === shared.join("\n");
  const cut = (line: string): string => clip(line, MAX_CELL);
  const say = sentenceOn(finding);
  const lines = [
    say(cut(messageOf(finding, report.rules[finding.rule]!))),
    ...own.slice(0, MAX_LINES).map(cut).map(code),
    ...(own.length > MAX_LINES ? [`and ${own.length - MAX_LINES} lines more`] : []),
    ...[...(also === undefined ? [] : [also]), ...(isSaid ? [] : shared)].map(cut).map(say),
  ];
  return row([finding.severity, code(cut(placeText(finding.places[0]!))), lines.join("<br>"), code(cut(finding.rule))]);
};

const cutText = (left: readonly Finding[]): readonly string[] => {
  const count = (severity: FindingSeverity): number => left.filter((each) => each.severity === severity).length;
  const kinds = (["error", "warning", "note"] as const).filter((each) => count(each) > 0).map((each) => plural(count(each), each));
  return left.length === 0 ? [] : ["", `Left out, for want of room: ${kinds.join(", ")}. \`abi-lint --format text\` shows them all.`];
};

/** No row is shorter, so that rows which cannot fit are not made. */
const MIN_ROW = 20;

const findings = (report: Report, room: number): readonly string[] => {
  const first = report.findings.slice(0, Math.max(0, Math.ceil(room / MIN_ROW)));
  const rows = first.map((finding, index) => findingRow(finding, first[index - 1], report));
  const { lines, left } = table(["", "where", "what", "rule"], rows, room);
  return [...lines, ...cutText(report.findings.slice(first.length - left))];
};

/** What nobody may take for checked. */
const notChecked = (report: Report, room: number): readonly string[] => {
  const items = report.problems.map((problem) => {
    const [place, why] = [clip(problemPlace(problem), MAX_CELL), clip(problemText(problem), MAX_CELL)];
    return `- ${code(place)} could not be read: ${sentence(why)}`;
  });
  const shown = fitting(items, room / 2);
  const more = items.length > shown.length ? [`- and ${plural(items.length - shown.length, "input error")} more`] : [];
  const said = [...(report.kernels.length > 0 ? [] : kernelText(report)), ...notSeenText(report)].map(
    (each) => `- ${sentence(clip(each, Math.floor(room / 16)))}`,
  );
  const all = [...shown, ...more, ...said];
  return all.length > 0 ? ["**Not checked**", "", ...all] : [];
};

const waivedRows = (report: Report, room: number): readonly string[] => {
  const rows = report.waived.map(({ finding, reason, owner, until }) => {
    const agreed = `${reason} (${owner}${until === undefined ? "" : `, until ${until}`})`;
    const message = messageOf(finding, report.rules[finding.rule]!);
    return row([
      code(clip(placeText(finding.places[0]!), MAX_CELL)),
      sentenceOn(finding)(clip(message, MAX_CELL)),
      sentence(clip(agreed, MAX_CELL)),
    ]);
  });
  const { lines, left } = table(["where", "waived", "because"], rows, room);
  return [...lines, ...(left > 0 ? ["", `${left} more waived.`] : [])];
};

/** The report as Markdown of at most so many characters (10,000 or more): what does not fit is counted. */
export const markdownWithin = (report: Report, limit: number, waived = false): string => {
  const part = Math.floor(limit * PART);
  const head = [`## abi-lint: ${countText(report)}`];
  const before = matrix(report, part);
  const after = [waived ? waivedRows(report, part) : [], notChecked(report, part)];
  const used = [head, before, ...after].flat().reduce((sum, line) => sum + line.length + 1, 500);
  return `${[head, before, findings(report, limit - used), ...after]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n").trim())
    .join("\n\n")}\n`;
};

/** For a comment on a merge request: the verdict first, then the matrix, the findings, and what was not checked. */
export const markdown: Reporter = (report, { waived = false }) => markdownWithin(report, COMMENT, waived);
