import { type Branch, type Certainty, closeBranch, nextBranch, openBranch, type Value } from "./branches.ts";
import { evaluate, evaluateDefined, isGiven, type Lookup, lookupIn, type Macro, type Options } from "./condition.ts";
import { conditionOf, type Level, nextLevel, openLevel, undecided } from "./condition-text.ts";
import { afterGroup, isWord, tokensOf } from "./lex.ts";
import { type Definition, parseDefine } from "./macros.ts";
import { walk } from "./walk.ts";

/** One declaration or definition at file scope. */
export interface Unit {
  /**
   * Up to ";" or the body; the bodies of structs and initialisers are left out ("{" "}" stays). Where the sink wants members, the bodies of structs,
   * unions and enums stay; of branches that may be read all are there, and a token "#condition" says what those behind it hang on ("#": nothing).
   */
  readonly tokens: readonly string[];
  /** The tokens of a function's body, empty where the sink wants none; absent for a declaration. */
  readonly body?: readonly string[];
  readonly certainty: Certainty;
  /** What it hangs on, where that is not decided. */
  readonly condition?: string;
}

/** What a reader of a file wants to hear of. */
export interface Sink {
  readonly bodies: boolean;
  /** Whether the members of structs, unions and enums are wanted. */
  readonly members?: boolean;
  /** What stands before a "{" as C has it, where a macro hides the keyword: `context_lock_struct(mutex) {`. */
  readonly head?: (tokens: readonly string[]) => readonly string[];
  /** Whether a macro of which nothing is known is not defined, unless whoever includes the file does it. */
  readonly presumesUndefined?: (name: string) => boolean;
  unit(unit: Unit): void;
  define?(macro: Definition, certainty: Certainty, condition?: string): void;
  undefine?(name: string): void;
  /** With its quotes or angle brackets. */
  include?(target: string, certainty: Certainty, condition?: string): void;
  /** Every word of the code, dead or not; not of comments and literals. */
  word?(word: string): void;
}

/** A declaration longer than this is none (a macro with a table for an argument). */
const MAX_TOKENS = 4096;
/** The same where members count: the largest enum has 7,000. */
const MAX_MEMBER_TOKENS = 100_000;
const MAX_BODY_TOKENS = 50_000;
/** #if deeper than this: the rest of the file is not read. */
const MAX_NESTING = 100;

type Inside = "nothing" | "function" | "aggregate" | "initialiser" | "argument";

interface State {
  readonly tokens: readonly string[];
  readonly paren: number;
  readonly brace: number;
  readonly inside: Inside;
}

/** Attributes that may stand between `struct foo` and its members. */
const OF_AGGREGATE =
  /^(__attribute__|__packed|__aligned|____cacheline\w*|__randomize_layout|__no_randomize_layout|__designated_init|__aligned_\w+)$/;

/** What a "{" opens after these tokens. */
const opened = (tokens: readonly string[], paren: number): Inside => {
  if (paren > 0) return "argument";
  let depth = 0;
  let aggregate = -1;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token === "(" || token === "[") depth++;
    else if (token === ")" || token === "]") depth--;
    else if (depth === 0 && token === "=") return "initialiser";
    else if (depth === 0 && (token === "struct" || token === "union" || token === "enum")) aggregate = at;
  }
  if (aggregate < 0) return "function";
  let hasTag = false;
  for (let at = aggregate + 1; at < tokens.length;) {
    const token = tokens[at]!;
    if (OF_AGGREGATE.test(token)) at = tokens[at + 1] === "(" ? afterGroup(tokens, at + 1) : at + 1;
    else if (hasTag || !isWord(token)) return "function";
    else {
      hasTag = true;
      at++;
    }
  }
  return "aggregate";
};

/** How far behind the #ifndef of an include guard its #define may stand. */
const GUARD_WITHIN = 400;

