import { join } from "node:path";
import type { ByteSource } from "../inputs/bytes.ts";
import { openDeclarations, openDeclarationsIn } from "../kernels/headers/read.ts";
import { openCrcs, openCrcsIn } from "../kernels/history/crcs.ts";
import { historyOf, type History } from "../kernels/history/history.ts";
import { openFacts, openFactsIn } from "../kernels/history/read.ts";
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

const opened = new WeakMap<Host, History>();

const NAME = `the exports of Debian's ${SHIPPED} kernels`;

/**
 * Opens the shipped history, once for a host: of its files what is looked up is read, and nothing else.
 * What was installed is not compared with its checksums at every run; `checkedHistory` does that. @throws InputError where it is no history.
 */
export const openHistory = (host: Host): History => {
  const before = opened.get(host);
  if (before) return before;
  const part = (name: string): ByteSource => host.open(join(folderOf(host), `${SHIPPED}.${name}`));
  const exports = openFactsIn(part("exports"));
  const history = historyOf({
    exports,
    name: NAME,
    headers: () => openFactsIn(part("headers")),
    crcs: () => openCrcsIn(part("crcs"), exports.table("exports").size, exports.releases.length),
    declarations: () => openDeclarationsIn(part("declarations")),
  });
  opened.set(host, history);
  return history;
};

/** The shipped history, every byte of its files held against their checksums: what the commands that tell of kernels open. @throws InputError */
export const checkedHistory = (host: Host): History => {
  const folder = folderOf(host);
  const part = (name: string): readonly [Uint8Array, string] => {
    const path = join(folder, `${SHIPPED}.${name}`);
    return [host.readBytes(path), host.shown(path)];
  };
  const exports = openFacts(...part("exports"));
  return historyOf({
    exports,
    name: NAME,
    headers: () => openFacts(...part("headers")),
    crcs: () => openCrcs(...part("crcs"), exports.table("exports").size, exports.releases.length),
    declarations: () => openDeclarations(...part("declarations")),
  });
};
