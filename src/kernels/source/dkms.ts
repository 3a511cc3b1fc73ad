// dkms.conf, as far as it says what is built and how.

import { TOP } from "./make-words.ts";

interface Dkms {
  readonly names: readonly string[];
  /** Those of them that no `if` of the shell's stands around. */
  readonly certain: readonly string[];
  /** Folders that M= of its commands names. */
  readonly folders: readonly string[];
  /** `NAME=value` of its commands. */
  readonly variables: ReadonlyMap<string, string>;
}

const MAX_LINES = 10_000;
/** Characters of a value: variables may double each other. */
const MAX_VALUE = 10_000;

/** dkms.conf is shell; its names and commands are mostly plain (dkms(8), DKMS.CONF). */
export const readDkms = (text: string): Dkms => {
  const vars = new Map<string, string>();
  const lines = text.replace(/\\\n/g, " ").split("\n");
  const plain = (value: string): string => {
    const full = value.slice(0, MAX_VALUE).replace(/\$\{?(\w+)\}?/g, (whole, name: string) => vars.get(name) ?? whole);
    return full.slice(0, MAX_VALUE);
  };
  const names: string[] = [];
  const certain: string[] = [];
  let depth = 0;
  const folders: string[] = [];
  const variables = new Map<string, string>();
  for (const line of lines.slice(0, MAX_LINES)) {
    if (/^\s*(if|case)\b/.test(line)) depth++;
    if (/(^|[;\s])(fi|esac)\s*;?\s*$/.test(line)) depth--;
    // NAME[0]="x" and, of bash, NAME+=("x").
    const [, name = "", index, more, raw = ""] = /^\s*(\w+)(\[\w+\])?(\+)?=\(?(.*?)\)?$/.exec(line) ?? [];
    const value = plain(raw.trim().replace(/^(["'])(.*)\1.*$/, "$2"));
    if (name === "") continue;
    if (index === undefined && more === undefined) vars.set(name, value);
    if (name === "BUILT_MODULE_NAME" && value !== "") {
      names.push(value);
      if (depth <= 0) certain.push(value);
    }
    if (name !== "MAKE") continue;
    // Where dkms builds is the top of the source.
    const command = value.replace(/"?\$\{?dkms_tree\}?\S*?\/build(?=[/\s"']|$)/g, TOP).replace(/\$\(pwd\)|\$\{?PWD\}?|`pwd`/g, TOP);
    for (const [, variable_ = "", set = ""] of command.matchAll(/(?:^|[\s"'])(\w+)=("[^"]*"|'[^']*'|[^\s"';]*)/g)) {
      if (variable_ === "M" || variable_ === "SUBDIRS") {
        const path = set.replace(/["']/g, "");
        if (path.startsWith(TOP)) folders.push(path.slice(TOP.length + 1).replace(/\/$/, ""));
      } else if (!set.includes("$")) variables.set(variable_, set.replace(/^["']|["']$/g, ""));
    }
    for (const [, path = ""] of command.matchAll(/-C\s+(\S+)/g))
      if (path.startsWith(`${TOP}/`)) folders.push(path.slice(TOP.length + 1).replace(/\/$/, ""));
  }
  return { names, certain, folders, variables };
};