/** The macro that is asked not to be defined and is defined right behind that. */
const guarded = (kind: string, rest: string, following: string): string | undefined => {
  const pattern = kind === "ifndef" ? /^\s*(\w+)/ : kind === "if" ? /^\s*!\s*defined\s*\(?\s*(\w+)/ : undefined;
  const name = pattern?.exec(rest)?.[1];
  return name === /^\s*#\s*define\s+(\w+)/.exec(following)?.[1] ? name : undefined;
};

/**
 * Splits a file into its declarations, definitions and macros. Tolerant: what it cannot follow it skips to the next ";" or to a "}" in the first
 * column, which ends a function in kernel style (Documentation/process/coding-style.rst).
 */
export const readUnits = (text: string, options: Options, sink: Sink): void => {
  const own = new Map<string, Macro>();
  const look: Lookup = lookupIn(options, (name) => (own.has(name) ? own.get(name) : "none"));
  const branches: Branch<State>[] = [];
  const levels: Level[] = [];
  const maxTokens = sink.members ? MAX_MEMBER_TOKENS : MAX_TOKENS;
  let certainty: Certainty = 2;
  let muted = false;
  let tokens: string[] = [];
  let paren = 0;
  let brace = 0;
  let inside = "nothing" as Inside;
  let body: string[] = [];
  let first = true;

  const hangsOn = (): { readonly condition?: string } => {
    const condition = certainty === 1 ? undecided(levels) : undefined;
    return condition === undefined ? {} : { condition };
  };

  const emit = (isFunction: boolean): void => {
    if (tokens.length > 0 && tokens.length < maxTokens) sink.unit({ tokens, certainty, ...(isFunction && { body }), ...hangsOn() });
    tokens = [];
    body = [];
    paren = 0;
  };

  const restore = (state: State): void => {
    tokens = [...state.tokens];
    ({ paren, brace, inside } = state);
    if (brace === 0) body = [];
  };
  const state = (): State => ({ tokens, paren, brace, inside });

  const presume: Lookup = (name) => {
    const known = look(name);
    return known === "unknown" && sink.presumesUndefined!(name) ? undefined : known;
  };

  /** kind: "if", "def" or "ndef". */
  const evaluateAs = (kind: string, rest: string, macros: Lookup): boolean | undefined => {
    if (kind === "if") return evaluate(rest, macros);
    const known = evaluateDefined(/\w+/.exec(rest)?.[0] ?? "", macros);
    return known === undefined ? undefined : known === (kind === "def");
  };

  const valueOf = (kind: string, rest: string): Value => {
    const value = evaluateAs(kind, rest, look);
    if (value !== undefined || sink.presumesUndefined === undefined) return value;
    const presumed = evaluateAs(kind, rest, presume);
    return presumed === undefined ? undefined : presumed ? "presumed" : "presumed not";
  };

  const isInMembers = (): boolean => sink.members === true && inside === "aggregate";

  /** Members of every branch that may be read count, where a branch holds whole members: the next one goes on where this one ends. */
  const keepMembers = (): void => {
    const outer = branches.at(-1);
    if (outer === undefined || !isInMembers() || outer.saved.inside !== "aggregate" || outer.saved.brace !== brace) return;
    if (outer.now > 0 && outer.saved.paren === paren && /^([;,{}]|#.*)$/.test(tokens.at(-1) ?? ""))
      branches[branches.length - 1] = { ...outer, saved: state(), best: undefined };
  };

  const branch = (kind: string, rest: string, guards: boolean): void => {
    keepMembers();
    const outer = branches.at(-1);
    if (kind === "endif") {
      levels.pop();
      if (outer !== undefined) restore(closeBranch(branches.pop()!, state()));
    } else if (kind === "else" || kind.startsWith("elif")) {
      if (outer === undefined) return;
      const value = kind === "else" ? true : valueOf(kind === "elif" ? "if" : kind.slice(4), rest);
      levels[levels.length - 1] = nextLevel(levels.at(-1)!, value, () => conditionOf(kind, rest));
      branches[branches.length - 1] = nextBranch(outer, branches.at(-2)?.muted ?? false, state(), value);
      restore(outer.saved);
    } else {
      const value = guards ? true : valueOf(kind === "if" ? kind : kind.slice(2), rest);
      levels.push(openLevel(value, () => conditionOf(kind, rest)));
      branches.push(openBranch(outer, { ...state(), tokens: [...tokens] }, tokens.length > 0 || brace > 0, value));
    }
    certainty = branches.at(-1)?.now ?? 2;
    muted = branches.at(-1)?.muted ?? false;
    if (isInMembers() && !muted) tokens.push(`#${hangsOn().condition ?? ""}`);
  };

  const directive = (line: string, following: string): void => {
    const [head = "", name = ""] = /^#\s*([a-z]*)/.exec(line) ?? [];
    const rest = line.slice(head.length);
    if (sink.word !== undefined && name !== "include") for (const token of tokensOf(rest)) if (isWord(token)) sink.word(token);
    if (/^(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)$/.test(name)) {
      const guard = first || sink.members === true ? guarded(name, rest, following) : undefined;
      // A header's first condition is its include guard, which is not defined when the header is read.
      branch(name, rest, guard !== undefined && (first || (isGiven(guard) && !own.has(guard))));
      first = false;
    } else if (name === "define") {
      const macro = parseDefine(rest);
      if (macro === undefined) return;
      if (certainty > 0) own.set(macro.name, certainty === 2 ? { body: macro.parameters === undefined ? macro.body : "()" } : "unknown");
      sink.define?.(macro, certainty, hangsOn().condition);
    } else if (name === "include") sink.include?.(rest.trim(), certainty, hangsOn().condition);
    else if (name === "undef" && certainty > 0) {
      const undefined_ = rest.trim();
      own.set(undefined_, certainty === 2 ? undefined : "unknown");
      sink.undefine?.(undefined_);
    }
  };

  const inBody = (token: string): void => {
    if (sink.bodies && inside === "function" && body.length < MAX_BODY_TOKENS) body.push(token);
    else if (isInMembers() && tokens.length < maxTokens) tokens.push(token);
  };

  const close = (inFirstColumn: boolean): void => {
    if (brace === 0) return;
    brace = inFirstColumn && inside === "function" ? 0 : brace - 1;
    if (brace > 0) return inBody("}");
    if (inside === "function") emit(true);
    else if (isInMembers()) tokens.push("}");
    else if (inside !== "argument") tokens.push("{", "}");
    inside = "nothing";
  };

  const punctuation = (token: string, inFirstColumn: boolean): void => {
    if (token === "}") return close(inFirstColumn);
    if (token === "{") {
      if (brace === 0) {
        if (tokens.length === 2 && tokens[0] === "extern" && tokens[1]!.startsWith('"')) return void (tokens = []);
        const headed = sink.head !== undefined && paren === 0 ? sink.head(tokens) : tokens;
        if (headed !== tokens) tokens = [...headed];
        inside = opened(tokens, paren);
        if (isInMembers()) tokens.push("{");
      } else inBody(token);
      brace++;
      return;
    }
    if (brace > 0) return inBody(token);
    if (token === ";" && paren === 0) return emit(false);
    if (token === "(") paren++;
    else if (token === ")") paren = Math.max(0, paren - 1);
    add(token);
  };

  const add = (token: string): void => {
    if (tokens.length < maxTokens) tokens.push(token);
    else if (paren > 0) paren = 0;
  };

  const take = (token: string): void => {
    if (!muted) (brace > 0 ? inBody : add)(token);
  };

  walk(text, {
    word(start, end) {
      const unheard = brace > 0 && !(sink.bodies && inside === "function") && !isInMembers();
      if (sink.word === undefined && (muted || unheard)) return;
      const word = text.slice(start, end);
      sink.word?.(word);
      take(word);
    },
    literal(start, end) {
      if (brace === 0 || sink.bodies || isInMembers()) take(text.slice(start, end));
    },
    punctuation(token, inFirstColumn) {
      if (!muted) punctuation(token, inFirstColumn);
    },
    directive(start, end) {
      directive(text.slice(start, end), text.slice(end, end + GUARD_WITHIN));
      return branches.length <= MAX_NESTING;
    },
  });
  // Macros that need no semicolon may end a file.
  if (sink.members && brace === 0) emit(false);
};
