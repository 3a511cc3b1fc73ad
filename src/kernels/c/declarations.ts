// Everything a header declares: functions, variables, typedefs, constants, macros, structs with their members, and what it includes.

import type { Certainty } from "./branches.ts";
import type { Options } from "./condition.ts";
import { expand, type Expandable, newBudget } from "./expand.ts";
import { afterGroup, isWord, tokensOf } from "./lex.ts";
import { aliasOf, type Definition } from "./macros.ts";
import { withoutMakers } from "./made-by-macros.ts";
import { type DeclaredTag, type Found, type Knowledge, readDeclaration } from "./members.ts";
import { readUnits, type Sink, type Unit } from "./units.ts";

interface Sureness {
  readonly certainty: Certainty;
  /** Where it is not sure: the conditions that are not decided. */
  readonly condition?: string;
}

/** One name that a header declares. */
export type DeclaredName = Sureness & { readonly name: string } & (
    | { readonly form: "function" | "inline" | "variable" | "typedef"; readonly type: string }
    | { readonly form: "constant"; readonly of: string }
    | { readonly form: "macro"; readonly parameters?: number; readonly variadic: boolean; readonly target?: string; readonly body?: string }
  );

export interface Declarations {
  /** In the order of the text; a name may come more than once. */
  readonly names: readonly DeclaredName[];
  readonly tags: readonly (Sureness & DeclaredTag)[];
  /** With quotes or angle brackets. */
  readonly includes: readonly (Sureness & { readonly target: string })[];
}

