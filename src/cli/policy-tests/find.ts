import { basename, join } from "node:path";
import { decodeText } from "../../inputs/bytes.ts";
import { collectLater, type Problem } from "../../shared/input-error.ts";
import type { Host } from "../host.ts";
import { POLICY_NAMES } from "../load-policy.ts";

/** A file that holds something to test, and what it is. */
export interface TestedFile {
  readonly kind: "policy" | "rule" | "cases";
  /** As it is printed. */
  readonly path: string;
}

/** A rule's keys stand near its beginning; so much of any other YAML of a tree is read. */
const SNIFF = 65_536;

const YAML = /\.ya?ml$/;

const isRule = (host: Host, path: string): Promise<boolean> =>
  host.withFile(path, ({ read, size }) => {
    const head = decodeText(read(0, Math.min(size, SNIFF)));
    return /^id:/m.test(head) && /^match:/m.test(head);
  });

const kindOf = async (host: Host, path: string): Promise<TestedFile["kind"] | undefined> => {
  const name = basename(path);
  if (/\.test\.ya?ml$/.test(name)) return "cases";
  if (POLICY_NAMES.includes(name)) return "policy";
  return YAML.test(name) && (await isRule(host, path)) ? "rule" : undefined;
};

/**
 * The policies, rules and cases among paths: a file that is named is a policy unless it is one of the others; below a folder a policy is
 * known by its name, a rule by its keys. Hidden folders and installed packages are passed over, a folder is entered once.
 */
export const findTests = async (
  host: Host,
  paths: readonly string[],
): Promise<{ readonly files: readonly TestedFile[]; readonly problems: readonly Problem[] }> => {
  const files = new Map<string, TestedFile>();
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const add = async (path: string, otherwise?: "policy"): Promise<void> => {
    const kind = (await kindOf(host, path)) ?? otherwise;
    if (kind) files.set(host.shown(path), { kind, path: host.shown(path) });
  };
  const walk = async (folder: string): Promise<void> => {
    const real = host.realPath(folder);
    if (seen.has(real)) return;
    seen.add(real);
    for (const name of host.list(folder)) {
      const path = join(folder, name);
      await collectLater(problems, async () => {
        const kind = host.kindOf(path);
        if (kind === "file" && YAML.test(name)) await add(path);
        else if (kind === "folder" && !name.startsWith(".") && name !== "node_modules") await walk(path);
      });
    }
  };
  for (const path of paths) await collectLater(problems, () => (host.kindOf(path) === "folder" ? walk(path) : add(path, "policy")));
  return { files: [...files.values()], problems };
};
