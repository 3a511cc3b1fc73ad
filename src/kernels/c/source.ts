import { type Attributes, withOwn } from "./attributes.ts";
import type { Options } from "./condition.ts";
import { declaredBy } from "./declaration.ts";
import { readUnits, type Sink } from "./units.ts";

export interface SourceDefinition {
  readonly name: string;
  /** Absent for assembler. */
  readonly signature?: string;
  readonly live: boolean;
}
export interface SourceFacts {
  readonly definitions: readonly SourceDefinition[];
  /** The names in EXPORT_SYMBOL and its kin. */
  readonly exports: readonly string[];
}

/** include/linux/export.h (EXPORT_SYMBOL*, _NS, _FOR_MODULES), percpu-defs.h, static_call.h; kvm and ACPI have their own spellings. */
const EXPORT = /\b(?:ACPI_)?EXPORT_(?:STATIC_CALL\w*|[A-Z_]*SYMBOL\w*)[ \t\n]*\([ \t\n]*(\w+)/g;

/** include/linux/linkage.h, arch/x86/include/asm/linkage.h. */
const ASSEMBLER =
  /^[ \t]*(?:SYM_(?:FUNC_START|TYPED_FUNC_START|CODE_START|DATA_START|FUNC_ALIAS|DATA|INNER_LABEL|ENTRY)(?:_NOALIGN|_WEAK|_WEAK_NOALIGN|_ALIGN)?|ENTRY|THUNK)[ \t]*\([ \t]*(\w+)|^(\w+):/gm;

const names = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, first, second]) => (first ?? second)!);

/**
 * A source file read, its declarations not yet understood: for that the attributes of the whole tree must be known. Declarations and macros are kept as
 * strings of their own, for a slice of a file's text would keep the whole text in memory.
 */
export interface PendingSource {
  readonly path: string;
  readonly units: readonly { readonly tokens: string; readonly isFunction: boolean; readonly live: boolean }[];
  readonly macros: readonly string[];
  readonly exports: readonly string[];
}

/** The macros of a source file are kept only where they may be attributes. */
const MAX_OWN_MACRO = 120;

/**
 * Reads a .c or .S file.
 * @param wanted gives a word back, from memory other than the file's, where it is of interest. @param heard what else the caller listens to.
 */
export const readSource = (
  { path, text }: { readonly path: string; readonly text: string },
  config: Options,
  wanted: (word: string) => string | undefined,
  heard: Pick<Sink, "word" | "include"> = {},
): PendingSource => {
  const known = (found: readonly string[]): string[] => found.map(wanted).filter((name) => name !== undefined);
  const exports = text.includes("EXPORT_") ? known(names(text, EXPORT)) : [];
  if (path.endsWith(".S"))
    return { path, units: known(names(text, ASSEMBLER)).map((tokens) => ({ tokens, isFunction: true, live: true })), macros: [], exports };
  const units: PendingSource["units"][number][] = [];
  const macros: string[] = [];
  readUnits(text, config, {
    bodies: false,
    ...heard,
    unit({ tokens, body, certainty }) {
      if (body === undefined && (tokens.includes("typedef") || tokens.includes("extern"))) return;
      if (tokens.length > 1 && tokens.some((token) => wanted(token) !== undefined))
        units.push({ tokens: tokens.join("\n"), isFunction: body !== undefined, live: certainty > 0 });
    },
    define({ name, parameters, body }, certainty) {
      if (certainty > 0 && body.length < MAX_OWN_MACRO) macros.push([name, parameters === undefined ? "" : "()", " ", body].join(""));
    },
  });
  return { path, units, macros: units.length === 0 ? [] : macros, exports };
};

/** The functions and variables that a source defines and others can link against. */
export const definitionsOf = ({ path, units, macros }: PendingSource, attributes: Attributes): readonly SourceDefinition[] => {
  if (path.endsWith(".S")) return units.map(({ tokens, live }) => ({ name: tokens, live }));
  const own = units.length === 0 ? attributes : withOwn(attributes, macros);
  return units.flatMap(({ tokens, isFunction, live }) =>
    declaredBy(tokens.split("\n"), own)
      // A function without a body is declared here, not defined; a variable without "extern" is defined.
      .filter((declared) => !declared.isStatic && declared.isFunction === isFunction)
      .map(({ name, signature }) => ({ name, ...(signature !== undefined && { signature }), live })),
  );
};

/** What one .c or .S file defines and exports. */
export const scanSource = (text: string, path: string, config: Options, attributes: Attributes): SourceFacts => {
  const pending = readSource({ path, text }, config, (word) => word);
  return { definitions: definitionsOf(pending, attributes), exports: pending.exports };
};
