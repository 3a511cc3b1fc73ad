// `npm run demo`: lints the manifest of a real SystemTap module as its maintainer would, and ends with status 0 whatever it finds.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = `${root}dist/abi-lint.js`;

const argv = ["abi-lint.manifest.json", "--no-uses"];
console.log(`$ cd examples/systemtap; abi-lint ${argv.join(" ")}`);
const { status } = spawnSync(process.execPath, [bin, ...argv], { cwd: `${root}examples/systemtap`, stdio: "inherit" });
const meaning = { 0: "nothing at or above error", 1: "findings", 2: "something could not be checked" }[status] ?? "a fault of abi-lint itself";
console.log(`\nabi-lint ended with status ${status}: ${meaning}.`);
if (![0, 1, 2].includes(status)) process.exitCode = 1;
