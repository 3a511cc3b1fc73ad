import { compileScope, identitiesOf, updateBaseline } from "../engine/baseline.ts";
import { lint, type LintInput } from "../engine/lint.ts";
import type { Finding } from "../findings/model.ts";
import { parseBaseline, renderBaseline, type Identity } from "../policy/baseline.ts";
import { InputError } from "../shared/input-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { gather, type GatherOptions } from "./gather.ts";
import type { Io } from "./io.ts";
import { baselineFile } from "./load-baseline.ts";
import { shippedOf } from "./shipped.ts";

export interface BaselineCommandOptions extends GatherOptions {
  readonly acceptNew?: boolean;
  /** Whether the inputs and kernels are all that the project has. */
  readonly complete?: boolean;
}

/** What is found without a baseline; nothing where an input could not be read, because half of the findings make no baseline. */
const judge = async (
  paths: readonly string[],
  options: BaselineCommandOptions,
  io: Io,
): Promise<{ readonly input: LintInput; readonly findings: readonly Finding[] } | undefined> => {
  const { problems, ...input } = await gather(paths, { ...options, baseline: false }, io);
  if (problems.length > 0 || input.subjects.length === 0) return undefined;
  return { input, findings: lint(input).findings };
};

const lines = (count: number): string => `${count} line${count === 1 ? "" : "s"}`;

/** `abi-lint baseline create`: all findings of today, in a file that must not be there yet. */
export const create = async (paths: readonly string[], options: BaselineCommandOptions, io: Io): Promise<ExitCode> => {
  const { host, stdout } = io;
  const file = baselineFile(host, shippedOf(io), options);
  if (host.kindOf(file) !== "missing") {
    const hint = "abi-lint baseline update shrinks it; update --accept-new adds what is new";
    throw new InputError({ file: host.shown(file), message: "is there already", hint });
  }
  const judged = await judge(paths, options, io);
  if (!judged) return EXIT.notChecked;
  const identities = judged.findings.flatMap(identitiesOf);
  // Another run may have made it meanwhile.
  host.create(file, renderBaseline(identities));
  stdout.write(`${host.shown(file)}: ${lines(new Set(identities.map((each) => JSON.stringify(each))).size)}\n`);
  return EXIT.clean;
};

/** Drops what no finding needs any more; adds what is new only where `accepts` says so. */
const rewrite = async (
  paths: readonly string[],
  options: BaselineCommandOptions,
  io: Io,
): Promise<{ readonly fresh: readonly Identity[]; readonly said: string } | undefined> => {
  const { host } = io;
  const file = baselineFile(host, shippedOf(io), options);
  const name = host.shown(file);
  if (host.kindOf(file) === "missing") throw new InputError({ file: name, message: "no such file", hint: "abi-lint baseline create" });
  const text = host.readText(file);
  const before = parseBaseline(text, name);
  const judged = await judge(paths, options, io);
  if (!judged) return undefined;
  const isTold = options.complete ? () => true : compileScope(judged.input.subjects, judged.input.kernels);
  const { kept, dropped, fresh, untold } = updateBaseline(before, judged.findings, isTold);
  const after = renderBaseline(options.acceptNew ? [...kept, ...fresh] : kept);
  if (host.readText(file) !== text) throw new InputError({ file: name, message: "was changed meanwhile; nothing was written" });
  if (after !== text) host.write(file, after);
  const parts = [`${lines(kept.length)} kept`, `${dropped.length} dropped`];
  if (options.acceptNew) parts.push(`${fresh.length} added`);
  if (untold > 0) parts.push(`${untold} of the kept speak of modules or kernels not given (--complete drops them)`);
  return { fresh, said: `${name}: ${parts.join(", ")}\n` };
};

/** `abi-lint baseline update`: shrinks; grows only with --accept-new, and says so with status 1 where it would have to. */
export const update = async (paths: readonly string[], options: BaselineCommandOptions, io: Io): Promise<ExitCode> => {
  const done = await rewrite(paths, options, io);
  if (!done) return EXIT.notChecked;
  io.stdout.write(done.said);
  if (options.acceptNew || done.fresh.length === 0) return EXIT.clean;
  io.stdout.write(`${lines(done.fresh.length)} more would be needed: abi-lint check shows the findings, --accept-new accepts them\n`);
  return EXIT.findings;
};

/** `abi-lint baseline prune`: only shrinks, and asks nothing of what is new. */
export const prune = async (paths: readonly string[], options: BaselineCommandOptions, io: Io): Promise<ExitCode> => {
  const done = await rewrite(paths, { ...options, acceptNew: false }, io);
  if (!done) return EXIT.notChecked;
  io.stdout.write(done.said);
  return EXIT.clean;
};
