import { MAX_LOOKUPS } from "../../shared/limits.ts";
import { isRealIndex, sectionError, type Elf } from "../elf/elf.ts";
import { SHN_UNDEF, STT_FUNC, type SymbolTable } from "../elf/symbols.ts";
import { arm64 } from "./arm64.ts";
import { stringsAnywhere, stringsBefore, stringsInCode, stringsInData } from "./candidates.ts";
import type { Door, LookupDoors, NameLookup } from "./doors.ts";
import { explore, type DoorCall, type Way } from "./explore.ts";
import { isCode, isData, openImage, type Image } from "./image.ts";
import { NOT_KNOWN, type FoundName } from "./names.ts";
import type { Architecture } from "./step.ts";
import { sectionBase, sectionOfBase, symbolBase, type Place } from "./values.ts";
import { x86 } from "./x86.ts";

const ARCHITECTURES: Readonly<Record<string, Architecture>> = { x86_64: x86, arm64 };
/** More than a module has: a name stands in a symbol table once or twice. */
const MAX_ORIGINS = 128;
/** Two relocations for one call stand closer than two calls (MIPS: the address, and the jump). */
const SAME_CALL = 9;

type TargetsOf = Architecture["targetsOf"];

interface Origin extends Place {
  readonly way: Way;
}

const doorMaps = new WeakMap<LookupDoors, ReadonlyMap<string, Door>>();

const doorMap = (doors: LookupDoors): ReadonlyMap<string, Door> => {
  const known = doorMaps.get(doors) ?? new Map(Object.entries(doors));
  doorMaps.set(doors, known);
  return known;
};

/** The doors that the module has: imported, or defined in it where such a definition is the door too. */
const originsOf = (symbols: SymbolTable, doors: LookupDoors): Origin[] => {
  const origins: Origin[] = [];
  const known = doorMap(doors);
  for (let index = 1; index < symbols.count && origins.length < MAX_ORIGINS; index++) {
    const section = symbols.sectionOf(index);
    // Most symbols are the module's own, and no functions: their names need not be read.
    if (section !== SHN_UNDEF && !(isRealIndex(section) && symbols.typeOf(index) === STT_FUNC)) continue;
    const name = symbols.nameOf(index);
    const takes = known.get(name);
    if (!takes) continue;
    const way = { door: name, takes };
    if (section === SHN_UNDEF) origins.push({ base: symbolBase(index), offset: 0, way });
    else if (takes.ownDefinition) origins.push({ base: sectionBase(section), offset: symbols.at(index).value, way });
  }
  return origins;
};

/**
 * The kernel functions and modules that a module reaches by name at run time, behind the linker's back.
 * Values are followed through the machine code of x86_64 and arm64; elsewhere a string just before a call is a candidate.
 * @throws InputError where the relocations or symbols of a module with such calls lie out of range.
 */
export const findLookups = (elf: Elf, symbols: SymbolTable, doors: LookupDoors): readonly NameLookup[] => {
  const origins = originsOf(symbols, doors);
  if (origins.length === 0) return [];
  const image = openImage(elf, symbols);
  const finds = openFinds(image);
  const architecture = ARCHITECTURES[elf.arch];
  if (architecture) follow(finds, architecture, origins, doors);
  else
    for (const origin of origins)
      guess(
        finds,
        origin,
        ({ offset }) => [offset],
        () => true,
      );
  return inOrder(image, finds.all);
};

/** A lookup before its section has a name. */
type Found = Omit<NameLookup, "section"> & { readonly section: number };

/** What was found so far. */
interface Finds {
  readonly image: Image;
  readonly all: readonly Found[];
  /** @throws InputError for more than any module has. */
  add(way: Way, names: readonly FoundName[], section: number, offset: number, owner?: string): void;
  /** Candidates from the module's data, once for each door: whoever asks again gets no other ones. */
  addData(way: Way, section: number, offset: number, owner?: string): void;
}

const kindOf = ({ takes }: Way): NameLookup["kind"] => (takes.takes === "module" ? "module" : "symbol");

