import { createHash } from "node:crypto";
import { join } from "node:path";
import type { RuleTypes } from "../custom/check.ts";
import type { RuleSource } from "../custom/source.ts";
import type { Io } from "./io.ts";
import { VERSION } from "./version.ts";

// JavaScript made of rules that were found right, kept so that the compiler need not be opened again. It is code that will run: it is taken only
// from a folder that nobody else can write to, and only whole. The folder can be deleted at any time.

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Where it is kept; nowhere, if the environment names no absolute path. */
const folderOf = (env: Io["env"]): string | undefined => {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  const base = cache?.startsWith("/") ? cache : home?.startsWith("/") ? join(home, ".cache") : undefined;
  return base === undefined ? undefined : join(base, "abi-lint", "rules");
};

const HEAD = "// abi-lint ";

/** The script behind a first line that bears its digest, if it is the script that was written. */
const scriptIn = (text: string | undefined): string | undefined => {
  const end = text?.indexOf("\n") ?? -1;
  if (text === undefined || end < 0) return undefined;
  const script = text.slice(end + 1);
  return text.slice(0, end) === HEAD + digest(script) ? script : undefined;
};

/**
 * The scripts of rules: kept ones, or, where any is missing, those that `make` makes.
 * A kept script is known by what it was made of: the rule, the types it was checked against, and the version that checked it.
 */
export const cachedScripts = async (
  sources: readonly RuleSource[],
  types: RuleTypes,
  make: (sources: readonly RuleSource[]) => Promise<readonly string[]>,
  { host, env }: Pick<Io, "host" | "env">,
): Promise<readonly string[]> => {
  const folder = folderOf(env);
  if (folder === undefined) return make(sources);
  const names = sources.map(({ text }) => `${digest(JSON.stringify([VERSION, types, text]))}.js`);
  const kept = names.map((name) => scriptIn(host.readPrivate(folder, name)));
  if (kept.every((script) => script !== undefined)) return kept;
  // All of them: what the compiler says of one rule may be worded after what it saw in another.
  const made = await make(sources);
  for (const [index, script] of made.entries()) {
    if (kept[index] !== script) host.writePrivate(folder, names[index]!, `${HEAD}${digest(script)}\n${script}`);
  }
  return made;
};
