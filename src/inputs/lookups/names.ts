import { stringAt } from "../bytes.ts";
import { SHT_NOBITS } from "../elf/elf.ts";
import type { Door } from "./doors.ts";
import type { SeenCall, SeenStore } from "./follow.ts";
import { isCode, isWritable, type Image } from "./image.ts";
import type { Architecture } from "./step.ts";
import { argumentOf, hasPlace, placeKey, sectionOfBase, single, type Place, type Value, type Values } from "./values.ts";

/** A name that a call gets, or (undefined) that it gets one that cannot be known. */
export interface FoundName {
  readonly name?: string;
  readonly evidence: "call" | "struct" | "string";
  /** The relocation that brings it in; undefined: the call's own place. */
  readonly section?: number;
  readonly offset?: number;
  /** There is a string, but it names no single function or module: a pattern, a format. */
  readonly pattern?: true;
}

/** The call is certain, its name is not to be known. */
export const NOT_KNOWN: FoundName = { evidence: "call" };
const PATTERN: FoundName = { evidence: "call", pattern: true };

/** KSYM_NAME_LEN (include/linux/kallsyms.h), and room for "module:". */
const MAX_NAME = 1024;
/** Names of arrays that are read, at most. */
const MAX_ELEMENTS = 1024;
/** Arguments of a door without a name that are looked at. */
const MAX_HINTS = 3;
const SYMBOL = /^[A-Za-z_][\w.$]*$/;
/** What request_module is given; a % makes it a format. */
const MODULE = /^[^\s%]+$/;

/** What names are read from: the module, and what its code was seen to write. */
export interface Reader {
  readonly image: Image;
  readonly architecture: Architecture;
  /** By place. */
  readonly stores: ReadonlyMap<string, readonly SeenStore[]>;
}

/** The string at a place of the module that has one; undefined for code and for what is zero until the module runs. */
export const textAt = (image: Image, place: Place): string | undefined => {
  const section = image.elf.sections[sectionOfBase(place.base) ?? -1];
  if (!section || section.type === SHT_NOBITS || isCode(section) || place.offset < 0) return undefined;
  return stringAt(image.bytes(section).subarray(place.offset, place.offset + MAX_NAME), 0);
};

/** The pointer that the linker puts at a place. */
const pointerAt = ({ image, architecture }: Reader, place: Place): Place | undefined => {
  const section = image.elf.sections[sectionOfBase(place.base) ?? -1];
  const reference = section && image.filled(section)?.find(place.offset);
  return reference?.type === architecture.pointer ? reference : undefined;
};

const mayChange = (image: Image, place: Place): boolean => {
  const section = image.elf.sections[sectionOfBase(place.base) ?? -1];
  return !section || isWritable(section);
};

/** A name whose characters stand at a place: a candidate only, where the module may write there. */
const nameAt = ({ image }: Reader, place: Place, kind: Door["takes"], evidence: "call" | "struct"): FoundName => {
  const name = textAt(image, place);
  if (name === undefined) return NOT_KNOWN;
  if (!(kind === "module" ? MODULE : SYMBOL).test(name)) return name === "" || mayChange(image, place) ? NOT_KNOWN : PATTERN;
  return { name, evidence: mayChange(image, place) ? "string" : evidence };
};

const storesTo = ({ stores }: Reader, place: Place): readonly SeenStore[] => stores.get(placeKey(place)) ?? [];

/** What one value is as a name: a string's address, or a variable that holds one when the module is loaded. */
const nameOf = (reader: Reader, value: Value, kind: Door["takes"], section: number): FoundName[] => {
  if (!hasPlace(value)) return [NOT_KNOWN];
  if (value.kind === "address") {
    const found = nameAt(reader, value, kind, "call");
    return [found.name === undefined || value.at === undefined ? found : { ...found, section, offset: value.at }];
  }
  const target = pointerAt(reader, value);
  const initial = target ? nameAt(reader, target, kind, "call") : NOT_KNOWN;
  const where = { section: sectionOfBase(value.base) ?? section, offset: value.offset };
  if (initial.name !== undefined && initial.evidence === "call" && !mayChange(reader.image, value)) return [{ ...initial, ...where }];
  // A variable that may have been given another value: what is seen of it are candidates.
  const later = storesTo(reader, value).flatMap(({ function: owner, values }) =>
    values.flatMap((each) => (each.kind === "address" ? nameOf(reader, each, kind, owner.section) : [])),
  );
  const candidates = [{ ...initial, ...where }, ...later].filter(({ name }) => name !== undefined);
  return [...candidates.map((each) => ({ ...each, evidence: "string" as const })), NOT_KNOWN];
};

