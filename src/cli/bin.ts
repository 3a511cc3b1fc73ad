#!/usr/bin/env node
import { EXIT } from "./exit-code.ts";
import { VERSION } from "./version.ts";

// A reader that goes away (`| head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const argv = process.argv.slice(2);

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
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) process.stdout.write(`${VERSION}\n`);
  else process.exitCode = await runAll();
} catch (error) {
  console.error(error);
  process.exitCode = EXIT.bug;
}
