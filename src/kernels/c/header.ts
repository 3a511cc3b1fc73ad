import type { Attributes } from "./attributes.ts";
import type { Certainty } from "./branches.ts";
import type { Options } from "./condition.ts";
import { declaredBy } from "./declaration.ts";
import { tokensOf } from "./lex.ts";
import { aliasOf, arityOf, mentionsOf } from "./macros.ts";
import { readUnits } from "./units.ts";

/** What a header says of one function-like name or variable. */
export interface HeaderName {
  readonly name: string;
  /** As it is included: `linux/slab.h`, `asm/uaccess.h`. */
  readonly header: string;
  /** function: declared only. alias: an object-like macro whose body is one identifier. */
  readonly form: "function" | "inline" | "macro" | "alias" | "variable";
  /** The normalised type of a function, an inline or a variable. */
  readonly signature?: string;
  /** Of a macro: "2", or "1+" where it is variadic. */
  readonly parameters?: string;
  /** Of an alias: the identifier. */
  readonly target?: string;
  /** What an inline's or a macro's body calls, or takes the address of; an alias's target. Sorted. */
  readonly mentions: readonly string[];
  /** Not in a branch that the configuration or the compiler (gcc, x86-64) rules out. */
  readonly live: boolean;
}

/** The same with what choosing among several needs. */
export interface FoundName extends HeaderName {
  readonly certainty: Certainty;
  /** Whether an inline came with its body. */
  readonly defined: boolean;
}

const PUBLIC: readonly (readonly [prefix: string, as: string])[] = [
  ["include/uapi/", ""],
  ["include/", ""],
  ["arch/x86/include/uapi/", ""],
  ["arch/x86/include/", ""],
];

/**
 * How a module includes the header at this path of a kernel tree; undefined where it cannot (headers of drivers and of other architectures), and
 * for device tree constants.
 */
export const includedAs = (path: string): string | undefined => {
  if (!path.endsWith(".h") || path.startsWith("include/dt-bindings/")) return undefined;
  const found = PUBLIC.find(([prefix]) => path.startsWith(prefix));
  return found === undefined ? undefined : path.slice(found[0].length);
};

export interface HeaderFacts {
  /** In the order of the text; a name may come more than once. */
  readonly names: readonly FoundName[];
  /** What it includes, with quotes or angle brackets. */
  readonly includes: readonly { readonly target: string; readonly certainty: Certainty }[];
}

export const readHeader = (text: string, path: string, options: Options, attributes: Attributes): HeaderFacts => {
  const header = includedAs(path) ?? path;
  const names: FoundName[] = [];
  /** Where in `names` the macros are that no #undef has taken back. */
  const macros = new Map<string, number[]>();
  const takenBack = new Set<number>();
  const includes: HeaderFacts["includes"][number][] = [];
  readUnits(text, options, {
    bodies: true,
    unit({ tokens, body, certainty }) {
      const defined = body !== undefined;
      const common = { header, mentions: defined ? mentionsOf(body) : [], live: certainty > 0, certainty, defined };
      for (const { name, signature, isFunction, isStatic, isExtern } of declaredBy(tokens, attributes)) {
        const typed = { name, ...(signature !== undefined && { signature }) };
        if (isFunction) names.push({ ...typed, form: defined || isStatic ? "inline" : "function", ...common });
        else if (isExtern && !defined) names.push({ ...typed, form: "variable", ...common });
      }
    },
    define({ name, parameters, body }, certainty) {
      const tokens = tokensOf(body);
      const common = { name, header, live: certainty > 0, certainty, defined: true };
      const target = aliasOf(tokens);
      const calls = parameters === undefined && target === undefined ? mentionsOf(tokens) : [];
      if (parameters === undefined && calls.length === 0 && (target === undefined || target === name)) return;
      const known = macros.get(name);
      if (known === undefined) macros.set(name, [names.length]);
      else known.push(names.length);
      if (parameters !== undefined) {
        const mentions = mentionsOf(tokens, new Set(parameters.map((parameter) => parameter.replace("...", ""))));
        names.push({ ...common, form: "macro", parameters: arityOf(parameters), mentions });
      } else if (target !== undefined) names.push({ ...common, form: "alias", target, mentions: [target] });
      // Without parameters, as `current` is: whether it calls a function or makes a constant is told when all names are known.
      else names.push({ ...common, form: "macro", mentions: calls });
    },
    undefine(name) {
      for (const index of macros.get(name) ?? []) takenBack.add(index);
      macros.delete(name);
    },
    include: (target, certainty) => void includes.push({ target, certainty }),
  });
  return { names: names.filter((_, index) => !takenBack.has(index)), includes };
};

/** Every function, inline, macro, alias and extern variable of a header, in the order of the text; a name may come more than once. */
export const scanHeader = (text: string, path: string, config: Options, attributes: Attributes): readonly FoundName[] =>
  readHeader(text, path, config, attributes).names;
