import { explain } from "../engine/explain.ts";
import type { LintInput } from "../engine/lint.ts";
import type { ResolvedPromise, ResolvedRule } from "../policy/model.ts";
import { renderExplanation } from "../reporters/explanation.ts";
import type { Dress } from "../reporters/reporter.ts";
import { visible } from "../shared/visible.ts";
import type { Subject } from "../usage/model.ts";

const at = ({ file, line }: { readonly file: string; readonly line: number }): string => `${file}:${line}`;

const paragraph = (title: string, text: string | undefined): string[] =>
  text === undefined ? [] : [`  ${title.padEnd(9)}${text.trim().replaceAll("\n", " ")}`];

/** A rule in words: what it matches, why, what to do, by which document, and which lines say so. */
export const explainRule = (rule: ResolvedRule): string =>
  [
    `${rule.id}  ${rule.severity}  ${rule.title}`,
    ...paragraph("why", rule.why),
    ...paragraph("instead", rule.instead),
    ...paragraph("match", rule.code ? "what its function finds" : JSON.stringify(rule.match)),
    ...paragraph("says", rule.message),
    ...rule.references.flatMap((reference) => paragraph("see", reference)),
    ...paragraph("defined", at(rule.at)),
    ...paragraph("severity", `${rule.severity}, by ${at(rule.origins["severity"] ?? rule.at)}`),
    ...(rule.examples
      ? [...rule.examples.bad.map(({ says }) => `  finds    ${says}`), ...rule.examples.good.map(({ says }) => `  passes   ${says}`)]
      : []),
    ...paragraph(
      "change",
      `rules: { ${rule.id}: off | note | warning | error } in a policy that extends this one, or a waiver that names what it is for`,
    ),
  ]
    .map(visible)
    .join("\n")
    .concat("\n");

/** A promise in words. */
export const explainPromise = (promise: ResolvedPromise): string =>
  [
    `${at(promise.at)}  ${promise.level}`,
    ...paragraph("match", JSON.stringify(promise.match)),
    ...paragraph("by", promise.by ?? "nobody"),
    ...paragraph("after", promise.source),
    ...paragraph("why", promise.why),
    ...paragraph("change", "a promise of your own that matches is tried before this one"),
  ]
    .map(visible)
    .join("\n")
    .concat("\n");

/** A symbol that nobody need use yet: what a module would lean on that took it. */
export const explainSymbol = (name: string, input: Omit<LintInput, "subjects">, dress: Dress): string => {
  const subject: Subject = {
    name: "a module",
    kind: "module",
    path: "-",
    line: 1,
    column: 1,
    licences: ["GPL"],
    depends: [],
    imports: [],
    oddities: [],
    modinfo: [],
    exports: [],
    uses: [{ kind: "symbol", name, weak: false, origin: "author", sites: [] }],
  };
  const text = renderExplanation(explain({ ...input, subjects: [subject] }, name), dress);
  return text.replace(/^ {2}taken by a module at 0 places\n/m, "");
};
