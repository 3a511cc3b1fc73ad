import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Debian packages of any suite, through an apt configuration of their own: nothing is installed, and the system's lists stay as they are.

const KEY = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A package in the cache. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly suite: string;
  /** The .deb. */
  readonly file: string;
  readonly sha256: string;
}

/** The system's own mirror, in either form of sources.list. */
const mirrorOf = (): string => {
  const folder = "/etc/apt/sources.list.d";
  const files = ["/etc/apt/sources.list", ...(existsSync(folder) ? readdirSync(folder).sort() : []).map((each) => join(folder, each))];
  const text = files.map((file) => (existsSync(file) ? readFileSync(file, "utf8") : "")).join("\n");
  const found = /^(?:URIs: *|deb (?:\[[^\]]*\] )?)(\S*\/debian)\/?(?: |$)/m.exec(text);
  if (!found) throw new Error("no Debian mirror in /etc/apt");
  return found[1]!;
};

const linesOf = (suite: string): string => {
  const mirror = mirrorOf();
  const line = (from: string, name: string): string => `deb [signed-by=${KEY}] ${from} ${name} main\n`;
  if (/^(sid|experimental)$|-backports$/.test(suite)) return line(mirror, suite);
  return line(mirror, suite) + line(mirror, `${suite}-updates`) + line(`${mirror}-security`, `${suite}-security`);
};

const run = (args: readonly string[], cwd: string): string | undefined => {
  const { status, stderr, error } = spawnSync("apt-get", args, { cwd, encoding: "utf8" });
  if (error) throw error;
  return status === 0 ? undefined : stderr.trim();
};

/** The options that make apt work for one suite only; fetches the suite's lists where there are none, or where `isFresh` is asked for. */
const configure = (cache: string, suite: string, isFresh: boolean): readonly string[] => {
  const folder = join(cache, "apt", suite);
  for (const each of ["lists/partial", "cache/archives/partial", "state"]) mkdirSync(join(folder, each), { recursive: true });
  const sources = join(folder, "sources.list");
  if (!existsSync(sources)) writeFileSync(sources, linesOf(suite));
  if (!existsSync(join(folder, "state/status"))) writeFileSync(join(folder, "state/status"), "");
  const settings = {
    "Acquire::Retries": "3",
    "APT::Architecture": "amd64",
    "APT::Architectures": "amd64",
    "APT::Sandbox::User": "root",
    "Dir::Cache": join(folder, "cache"),
    "Dir::Etc::SourceList": sources,
    "Dir::Etc::SourceParts": "/dev/null",
    "Dir::State": join(folder, "state"),
    "Dir::State::Lists": join(folder, "lists"),
    "Dir::State::Status": join(folder, "state/status"),
  };
  const options = ["-qq", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
  if (isFresh || !readdirSync(join(folder, "lists")).some((each) => each.endsWith("_Packages"))) {
    const failure = run([...options, "update"], folder);
    if (failure !== undefined) throw new Error(`the lists of ${suite} cannot be fetched:\n${failure}`);
  }
  return options;
};

/**
 * Fetches packages into a cache folder, where those that are there already stay as apt verified them.
 * @param isFresh whether the lists of a suite are fetched anew. @returns what fetches one package, or says in a line why it cannot.
 */
export const packages = (cache: string, isFresh: boolean): ((suite: string, name: string, version: string) => Package | string) => {
  const folder = join(cache, "deb");
  mkdirSync(folder, { recursive: true });
  const suites = new Map<string, readonly string[]>();
  return (suite, name, version) => {
    const inCache = (): string | undefined =>
      readdirSync(folder).find((each) => each.startsWith(`${name}_${version.replace(":", "%3a")}_`));
    if (inCache() === undefined) {
      if (!suites.has(suite)) suites.set(suite, configure(cache, suite, isFresh));
      const failure = run([...suites.get(suite)!, "download", `${name}=${version}`], folder);
      if (failure !== undefined) return `${name} ${version} cannot be fetched from ${suite}: ${failure.replaceAll("\n", " ")}`;
    }
    const file = join(folder, inCache()!);
    return { name, version, suite, file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
  };
};
