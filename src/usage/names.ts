import { compileGlobs } from "../shared/glob.ts";
import type { Use } from "./model.ts";

/** What is known of symbol names: which the toolchain adds, and what authors write for those that headers make. */
export interface SymbolNames {
  /** Whether the compiler or the kernel's build adds the symbol on an architecture. */
  isToolchain(arch: string, name: string): boolean;
  /**
   * What authors write for a symbol, where that is another name. With debug information (`seen`) an inline function between them
   * shows itself in the chain: only what a macro made is still to be told.
   */
  writtenFor(name: string, seen: boolean): readonly string[] | undefined;
  /** The use of a symbol without places: one object for all modules that take it alike, so that what is said of it is said once. */
  plainUse(arch: string, name: string, weak: boolean, crc: number | undefined): Use;
}

/** Lists by architecture (`all` for each) of names or globs, as rules/data/toolchain.yaml holds them. */
export type ToolchainList = Readonly<Record<string, readonly { readonly name: string | readonly string[] }[]>>;
/** As rules/data/written-names.yaml holds them. */
export type WrittenList = readonly { readonly symbol: string; readonly written: readonly string[]; readonly how: string }[];

/** Makes the shipped lists into look-ups. */
export const compileNames = (toolchain: ToolchainList, writtenNames: WrittenList): SymbolNames => {
  const tests = new Map<string, (name: string) => boolean>();
  const testOf = (arch: string): ((name: string) => boolean) => {
    const known = tests.get(arch);
    if (known) return known;
    const names = [...(toolchain["all"] ?? []), ...(toolchain[arch] ?? [])].flatMap(({ name }) => name);
    const test = names.length > 0 ? compileGlobs(names) : () => false;
    tests.set(arch, test);
    return test;
  };
  const exact = new Map(writtenNames.map((entry) => [entry.symbol, entry]));
  // `__tracepoint_*` written `trace_*`: what the one star stands for, the other stands for.
  const families = writtenNames.filter(({ symbol }) => symbol.endsWith("*"));
  const entryFor = (name: string): WrittenList[number] | undefined => {
    const known = exact.get(name);
    const family = known ? undefined : families.find(({ symbol }) => name.startsWith(symbol.slice(0, -1)));
    if (!family) return known;
    const rest = name.slice(family.symbol.length - 1);
    return { ...family, symbol: name, written: family.written.map((each) => each.replace("*", () => rest)) };
  };
  const isToolchain = (arch: string, name: string): boolean => testOf(arch)(name);
  const writtenFor = (name: string, seen: boolean): readonly string[] | undefined => {
    const entry = entryFor(name);
    // A symbol that sources write by its own name as well may have been written so here.
    return entry && !entry.written.includes(name) && !(seen && entry.how === "inline") ? entry.written : undefined;
  };
  const plain = new Map<string, Map<string, Use[]>>();
  const plainUse = (arch: string, name: string, weak: boolean, crc: number | undefined): Use => {
    const byName = plain.get(arch) ?? new Map<string, Use[]>();
    plain.set(arch, byName);
    const alike = byName.get(name) ?? [];
    const known = alike.find((use) => use.weak === weak && use.crc === crc);
    if (known) return known;
    const written = writtenFor(name, false);
    const use: Use = {
      kind: "symbol",
      name,
      weak,
      origin: isToolchain(arch, name) ? "toolchain" : "author",
      ...(crc !== undefined && { crc }),
      ...(written && { written }),
      sites: [],
    };
    alike.push(use);
    byName.set(name, alike);
    return use;
  };
  return { isToolchain, writtenFor, plainUse };
};