const openFinds = (image: Image): Finds => {
  const all: Found[] = [];
  const told = new Set<string>();
  let data: readonly FoundName[] | undefined;
  const add: Finds["add"] = (way, names, section, offset, owner) => {
    for (const each of names) {
      if (all.length === MAX_LOOKUPS)
        throw sectionError(image.elf, image.elf.sections[section]!, offset, `more than ${MAX_LOOKUPS} names that may be looked up`);
      all.push({
        door: way.door,
        kind: kindOf(way),
        evidence: each.evidence,
        section: each.section ?? section,
        offset: each.offset ?? offset,
        ...(each.name !== undefined && { name: each.name }),
        ...(owner !== undefined && { function: owner }),
      });
    }
  };
  return {
    image,
    all,
    add,
    addData: (way, ...place) => {
      const key = `${kindOf(way)} ${way.door}`;
      if (told.has(key)) return;
      told.add(key);
      add(way, (data ??= stringsInData(image)), ...place);
    },
  };
};

const follow = (finds: Finds, architecture: Architecture, origins: readonly Origin[], table: LookupDoors): void => {
  const { image } = finds;
  const { calls, unread, inVariables } = explore(image, architecture, origins, table);
  const read = new Set(calls.map(({ call }) => call.function).filter((range) => !unread.has(range)));
  const isRead = (section: number, at: number): boolean => {
    const around = image.functions.around(section, at);
    return around !== undefined && read.has(around);
  };
  for (const each of calls) addCall(finds, each);
  const seen = new Set(calls.map(({ way }) => way.door));
  for (const origin of origins) {
    guess(finds, origin, architecture.targetsOf, (section, at) => !isRead(section, at));
    // A door of the module's own that was not seen through: its calls may be anywhere.
    const { door, takes } = origin.way;
    const isLost = sectionOfBase(origin.base) !== undefined && !inVariables.has(door) && !seen.has(door);
    if (isLost && takes.takes !== "nothing") finds.add(origin.way, stringsAnywhere(image), 0, 0);
  }
};

const addCall = (finds: Finds, { call, way, names, handsOn }: DoorCall): void => {
  const { image } = finds;
  const { function: range, at } = call;
  const known = names.filter(({ name }) => name !== undefined);
  finds.add(way, handsOn ? known : names, range.section, at, range.name);
  const { takes } = way.takes;
  const isOpen = names.some(({ name, pattern }) => name === undefined && !pattern);
  if (handsOn || !isOpen || takes === "nothing" || takes === "module") return;
  const filled = image.filled(image.elf.sections[range.section]!);
  if (filled) finds.add(way, stringsInCode(image, filled, range.start, range.end), range.section, at, range.name);
  finds.addData(way, range.section, at, range.name);
};

/** Where a door is referred to and the code was not followed: the strings just before, as candidates, and that the name is not known. */
const guess = (
  finds: Finds,
  { base, offset, way }: Origin,
  targetsOf: TargetsOf,
  wanted: (section: number, at: number) => boolean,
): void => {
  const { image } = finds;
  for (const section of image.relocated) {
    const filled = image.filled(section)!;
    const inCode = isCode(section);
    if (!inCode && !isData(section)) continue;
    let last = -SAME_CALL;
    let isFound = false;
    for (const i of image.positionsOf(section, base)) {
      const reference = filled.at(i);
      if (reference.at - last < SAME_CALL || (inCode && !wanted(section.index, reference.at))) continue;
      if (sectionOfBase(base) !== undefined && !targetsOf(reference).includes(offset)) continue;
      last = reference.at;
      isFound = true;
      const owner = inCode ? image.functions.around(section.index, reference.at)?.name : undefined;
      const before = inCode && way.takes.takes !== "nothing" ? stringsBefore(image, filled, i) : [];
      finds.add(way, [NOT_KNOWN, ...before], section.index, reference.at, owner);
    }
    if (isFound && way.takes.takes.startsWith("struct")) finds.addData(way, section.index, 0);
  }
};

/** In the order of the file, each once. A candidate that is certain elsewhere is none. */
const inOrder = (image: Image, found: readonly Found[]): NameLookup[] => {
  const certain = new Set(found.filter(({ evidence }) => evidence !== "string").map(({ kind, name }) => `${kind} ${name}`));
  const once = new Map<string, Found>();
  for (const each of [...found].sort((a, b) => a.door.localeCompare(b.door))) {
    const { door, kind, name, evidence, section, offset } = each;
    const isCandidate = evidence === "string";
    if (isCandidate && certain.has(`${kind} ${name}`)) continue;
    const key = isCandidate ? `${kind} ${name}` : `${door} ${name} ${section} ${offset}`;
    if (!once.has(key)) once.set(key, each);
  }
  return [...once.values()]
    .sort((a, b) => a.section - b.section || a.offset - b.offset || (a.name ?? "").localeCompare(b.name ?? ""))
    .map((each) => ({ ...each, section: image.elf.sections[each.section]!.name }));
};
