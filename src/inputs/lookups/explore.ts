import type { Door, LookupDoors } from "./doors.ts";
import { follow, type Followed, type SeenCall, type SeenStore } from "./follow.ts";
import type { Section } from "../elf/elf.ts";
import type { Owner } from "../elf/owners.ts";
import { isCode, type Image } from "./image.ts";
import { handedOn, namesIn, type FoundName, type Reader } from "./names.ts";
import { entryIndex, siteIndex } from "./sites.ts";
import type { Architecture } from "./step.ts";
import { argumentOf, hasPlace, placeKey, resultBase, sectionBase, sectionOfBase, single, type Place, type Values } from "./values.ts";

/** A door as it is reached: under its own name, or by a function of the module that hands its argument on. */
export interface Way {
  readonly door: string;
  readonly takes: Door;
}

/** A call that is a door's for certain, and the names it gets. `handsOn`: a name that is not known is one of the caller's arguments. */
export interface DoorCall {
  readonly call: SeenCall;
  readonly way: Way;
  readonly names: readonly FoundName[];
  readonly handsOn: boolean;
}

export interface Explored {
  readonly calls: readonly DoorCall[];
  /** Functions that could not be followed though they refer to a door. */
  readonly unread: ReadonlySet<Owner>;
  /** Doors of which a variable is known that holds their address. */
  readonly inVariables: ReadonlySet<string>;
}

/** More wrappers and function pointers than a module has; a bound on work. */
const MAX_WAYS = 64;
/** Instructions that are gone through in all functions together: the most that a real module takes is 13,500. */
const MAX_WORK = 300_000;

const startOf = ({ section, start }: Owner): Place => ({ base: sectionBase(section), offset: start });

/** Functions are followed once, when something in them comes to matter. */
const openFollower = (image: Image, architecture: Architecture) => {
  const sitesOf = siteIndex(image);
  const entries = entryIndex(image, architecture);
  const followed = new Map<Owner, Followed | undefined>();
  const work = { left: MAX_WORK };
  const calls: SeenCall[] = [];
  const stores = new Map<string, SeenStore[]>();
  const read = (range: Owner): void => {
    if (followed.has(range)) return;
    const code = image.code(image.elf.sections[range.section]!);
    const result = follow(code, range, entries.get(code.base) ?? new Set(), architecture, work);
    followed.set(range, result);
    for (const call of result?.calls ?? []) calls.push(call);
    for (const store of result?.stores ?? []) {
      const list = stores.get(placeKey(store.to));
      if (list) list.push(store);
      else stores.set(placeKey(store.to), [store]);
    }
  };
  /** By section, who may call what in it without a relocation. */
  const callers = new Map<Section, Map<number, number[]>>();
  const callersIn = (section: Section): Map<number, number[]> => {
    const known = callers.get(section);
    if (known) return known;
    const found = new Map<number, number[]>();
    for (const [at, target] of architecture.calls(image.code(section))) {
      if (target < 0 || target >= section.size) continue;
      const list = found.get(target);
      if (list) list.push(at);
      else found.set(target, [at]);
    }
    callers.set(section, found);
    return found;
  };
  /** Follows every function that names a place or calls it. */
  const visit = (place: Place): void => {
    sitesOf(place).forEach(read);
    const index = sectionOfBase(place.base);
    const section = index === undefined ? undefined : image.elf.sections[index];
    if (!section || !isCode(section)) return;
    // Calls within a section need no relocation; and a door of the module's own is itself worth reading.
    for (const at of [place.offset, ...(callersIn(section).get(place.offset) ?? [])]) {
      const around = image.functions.around(section.index, at);
      if (around) read(around);
    }
  };
  return { followed, calls, stores, visit };
};

/**
 * From the doors' own places to all calls of them: through functions of the module that hand a name on, and through variables that
 * hold a door's address: those that a door defined in the module calls through (SystemTap), and those that the address goes to which
 * a kprobe on a door, or another look-up, finds.
 */
