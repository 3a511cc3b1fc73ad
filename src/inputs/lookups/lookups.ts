import type { Elf } from "../elf/elf.ts";
import { SHN_UNDEF, STT_FUNC, type SymbolTable } from "../elf/symbols.ts";
import { isRealIndex } from "../elf/elf.ts";
import { arm64 } from "./arm64.ts";
import { stringsAnywhere, stringsBefore, stringsInCode, stringsInData } from "./candidates.ts";
import type { LookupDoors, NameLookup } from "./doors.ts";
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

/** The doors that the module has: imported, or defined in it where such a definition is the door too. */
const originsOf = (symbols: SymbolTable, doors: LookupDoors): Origin[] => {
  const origins: Origin[] = [];
  const known = new Map(Object.entries(doors));
  for (let index = 1; index < symbols.count && origins.length < MAX_ORIGINS; index++) {
    const section = symbols.sectionOf(index);
    if (section !== SHN_UNDEF && !isRealIndex(section)) continue;
    const { name, value, type } = symbols.at(index);
    const takes = known.get(name);
    if (!takes) continue;
    const way = { door: name, takes };
    if (section === SHN_UNDEF) origins.push({ base: symbolBase(index), offset: 0, way });
    else if (takes.ownDefinition && type === STT_FUNC) origins.push({ base: sectionBase(section), offset: value, way });
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
  const architecture = ARCHITECTURES[elf.arch];
  const found = architecture
    ? followed(image, architecture, origins, doors)
    : origins.flatMap((origin) =>
        guessed(
          image,
          origin,
          ({ offset }) => [offset],
          () => true,
        ),
      );
  return inOrder(image, found);
};

/** A lookup before its section has a name. */
type Found = Omit<NameLookup, "section"> & { readonly section: number };

const kindOf = ({ takes }: Way): NameLookup["kind"] => (takes.takes === "module" ? "module" : "symbol");

const asFound = (way: Way, names: readonly FoundName[], section: number, offset: number, owner: string | undefined): Found[] =>
  names.map((each) => ({
    door: way.door,
    kind: kindOf(way),
    evidence: each.evidence,
    section: each.section ?? section,
    offset: each.offset ?? offset,
    ...(each.name !== undefined && { name: each.name }),
    ...(owner !== undefined && { function: owner }),
  }));

const followed = (image: Image, architecture: Architecture, origins: readonly Origin[], table: LookupDoors): Found[] => {
  const { calls, unread, inVariables } = explore(image, architecture, origins, table);
  const read = new Set(calls.map(({ call }) => call.function).filter((range) => !unread.has(range)));
  const isRead = (section: number, at: number): boolean => {
    const around = image.functions.around(section, at);
    return around !== undefined && read.has(around);
  };
  const found = calls.flatMap((each) => ofCall(image, each));
  for (const origin of origins) {
    found.push(...guessed(image, origin, architecture.targetsOf, (section, at) => !isRead(section, at)));
    // A door of the module's own that was not seen through: its calls may be anywhere.
    const { door, takes } = origin.way;
    const isLost = sectionOfBase(origin.base) !== undefined && !inVariables.has(door) && !calls.some(({ way }) => way.door === door);
    if (isLost && takes.takes !== "nothing") found.push(...asFound(origin.way, stringsAnywhere(image), 0, 0, undefined));
  }
  return found;
};

const ofCall = (image: Image, { call, way, names, handsOn }: DoorCall): Found[] => {
  const { function: range, at } = call;
  const known = names.filter(({ name }) => name !== undefined);
  const shown = asFound(way, handsOn ? known : names, range.section, at, range.name);
  const { takes } = way.takes;
  const isOpen = names.some(({ name, pattern }) => name === undefined && !pattern);
  if (handsOn || !isOpen || takes === "nothing" || takes === "module") return shown;
  const filled = image.filled(image.elf.sections[range.section]!);
  const candidates = [...(filled ? stringsInCode(image, filled, range.start, range.end) : []), ...stringsInData(image)];
  return [...shown, ...asFound(way, candidates, range.section, at, range.name)];
};

/** Where a door is referred to and the code was not followed: the strings just before, as candidates, and that the name is not known. */
const guessed = (
  image: Image,
  { base, offset, way }: Origin,
  targetsOf: TargetsOf,
  wanted: (section: number, at: number) => boolean,
): Found[] =>
  image.relocated.flatMap((section) => {
    const filled = image.filled(section)!;
    const inCode = isCode(section);
    if (!inCode && !isData(section)) return [];
    const found: Found[] = [];
    let last = -SAME_CALL;
    for (let i = 0; i < filled.count; i++) {
      const reference = filled.at(i);
      if (reference.base !== base || reference.at - last < SAME_CALL || (inCode && !wanted(section.index, reference.at))) continue;
      if (sectionOfBase(base) !== undefined && !targetsOf(reference).includes(offset)) continue;
      last = reference.at;
      const owner = inCode ? image.functions.around(section.index, reference.at)?.name : undefined;
      const before = inCode && way.takes.takes !== "nothing" ? stringsBefore(image, filled, i) : [];
      found.push(...asFound(way, [NOT_KNOWN, ...before], section.index, reference.at, owner));
    }
    if (found.length > 0 && way.takes.takes.startsWith("struct"))
      found.push(...asFound(way, stringsInData(image), section.index, 0, undefined));
    return found;
  });

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
