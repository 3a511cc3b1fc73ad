#!/usr/bin/env node
import { EXIT } from "./exit-code.ts";
import { nodeHost } from "./host.ts";
import { run } from "./run.ts";

// A reader that goes away (`| head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const now = new Date();
const pad = (part: number): string => String(part).padStart(2, "0");

try {
  process.exitCode = await run(process.argv.slice(2), {
    host: nodeHost(process.cwd()),
    env: process.env,
    today: `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`,
    stdout: {
      write: (text) => void process.stdout.write(text),
      isTerminal: process.stdout.isTTY === true,
      columns: process.stdout.columns ?? 100,
    },
    stderr: { write: (text) => void process.stderr.write(text) },
  });
} catch (error) {
  console.error(error);
  process.exitCode = EXIT.bug;
}
