import { InputError } from "../shared/input-error.ts";
import { parseYaml } from "../shared/yaml.ts";
import { newTallies, type ProgramFacts } from "./strace-facts.ts";

/** Whether a text could be a seccomp profile: its one mandatory key stands near the beginning (OCI runtime specification, config-linux.md). */
export const looksLikeSeccomp = (text: string): boolean =>
  /^\s*\{/.test(text) && /"defaultAction"\s*:\s*"SCMP_ACT_/.test(text.slice(0, 1 << 16));

type Unknown = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Unknown => typeof value === "object" && value !== null && !Array.isArray(value);

/** What lets a call through; SCMP_ACT_LOG writes it down and lets it through. */
const ALLOWS = new Set(["SCMP_ACT_ALLOW", "SCMP_ACT_LOG"]);

/**
 * Reads a seccomp profile in the form of the OCI runtime specification, as container engines ship it: the calls that some rule allows, whatever its conditions
 * (arguments, capabilities, architectures). Permission, not use: an upper bound.
 * @throws InputError with every fault, or where the profile allows all that it does not name.
 */
export const parseSeccomp = (text: string, file: string): ProgramFacts => {
  const yaml = parseYaml(text, file);
  const profile = yaml.value;
  if (!isObject(profile) || typeof profile["defaultAction"] !== "string")
    throw new InputError({ file, line: 1, column: 1, message: 'no seccomp profile: "defaultAction" is missing' });
  if (ALLOWS.has(profile["defaultAction"])) {
    const message = `allows every call that it does not name (${profile["defaultAction"]}): there is no list to read`;
    throw new InputError(yaml.problem(["defaultAction"], message));
  }
  const rules = profile["syscalls"] ?? [];
  if (!Array.isArray(rules)) throw new InputError(yaml.problem(["syscalls"], "expected a list of rules"));
  const tallies = newTallies();
  const problems = rules.flatMap((rule: unknown, index) => {
    if (!isObject(rule) || typeof rule["action"] !== "string") return [yaml.problem(["syscalls", index], "expected a rule with an action")];
    if (!ALLOWS.has(rule["action"])) return [];
    // Docker's older form has one `name` a rule.
    const key = rule["names"] === undefined ? "name" : "names";
    const names = [rule[key]].flat();
    return names.flatMap((name, at) => {
      const path = ["syscalls", index, key, ...(key === "names" ? [at] : [])];
      if (typeof name !== "string" || !/^[a-z_][a-z0-9_]{0,63}$/.test(name))
        return [yaml.problem(path, "expected the name of a system call")];
      tallies.count("syscall", name, yaml.placeOf(path).line, 0);
      return [];
    });
  });
  if (problems.length > 0) throw new InputError(problems);
  return { file, namesOnly: false, permission: true, asked: tallies.asked(), unresolved: { count: 0, lines: [] } };
};
