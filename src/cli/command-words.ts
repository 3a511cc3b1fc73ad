import { basename } from "node:path";
import { COMPARISONS } from "../reporters/comparison.ts";
import { DIFF_REPORTERS } from "../reporters/diff.ts";
import { REPORTERS } from "../reporters/index.ts";
import type { YamlText } from "../shared/yaml.ts";
import { keysOf, LEVELS } from "../shared/vocabulary.ts";
import type { Values, ValuesOf } from "./command-tree.ts";
import { openHistory } from "./history.ts";
import type { Io } from "./io.ts";
import { shippedOf } from "./shipped.ts";

/** Names that come with abi-lint. */
export interface Words {
  /** Series such as 6.1, then releases such as 6.1.0-56. */
  readonly kernels: readonly string[];
  readonly presets: readonly string[];
  readonly rules: readonly string[];
}

export const shippedWords = (io: Io): Words => {
  const names = (list: readonly YamlText[]): readonly string[] => list.map(({ file }) => basename(file, ".yaml"));
  const { rules, presets } = shippedOf(io);
  const { releases } = openHistory(io.host);
  return {
    kernels: [...new Set(releases.map(({ series }) => series)), ...releases.map(({ name }) => name)],
    presets: names(presets),
    rules: names(rules),
  };
};

const NOTHING: Values = { words: [], paths: "none" };
const FILES: Values = { words: [], paths: "files" };
const formats = (table: Readonly<Record<string, unknown>>): Values => ({ words: Object.keys(table), paths: "none", sign: ":" });
const KERNEL_FORMATS = formats({ text: true, json: true });

/** What can stand for the placeholders of the definition; for those of one command alone, behind its path. */
export const valuesOf = ({ kernels, presets, rules }: Words): ValuesOf => {
  const known: Readonly<Record<string, Values>> = {
    file: FILES,
    input: FILES,
    old: FILES,
    new: FILES,
    path: FILES,
    report: FILES,
    what: FILES,
    "[kernel=]file": { ...FILES, sign: "=" },
    folder: { words: [], paths: "folders" },
    "[kernel=]folder": { words: [], paths: "folders", sign: "=" },
    kernel: { words: kernels, paths: "files" },
    program: FILES,
    "release|[name=]file": { words: kernels, paths: "files", list: true, sign: "=" },
    release: { words: kernels, paths: "none" },
    "preset|file": { words: presets, paths: "files" },
    level: { words: keysOf(LEVELS), paths: "none", list: true },
    day: NOTHING,
    "from=to": NOTHING,
    "i/n": NOTHING,
    id: NOTHING,
    name: NOTHING,
    "check name[:file]": formats(REPORTERS),
    "merge name[:file]": formats(REPORTERS),
    "diff name[:file]": formats(DIFF_REPORTERS),
    "compare name[:file]": formats(COMPARISONS),
    "kernel list name[:file]": KERNEL_FORMATS,
    "kernel show name[:file]": KERNEL_FORMATS,
    "kernel diff name[:file]": KERNEL_FORMATS,
    "kernel diff old": { words: kernels, paths: "files" },
    "kernel diff new": { words: kernels, paths: "files" },
    "explain what": { words: rules, paths: "files" },
  };
  return (command, placeholder) => {
    const values = known[`${command} ${placeholder}`] ?? known[placeholder];
    if (!values) throw new Error(`command-words.ts does not say what can stand for <${placeholder}> of abi-lint ${command}`);
    return values;
  };
};
