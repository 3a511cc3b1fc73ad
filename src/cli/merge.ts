import type { FindingSeverity } from "../findings/model.ts";
import { mergeReports, type ReportFile } from "../findings/merge.ts";
import { REPORTERS } from "../reporters/index.ts";
import { readJsonReport } from "../reporters/json-read.ts";
import { collect, InputError, type Problem } from "../shared/input-error.ts";
import { parseYaml } from "../shared/yaml.ts";
import { exitOf, printReport, type PrintOptions } from "./check.ts";
import type { ExitCode } from "./exit-code.ts";
import { parseFormats } from "./format.ts";
import type { Io } from "./io.ts";

export interface MergeOptions extends PrintOptions {
  readonly format: readonly string[];
  readonly failOn: FindingSeverity;
}

/**
 * `abi-lint merge`: JSON reports as one report, in any format; its status is that of the run that they are the shares of.
 * @throws InputError with every fault: a share that is missing is not a pass.
 */
export const merge = async (paths: readonly string[], options: MergeOptions, io: Io): Promise<ExitCode> => {
  const targets = parseFormats(options.format, REPORTERS);
  const problems: Problem[] = [];
  const reports: ReportFile[] = [];
  for (const path of paths) {
    const file = io.host.shown(path);
    collect(problems, () => reports.push({ file, report: readJsonReport(parseYaml(io.host.readText(path), file)) }));
  }
  if (problems.length > 0) throw new InputError(problems);
  const report = mergeReports(reports);
  await printReport(report, targets, options, io);
  return exitOf(report, options.failOn);
};
