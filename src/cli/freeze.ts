import { nodeHost } from "./host.ts";
import { notices } from "./notices.ts";
import { readRuleTypes } from "./rule-types.ts";
import { freezeShipped, readShipped } from "./read-shipped.ts";

// The build's step that turns rules/ into dist/rules.json and the types of rules into dist/rule-types.json, run in the package's root.
const host = nodeHost(process.cwd());
host.write("dist/rules.json", JSON.stringify(freezeShipped(readShipped(host, "rules"))));
host.write("dist/rule-types.json", JSON.stringify(readRuleTypes(host, "src")));
host.write("dist/LICENSES.txt", notices(host, "."));
