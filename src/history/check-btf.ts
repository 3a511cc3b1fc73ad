import type { Btf } from "../inputs/btf/btf.ts";
import { arithmetic, asParameter, type Derivation, isArithmetic, named, type Type, typeText } from "../kernels/c/types.ts";
import type { Tag } from "../kernels/headers/model.ts";
import type { HeaderFacts } from "../kernels/headers/tree.ts";

// The compiler as a referee: what BTF says of structs and functions against what the headers were read to say.

/** How a comparison came out, and what does not agree. */
export interface Comparison {
  readonly compared: number;
  readonly agree: number;
  /** Differences that are none of the headers' reading, by reason. */
  readonly explained: ReadonlyMap<string, number>;
  readonly differ: readonly { readonly name: string; readonly here: string; readonly btf: string }[];
}

/** More anonymous structs in structs, or parts of a type, than any has. */
const MAX_DEPTH = 40;

interface Built extends Type {
  readonly isAnonymous: boolean;
}

/** A type as the readers of headers write it: typedefs by name, an unnamed struct as `struct {}`. */
const builtOf = (btf: Btf, id: number, depth = 0): Built => {
  const plain = (base: string, isAnonymous = false): Built => ({ base, qualifiers: [], derivations: [], isAnonymous });
  const inner = (): Built => builtOf(btf, btf.targetOf(id), depth + 1);
  const wrap = (type: Built, derivation: Derivation): Built => ({ ...type, derivations: [...type.derivations, derivation] });
  if (depth > MAX_DEPTH) return plain("?");
  const kind = btf.kindOf(id);
  const name = btf.nameOf(id);
  switch (kind) {
    case "void":
      return plain("void");
    case "int":
    case "float": {
      const words = name.split(" ");
      return plain(words.every(isArithmetic) ? arithmetic(words) : named(name));
    }
    case "typedef":
      return plain(named(name));
    case "struct":
    case "union":
      return plain(`${kind} ${name || "{}"}`, name === "");
    case "enum":
    case "enum64":
      return plain(`enum ${name || "{}"}`, name === "");
    case "fwd":
      return plain(`${btf.isUnion(id) ? "union" : "struct"} ${name}`);
    case "const":
    case "volatile": {
      const type = inner();
      const [last, ...rest] = type.derivations.toReversed();
      if (last === undefined) return { ...type, qualifiers: [...new Set([...type.qualifiers, kind])].sort() };
      if (last.kind !== "pointer") return type;
      return { ...type, derivations: [...rest.toReversed(), { kind: "pointer", qualifiers: [...last.qualifiers, kind].sort() }] };
    }
    case "ptr":
      return wrap(inner(), { kind: "pointer", qualifiers: [] });
    case "array":
      return wrap(inner(), { kind: "array", size: String(btf.lengthOf(id)) });
    case "func-proto":
      return wrap(inner(), { kind: "function", parameters: parametersOf(btf, id, depth + 1) });
    default:
      return inner();
  }
};

/** From the name outwards, as a declarator is read. */
const textOf = (built: Built): string => typeText({ ...built, derivations: built.derivations.toReversed() }) ?? "?";

const parametersOf = (btf: Btf, id: number, depth: number): readonly string[] => {
  const found = btf.parameters(id).map(({ name, type }) => {
    if (type === 0 && name === "") return "...";
    const built = builtOf(btf, type, depth);
    return typeText(asParameter({ ...built, derivations: built.derivations.toReversed() })) ?? "?";
  });
  return found.length === 0 ? ["void"] : found;
};

interface Flat {
  readonly name: string;
  readonly type: string;
}

const flattened = (btf: Btf, id: number, depth = 0): readonly Flat[] =>
  btf.members(id).flatMap(({ name, type }): readonly Flat[] => {
    if (name !== "" || depth > MAX_DEPTH) return [{ name, type: textOf(builtOf(btf, type)) }];
    let inner = type;
    for (let step = 0; step < MAX_DEPTH && /^(typedef|const|volatile|restrict|type-tag)$/.test(btf.kindOf(inner)); step++)
      inner = btf.targetOf(inner);
    return flattened(btf, inner, depth + 1);
  });

/** Sizes are written as constants here and as numbers there, several of them as one; unnamed types under the name of what they are the type of. */
const comparable = (type: string, alias: (word: string) => string): string =>
  type
    .replace(/\w+/g, alias)
    .replace(/\[(?:[^[\]]|\[[^[\]]*\])*\]/g, "[]")
    .replace(/(\[\])+/g, "[]")
    .replace(/\{[^{}]*\}/g, "{}")
    .replace(/(struct|union|enum) \{\}/g, "{}")
    .replace(/typeof\(((?:struct|union|enum) \w+)\)/g, "$1");

const REASONS = {
  assembler: "written in assembler, of which BTF says nothing",
  macro: "a type that is a macro, as pgoff_t is",
  decays: "a function's type or va_list as a parameter",
} as const;

