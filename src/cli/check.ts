import { lint } from "../engine/lint.ts";
import type { FindingSeverity, Report } from "../findings/model.ts";
import { atLeast } from "../findings/order.ts";
import { REPORTERS, type Format } from "../reporters/index.ts";
import { useColor, type ColorWish } from "./color.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { gather, type GatherOptions } from "./gather.ts";
import { parseFormats, type FormatTarget } from "./format.ts";
import type { Io } from "./io.ts";

export interface CheckOptions extends GatherOptions {
  readonly format: readonly string[];
  readonly failOn: FindingSeverity;
  readonly color: ColorWish;
  readonly uses: boolean;
  readonly waived?: boolean;
}

/** 2 where anything could not be checked, 1 where something is wrong, 0 otherwise. */
const exitOf = (report: Report, failOn: FindingSeverity): ExitCode => {
  const failing = report.findings.filter((finding) => atLeast(finding.severity, failOn));
  if (report.problems.length > 0 || failing.some((finding) => finding.gap !== undefined)) return EXIT.notChecked;
  return failing.length > 0 ? EXIT.findings : EXIT.clean;
};

const print = async (
  report: Report,
  targets: readonly FormatTarget<Format>[],
  options: CheckOptions,
  { host, env, stdout }: Io,
): Promise<void> => {
  for (const { format, file } of targets) {
    const render = await REPORTERS[format]();
    const color = file === undefined && useColor(options.color, env, stdout.isTerminal);
    const text = render(report, {
      color,
      width: file === undefined ? stdout.columns : 100,
      uses: options.uses,
      waived: options.waived === true,
    });
    if (file === undefined) stdout.write(text);
    else host.write(file, text);
  }
};

/** `abi-lint check`: reads, judges, prints. */
export const check = async (paths: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> => {
  const targets = parseFormats(options.format, REPORTERS);
  const { problems, ...input } = await gather(paths, options, io);
  if (input.subjects.length === 0) return EXIT.notChecked;
  const report: Report = { ...lint({ ...input, complete: problems.length === 0 }), problems };
  await print(report, targets, options, io);
  return exitOf(report, options.failOn);
};