const NUMBER = /^\(*-?\(*(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\)*$/;
const PATH = /^[A-Za-z_]\w*((\.|->)[A-Za-z_]\w*)+$/;
/** Bodies that are longer are neither a number nor a path. */
const MAX_BODY = 200;

const macroOf = ({ name, parameters, body }: Definition): Omit<Extract<DeclaredName, { form: "macro" }>, keyof Sureness> => {
  const tokens = body.length > MAX_BODY ? undefined : tokensOf(body);
  const variadic = parameters?.at(-1)?.endsWith("...") ?? false;
  const target = tokens && parameters === undefined ? aliasOf(tokens) : undefined;
  const text = tokens?.join("") ?? "";
  const plain = text.replace(/^\((.*)\)$/, "$1");
  const short = NUMBER.test(text) ? text : PATH.test(plain) ? plain : undefined;
  return {
    name,
    form: "macro",
    ...(parameters !== undefined && { parameters: parameters.length - Number(variadic) }),
    variadic,
    ...(target !== undefined && { target }),
    ...(short !== undefined && parameters === undefined && { body: short }),
  };
};

/** Whether a macro may stand for declarations: it takes arguments, or has a semicolon in it. */
export const holdsDeclarations = ({ parameters, body }: Definition): boolean => parameters !== undefined || body.includes(";");

export const expandableOf = ({ parameters, body }: Definition): Expandable => ({ ...(parameters && { parameters }), body: tokensOf(body) });

/** The macro of an include guard, which says nothing. */
const guardOf = (text: string): string | undefined => {
  const [, name] = /^[ \t]*#[ \t]*(?:ifndef|if[ \t]*!defined)[ \t]*\(?[ \t]*(\w+)/m.exec(text) ?? [];
  return name;
};

/** How often what a macro made may be read anew. */
const MAX_ROUNDS = 3;
/** Calls of macros in a row, without a semicolon. */
const MAX_CALLS = 2000;

const isStorage = (token: string | undefined): boolean => token === "static" || token === "extern" || token === "typedef";

/** A call of a macro that a unit begins with, behind its storage class; without the macro where it is not expanded. */
const leadingCall = (
  tokens: readonly string[],
  { attributes, macros, isMacro }: Knowledge,
  from = 0,
): { readonly end: number; readonly name: string; readonly macro?: Expandable } | undefined => {
  const at = isStorage(tokens[from]) ? from + 1 : from;
  const name = tokens[at];
  if (!isWord(name) || tokens[at + 1] !== "(" || attributes.has(name)) return undefined;
  const macro = macros(name);
  const end = afterGroup(tokens, at + 1);
  if (macro?.parameters !== undefined) return { end, name, macro };
  return macro === undefined && isMacro(name) ? { end, name } : undefined;
};

/**
 * What a header declares.
 * @param options what decides its conditions, with what its own text defines. @param presumesUndefined see Sink.
 */
export const readDeclarations = (
  text: string,
  options: Options,
  tree: Omit<Knowledge, "budget">,
  presumesUndefined: (name: string) => boolean = () => false,
): Declarations => {
  const names: DeclaredName[] = [];
  const tags: (Sureness & DeclaredTag)[] = [];
  const includes: (Sureness & { readonly target: string })[] = [];
  /** Where in `names` the macros are that no #undef has taken back. */
  const macros = new Map<string, number[]>();
  const takenBack = new Set<number>();
  const guard = guardOf(text);
  /** The file's own macros so far, which others of that name do not stand for here. */
  const own = new Map<string, Definition | undefined>();
  const knowledge: Knowledge = {
    attributes: tree.attributes,
    isMacro: tree.isMacro,
    budget: newBudget(),
    macros(name) {
      if (!own.has(name)) return tree.macros(name);
      const macro = own.get(name);
      return macro === undefined ? undefined : expandableOf(macro);
    },
  };

  const declare = ({ tokens, body, certainty, condition }: Unit, outer: Sureness): void => {
    const under = condition ?? outer.condition;
    const sureness = (own = under): Sureness =>
      own === undefined ? { certainty: Math.min(certainty, outer.certainty) as Certainty } : { certainty: 1, condition: own };
    const found: Found = { tags: [], constants: [] };
    const { declared, tokens: plain } = readDeclaration(withoutMakers(tokens), "", condition, knowledge, found);
    for (const { name, signature, isFunction, isStatic, isTypedef } of declared) {
      const type = signature ?? "?";
      const form = isTypedef
        ? "typedef"
        : isFunction
          ? body !== undefined || isStatic
            ? "inline"
            : "function"
          : body === undefined
            ? "variable"
            : undefined;
      if (form !== undefined) names.push({ name, form, type, ...sureness() });
    }
    for (const tag of found.tags) tags.push({ ...tag, ...sureness() });
    for (const { name, of, condition: own } of found.constants) names.push({ name, form: "constant", of, ...sureness(own) });
    const [kind, tag] = plain;
    if (declared.length === 0 && found.tags.length === 0 && plain.length === 2 && /^(struct|union|enum)$/.test(kind!) && isWord(tag))
      tags.push({ tag: kind as DeclaredTag["tag"], name: tag, ...sureness() });
  };

  const sinkOf = (outer: Sureness, round: number): Sink => {
    const sink: Sink = {
      bodies: false,
      members: true,
      presumesUndefined,
      head(tokens) {
        let start = 0;
        // Others may stand before it.
        for (let calls = 0, end = 0; calls < MAX_CALLS && end < tokens.length; calls++) {
          start = end;
          const call = leadingCall(tokens, knowledge, start);
          if (call === undefined) return tokens;
          end = call.end;
        }
        const expanded = expand(tokens.slice(start), knowledge.macros, knowledge.budget) ?? [];
        const first = isStorage(expanded[0]) ? expanded[1] : expanded[0];
        return first === "struct" || first === "union" || first === "enum" ? [...tokens.slice(0, start), ...expanded] : tokens;
      },
      unit(unit) {
        if (unit.certainty === 0) return;
        let tokens = unit.tokens;
        for (let calls = 0; calls < MAX_CALLS && tokens.length > 0; calls++) {
          const call = round < MAX_ROUNDS && withoutMakers(tokens) === tokens ? leadingCall(tokens, knowledge) : undefined;
          if (call === undefined) return declare({ ...unit, tokens }, outer);
          const made = call.macro && expand(tokens.slice(0, call.end), knowledge.macros, knowledge.budget);
          tokens = tokens.slice(call.end);
          if (made === undefined) continue;
          const under = unit.condition ?? outer.condition ?? (call.macro?.isOneOfSeveral && `${call.name}(…)`);
          const inner = sinkOf(under === undefined ? { certainty: unit.certainty } : { certainty: 1, condition: under }, round + 1);
          // What the macro makes is whole, or the beginning of what stands behind it.
          const isWhole = made.length === 0 || made.at(-1) === ";" || made.at(-1) === "}";
          if (!isWhole || tokens.length === 0) {
            const end = unit.body === undefined ? ";" : "{}";
            return readUnits([...made, ...tokens, end].join(" "), options, inner);
          }
          readUnits(made.join(" "), options, inner);
        }
      },
      define(definition, certainty, condition) {
        const { name, parameters, body } = definition;
        if (certainty === 0 || (name === guard && parameters === undefined && body.trim() === "")) return;
        const known = macros.get(name);
        if (known === undefined) macros.set(name, [names.length]);
        else known.push(names.length);
        if (certainty === 2) own.set(name, holdsDeclarations(definition) ? definition : undefined);
        names.push({ ...macroOf(definition), certainty, ...(condition !== undefined && { condition }) });
      },
      undefine(name) {
        for (const index of macros.get(name) ?? []) takenBack.add(index);
        macros.delete(name);
        own.delete(name);
      },
      include: (target, certainty, condition) => void includes.push({ target, certainty, ...(condition !== undefined && { condition }) }),
    };
    return sink;
  };
  readUnits(text, options, sinkOf({ certainty: 2 }, 0));
  return { names: names.filter((_, index) => !takenBack.has(index)), tags, includes };
};