/** Why two types may differ though both were read as they are. */
const reasonFor = ({ names }: HeaderFacts, here: string, there: string): string | undefined => {
  if (there === "void (void)") return REASONS.assembler;
  const words = here.match(/\w+/g) ?? [];
  const has = (word: string, form: string): boolean => names.get(word)?.some((each) => each.form === form) ?? false;
  if (words.some((word) => has(word, "macro"))) return REASONS.macro;
  const isFunction = (word: string): boolean =>
    word === "va_list" || (names.get(word)?.some((each) => each.form === "typedef" && /^[^()]*\((?!\*)/.test(each.type)) ?? false);
  return words.some(isFunction) ? REASONS.decays : undefined;
};

const SIMPLE_TYPE = /^(?:(?:struct|union|enum|unsigned) )?\w+$/;

/** What a name stands for: macros for other names, which the compiler never sees, and typedefs, of which a definition may name others than its declaration. */
const aliasesOf = ({ names }: HeaderFacts): ((word: string) => string) => {
  const next = (word: string): string | undefined => {
    for (const each of names.get(word) ?? []) {
      if (each.form === "macro" && each.sure && each.target !== undefined) return each.target;
      if (each.form === "typedef" && SIMPLE_TYPE.test(each.type) && each.type !== `struct ${word}`) return each.type;
    }
    return undefined;
  };
  return (word) => {
    let name = word;
    for (let step = 0, other = next(name); other !== undefined && step < 8; step++, other = next(name)) name = other;
    return name;
  };
};

/** The structs and unions that are whole and have a name, each with its ids in BTF, where it may be more than once. */
function* structsOf({ tags }: HeaderFacts, btf: Btf): Generator<readonly [string, Tag, readonly [number, ...number[]]]> {
  for (const [key, tag] of tags) {
    if (!tag.isWhole || tag.tag === "enum" || tag.name.startsWith("{")) continue;
    const [first, ...more] = btf.idsOf(tag.name).filter((id) => btf.kindOf(id) === tag.tag);
    if (first !== undefined) yield [key, tag, [first, ...more]];
  }
}

/** The names of the members of each struct and union that both know, in order. A struct may be in BTF more than once: one that agrees is enough. */
export const compareMembers = (facts: HeaderFacts, btf: Btf): Comparison => {
  const alias = aliasesOf(facts);
  const differ: { name: string; here: string; btf: string }[] = [];
  let compared = 0;
  for (const [key, tag, ids] of structsOf(facts, btf)) {
    compared++;
    const theirs = ids.map((id) => flattened(btf, id).map(({ name }) => name));
    // What is not sure may be there or not.
    const agrees = theirs.some((names) => {
      let at = 0;
      for (const { name, sure } of tag.members)
        if (names[at] === name || names[at] === alias(name)) at++;
        else if (sure) return false;
      return at === names.length;
    });
    if (!agrees) differ.push({ name: key, here: tag.members.map(({ name }) => name).join(" "), btf: theirs[0]!.join(" ") });
  }
  return { compared, agree: compared - differ.length, explained: new Map(), differ };
};

const sorted = (facts: HeaderFacts, compared: number, all: Comparison["differ"]): Comparison => {
  const explained = new Map<string, number>();
  const differ = all.filter(({ here, btf }) => {
    const reason = reasonFor(facts, here, btf);
    if (reason !== undefined) explained.set(reason, (explained.get(reason) ?? 0) + 1);
    return reason === undefined;
  });
  return { compared, agree: compared - all.length, explained, differ };
};

/** The types of the members that both know, array sizes aside. */
export const compareMemberTypes = (facts: HeaderFacts, btf: Btf): Comparison => {
  const alias = aliasesOf(facts);
  const differ: { name: string; here: string; btf: string }[] = [];
  let compared = 0;
  for (const [key, tag, ids] of structsOf(facts, btf)) {
    if (ids.length > 1) continue;
    const theirs = new Map(flattened(btf, ids[0]).map(({ name, type }) => [name, type]));
    for (const { name, type, sure } of tag.members) {
      if (!sure) continue;
      const other = theirs.get(name);
      if (other === undefined) continue;
      compared++;
      if (comparable(type, alias) !== comparable(other, alias)) differ.push({ name: `${key}.${name}`, here: type, btf: other });
    }
  }
  return sorted(facts, compared, differ);
};

/** The types of the functions that headers declare, inline or not, and that BTF has under their name. */
export const compareFunctions = (facts: HeaderFacts, btf: Btf): Comparison => {
  const { names } = facts;
  const alias = aliasesOf(facts);
  const differ: { name: string; here: string; btf: string }[] = [];
  let compared = 0;
  for (const [name, entries] of names) {
    const types = entries.flatMap((each) => (each.form === "function" || each.form === "inline" ? [each.type] : []));
    const ids = btf.idsOf(name).filter((id) => btf.kindOf(id) === "func");
    if (types.length === 0 || ids.length === 0) continue;
    compared++;
    const theirs = ids.map((id) => textOf(builtOf(btf, btf.targetOf(id))));
    if (!types.some((type) => theirs.some((other) => comparable(type, alias) === comparable(other, alias))))
      differ.push({ name, here: types[0]!, btf: theirs[0]! });
  }
  return sorted(facts, compared, differ);
};
