import fs, { readFileSync, writeFileSync, writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { getHeapStatistics } from "node:v8";
import { attempt, inputOf, type Outcome } from "./attempt.ts";
import { readCorpus } from "./corpus.ts";
import { reduce } from "./reduce.ts";
import { TARGETS, type Opened, type TargetName } from "./targets.ts";

// The process that reads: it tells the one that watches which input it is at, line by line, and can be killed at any.

/** What the watching process asks for. */
export type Job = {
  readonly target: TargetName;
  readonly root: string;
  readonly given?: string;
  readonly shared?: string;
} & (
  | { readonly task: "run"; readonly seed: number; readonly from: number; readonly to: number; readonly without: readonly number[] }
  /** Writes an input to a file. */
  | { readonly task: "write"; readonly seed: number; readonly index: number; readonly file: string }
  /** Reads a file; with a key, makes a smaller one that fails in the same way. */
  | { readonly task: "read"; readonly file: string; readonly key?: string; readonly seed?: number; readonly index?: number }
);

/** Inputs since the last one that told of any, and the worst of them. */
export interface Tally {
  readonly inputs: number;
  readonly results: number;
  readonly refused: number;
  /** In milliseconds of CPU time. */
  readonly slowest: { readonly ms: number; readonly index: number };
  /** In MB: what the process grew by. */
  readonly largest: { readonly mb: number; readonly index: number };
}

/** What the reading process tells, one a line. */
export type Message =
  | { readonly at: number }
  | ({ readonly next: number } & Tally)
  | { readonly index: number; readonly key: string; readonly text: string }
  | {
      readonly done: Outcome["kind"];
      readonly key?: string;
      readonly text?: string;
      readonly ms: number;
      readonly mb: number;
      readonly bytes: number;
    };

/** An input that takes longer, in milliseconds of CPU time, or that the process grows by more for, in MB, is a fault. */
export const MAX_MS = 2000;
export const MAX_MB = 300;
/** Inputs between two reports. */
const REPORT = 500;
/** Times that a smaller input is tried, and how long at most, in milliseconds of CPU time. */
const TRIES = 3000;
const MAX_REDUCING = 20_000;

const tell = (message: Message): void => void writeSync(1, `${JSON.stringify(message)}\n`);

/** From here on nothing is opened: what a reader reads was given to it. */
const closeFiles = (): void => {
  const refuse = (name: string) => (): never => {
    throw new Error(`a file is touched: ${name}`);
  };
  for (const name of ["openSync", "readFileSync", "readdirSync", "statSync", "lstatSync", "existsSync", "open", "readFile", "readdir", "stat", "createReadStream", "writeFileSync", "mkdirSync"] as const)
    Object.assign(fs, { [name]: refuse(name) });
  syncBuiltinESMExports();
}; // prettier-ignore

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The most that the process has had of memory, and what its buffers have now, in MB. */
const memory = (): { readonly peak: number; readonly external: number } => ({
  peak: process.resourceUsage().maxRSS / 1024,
  external: getHeapStatistics().external_memory / 2 ** 20,
});

interface Measured {
  readonly outcome: Outcome;
  readonly ms: number;
  readonly mb: number;
}

const measured = async (opened: Opened, bytes: Uint8Array): Promise<Measured> => {
  const [cpu, before] = [cpuMs(), memory()];
  const outcome = await attempt(opened, bytes);
  const [ms, after] = [cpuMs() - cpu, memory()];
  return { outcome, ms, mb: Math.max(after.peak - before.peak, after.external - before.external) };
};

const runAll = async (opened: Opened, { target, seed, from, to, without }: Extract<Job, { task: "run" }>): Promise<void> => {
  const none = { inputs: 0, results: 0, refused: 0, slowest: { ms: 0, index: from }, largest: { mb: 0, index: from } };
  let tally: Tally = none;
  const skipped = new Set(without);
  for (let index = from; index < to; index++) {
    if (!skipped.has(index)) {
      tell({ at: index });
      const { outcome, ms, mb } = await measured(opened, inputOf(seed, target, index, opened));
      tally = {
        inputs: tally.inputs + 1,
        results: tally.results + Number(outcome.kind === "result"),
        refused: tally.refused + Number(outcome.kind === "refused"),
        slowest: ms > tally.slowest.ms ? { ms, index } : tally.slowest,
        largest: mb > tally.largest.mb ? { mb, index } : tally.largest,
      };
      if (outcome.kind === "fault") tell({ index, key: outcome.key, text: outcome.text });
      else if (ms > MAX_MS) tell({ index, key: "slow", text: `${ms.toFixed(0)} ms of CPU time` });
      else if (mb > MAX_MB) tell({ index, key: "memory", text: `${mb.toFixed(0)} MB more` });
    }
    if ((index + 1 - from) % REPORT === 0 || index + 1 === to) {
      tell({ next: index + 1, ...tally });
      tally = none;
    }
  }
};

const readOne = async (opened: Opened, { target, file, key, seed, index }: Extract<Job, { task: "read" }>): Promise<void> => {
  let bytes: Uint8Array = new Uint8Array(readFileSync(file));
  if (key !== undefined) {
    // The seed that the input was made of: the first number of its stream.
    let origin: Uint8Array | undefined;
    if (seed !== undefined && index !== undefined)
      inputOf(seed, target, index, {
        ...opened,
        mutate: (_, picked) => (origin = picked),
      });
    const end = cpuMs() + MAX_REDUCING;
    bytes = await reduce(bytes, origin, TRIES, async (candidate) => {
      if (cpuMs() > end) return false;
      const outcome = await attempt(opened, candidate);
      return outcome.kind === "fault" && outcome.key === key;
    });
    writeFileSync(file, bytes);
  }
  closeFiles();
  tell({ at: 0 });
  const { outcome, ms, mb } = await measured(opened, bytes);
  const { kind } = outcome;
  tell({ done: kind, ...(outcome.kind === "fault" && { key: outcome.key, text: outcome.text }), ms, mb, bytes: bytes.length });
};

/** Does what it was asked for. */
export const work = async (job: Job): Promise<void> => {
  const target = TARGETS[job.target].open(readCorpus(job.root, job.given, job.shared));
  // No Buffers: what these call a slice is the same bytes.
  const opened = { ...target, seeds: target.seeds.map((seed) => new Uint8Array(seed)) };
  if (opened.seeds.length === 0) throw new Error(`no seeds for ${job.target}`);
  if (job.task === "write") return writeFileSync(job.file, inputOf(job.seed, job.target, job.index, opened));
  // Sound inputs first: what a reader loads when it is first used is loaded then.
  for (const seed of opened.seeds.slice(0, 20)) await attempt(opened, seed);
  if (job.task === "read") return readOne(opened, job);
  closeFiles();
  return runAll(opened, job);
};
