import { nodeHost } from "./host.ts";
import { freezeShipped, readShipped } from "./shipped.ts";

// The build's step that turns rules/ into dist/rules.json, run in the package's root.
const host = nodeHost(process.cwd());
host.write("dist/rules.json", JSON.stringify(freezeShipped(readShipped(host, "rules"))));
