import { lint } from "../engine/lint.ts";
import type { FindingSeverity, Report } from "../findings/model.ts";
import { atLeast } from "../findings/order.ts";
import { REPORTERS } from "../reporters/index.ts";
import { InputError } from "../shared/input-error.ts";
import { useColor, type ColorWish } from "./color.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { parseFormat, type FormatTarget } from "./format.ts";
import type { Io } from "./io.ts";
import { loadKernels } from "./load-kernels.ts";
import { loadPolicy } from "./load-policy.ts";
import { loadSubjects } from "./load-subjects.ts";
import { problemText } from "./problems.ts";

export interface CheckOptions {
  readonly kernel: readonly string[];
  readonly policy?: string;
  readonly format: readonly string[];
  readonly failOn: FindingSeverity;
  readonly color: ColorWish;
  readonly uses: boolean;
  readonly today?: string;
}

/** 2 where anything could not be checked, 1 where something is wrong, 0 otherwise. */
const exitOf = (report: Report, failOn: FindingSeverity): ExitCode => {
  const failing = report.findings.filter((finding) => atLeast(finding.severity, failOn));
  if (report.problems.length > 0 || failing.some((finding) => finding.gap !== undefined)) return EXIT.notChecked;
  return failing.length > 0 ? EXIT.findings : EXIT.clean;
};

const print = async (report: Report, targets: readonly FormatTarget[], options: CheckOptions, { host, env, stdout }: Io): Promise<void> => {
  for (const { format, file } of targets) {
    const render = await REPORTERS[format]();
    const color = file === undefined && useColor(options.color, env, stdout.isTerminal);
    const text = render(report, { color, width: file === undefined ? stdout.columns : 100, uses: options.uses });
    if (file === undefined) stdout.write(text);
    else host.write(file, text);
  }
};

/** `abi-lint check`: reads, judges, prints. */
export const check = async (paths: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> => {
  const targets = options.format.map(parseFormat);
  if (targets.filter((target) => target.file === undefined).length > 1) {
    throw new InputError({
      file: "--format",
      message: "two reports for one standard output",
      hint: "write all but one to a file: --format json:report.json",
    });
  }
  const policy = loadPolicy(io.host, options.policy);
  const { kernels, problems } = loadKernels(io.host, options.kernel, policy);
  // A reference that is missing makes every verdict about it a guess: nothing is judged.
  if (problems.length > 0) throw new InputError(problems);
  const loaded = loadSubjects(io.host, paths);
  for (const problem of loaded.problems) io.stderr.write(problemText(problem));
  if (loaded.subjects.length === 0) return EXIT.notChecked;
  const report: Report = {
    ...lint({ subjects: loaded.subjects, kernels, policy, today: options.today ?? io.today }),
    problems: loaded.problems,
  };
  await print(report, targets, options, io);
  return exitOf(report, options.failOn);
};
