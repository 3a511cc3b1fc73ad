/** What a module takes from the kernel. */
export interface ModuleSymbols {
  /** The file's name: `foo.ko`. */
  readonly name: string;
  readonly symbols: Iterable<string>;
}

/** What every Android list holds: a trimmed kernel exports the one all the same, the other keeps `struct task_struct` under watch. */
const ALWAYS = ["module_layout", "__put_task_struct"];
const [TRACEPOINT, TRACEITER] = ["__tracepoint_", "__traceiter_"];

/**
 * AOSP's order (kernel/build abi/extract_symbols symbol_sort): letter case and underscores do not count, and of names that are the same
 * without them those with more leading underscores come first, up to five.
 */
const sortKey = (name: string): string => {
  const low = name.toLowerCase();
  // Of a name of nothing but underscores, the last does not count as leading: their loop ends on it.
  const leading = Math.min(/^_*/.exec(low)![0].length, low.length - 1);
  return low.replaceAll("_", "") + "_".repeat(Math.max(0, 5 - leading));
};

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sortSymbols = (names: Iterable<string>): readonly string[] =>
  [...new Set(names)]
    .map((name) => ({ name, key: sortKey(name) }))
    .sort((a, b) => byCodePoint(a.key, b.key) || byCodePoint(a.name, b.name))
    .map(({ name }) => name);

const withTraceiters = (names: Iterable<string>): readonly string[] =>
  [...names].flatMap((name) => (name.startsWith(TRACEPOINT) ? [name, name.replaceAll(TRACEPOINT, TRACEITER)] : [name]));

/**
 * Writes the Android symbol list of some modules as AOSP's `extract_symbols` does: what several of them need first, then each module's own.
 * The type of a tracepoint is checked by its `__traceiter_` function, so that is asked for with it.
 * @param isExported what the kernel can give; where it is known, nothing else is listed (but what every list holds).
 */
export const renderAndroidList = (modules: Iterable<ModuleSymbols>, isExported: (name: string) => boolean = () => true): string => {
  const needed = new Map<string, Set<string>>();
  for (const { name, symbols } of modules) {
    const known = needed.get(name) ?? new Set<string>();
    for (const symbol of withTraceiters(symbols)) if (isExported(symbol)) known.add(symbol);
    needed.set(name, known);
  }
  const users = new Map<string, number>();
  for (const symbols of needed.values()) for (const symbol of symbols) users.set(symbol, (users.get(symbol) ?? 0) + 1);

  const common = new Set([...ALWAYS, ...[...users.keys()].filter((symbol) => users.get(symbol)! > 1)]);
  const listed = (names: Iterable<string>): string =>
    sortSymbols(names)
      .map((name) => `  ${name}\n`)
      .join("");
  const groups = [...needed.keys()].sort(byCodePoint).flatMap((module) => {
    const own = [...needed.get(module)!].filter((symbol) => !common.has(symbol));
    return own.length > 0 ? [`\n# required by ${module}\n${listed(own)}`] : [];
  });
  return `[abi_symbol_list]\n# commonly used symbols\n${listed(common)}${groups.join("")}`;
};

/** Writes the file that CONFIG_UNUSED_KSYMS_WHITELIST names: bare names, one a line, which a kernel that trims its exports then keeps. */
export const renderTrimList = (symbols: Iterable<string>): string =>
  [...new Set(symbols)]
    .sort(byCodePoint)
    .map((name) => `${name}\n`)
    .join("");
