import type { PolicyLine } from "../findings/model.ts";
import { MAX_LINE } from "../shared/limits.ts";
import { validate } from "../shared/validate.ts";
import { parseYaml } from "../shared/yaml.ts";
import { BaselineFile } from "./schema.ts";

/** What was accepted: a rule's verdict on one interface (or gap, or oddity) of one subject, on one kernel; "" where it depends on none. */
export type Identity = readonly [rule: string, subject: string, kind: string, name: string, kernel: string];

/** The findings accepted when abi-lint was adopted. */
export interface Baseline {
  readonly accepted: readonly { readonly identity: Identity; readonly at: PolicyLine }[];
}

/** Two branches that add lines next to each other both keep theirs, if git is told so; hence the first line. */
const HEAD = `# What "abi-lint baseline create" accepted, a line each; "update" and "prune" drop lines, --accept-new adds them.
# Merges without conflicts by this line in .gitattributes: abi-lint.baseline.yaml merge=union
baseline: 1
accepted:
`;

/** Anything but plain ASCII is written as \uNNNN: the file sorts by bytes and no name in it can command a terminal. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[^\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** An identity as its line of the file. */
export const lineOf = (identity: Identity): string => `- [${identity.map(quoted).join(", ")}]`;

/** A baseline as text: sorted, each identity once; the same bytes for the same identities. */
export const renderBaseline = (identities: Iterable<Identity>): string =>
  HEAD +
  [...new Set([...identities].map(lineOf))]
    .sort()
    .map((line) => `${line}\n`)
    .join("");

/** A line as `lineOf` writes it, of no control characters, which JSON forbids; on one of millions of characters the expression would exhaust its stack. */
const LINE = /^- \["[ !#-[\]-\uffff]+"(, "([ !#-[\]-\uffff]|\\["\\]|\\u[0-9a-f]{4})*"){4}\]$/;

/**
 * The file as `renderBaseline` writes it, each line by itself: a baseline of many thousand lines costs no more than reading them.
 * Undefined where a line is not in that form, as after a person's edit.
 */
const parseRendered = (text: string, file: string): Baseline | undefined => {
  if (!text.startsWith(HEAD) || !text.endsWith("\n")) return undefined;
  const lines = text.slice(HEAD.length, -1).split("\n");
  const first = HEAD.split("\n").length;
  if (text.length > HEAD.length && !lines.every((line) => line.length <= MAX_LINE && LINE.test(line))) return undefined;
  const { data } = BaselineFile.shape.accepted.safeParse(
    text.length > HEAD.length ? JSON.parse(`[${lines.map((line) => line.slice(2)).join()}]`) : [],
  );
  return data && { accepted: data.map((identity, index) => ({ identity, at: { file, line: first + index, column: 3 } })) };
};

/** Reads a baseline, in any order of lines and with lines repeated, as a merge may leave it. @throws InputError with every fault. */
export const parseBaseline = (text: string, file: string): Baseline => {
  const rendered = parseRendered(text, file);
  if (rendered) return rendered;
  const yaml = parseYaml(text, file);
  const { accepted } = validate(yaml, BaselineFile);
  return { accepted: accepted.map((identity, index) => ({ identity, at: yaml.placeOf(["accepted", index]) })) };
};
