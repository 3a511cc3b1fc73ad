// --confirm: a compiler is asked about predictions. The one place where abi-lint starts a program, and only when it is asked to: a compiler that the user
// names, with -fsyntax-only, which reads and writes nothing.

import { basename, dirname, resolve } from "node:path";
import { type CompilerMessage, type CompileTarget, compilerCommand, confirmationOf, readMessages } from "../engine/source/confirm.ts";
import type { Prediction } from "../engine/source/model.ts";
import type { SourceFacts, SourceUnit } from "../kernels/source/model.ts";
import type { Confirmation } from "../shared/vocabulary.ts";
import type { Host } from "./host.ts";

export interface ConfirmRequest {
  readonly host: Pick<Host, "kindOf" | "list" | "readText" | "realPath">;
  /** A program's name or path: `gcc`, `/usr/bin/clang`. Nothing of a shell is understood in it. */
  readonly compiler: string;
  /** The configured headers of the target: `/lib/modules/RELEASE/build`, or `linux-headers-RELEASE-amd64` of a package that was unpacked anywhere. */
  readonly headers: string;
  /** The folder that the paths of `facts` are relative to. */
  readonly source: string;
  /** The source as the target has it compiled. */
  readonly facts: SourceFacts;
  readonly predictions: readonly Prediction[];
}

export interface Confirmed {
  /** In the order of the predictions. `not-reached`: the compiler stopped before it, does not look at such things, or did not run. */
  readonly answers: readonly Confirmation[];
  /** What kept the compiler from an answer, as sentences without a full stop. */
  readonly problems: readonly string[];
}

/** Of one unit: a file of the largest drivers takes three. */
const MAX_SECONDS = 60;
const MAX_SECONDS_IN_ALL = 600;
const MAX_COMPILED = 200;
/** Bytes of messages of one unit. */
const MAX_OUTPUT = 4_000_000;

/** Where the headers' common part is: Debian's and SUSE's configured part has a makefile that includes that of the other, under the path of its package. */
const commonOf = ({ host, headers }: ConfirmRequest, build: string): string | undefined => {
  const makefile = host.kindOf(`${build}/Makefile`) === "file" ? host.readText(`${build}/Makefile`) : "";
  const [, named] = /^include\s+(\S+)\/Makefile\s*$/m.exec(makefile.slice(0, 10_000)) ?? [];
  const places = named === undefined ? [] : [`${dirname(build)}/${basename(named)}`, resolve(build, named)];
  return [...places, build, `${dirname(headers)}/source`].find((each) => host.kindOf(`${each}/include/linux/kconfig.h`) === "file");
};

/** The target's folders; a sentence where they are none. */
const targetOf = (request: ConfirmRequest): CompileTarget | string => {
  const { host, headers, source, compiler } = request;
  if (host.kindOf(headers) !== "folder") return `${headers} is no folder`;
  const build = host.realPath(headers);
  if (host.kindOf(`${build}/include/generated/autoconf.h`) !== "file")
    return `${headers} holds no configured kernel headers (include/generated/autoconf.h is not there)`;
  const common = commonOf(request, build);
  if (common === undefined)
    return `${headers} is one part of a kernel's headers, and the other (with include/linux/kconfig.h) was not found`;
  const folder = `${build}/arch`;
  const arch =
    host.kindOf(folder) === "folder"
      ? host.list(folder).find((each) => host.kindOf(`${folder}/${each}/include/generated`) === "folder")
      : undefined;
  if (arch === undefined) return `${headers} has headers of no architecture (arch/*/include/generated)`;
  return { compiler, source: common, build, arch, module: host.realPath(source) };
};

interface Ran {
  readonly output: string;
  /** Why there is no more of it. */
  readonly problem?: string;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs a command to its end or its limits. No shell; its own group of processes, so that what it starts ends with it; nothing on its input. */
const run = async ([program = "", ...args]: readonly string[], seconds: number): Promise<Ran> => {
  // Not imported: the build leaves out node:child_process everywhere else (see no-programs.ts), which costs each start-up more than reading a module.
  const { spawn } = process.getBuiltinModule("node:child_process");
  // Where the program is found, and no more: CPATH and its kin would add folders.
  const env = { PATH: process.env["PATH"], LC_ALL: "C" };
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: "/", env, shell: false, detached: true, stdio: ["ignore", "ignore", "pipe"] });
    const parts: Buffer[] = [];
    let size = 0;
    let problem: string | undefined;
    const stop = (why: string): void => {
      problem ??= why;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => stop(`took more than ${seconds} s`), seconds * 1000);
    // A group of its own hears no Ctrl-C.
    const interrupted = (signal: NodeJS.Signals): void => {
      stop("was interrupted");
      process.kill(process.pid, signal);
    };
    for (const signal of SIGNALS) process.once(signal, interrupted);
    child.stderr.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= MAX_OUTPUT) parts.push(part);
      else stop("had too much to say");
    });
    const end = (why?: string): void => {
      clearTimeout(timer);
      for (const signal of SIGNALS) process.removeListener(signal, interrupted);
      problem ??= why;
      done({ output: Buffer.concat(parts).toString("utf8"), ...(problem !== undefined && { problem }) });
    };
    child.on("error", ({ message }) => end(`could not be started: ${message}`));
    child.on("close", (_, signal) => end(signal === null || problem !== undefined ? undefined : `was ended by ${signal}`));
  });
};

