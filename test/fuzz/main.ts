import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MAX_MB, MAX_MS, work, type Job, type Message, type Tally } from "./child.ts";
import { TARGETS, type TargetName } from "./targets.ts";

// Reads inputs that are nearly sound: real files with a few changes. Each has to give a result or an InputError, soon and in little memory.

const USAGE = `usage: npm run fuzz -- [options]

Makes inputs of the files of the repository and has them read by the readers. The same seed and the same files give the same inputs.

  --seed N        which inputs are made (default: 1)
  --count N       how many, over all readers (default: 20000)
  --only A,B      these readers alone
  --resume FILE   keep in FILE how far the run is, and go on from there where it exists
  --seeds FOLDER  make inputs of the files of a folder, too: modules, BPF objects, lists
  --input FILE    read this one file with the one reader of --only
  --out FOLDER    where inputs that fail are written (default: node_modules/.cache/abi-lint/fuzz)

Readers: ${Object.keys(TARGETS).join(", ")}
`;

/** Of the reading process: its heap, which holds the seeds too; and how long it may say nothing, where its CPU time cannot be told. */
const HEAP_MB = 600;
const MAX_SILENCE = 120_000;
const POLL = 250;
/** Faults of one kind that are looked into; a reader that fails everywhere is told of once. */
const MAX_FAULTS = 20;

interface Fault {
  readonly target: TargetName;
  readonly index: number;
  readonly key: string;
  readonly text: string;
  readonly file: string;
}
interface State {
  readonly seed: number;
  readonly count: number;
  readonly totals: Partial<Record<TargetName, Tally & { readonly next: number }>>;
  readonly faults: readonly Fault[];
}

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20000" },
    only: { type: "string" },
    resume: { type: "string" },
    seeds: { type: "string" },
    input: { type: "string" },
    out: { type: "string", default: "node_modules/.cache/abi-lint/fuzz" },
    child: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const root = process.cwd();

/** What one process did: its last words, and the input that it was at when it died, if it died. */
interface Ended {
  readonly messages: readonly Message[];
  readonly died?: { readonly index: number; readonly how: string };
}

/** Seconds of CPU time that a process has had; undefined where that cannot be told (proc(5): utime and stime, in hundredths). */
const cpuOf = (pid: number): number | undefined => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return undefined;
  }
};

/** Runs a job in a process of its own and ends it where one input takes too long. */
const runJob = (job: Job, hear: (message: Message) => void = () => {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, self, "--child", JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const messages: Message[] = [];
    let [index, isBusy, rest, errors, how] = [-1, false, "", "", ""];
    let since: { readonly index: number; readonly cpu: number; readonly time: number } | undefined;
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const message = JSON.parse(line) as Message;
        isBusy = "at" in message;
        if ("at" in message) index = message.at;
        else {
          messages.push(message);
          hear(message);
        }
      }
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors = (errors + chunk).slice(-2000)));
    const watch = setInterval(() => {
      const cpu = cpuOf(child.pid!) ?? 0;
      if (!isBusy || since?.index !== index) since = { index, cpu, time: Date.now() };
      else if (cpu - since.cpu > (MAX_MS * 1.25) / 1000 || Date.now() - since.time > MAX_SILENCE) {
        how = `no end after ${(cpu - since.cpu).toFixed(1)} s of CPU time, ${((Date.now() - since.time) / 1000).toFixed(0)} s in all`;
        child.kill("SIGKILL");
      }
    }, POLL);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      // What a reader throws is caught: an exit of its own accord is a fault of the fuzzer.
      if (code !== null && code !== 0) return reject(new Error(`${job.target}, input ${index}: ${errors.trim()}`));
      resolve({
        messages,
        ...(code !== 0 && { died: { index, how: how || `the process ended with ${signal ?? code}: ${errors.trim()}` } }),
      });
    });
  });

const shared = process.env["ABI_LINT_SHARED"];
const common = (target: TargetName) => ({
  target,
  root,
  ...(options.seeds !== undefined && { given: options.seeds }),
  ...(shared !== undefined && { shared }),
});

/** Whether an input that is read alone is slow, large or never done. */
const isHeavy = async (target: TargetName, file: string): Promise<string | undefined> => {
  const { messages, died } = await runJob({ ...common(target), task: "read", file });
  const [done] = messages;
  if (died) return died.how;
  if (!done || !("done" in done)) return undefined;
  return done.ms > MAX_MS || done.mb > MAX_MB ? `${done.ms.toFixed(0)} ms of CPU time, ${done.mb.toFixed(0)} MB more` : undefined;
};

/** Writes an input that failed, as small as it can be made; undefined where it does not fail alone. */
const keepFault = async (target: TargetName, seed: number, index: number, key: string, text: string): Promise<Fault | undefined> => {
  mkdirSync(options.out, { recursive: true });
  const file = join(options.out, `${target}-${seed}-${index}`);
  await runJob({ ...common(target), task: "write", seed, index, file });
  let told = text;
  if (key === "slow" || key === "memory" || key === "died") {
    const heavy = await isHeavy(target, file);
    if (heavy === undefined) return undefined;
    told = heavy;
    // Each try is a process: a few halves from the end.
    let bytes = readFileSync(file);
    const candidate = `${file}.part`;
    for (let tries = 0, length = bytes.length >> 1; tries < 8 && length > 0; tries++, length >>= 1) {
      writeFileSync(candidate, bytes.subarray(0, bytes.length - length));
      if ((await isHeavy(target, candidate)) !== undefined) bytes = readFileSync(candidate);
    }
    writeFileSync(file, bytes);
  } else await runJob({ ...common(target), task: "read", file, key, seed, index });
  writeFileSync(
    `${file}.txt`,
    `${target}, seed ${seed}, input ${index}\n${key}\n${told}\n\nnpm run fuzz -- --only ${target} --input ${file}\n`,
  );
  return { target, index, key, text: told, file };
};

