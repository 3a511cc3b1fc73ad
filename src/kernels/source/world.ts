// What is known while a unit is read: its own names, and the kernel's as one release's headers declare them.

import { isWord } from "../c/lex.ts";
import { isArithmetic, QUALIFIERS } from "../c/types.ts";
import type { HeaderName, ReleaseHeaders, Tag } from "../headers/model.ts";
import { base, type CType, parseType, pointerTo } from "./ctype.ts";
import type { OwnName, SourceUse, Undecided, Value } from "./model.ts";
import type { Place } from "./model.ts";
import type { Condition } from "./preprocess.ts";
import { type Token, unpackPlace } from "./tokens.ts";

/** A value that is being read, with what only its reader needs. */
export interface Val extends Value {
  /** Of `x->m`: the member, to say what is assigned. */
  readonly member?: string;
  /** The undecided condition that what it is made of was declared under; 0 or absent for none. */
  readonly cond?: number;
}
export const NOTHING: Val = {};

type Members = Map<string, CType | undefined>;

/** A name of the source's own, and the undecided condition it was declared under. */
export interface Bound {
  readonly type: CType | undefined;
  readonly cond: number;
}

/** One unit being read. The functions of declarations and expressions need each other: they meet here. */
export interface World {
  readonly tokens: readonly Token[];
  at: number;
  readonly headers: ReleaseHeaders;
  readonly files: readonly string[];
  readonly conditions: readonly Condition[];
  readonly scopes: Map<string, Bound>[];
  readonly typedefs: Map<string, CType | undefined>;
  /** By `struct foo`. */
  readonly tags: Map<string, Members>;
  readonly uses: SourceUse[];
  readonly own: OwnName[];
  readonly known: Map<string, Known>;
  /** What a function that is being read returns. */
  returns: CType | undefined;
  untyped: number;
  anonymous: number;
  depth: number;
  readonly read: {
    expression(world: World): Val;
    /** An expression that a comma ends. */
    value(world: World): Val;
    block(world: World): void;
  };
}

/** What the kernel's headers have under a name, in the order of the index. */
export interface Known {
  readonly entries: readonly HeaderName[];
  readonly typedef?: string;
  readonly isMacro: boolean;
}

const WORDS = new Set(
  "if else for while do switch case default return goto break continue sizeof typeof __typeof__ __typeof asm __asm__ __asm struct union enum static extern inline typedef register".split(
    " ",
  ),
);
export const isKeyword = (text: string): boolean => WORDS.has(text);

export const knownOf = (world: World, name: string): Known => {
  let known = world.known.get(name);
  if (known === undefined) {
    const entries = world.headers.names(name);
    const typedef = entries.find((each) => each.form === "typedef");
    known = {
      entries,
      ...(typedef?.form === "typedef" && { typedef: typedef.type }),
      isMacro: entries.some(({ form }) => form === "macro"),
    };
    world.known.set(name, known);
  }
  return known;
};

export const peek = (world: World, ahead = 0): string => world.tokens[world.at + ahead]?.text ?? "";

export const placeOf = (world: World, at: number): Place => {
  const { file, line, column } = unpackPlace(at);
  return { file: world.files[file] ?? "", line, column };
};

export const undecidedOf = (world: World, cond: number): { readonly undecided?: Undecided } => {
  const condition = world.conditions[cond];
  return cond === 0 || condition === undefined ? {} : { undecided: { condition: condition.text, place: placeOf(world, condition.at) } };
};

/** Where a use stands, and what it hangs on: its own condition, or one that a name in it was declared under. */
export const commonOf = (
  world: World,
  token: Token | undefined,
  ...others: readonly (number | undefined)[]
): { readonly place: Place; readonly undecided?: Undecided } => ({
  place: placeOf(world, token?.at ?? 0),
  ...undecidedOf(world, (token?.cond ?? 0) || (others.find((cond) => cond !== undefined && cond > 0) ?? 0)),
});

export const lookUp = (world: World, name: string): Bound | undefined => {
  for (let at = world.scopes.length - 1; at >= 0; at--) {
    const bound = world.scopes[at]!.get(name);
    if (bound !== undefined) return bound;
  }
  return undefined;
};

/** A name declared twice, under undecided conditions, stays undecided. */
export const declare = (world: World, name: string, type: CType | undefined, cond: number): void => {
  const scope = world.scopes.at(-1)!;
  scope.set(name, { type, cond: cond || (scope.get(name)?.cond ?? 0) });
};

const TYPE_WORDS = new Set("struct union enum typeof __typeof__ __typeof typeof_member __typeof_unqual__ __extension__".split(" "));

