import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  visit,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { fewer, InputError, type Problem } from "./input-error.ts";
import { MAX_TEXT_PROBLEMS, MAX_YAML, MAX_YAML_ALIASED, MAX_YAML_DEPTH } from "./limits.ts";

export type Path = readonly (string | number)[];

/** A place in a text, 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A YAML (or JSON) text that parsed: its plain value, and the place of each key and value in it. */
export interface YamlText {
  readonly file: string;
  readonly value: unknown;
  /** Whether the value is known to be of its schema's form. */
  readonly isValid?: boolean;
  /** The place of the value at `path`, or of its nearest ancestor that is there. */
  placeOf(path: Path): Place;
  /** A problem at the value (or, with `key`, at the key) of `path`, with the line it stands on. */
  problem(path: Path, message: string, hint?: string, at?: "key" | "value"): Problem;
}

/** What is open while a text is parsed: a document, and at each level a map or a list, the value in it, and where it ends. */
const MAX_OPEN = 3 * MAX_YAML_DEPTH;

/** Thrown through the library to be caught here: it would go on after each error, and keep them all with their stacks. */
const ENOUGH = new Error("enough");

/** Has a composer end with the error that is one too many, and keep no warnings, which nobody reads. */
const endEarly = (composer: Composer): void => {
  const inner = composer as unknown as { onError(at: unknown, code: string, message: string, warning?: boolean): void };
  const { onError } = inner;
  let count = 0;
  inner.onError = (at, code, message, warning) => {
    if (warning) return;
    onError(at, code, message);
    if (++count > MAX_TEXT_PROBLEMS) throw ENOUGH;
  };
};

interface Parsed {
  readonly documents: readonly Document.Parsed[];
  /** Those outside of any document too. */
  readonly errors: readonly YAMLError[];
  /** Where the text nests so deeply that the parser's own recursion must not go there. */
  readonly tooDeep?: number;
}

const documentsOf = (text: string, counter: LineCounter): Parsed => {
  // For each key the library looks through all others of its map: those that stand twice are found below.
  const composer = new Composer({ uniqueKeys: false });
  endEarly(composer);
  const parser = new Parser(counter.addNewLine);
  const documents: Document.Parsed[] = [];
  counter.addNewLine(0);
  let outside = 0;
  const compose = (tokens: Iterable<CST.Token>): void => {
    for (const token of tokens) {
      if (token.type === "error" && ++outside > MAX_TEXT_PROBLEMS) throw ENOUGH;
      documents.push(...composer.next(token));
    }
  };
  try {
    for (const lexeme of new Lexer().lex(text)) {
      compose(parser.next(lexeme));
      if (parser.stack.length > MAX_OPEN) return { documents, errors: [], tooDeep: parser.offset };
    }
    compose(parser.end());
    documents.push(...composer.end());
  } catch (error) {
    if (error !== ENOUGH) throw error;
    documents.push(...composer.end());
  }
  return { documents, errors: [...documents.flatMap((each) => each.errors), ...composer.streamInfo().errors] };
};

/** YAML 1.2 reads an unquoted `5.10` as the number 5.1, and a kernel release must keep what its author typed. */
const typed = ({ value, source }: Scalar): unknown =>
  typeof value === "number" && source !== undefined && String(value) !== source ? source : value;

/** The text that a key becomes, so that `1` and `"1"` are one. */
const keyOf = ({ key }: Pair): unknown => (isScalar(key) ? String(typed(key) ?? "") : key);

const duplicatesIn = (map: YAMLMap): readonly Node[] => {
  const seen = new Set<unknown>();
  return map.items.flatMap((pair) => {
    const key = keyOf(pair);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [pair.key as Node];
  });
};

/** What is wrong with a document that parsed, and where. */
interface Fault {
  readonly node: Node;
  readonly message: string;
}

/** What the aliases of a document stand for, by the anchor's node: the last one of the name before the alias. */
type Aliases = ReadonlyMap<Alias, Node>;

/** How many nodes a node stands for, its aliases' included. */
const sizeOf = (node: unknown, aliases: Aliases, known: Map<unknown, number>): number => {
  const before = known.get(node);
  if (before !== undefined) return before;
  const of = (each: unknown): number => (each ? sizeOf(each, aliases, known) : 0);
  let size = 1;
  if (isAlias(node)) size = of(aliases.get(node));
  else if (isPair(node)) size = of(node.key) + of(node.value);
  else if (isMap(node) || isSeq(node)) for (const item of node.items) size += of(item);
  known.set(node, size);
  return size;
};

/**
 * One walk over a document; each plain number that does not print as it was written becomes its source text.
 * @returns keys that stand twice, aliases that stand for too much or for what they are part of, what lies deeper than anybody writes.
 */
