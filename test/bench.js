// `npm run bench [FILE]`: what abi-lint costs, in CPU time beside a bare node in the same run, each the median of several rounds. It prints; it judges nothing.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = `${root}dist/abi-lint.js`;
const ROUNDS = 15;

// A certificate bundle costs every Node process tens of milliseconds.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** User and system time of one child, in milliseconds, as the shell's `times` tells it. */
const cpuOf = (command) => {
  const { stdout } = spawnSync("bash", ["-c", `"$@" >/dev/null 2>&1; times`, "bench", ...command], { encoding: "utf8", env });
  const [, children] = stdout.trim().split("\n");
  return children.split(" ").reduce((sum, each) => {
    const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(each);
    return sum + Number(minutes) * 60_000 + Number(seconds) * 1000;
  }, 0);
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const module = process.argv[2] ?? `${root}test/fixtures/logger.ko`;
const releases = JSON.parse(spawnSync(process.execPath, [bin, "kernel", "list", "--format", "json"], { encoding: "utf8", env }).stdout);
const all = releases.releases.map(({ name }) => name).join(",");
const commands = {
  "node -e 0": [process.execPath, "-e", "0"],
  "--version": [process.execPath, bin, "--version"],
  "one module": [process.execPath, bin, module],
  "one module, one kernel": [process.execPath, bin, module, "--kernel", "6.1"],
  "one module, three kernels": [process.execPath, bin, module, "--kernel", "6.1,6.12,7.3"],
  [`one module, all ${releases.releases.length} kernels`]: [process.execPath, bin, module, "--kernel", all],
};

// Rounds, not one command after the other: what else the machine does falls on all alike.
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) for (const [name, command] of Object.entries(commands)) times[name].push(cpuOf(command));
const bare = median(times["node -e 0"]);
const one = median(times["one module, one kernel"]);
for (const [name, values] of Object.entries(times)) {
  const value = median(values);
  console.log(
    `${name.padEnd(28)} ${value.toFixed(0).padStart(5)} ms CPU   ${(value / bare).toFixed(2)} x bare node   ${(value / one).toFixed(2)} x one kernel`,
  );
}
