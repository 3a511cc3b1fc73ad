import { nodeHost } from "./host.ts";
import { notices } from "./notices.ts";
import { run } from "./run.ts";
import { readRuleTypes } from "./rule-types.ts";
import { freezeShipped, readShipped } from "./read-shipped.ts";

// The build's step that turns rules/ into dist/rules.json and its like, the types of rules into dist/rule-types.json, and the help into text,
// run in the package's root.
const host = nodeHost(process.cwd());
/** Text of ASCII alone takes half the memory. */
const jsonText = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\x00-\x7f]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
for (const [name, part] of Object.entries(freezeShipped(readShipped(host, "rules")))) host.write(`dist/${name}.json`, jsonText(part));
let help = "";
const stream = { write: (text: string) => void (help += text), isTerminal: false, columns: 80 };
await run(["--help"], { host, env: {}, today: "", stdout: stream, stderr: stream, clock: () => 0 });
host.write("dist/help.txt", help);
host.write("dist/rule-types.json", JSON.stringify(readRuleTypes(host, "src")));
host.write("dist/LICENSES.txt", notices(host, "."));