export const explore = (
  image: Image,
  architecture: Architecture,
  origins: readonly (Place & { way: Way })[],
  table: LookupDoors,
): Explored => {
  const doors = new Map(origins.map((origin) => [placeKey(origin), origin.way]));
  const follower = openFollower(image, architecture);
  const reader: Reader = { image, architecture, stores: follower.stores };
  /** What is a door when it is called: by its own address, and by what stands in a variable. */
  const open = new Map(doors);
  const slots = new Map<string, Way>();
  const waiting: Place[] = [...origins];
  const pointer = image.elf.is64 ? 8 : 4;
  const isStatic = ({ base }: Place): boolean => sectionOfBase(base) !== undefined;

  const wayOf = (values: Values): Way | undefined => {
    const ways = values.map((value) => (hasPlace(value) ? (value.kind === "address" ? open : slots).get(placeKey(value)) : undefined));
    return ways.every((way) => way !== undefined && way.door === ways[0]?.door) ? ways[0] : undefined;
  };
  const add = (map: Map<string, Way>, place: Place, way: Way | undefined): void => {
    if (!way || map.has(placeKey(place)) || open.size + slots.size >= doors.size + MAX_WAYS) return;
    map.set(placeKey(place), way);
    waiting.push(place);
  };
  /** The door that a look-up finds, where it looks for one. */
  const doorFoundBy = (way: Way, call: SeenCall): Way | undefined => {
    const names = namesIn(reader, way.takes, call);
    const name = names.length === 1 ? names[0]!.name : undefined;
    const takes = name === undefined || !Object.hasOwn(table, name) ? undefined : table[name];
    return takes && { door: name!, takes };
  };
  /** A door that the module defines calls the kernel's through a variable. */
  const throughVariable = (own: Way, { arguments: all, target }: SeenCall): void => {
    const first = all[("argument" in own.takes ? own.takes.argument : 1) - 1];
    const variable = single(target);
    const handed = first && single(first);
    if (variable?.kind === "content" && isStatic(variable) && handed && argumentOf(handed) === 1) add(slots, variable, own);
  };
  const learnFrom = (call: SeenCall): void => {
    const own = doors.get(placeKey(startOf(call.function)));
    if (own) throughVariable(own, call);
    const way = wayOf(call.target);
    if (!way || own) return;
    const wrapper = handedOn(reader, way.takes, call);
    if (wrapper) add(open, startOf(call.function), { door: way.door, takes: wrapper });
    if (way.takes.takes === "name") add(open, { base: resultBase(call.owner, call.at), offset: 0 }, doorFoundBy(way, call));
    if (way.takes.takes !== "struct") return;
    for (const value of call.arguments[way.takes.argument - 1] ?? []) {
      if (value.kind !== "address") continue;
      if (isStatic(value)) waiting.push({ base: value.base, offset: value.offset + way.takes.member * pointer });
      if (way.takes.found === undefined) continue;
      add(slots, { base: value.base, offset: value.offset + way.takes.found * pointer }, doorFoundBy(way, call));
    }
  };

  const seen = new Set<string>();
  for (let before = -1; before !== seen.size;) {
    before = seen.size;
    for (let place = waiting.pop(); place; place = waiting.pop()) {
      if (seen.has(placeKey(place))) continue;
      seen.add(placeKey(place));
      follower.visit(place);
    }
    for (const call of follower.calls) learnFrom(call);
    for (const { to, values } of [...follower.stores.values()].flat()) if (isStatic(to)) add(slots, to, wayOf(values));
  }

  const called = new Set(follower.calls.flatMap(({ target }) => target.filter(hasPlace).map(placeKey)));
  const calls = follower.calls.flatMap((call): DoorCall[] => {
    const way = wayOf(call.target);
    if (!way || doors.has(placeKey(startOf(call.function)))) return [];
    // Whoever calls a function that hands a name on, has the name; a function that nobody calls has callers elsewhere.
    const handsOn = handedOn(reader, way.takes, call) !== undefined && called.has(placeKey(startOf(call.function)));
    return [{ call, way, names: namesIn(reader, way.takes, call), handsOn }];
  });
  const unread = new Set([...follower.followed].flatMap(([range, result]) => (result === undefined ? [range] : [])));
  return { calls, unread, inVariables: new Set([...slots.values()].map(({ door }) => door)) };
};
