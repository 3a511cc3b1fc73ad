import { compareBySeverities, type Aside, type SeverityChange, type SeverityComparison } from "../kernels/lists/compare.ts";
import type { SeverityRule } from "../kernels/lists/model.ts";
import { parseSeverities } from "../kernels/lists/severities.ts";
import type { KernelExport, ListedKernel } from "../kernels/model.ts";
import { kernelSeveritiesText } from "../reporters/kernel-severities.ts";
import type { JsonKernelSeverities } from "../reporters/kernel-schema.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { formsOf, writeForms, type KernelOptions } from "./kernel-show.ts";
import { noteText } from "./problems.ts";

export interface SeverityOptions extends KernelOptions {
  readonly rules: string;
}

type Sides = Pick<JsonKernelSeverities, "before" | "after" | "for">;
type Change = JsonKernelSeverities["changes"][number];
type ExportOf = (of: KernelExport) => NonNullable<Change["to"]>;

const ruleOf = ({ line, kind, pattern, verdict }: SeverityRule): NonNullable<Change["rule"]> => ({ line, kind, pattern, verdict });

const changeOf = (change: SeverityChange, exportOf: ExportOf): Change => ({
  kind: change.kind,
  name: change.name,
  tolerated: change.tolerated,
  ...(change.rule && { rule: ruleOf(change.rule) }),
  ...("from" in change && { from: exportOf(change.from) }),
  ...("to" in change && { to: exportOf(change.to) }),
});

const asideOf = ({ name, from = "", to = "" }: Aside): JsonKernelSeverities["moved"][number] => ({ name, from, to });

const documentOf = (
  sides: Sides,
  rules: JsonKernelSeverities["rules"],
  { fails, changes, toleratedByRules, moved, namespaces, notCompared, misread }: SeverityComparison,
  exportOf: ExportOf,
): JsonKernelSeverities => ({
  kernelSeverities: 1,
  ...sides,
  rules,
  fails,
  changes: changes.map((change) => changeOf(change, exportOf)),
  toleratedByRules,
  moved: moved.map(asideOf),
  namespaces: namespaces.map(asideOf),
  notCompared,
  misread: misread.map(ruleOf),
});

/**
 * `abi-lint kernel diff A B --rules FILE`: the changes of the exports, judged as SUSE's `ksymvers compare --rules` judges them.
 * It ends with 1 where a change is not tolerated. What is odd in the severity file goes to standard error.
 */
export const diffBySeverities = (
  before: ListedKernel,
  after: ListedKernel,
  sides: Sides,
  exportOf: ExportOf,
  options: SeverityOptions,
  io: Io,
): ExitCode => {
  const { host, stderr } = io;
  const targets = formsOf(options);
  const { file, rules, notes } = parseSeverities(host.readText(options.rules), host.shown(options.rules));
  const compared = compareBySeverities(before, after, rules);
  for (const note of notes) stderr.write(noteText(note));
  for (const { line, pattern } of compared.misread) {
    const message = `"${pattern}" has no small letter and so is matched against namespaces; it is a symbol here: write SYMBOL ${pattern}`;
    stderr.write(noteText({ file, line, column: 1, message }));
  }
  const report = documentOf(sides, { file, count: rules.length }, compared, exportOf);
  writeForms(report, (document, { color, fold }) => kernelSeveritiesText(document, { color, all: fold !== true }), targets, options, io);
  return compared.fails ? EXIT.findings : EXIT.clean;
};
