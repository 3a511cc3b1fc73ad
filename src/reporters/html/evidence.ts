import { evidenceLine } from "../../findings/evidence.ts";
import type { Evidence, Finding } from "../../findings/model.ts";
import { html, type Markup, type Piece } from "./markup.ts";

interface Line {
  readonly from: readonly string[];
  readonly text: string;
  readonly isType: boolean;
}

/** Kernels of which the same is said share a line. */
const merged = (evidence: readonly Evidence[]): readonly Line[] => {
  const lines: { from: string[]; text: string; isType: boolean }[] = [];
  for (const each of evidence) {
    const { from, text } = evidenceLine(each);
    const last = lines.at(-1);
    if (last?.text === text && from !== "") last.from.push(from);
    else lines.push({ from: from === "" ? [] : [from], text, isType: ["signature", "btf", "compiled"].includes(each.kind) });
  }
  return lines;
};

/** Types of more parameters than this are not held against each other. */
const MOST_PARTS = 64;

/** A type cut behind its opening parenthesis and its commas. */
const partsOf = (type: string): readonly string[] => type.split(/(?<=\()|(?<=, )|(?=\)$)/);

const bare = (part: string): string => part.replace(/, $/, "");

/** For each part of a type whether another has it too, in the same order: their longest common subsequence. */
const commonParts = (mine: readonly string[], theirs: readonly string[]): readonly boolean[] => {
  const [a, b] = [mine.map(bare), theirs.map(bare)];
  const length = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i]![j] = a[i] === b[j] ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
  let j = 0;
  return a.map((part, i) => {
    while (j < b.length && part !== b[j] && length[i]![j] === length[i]![j + 1]) j++;
    const isCommon = part === b[j];
    if (isCommon) j++;
    return isCommon;
  });
};

/** A type with those of its parts marked that another lacks. */
const marked = (type: string, other: string): Piece => {
  const [mine, theirs] = [partsOf(type), partsOf(other)];
  if (mine.length < 2 || Math.max(mine.length, theirs.length) > MOST_PARTS) return type;
  const common = commonParts(mine, theirs);
  return mine.map((part, index) => (common[index] ? part : html`<mark>${bare(part)}</mark>${part.slice(bare(part).length)}`));
};

const own = ({ evidence, oddity }: Finding): readonly Evidence[] =>
  // An oddity's message says the names itself.
  evidence.filter((each) => each.kind !== "promise" && !(each.kind === "names" && oddity));

/** What a finding can be checked by, but the promise: a line for each thing that is said, and by which kernels. */
export const evidenceTable = (finding: Finding): Piece => {
  const lines = merged(own(finding));
  if (lines.length === 0) return undefined;
  const types = lines.filter(({ isType }) => isType);
  const textOf = (line: Line): Piece => {
    const other = line === types[0] ? types[1] : types[0];
    return line.isType && other ? marked(line.text, other.text) : line.text;
  };
  return html`<dl class="evidence">
    ${lines.map(
      (line): Markup =>
        html`<div>
          ${line.from.length > 0 && html`<dt>${line.from.join(", ")}</dt>`}
          <dd>${textOf(line)}</dd>
        </div>`,
    )}
  </dl>`;
};

/** The promise that decided, as a line of words; none where no promise speaks. */
export const promiseLines = ({ evidence }: Finding): readonly string[] =>
  evidence.filter(({ kind }) => kind === "promise").map((each) => evidenceLine(each).text);
