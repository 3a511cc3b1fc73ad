import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit, type Document, type Node, type Pair, type YAMLMap } from "yaml";
import { InputError, type Problem } from "./input-error.ts";

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

/** Deeper than any policy a person wrote; keeps hostile nesting from exhausting the stack. */
const MAX_DEPTH = 64;

/** Where brackets open deeper than anybody writes, before the parser's own recursion goes there; -1 where they do not. */
const tooDeep = (text: string): number => {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if ((char === "[" || char === "{") && ++depth > 1000) return i;
    if ((char === "]" || char === "}") && depth > 0) depth--;
  }
  return -1;
};

/**
 * One walk over a document. YAML 1.2 reads an unquoted `5.10` as the number 5.1, and a kernel release must keep what its author typed:
 * each plain number that does not print as it was written becomes its source text.
 * @returns a node that lies deeper than anybody writes, if there is one.
 */
const tidy = (document: Document): Node | undefined => {
  let tooDeepNode: Node | undefined;
  visit(document, {
    Node: (_, node, path) => {
      if (path.length > MAX_DEPTH * 2) {
        tooDeepNode = node as Node;
        return visit.BREAK;
      }
      if (isScalar(node) && typeof node.value === "number" && node.source !== undefined && String(node.value) !== node.source)
        node.value = node.source;
      return undefined;
    },
  });
  return tooDeepNode;
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
  const deep = tooDeep(text);
  if (deep >= 0) {
    const before = text.slice(0, deep).split("\n");
    throw new InputError({ file, line: before.length, column: before.at(-1)!.length + 1, message: "nested too deeply" });
  }
  const documents = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false });
  const list = "empty" in documents ? [] : documents;
  const problems = list.flatMap((each) => each.errors).map((error) => at(error.pos[0], error.message));
  if (list.length > 1) problems.push(at(list[1]!.range[0], "a second document in the file", "keep one document a file"));
  if (problems.length > 0) throw new InputError(problems);
  const document = list[0];
  if (!document)
    return {
      file,
      value: null,
      placeOf: () => ({ file, line: 1, column: 1 }),
      problem: (_, message) => ({ file, line: 1, column: 1, message }),
    };

  const deepest = tidy(document);
  if (deepest) throw new InputError(at(deepest.range?.[0] ?? 0, `nested deeper than ${MAX_DEPTH} levels`));
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // The alias bomb is the one thing toJS() refuses; it throws a plain ReferenceError.
    throw new InputError(at(0, error instanceof Error ? error.message : String(error)));
  }
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
