// A module's source as one release sees it: texts in, facts out. The caller walks the tree.

import type { ReleaseHeaders } from "../headers/model.ts";
import { isWord } from "../c/lex.ts";
import { UNDEFINED } from "./macros.ts";
import type { NotRead, OwnName, SourceFacts, SourceTree, SourceUnit, SourceUse } from "./model.ts";
import { normalised } from "./paths.ts";
import { planBuild, type PlannedFile } from "./plan.ts";
import { type Files, preprocess } from "./preprocess.ts";
import { type Chunk, splitSource, type Token } from "./tokens.ts";
import { readUnit, reading } from "./unit.ts";
import { commonOf, type Known, placeOf, undecidedOf, type World } from "./world.ts";

export type { SourceFacts, SourceTree } from "./model.ts";

/** Characters of a source file: the largest header of a vendor's is 3 MB. */
const MAX_FILE = 4_000_000;
/** Files of a script that may decide about macros. */
const MAX_SCRIPT = 1_000_000;
const MAX_SCRIPTS = 8_000_000;
/** Tokens of all units. */
const MAX_ALL_TOKENS = 15_000_000;
const MAX_UNITS = 2000;
/** Files of one name that are looked at for an #include. */
const MAX_NAMESAKES = 100;

/** Files that decide about macros and are not C: configure scripts, their tests and templates. */
const DECIDES = /(^|\/)(configure\b[^/]*|conftest[^/]*|dkms\.conf|[^/]*\.(sh|m4|ac|in|inc|mk|gmk|pl|py|awk|cmake)|[^/.]+|CMakeLists\.txt)$/;

/** A tree opened for reading: its files are split once, for all releases. */
export interface OpenSource {
  readonly tree: SourceTree;
  readonly files: Files;
}

/** Opens a source tree; files are read when a unit first needs them. */
export const openSource = (tree: SourceTree): OpenSource => {
  const all = new Set(tree.paths);
  const names: string[] = ["(flags)"];
  const cache = new Map<string, readonly Chunk[] | undefined>();
  const notRead = new Map<string, NotRead>();
  let words: Set<string> | undefined;
  const chunks = (path: string): readonly Chunk[] | undefined => {
    if (cache.has(path)) return cache.get(path);
    const text = tree.text(path);
    let split: readonly Chunk[] | undefined;
    if (text === undefined) notRead.set(path, { file: path, why: "missing" });
    else if (text.length > MAX_FILE) notRead.set(path, { file: path, why: "too-large" });
    else if (text.slice(0, 4096).includes("\0")) notRead.set(path, { file: path, why: "binary" });
    else split = splitSource(text, names.push(path) - 1);
    cache.set(path, split);
    return split;
  };
  const decided = (name: string): boolean => {
    if (words === undefined) {
      words = new Set();
      let left = MAX_SCRIPTS;
      for (const path of tree.paths) {
        if (!DECIDES.test(path) || /(^|\/)(README|COPYING|LICENSE|NEWS|ChangeLog|AUTHORS|TODO|debian\/)/i.test(path)) continue;
        const text = tree.text(path);
        if (text === undefined || text.length > MAX_SCRIPT || text.slice(0, 512).includes("\0")) continue;
        if ((left -= text.length) < 0) break;
        for (const [word] of text.matchAll(/[A-Za-z_]\w+/g)) words.add(word);
      }
    }
    return words.has(name);
  };
  let byName: Map<string, string[]> | undefined;
  const somewhere = (path: string, from: string): string | undefined => {
    if (byName === undefined) {
      byName = new Map();
      for (const each of tree.paths) {
        const name = each.slice(each.lastIndexOf("/") + 1);
        const known = byName.get(name);
        if (known === undefined) byName.set(name, [each]);
        else if (known.length < MAX_NAMESAKES) known.push(each);
      }
    }
    const wanted = normalised(path) ?? path;
    const shared = (each: string): number => {
      let at = 0;
      while (at < each.length && each[at] === from[at]) at++;
      return at;
    };
    let best: string | undefined;
    for (const each of byName.get(wanted.slice(wanted.lastIndexOf("/") + 1)) ?? [])
      if ((each === wanted || each.endsWith(`/${wanted}`)) && (best === undefined || shared(each) > shared(best))) best = each;
    return best;
  };
  return { tree, files: { names, has: (path) => all.has(path), somewhere, chunks, notRead, decided } };
};

/** Whether two names are one module's: in an object's name a dash is an underscore (scripts/Makefile.lib, name-fix-token). */
export const sameModule = (a: string, b: string): boolean => a.replaceAll("-", "_") === b.replaceAll("-", "_");

