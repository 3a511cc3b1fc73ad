#!/usr/bin/env node
import { EXIT } from "./exit-code.ts";
import { VERSION } from "./version.ts";

const argv = process.argv.slice(2);

// A reader that goes away (`| head`) is no fault: the status is what it would have been. What never ends by itself ends then.
// A report that could not be written is one that nobody has.
let isTold = false;
process.stdout.on("error", async (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return argv.includes("--watch") ? process.exit() : undefined;
  if (isTold) return;
  isTold = true;
  process.exitCode = EXIT.notChecked;
  const { problemText, reasonOf } = await import("./run.ts");
  process.stderr.write(problemText({ file: "standard output", message: reasonOf(error) ?? String(error) }));
});
// There is nobody left to tell.
process.stderr.on("error", () => {});

/** What `--help` says where no terminal's width matters, as the build left it beside the bundle; undefined where the sources run unbundled. */
const helpText = (): string | undefined => {
  if (process.stdout.isTTY) return undefined;
  const { existsSync, readFileSync } = process.getBuiltinModule("node:fs");
  const file = new URL("help.txt", import.meta.url);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};

/** Opened for whatever asks more than the version. */
const runAll = async (): Promise<number> => {
  const { nodeHost, run } = await import("./run.ts");
  const now = new Date();
  const pad = (part: number): string => String(part).padStart(2, "0");
  return run(argv, {
    host: nodeHost(process.cwd()),
    env: process.env,
    today: `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`,
    stdout: {
      write: (text) => void process.stdout.write(text),
      isTerminal: process.stdout.isTTY === true,
      columns: process.stdout.columns ?? 100,
    },
    stderr: {
      write: (text) => void process.stderr.write(text),
      isTerminal: process.stderr.isTTY === true,
      columns: process.stderr.columns ?? 80,
    },
    clock: () => performance.now(),
  });
};

try {
  const only = argv.length === 1 ? argv[0] : undefined;
  const text = only === "--version" || only === "-V" ? `${VERSION}\n` : only === "--help" || only === "-h" ? helpText() : undefined;
  if (text !== undefined) process.stdout.write(text);
  else {
    const status = await runAll();
    process.exitCode ??= status;
  }
} catch (error) {
  // The system refused before there was anything to check: abi-lint's own files, or the folder it was started in.
  const isRefused = error instanceof Error && "syscall" in error;
  if (isRefused) console.error(`abi-lint: error: ${error.syscall === "uv_cwd" ? "the working directory is not there" : error.message}`);
  else console.error(error);
  process.exitCode = isRefused ? EXIT.notChecked : EXIT.bug;
}
