import { lint } from "../engine/lint.ts";
import { timelinesFor } from "../engine/timelines.ts";
import type { FindingSeverity, Report } from "../findings/model.ts";
import { atLeast } from "../findings/order.ts";
import { REPORTERS, type Format } from "../reporters/index.ts";
import { collect, InputError, type Problem } from "../shared/input-error.ts";
import { dressOf, type DressOptions } from "./dress.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { gather, type GatherOptions } from "./gather.ts";
import { parseFormats, type FormatTarget } from "./format.ts";
import { openHistory, readRates } from "./history.ts";
import type { Io } from "./io.ts";
import { VERSION } from "./version.ts";
import { parseShare } from "./shard.ts";
import { replacementsOf, shippedOf } from "./shipped.ts";

export interface CheckOptions extends GatherOptions, DressOptions {
  readonly format: readonly string[];
  readonly failOn: FindingSeverity;
  readonly uses: boolean;
  readonly waived?: boolean;
  /** `i/n`: judge a share of the inputs alone. */
  readonly shard?: string;
}

/** 2 where anything could not be checked, 1 where something is wrong, 0 otherwise. */
export const exitOf = (report: Report, failOn: FindingSeverity): ExitCode => {
  const failing = report.findings.filter((finding) => atLeast(finding.severity, failOn));
  if (report.problems.length > 0 || failing.some((finding) => finding.gap !== undefined)) return EXIT.notChecked;
  return failing.length > 0 ? EXIT.findings : EXIT.clean;
};

/** A report with what became of the names that matter: for the one format that draws it. */
const withTimelines = (report: Report, io: Io): Report => {
  const past = { history: openHistory(io.host), rates: readRates(io.host) };
  return { ...report, timelines: timelinesFor(report, past, replacementsOf(shippedOf(io))) };
};

/** How a report is to be shown. */
export type PrintOptions = Pick<CheckOptions, "color" | "all" | "uses" | "waived" | "failOn">;

/** Renders a report in each format asked for, and writes it where it is to go. */
export const printReport = async (
  report: Report,
  targets: readonly FormatTarget<Format>[],
  options: PrintOptions,
  io: Io,
): Promise<void> => {
  const { host, env, stdout } = io;
  const problems: Problem[] = [];
  for (const { format, file } of targets) {
    const render = await REPORTERS[format]();
    const text = render(format === "html" ? withTimelines(report, io) : report, {
      ...dressOf(options, io, file),
      uses: options.uses,
      waived: options.waived === true,
      failOn: options.failOn,
      version: VERSION,
    });
    if (file === undefined) stdout.write(text);
    // One that cannot be written costs only itself.
    else collect(problems, () => host.write(file, text));
    // What a workflow's annotations have no room for (docs.github.com, "Adding a job summary"): other steps may have written there already.
    const summary = env["GITHUB_STEP_SUMMARY"];
    if (format === "github" && summary) {
      const { stepSummary } = await import("../reporters/machines.ts");
      collect(problems, () => host.append(summary, stepSummary(report)));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
};

/** What a run ends with; no report where no input could be read. */
interface Checked {
  readonly status: ExitCode;
  readonly report?: Report;
}

/** Reads, judges, prints. */
export const runCheck = async (paths: readonly string[], options: CheckOptions, io: Io): Promise<Checked> => {
  const targets = parseFormats(options.format, REPORTERS);
  const share = options.shard === undefined ? undefined : parseShare(options.shard);
  const { problems, ...input } = await gather(paths, { ...options, ...(share && { inShare: share.hasPath }) }, io);
  if (input.subjects.length === 0) {
    // A host that waits for a file gets one that says what could not be read; for people standard error says it.
    const nothing: Report = { ...lint({ ...input, complete: false }), problems };
    const machines = targets.filter(({ format }) => format !== "text" && format !== "gcc");
    if (problems.length > 0) await printReport(nothing, machines, options, io);
    return { status: EXIT.notChecked };
  }
  io.progress?.(`judges ${input.subjects.length === 1 ? "1 input" : `${input.subjects.length} inputs`}`);
  const report: Report = { ...lint({ ...input, ...(share && { share }), complete: problems.length === 0 }), problems };
  await printReport(report, targets, options, io);
  return { status: exitOf(report, options.failOn), report };
};

/** `abi-lint check`. */
export const check = async (paths: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> =>
  (await runCheck(paths, options, io)).status;