/** Units that are asked about a header of the source's: it may break in few of those that include it. */
const MAX_OF_HEADER = 8;

interface Asked {
  readonly units: readonly SourceUnit[];
  readonly areAll: boolean;
}

/** The units that a prediction's places are read in: their own files, or those that include the header they stand in. */
const unitsOf = ({ places }: Prediction, { units }: SourceFacts, filesOf: ReadonlyMap<SourceUnit, ReadonlySet<string>>): Asked => {
  const files = new Set(places.map(({ file }) => file));
  const own = units.filter(({ file }) => files.has(file));
  const others = units.filter((unit) => !files.has(unit.file) && [...files].some((file) => filesOf.get(unit)!.has(file)));
  return { units: [...own, ...others.slice(0, MAX_OF_HEADER)], areAll: others.length <= MAX_OF_HEADER };
};

const isInModule = ({ file }: CompilerMessage): boolean => !file.startsWith("/");

/**
 * Asks a compiler about predictions: each unit that one stands in is parsed with the target's headers and the flags of the source's makefiles, one
 * after the other, at most 60 seconds each and 10 minutes in all; nothing is written. A prediction is `confirmed` where an error stands at one of its places or names what it is about.
 * Never throws for what a compiler does; an input that cannot be read throws as the host does.
 */
export const confirmPredictions = async (request: ConfirmRequest): Promise<Confirmed> => {
  const { facts, predictions, compiler } = request;
  const nothing = (problem: string): Confirmed => ({ answers: predictions.map(() => "not-reached"), problems: [problem] });
  const target = targetOf(request);
  if (typeof target === "string") return nothing(target);
  const filesOf = new Map(facts.units.map((unit) => [unit, new Set([...unit.uses, ...unit.own].map(({ place }) => place.file))] as const));
  const ofPrediction = predictions.map((each) => unitsOf(each, facts, filesOf));
  const wanted = [...new Set(ofPrediction.flatMap(({ units }) => units))];
  const problems: string[] = [];
  const heard = new Map<SourceUnit, readonly CompilerMessage[]>();
  const until = performance.now() + MAX_SECONDS_IN_ALL * 1000;
  for (const unit of wanted.slice(0, MAX_COMPILED)) {
    const left = Math.floor((until - performance.now()) / 1000);
    if (left < 1) break;
    const { output, problem } = await run(compilerCommand(unit, target), Math.min(left, MAX_SECONDS));
    if (problem?.startsWith("could not be started")) return nothing(`${compiler} ${problem}`);
    const messages = readMessages(output, target.module);
    if (problem !== undefined) problems.push(`${unit.file}: ${compiler} ${problem}`);
    // An option that it does not know, or errors in the kernel's headers alone: it is not for them, and went no further.
    const refused = messages.length === 0 ? /^\S+: (?:fatal )?error: .*$/m.exec(output)?.[0] : undefined;
    if (refused !== undefined) problems.push(`${unit.file}: ${refused}`);
    const strange = messages.some(isInModule) ? undefined : messages[0];
    if (strange !== undefined) problems.push(`${unit.file}: ${strange.file}:${strange.line}: ${strange.text}`);
    const isWhole = problem === undefined && refused === undefined && strange === undefined;
    heard.set(unit, isWhole ? messages : [...messages, { file: unit.file, line: 0, text: "", isFatal: true }]);
  }
  if (heard.size < wanted.length)
    problems.push(`${wanted.length - heard.size} of ${wanted.length} files were not compiled: the limit was reached`);
  const answerOf = (prediction: Prediction, { units, areAll }: Asked): Confirmation => {
    const said = units.flatMap((unit) => {
      const messages = heard.get(unit);
      return messages === undefined ? [] : [messages];
    });
    const answer = confirmationOf(prediction, said);
    return answer === "not-confirmed" && !(areAll && said.length === units.length) ? "not-reached" : answer;
  };
  return { answers: predictions.map((each, index) => answerOf(each, ofPrediction[index]!)), problems };
};