const tidy = (document: Document): readonly Fault[] => {
  const faults: Fault[] = [];
  const anchors = new Map<string, Node>();
  const aliases = new Map<Alias, Node>();
  visit(document, {
    Node: (_, each, path) => {
      const node = each as Node;
      // A level is a list, or a map and a pair of it.
      if (path.length > MAX_YAML_DEPTH * 2) {
        faults.push({ node, message: `nested deeper than ${MAX_YAML_DEPTH} levels` });
        return visit.BREAK;
      }
      if (isAlias(node)) {
        const source = anchors.get(node.source);
        const name = node.source.slice(0, 80);
        if (!source) faults.push({ node, message: `*${name} stands for nothing: no &${name} is before it` });
        else if (path.includes(source)) faults.push({ node, message: `*${name} stands for what it is a part of` });
        else aliases.set(node, source);
        return undefined;
      }
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      if (isMap(node)) for (const key of duplicatesIn(node)) faults.push({ node: key, message: "Map keys must be unique" });
      if (isScalar(node)) node.value = typed(node);
      return undefined;
    },
  });
  if (faults.length > 0) return faults;
  const sizes = new Map<unknown, number>();
  let aliased = 0;
  for (const [node, source] of aliases) {
    aliased += sizeOf(source, aliases, sizes);
    // The library's own way is to look through all anchors before each alias.
    node.resolve = () => source as Scalar | YAMLMap | YAMLSeq;
    if (aliased > MAX_YAML_ALIASED)
      return [{ node, message: `the aliases up to here stand for more than ${MAX_YAML_ALIASED} keys and values` }];
  }
  return [];
};

/** The pairs of each map by key, made when a map is first asked about: a policy of thousands of rules is one map. */
const pairsOf = (maps: WeakMap<YAMLMap, Map<string, Pair>>, map: YAMLMap): Map<string, Pair> => {
  const known = maps.get(map);
  if (known) return known;
  const pairs = new Map(map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])));
  maps.set(map, pairs);
  return pairs;
};

const nodeAt = (maps: WeakMap<YAMLMap, Map<string, Pair>>, document: Document, path: Path, at: "key" | "value"): Node | undefined => {
  let node: unknown = document.contents;
  let found = node as Node | undefined;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = pairsOf(maps, node).get(String(step));
      if (!pair) break;
      if (at === "key" && index === path.length - 1) return pair.key as Node;
      node = pair.value ?? pair.key;
    } else if (isSeq(node)) node = node.items[Number(step)];
    else break;
    if (node) found = node as Node;
  }
  return found;
};

/**
 * Reads one YAML document (JSON is a subset). Every syntax error, duplicate key and second document is reported at once.
 * @throws InputError with file, line, column and the line's text.
 */
export const parseYaml = (text: string, file: string): YamlText => {
  if (text.length > MAX_YAML)
    throw new InputError({ file, line: 1, column: 1, message: `a text of ${text.length} characters (at most ${MAX_YAML})` });
  const counter = new LineCounter();
  let split: string[] | undefined;
  const lines = (): string[] => (split ??= text.split(/\r?\n/));
  const at = (offset: number, message: string, hint?: string): Problem => {
    const { line, col } = counter.linePos(offset);
    const source = lines()[line - 1]?.slice(0, 200);
    return {
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      message,
      ...(source !== undefined && { source }),
      ...(hint !== undefined && { hint }),
    };
  };
  const { documents, errors, tooDeep } = documentsOf(text, counter);
  if (tooDeep !== undefined) throw new InputError(at(tooDeep, `nested deeper than ${MAX_YAML_DEPTH} levels`));
  // A message may quote all of the text.
  const problems = errors.map((error) => at(error.pos[0], error.message.slice(0, 200)));
  if (documents.length > 1) problems.push(at(documents[1]!.range[0], "a second document in the file", "keep one document a file"));
  if (problems.length > 0) throw new InputError(fewer(problems));
  const [document] = documents;
  if (!document)
    return {
      file,
      value: null,
      placeOf: () => ({ file, line: 1, column: 1 }),
      problem: (_, message) => ({ file, line: 1, column: 1, message }),
    };

  const faults = tidy(document);
  if (faults.length > 0) throw new InputError(fewer(faults.map(({ node, message }) => at(node.range?.[0] ?? 0, message))));
  // Bounded above, by what they stand for and not by how often they are used.
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  const maps = new WeakMap<YAMLMap, Map<string, Pair>>();
  const offsetOf = (path: Path, where: "key" | "value"): number => nodeAt(maps, document as Document, path, where)?.range?.[0] ?? 0;
  return {
    file,
    value,
    placeOf: (path) => {
      const { line, col } = counter.linePos(offsetOf(path, "value"));
      return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
    },
    problem: (path, message, hint, where = "value") => at(offsetOf(path, where), message, hint),
  };
};