const merge = (a: (Tally & { next: number }) | undefined, b: Tally & { next: number }): Tally & { next: number } =>
  a === undefined
    ? b
    : {
        next: b.next,
        inputs: a.inputs + b.inputs,
        results: a.results + b.results,
        refused: a.refused + b.refused,
        slowest: b.slowest.ms > a.slowest.ms ? b.slowest : a.slowest,
        largest: b.largest.mb > a.largest.mb ? b.largest : a.largest,
      };

const report = ({ seed, totals, faults }: State, seconds: number): string => {
  const rows = Object.entries(totals).map(([name, { inputs, results, refused, slowest, largest }]) => [
    name,
    String(inputs),
    String(results),
    String(refused),
    String(faults.filter((fault) => fault.target === name).length),
    `${slowest.ms.toFixed(0)} (${slowest.index})`,
    `${largest.mb.toFixed(0)} (${largest.index})`,
  ]);
  const sum = (column: number): string => String(rows.reduce((total, row) => total + Number(row[column]), 0));
  const all = [
    ["reader", "inputs", "results", "refused", "faults", "slowest ms (input)", "largest MB (input)"],
    ...rows,
    ["all", sum(1), sum(2), sum(3), sum(4), "", ""],
  ];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const table = all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  const told = faults.map(
    ({ target, index, key, text, file }) =>
      `\n${target}, input ${index}: ${key}\n${text.split("\n").slice(0, 6).join("\n")}\n  npm run fuzz -- --only ${target} --input ${relative(root, file)}\n`,
  );
  return `${table.join("\n")}\n\nseed ${seed}, ${seconds.toFixed(0)} s\n${told.join("")}`;
};

const chosen = (): readonly TargetName[] => {
  const names = Object.keys(TARGETS) as TargetName[];
  const wanted = options.only?.split(",") ?? names;
  for (const name of wanted)
    if (!names.includes(name as TargetName)) throw new Error(`there is no reader "${name}"; there are ${names.join(", ")}`);
  return names.filter((name) => wanted.includes(name));
};

const load = (): State =>
  options.resume !== undefined && existsSync(options.resume)
    ? (JSON.parse(readFileSync(options.resume, "utf8")) as State)
    : { seed: Number(options.seed), count: Number(options.count), totals: {}, faults: [] };

const fuzz = async (): Promise<number> => {
  const started = Date.now();
  let state = load();
  const save = (): void => {
    if (options.resume === undefined) return;
    mkdirSync(dirname(options.resume), { recursive: true });
    writeFileSync(options.resume, JSON.stringify(state));
  };
  const targets = chosen();
  const shares = targets.reduce((sum, name) => sum + TARGETS[name].share, 0);
  for (const target of targets) {
    const to = Math.ceil((state.count * TARGETS[target].share) / shares);
    const without: number[] = [];
    const found: { readonly index: number; readonly key: string; readonly text: string }[] = [];
    for (let from = state.totals[target]?.next ?? 0; from < to;) {
      const { died } = await runJob({ ...common(target), task: "run", seed: state.seed, from, to, without }, (message) => {
        if ("next" in message) {
          state = { ...state, totals: { ...state.totals, [target]: merge(state.totals[target], message) } };
          save();
        } else if ("key" in message && "index" in message && !found.some(({ key }) => key === message.key)) found.push(message);
      });
      from = state.totals[target]?.next ?? 0;
      if (!died) break;
      without.push(died.index);
      found.push({ index: died.index, key: "died", text: died.how });
      if (without.length >= MAX_FAULTS) break;
    }
    for (const { index, key, text } of found) {
      const fault = await keepFault(target, state.seed, index, key, text);
      if (fault) state = { ...state, faults: [...state.faults, fault] };
    }
    save();
    const { inputs = 0, refused = 0 } = state.totals[target] ?? {};
    process.stderr.write(
      `${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${target}: ${inputs} inputs, ${refused} refused, ${found.length} faults\n`,
    );
  }
  process.stdout.write(report(state, (Date.now() - started) / 1000));
  return state.faults.length > 0 ? 1 : 0;
};

const readGiven = async (file: string): Promise<number> => {
  const [target] = chosen();
  if (target === undefined || options.only === undefined) throw new Error("--input wants --only with one reader");
  const { messages, died } = await runJob({ ...common(target), task: "read", file });
  process.stdout.write(
    `${died ? died.how : messages.map((message) => ("text" in message ? `${JSON.stringify(message)}\n${message.text}` : JSON.stringify(message))).join("\n")}\n`,
  );
  return died ? 1 : 0;
};

if (options.child !== undefined) await work(JSON.parse(options.child) as Job);
else if (options.help) process.stdout.write(USAGE);
else process.exitCode = options.input === undefined ? await fuzz() : await readGiven(options.input);