/** Whether a type name begins at a word: a keyword, or a typedef that no variable hides. */
export const isTypeWord = (world: World, word: string): boolean => {
  if (!isWord(word)) return false;
  if (TYPE_WORDS.has(word) || isArithmetic(word) || QUALIFIERS.has(word)) return true;
  if (lookUp(world, word) !== undefined) return false;
  return world.typedefs.has(word) || knownOf(world, word).typedef !== undefined;
};

const MAX_TYPEDEFS = 24;

/** What a typedef stands for, followed to the end; undefined where it ends at what is not understood. */
export const resolved = (world: World, type: CType | undefined): CType | undefined => {
  let now = type;
  for (let step = 0; now?.kind === "base" && step < MAX_TYPEDEFS; step++) {
    const { name, isConst } = now;
    if (/^(struct|union|enum) /.test(name) || isArithmetic(name.split(" ")[0]!)) return now;
    let next: CType | undefined;
    if (world.typedefs.has(name)) next = world.typedefs.get(name);
    else {
      const text = knownOf(world, name).typedef;
      // u8 and its kin are their own end.
      if (text === undefined) return now;
      next = parseType(text);
    }
    if (next?.kind === "base" && next.name === name) return next;
    now = isConst && next !== undefined && (next.kind === "base" || next.kind === "pointer") ? { ...next, isConst: true } : next;
  }
  return now;
};

/** The source's own typedefs taken apart, the kernel's left as they are. */
export const withoutOwn = (world: World, type: CType, depth = 0): CType => {
  if (depth > MAX_TYPEDEFS) return type;
  switch (type.kind) {
    case "base": {
      const own = world.typedefs.get(type.name);
      if (own === undefined) return type;
      const inner = withoutOwn(world, own, depth + 1);
      return type.isConst && (inner.kind === "base" || inner.kind === "pointer") ? { ...inner, isConst: true } : inner;
    }
    case "pointer":
      return { ...type, to: withoutOwn(world, type.to, depth + 1) };
    case "array":
      return { ...type, of: withoutOwn(world, type.of, depth + 1) };
    case "function": {
      const { parameters, ...rest } = type;
      return {
        ...rest,
        returns: withoutOwn(world, type.returns, depth + 1),
        ...(parameters !== undefined && { parameters: parameters.map((each) => withoutOwn(world, each, depth + 1)) }),
      };
    }
  }
};

const tagCache = new WeakMap<
  ReleaseHeaders,
  Map<string, { readonly tag: Tag | undefined; readonly members: ReadonlyMap<string, string> }>
>();

/** A struct or union of the kernel's, by `struct foo`. */
export const kernelTag = (
  headers: ReleaseHeaders,
  name: string,
): { readonly tag: Tag | undefined; readonly members: ReadonlyMap<string, string> } => {
  let cache = tagCache.get(headers);
  if (cache === undefined) tagCache.set(headers, (cache = new Map()));
  let found = cache.get(name);
  if (found === undefined) {
    const [kind, tagName = ""] = name.split(" ");
    const tag = headers.tag(kind as Tag["tag"], tagName);
    cache.set(name, (found = { tag, members: new Map(tag?.members.map((member) => [member.name, member.type])) }));
  }
  return found;
};

/** The members a name leads to: flowi4_tos is a macro for `__fl_common.flowic_tos`, and so are in6_u's short names. */
const memberPath = (headers: ReleaseHeaders, name: string): readonly string[] | undefined => {
  const macro = headers
    .names(name)
    .find((each) => each.form === "macro" && each.parameters === undefined && (each.target ?? each.body) !== undefined);
  const body = macro?.form === "macro" ? (macro.body ?? macro.target) : undefined;
  return body !== undefined && /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(body) ? body.split(".") : undefined;
};

/** The type of a member of a kernel struct; "none" where it has no such member, undefined where it is not understood. */
export const kernelMember = (headers: ReleaseHeaders, tag: string, member: string, depth = 0): CType | undefined | "none" => {
  const { tag: found, members } = kernelTag(headers, tag);
  if (found === undefined || !found.isWhole) return undefined;
  const text = members.get(member);
  if (text !== undefined) return parseType(text);
  const path = depth < 4 ? memberPath(headers, member) : undefined;
  if (path === undefined) return "none";
  let type: CType | undefined | "none" = base(tag);
  for (const part of path) {
    if (type === undefined || type === "none" || type.kind !== "base" || !/^(struct|union) \w/.test(type.name)) return undefined;
    type = kernelMember(headers, type.name, part, depth + 1);
  }
  return type;
};

/** Kernel macros whose value has a type that their arguments or their names tell. */
export const VALUES: ReadonlyMap<string, CType> = new Map([
  ["current", pointerTo(base("struct task_struct"))],
  ["THIS_MODULE", pointerTo(base("struct module"))],
]);