/** Whether the braces of a file match; of one whose conditions are not all decided, both branches of which are read, nothing can be told. */
const isBalanced = (tokens: readonly Token[]): boolean => {
  let depth = 0;
  for (const { text, cond } of tokens) {
    if (cond !== 0) return true;
    if (text === "{") depth++;
    else if (text === "}" && --depth < 0) return false;
  }
  return depth === 0;
};

const readOne = (
  { path, module, flags, undecided }: PlannedFile,
  files: Files,
  headers: ReleaseHeaders,
  known: Map<string, Known>,
): { unit: SourceUnit; untyped: number; tokens: number; spent: boolean; lost: ReturnType<typeof preprocess>["lost"]; world: World } => {
  const text = preprocess(path, flags, files, headers);
  const uses: SourceUse[] = [];
  const own: OwnName[] = [];
  const world: World = {
    tokens: text.tokens,
    at: 0,
    headers,
    files: files.names,
    conditions: text.conditions,
    scopes: [new Map()],
    typedefs: new Map(),
    tags: new Map(),
    uses,
    own,
    known,
    returns: undefined,
    untyped: 0,
    anonymous: 0,
    depth: 0,
    read: reading,
  };
  for (const { header, quoted, at, cond } of text.includes)
    uses.push({ kind: "include", header, quoted, place: placeOf(world, at), ...undecidedOf(world, cond) });
  readUnit(world);
  for (const macro of text.macros.values())
    if (macro !== UNDEFINED && isWord(macro.name) && headers.names(macro.name).length > 0)
      own.push({
        name: macro.name,
        form: "macro",
        isStatic: false,
        isDefinition: true,
        ...commonOf(world, { text: "", at: macro.at, cond: macro.cond }),
      });
  return {
    unit: {
      file: path,
      flags,
      module,
      ...(undecided && { undecided }),
      uses,
      own,
      reached: text.reached,
      hidden: new Set([...text.macros].flatMap(([name, macro]) => (macro === UNDEFINED ? name : []))),
    },
    untyped: world.untyped,
    tokens: text.tokens.length,
    spent: text.spent,
    lost: text.lost,
    world,
  };
};

/**
 * Reads all that Kbuild would compile of a source, or what it would of one of its modules.
 * @param headers the release that it is read for: its version and configuration decide the conditions, its headers the types.
 */
export const readSource = ({ tree, files }: OpenSource, headers: ReleaseHeaders, module?: string): SourceFacts => {
  const plan = planBuild(tree, headers);
  const wanted = module === undefined ? plan.files : plan.files.filter((each) => sameModule(each.module, module));
  const notRead: NotRead[] = [...plan.notRead];
  const units: SourceUnit[] = [];
  const known = new Map<string, Known>();
  const names = new Set<string>();
  const lost = new Map<string, { headers: Set<string>; places: Map<string, ReturnType<typeof placeOf>> }>();
  let untyped = 0;
  let left = MAX_ALL_TOKENS;
  for (const planned of wanted.slice(0, MAX_UNITS)) {
    if (left <= 0) {
      notRead.push({ file: planned.path, why: "too-long" });
      continue;
    }
    const read = readOne(planned, files, headers, known);
    left -= read.tokens;
    units.push(read.unit);
    untyped += read.untyped;
    if (read.spent) notRead.push({ file: planned.path, why: "too-long" });
    else if (!isBalanced(read.world.tokens)) notRead.push({ file: planned.path, why: "unbalanced" });
    for (const { path, header, at } of read.lost) {
      const entry = lost.get(path) ?? { headers: new Set(), places: new Map() };
      lost.set(path, entry);
      entry.headers.add(header);
      const place = placeOf(read.world, at);
      entry.places.set(`${place.file}:${place.line}`, place);
    }
    for (const use of read.unit.uses) {
      if (use.kind === "name" || use.kind === "call") {
        const name = use.kind === "name" ? use.name : use.callee;
        if ((known.get(name)?.entries.length ?? 0) > 0) names.add(name);
      } else if (use.kind === "include") names.add(use.header);
      else if (use.kind === "member") names.add(`${use.tag}.${use.member}`);
    }
  }
  notRead.push(...files.notRead.values());
  return {
    modules: plan.modules,
    units,
    extraCflags: plan.extraCflags,
    lostIncludes: [...lost].map(([path, entry]) => ({ path, headers: [...entry.headers].sort(), places: [...entry.places.values()] })),
    notRead,
    namesUsed: names.size,
    untyped,
  };
};
