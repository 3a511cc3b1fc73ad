import { join } from "node:path";
import { openCrcs } from "../kernels/history/crcs.ts";
import { historyOf, type History } from "../kernels/history/history.ts";
import { openFacts } from "../kernels/history/read.ts";
import type { Rates } from "../kernels/history/rates.ts";
import { here } from "./shipped.ts";
import type { Host } from "./host.ts";

/** The machine that the shipped history is about; another architecture has its own exports and CRCs. */
const SHIPPED = "amd64";

// Beside the bundle's folder, or the repository's own where the sources run unbundled.
const folderOf = (host: Host): string =>
  [join(here, "../rules/history"), join(here, "../../rules/history")].find((path) => host.kindOf(path) === "folder")!;

/** How often exports broke in the past. The file is shipped: a test holds it against its schema. */
export const readRates = (host: Host): Rates => JSON.parse(host.readText(join(folderOf(host), `${SHIPPED}.rates.json`))) as Rates;

/** Opens the shipped history: the exports now, headers and CRCs where they are first asked for. @throws InputError where a file is not as it was written. */
export const openHistory = (host: Host): History => {
  const folder = folderOf(host);
  const bytesOf = (part: string): readonly [Uint8Array, string] => {
    const path = join(folder, `${SHIPPED}.${part}`);
    return [host.readBytes(path), host.shown(path)];
  };
  const exports = openFacts(...bytesOf("exports"));
  return historyOf({
    exports,
    name: `the exports of Debian's ${SHIPPED} kernels`,
    headers: () => openFacts(...bytesOf("headers")),
    crcs: () => openCrcs(...bytesOf("crcs"), exports.table("exports").size, exports.releases.length),
  });
};