/** The names in the member of a struct at a place: what the linker puts there, and what the module's code does. */
const namesInMember = (reader: Reader, place: Place): FoundName[] => {
  const target = pointerAt(reader, place);
  const initial = target && nameAt(reader, target, "struct", "struct");
  const where = { section: sectionOfBase(place.base) ?? 0, offset: place.offset };
  const found: FoundName[] = initial ? [initial.name === undefined ? initial : { ...initial, ...where }] : [];
  for (const { function: owner, values } of storesTo(reader, place)) {
    for (const value of values) {
      if (value.kind === "number" && value.value === 0) continue;
      for (const each of nameOf(reader, value, "struct", owner.section))
        found.push(each.evidence === "call" && each.name !== undefined ? { ...each, evidence: "struct" } : each);
    }
  }
  return found.length > 0 ? found : [NOT_KNOWN];
};

/** The elements of an array of pointers that the linker fills in; undefined where its length is not said or one is not there. */
const elementsOf = (reader: Reader, start: Place, length: Values | undefined): Place[] | undefined => {
  const only = length && single(length);
  const count = only?.kind === "number" ? only.value : -1;
  if (count < 0 || count > MAX_ELEMENTS) return undefined;
  const pointer = reader.image.elf.is64 ? 8 : 4;
  const elements = Array.from({ length: count }, (_, i) => ({ base: start.base, offset: start.offset + i * pointer }));
  return elements.every((place) => pointerAt(reader, place)) ? elements : undefined;
};

/** The place of the name in a struct. */
const memberAt = ({ image }: Reader, struct: Place, member: number): Place => ({
  base: struct.base,
  offset: struct.offset + member * (image.elf.is64 ? 8 : 4),
});

/** The names that a call of a door gets; at least one entry. */
export const namesIn = (reader: Reader, takes: Door, call: SeenCall): readonly FoundName[] => {
  if (takes.takes === "nothing") return [NOT_KNOWN, ...stringsHandedTo(reader, call)];
  const values = call.arguments[takes.argument - 1];
  if (!values) return [NOT_KNOWN];
  return values.flatMap((value): readonly FoundName[] => {
    if (takes.takes === "name" || takes.takes === "module") return nameOf(reader, value, takes.takes, call.function.section);
    if (value.kind !== "address") return [NOT_KNOWN];
    if (takes.takes === "struct") return namesInMember(reader, memberAt(reader, value, takes.member));
    const elements = elementsOf(reader, value, call.arguments[takes.count - 1]);
    if (!elements) return [NOT_KNOWN];
    if (takes.takes === "names") return elements.flatMap((place) => namesInMember(reader, place));
    return elements.flatMap((place) => namesInMember(reader, memberAt(reader, pointerAt(reader, place)!, takes.member)));
  });
};

/** What a function takes that hands its own argument to a door, as it came or as the name in a struct; undefined where it does not. */
export const handedOn = (reader: Reader, takes: Door, call: SeenCall): Door | undefined => {
  if (takes.takes === "nothing") return undefined;
  // How long the caller's array is, the door's own count does not say.
  if (takes.takes === "names" || takes.takes === "structs") return undefined;
  for (const value of call.arguments[takes.argument - 1] ?? []) {
    const argument = argumentOf(value);
    if (argument !== undefined) return { ...takes, argument };
    if (takes.takes !== "struct" || value.kind !== "address") continue;
    for (const { values, owner } of storesTo(reader, memberAt(reader, value, takes.member))) {
      const name = owner === call.owner ? values.map(argumentOf).find((each) => each !== undefined) : undefined;
      if (name !== undefined) return { takes: "name", argument: name };
    }
  }
  return undefined;
};

/** The strings among the arguments of a door that takes no name: its callback may look for them. */
const stringsHandedTo = (reader: Reader, call: SeenCall): readonly FoundName[] =>
  call.arguments.slice(0, MAX_HINTS).flatMap((values) =>
    values.flatMap((value) => {
      if (value.kind !== "address" || value.at === undefined) return [];
      const { name } = nameAt(reader, value, "name", "call");
      if (name === undefined || name.length < 3) return [];
      return [{ name, evidence: "string" as const, section: call.function.section, offset: value.at }];
    }),
  );
