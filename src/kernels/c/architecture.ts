// What the architecture's headers settle: `#ifndef __HAVE_ARCH_MEMCPY` hangs on whether x86 defines it, not on the .config.

import { NOT_HERE, type Options } from "./condition.ts";
import { readUnits } from "./units.ts";

const OF_X86 = /^arch\/x86\/include\/asm\//;
const OF_OTHERS = /^arch\/(?!x86\/|um\/)\w+\/include\/asm\//;
const DEFINE = /^[ \t]*#[ \t]*define[ \t]+(\w+)/gm;

export const isOfArchitecture = (path: string): boolean => OF_X86.test(path);
export const isOfOtherArchitecture = (path: string): boolean => OF_OTHERS.test(path);

/** The names a header of another architecture defines. */
export const definedNames = (text: string): string[] => [...text.matchAll(DEFINE)].map(([, name]) => name!);

/**
 * The options, and with them the macros that x86's headers define for sure, and those that only other architectures' headers define: not defined here.
 * Not for x86's own headers, which ask `#ifndef` of what they are about to define.
 */
export const withArchitecture = (
  config: Options,
  headers: readonly { readonly path: string; readonly text: string }[],
  ofOthers: ReadonlySet<string>,
): Options => {
  const options = new Map(config);
  const here = new Set<string>();
  const own = new Map(
    headers.filter(({ path }) => OF_X86.test(path)).map(({ path, text }) => [path.slice("arch/x86/include/".length), text]),
  );
  /** x86 has its own and does not build on the generic one. */
  const isReplaced = (path: string): boolean => {
    const generic = path.slice("include/".length);
    const mine = generic.startsWith("asm-generic/") ? own.get(generic.replace("asm-generic/", "asm/")) : undefined;
    return mine !== undefined && !mine.includes(`<${generic}>`);
  };
  for (const { path, text } of headers) {
    if (!isReplaced(path)) for (const name of definedNames(text)) here.add(name);
    if (!OF_X86.test(path)) continue;
    readUnits(text, config, {
      bodies: false,
      unit: () => {},
      define({ name, parameters, body }, certainty) {
        if (certainty === 2 && !config.has(name)) options.set(name, parameters === undefined ? body.trim() : "()");
      },
      undefine: (name) => void options.delete(name),
    });
  }
  for (const name of ofOthers) if (!here.has(name) && !name.startsWith("CONFIG_")) options.set(name, NOT_HERE);
  return options;
};
