import type { Btf, BtfMember } from "../../inputs/btf/btf.ts";
import { compatOf, shapeOf, skipModifiers, withoutFlavour } from "../../inputs/btf/shape.ts";
import { typeText } from "../../inputs/btf/text.ts";
import type { CoreAccess, CoreAsk, CoreStep } from "../../shared/core-access.ts";
import { matches } from "./matches.ts";

// Decides CO-RE relocations as libbpf does (tools/lib/bpf/relo_core.c: bpf_core_spec_match, bpf_core_match_member, bpf_core_calc_relo).

/** A type in one of several BTFs. */
export interface Place {
  readonly btf: Btf;
  readonly id: number;
}

export type CoreAnswer =
  | {
      readonly state: "found";
      /** Of a field: bytes from the start of the root type, rounded down. */
      readonly offset?: number;
      /** Of a field that does not begin with a byte: bits past `offset`. */
      readonly bitOffset?: number;
      /** The shape of what was found. */
      readonly type: string;
      /** Its type in C; of a bitfield with its width: `unsigned int : 1`. */
      readonly declared: string;
      /** Bytes. */
      readonly size?: number;
      /** Of an enumerator. */
      readonly value?: bigint;
    }
  /** No such type, or no such member in any type of the name. */
  | { readonly state: "absent" }
  /** There, but libbpf refuses its type. */
  | { readonly state: "incompatible"; readonly type: string }
  /** Several types of the name have it, and would give different answers: libbpf refuses. */
  | { readonly state: "ambiguous" };

/** What one candidate has. */
interface Match {
  readonly place: Place;
  /** Bits from the start of the root. */
  readonly bits: number;
  /** Of a bitfield. */
  readonly bitSize: number;
  readonly value?: bigint;
}

const ABSENT: CoreAnswer = { state: "absent" };
/** Deeper than any access or nest of anonymous members (BPF_CORE_SPEC_MAX_LEN). */
const MOST_NESTED = 64;

/**
 * The answer of the types that a relocation may mean.
 * @param candidates of the root's name and kind; @param resolve the type behind modifiers, and behind a module's stub for a type of vmlinux.
 */
export const answerOf = (
  access: CoreAccess,
  asks: readonly CoreAsk[],
  candidates: readonly Place[],
  resolve: (place: Place) => Place,
): CoreAnswer => {
  const results = candidates.map((candidate) => matchOf(access, candidate, resolve));
  const found = results.filter((each): each is Match => each !== undefined && "place" in each);
  const [first] = found;
  if (!first)
    return results.find((each): each is CoreAnswer & { state: "incompatible" } => each !== undefined && "state" in each) ?? ABSENT;
  const agrees = (other: Match): boolean => other.bits === first.bits && asks.every((ask) => valueOf(ask, other) === valueOf(ask, first));
  if (!found.every(agrees)) return { state: "ambiguous" };
  const { place, bits, bitSize, value } = first;
  const declared = typeText(place.btf, place.id);
  return {
    state: "found",
    ...(access.of === "field" && { offset: Math.floor(bits / 8) }),
    ...(bits % 8 > 0 && { bitOffset: bits % 8 }),
    type: shapeOf(place.btf, place.id),
    declared: bitSize > 0 ? `${declared} : ${bitSize}` : declared,
    size: place.btf.sizeOf(place.id),
    ...(value !== undefined && { value }),
  };
};

type Result = Match | { readonly state: "incompatible"; readonly type: string } | undefined;

const matchOf = (access: CoreAccess, candidate: Place, resolve: (place: Place) => Place): Result => {
  switch (access.of) {
    case "field":
      return matchField(access, candidate, resolve);
    case "enum":
      return matchValue(access.value, candidate);
    case "type": {
      const { btf, id } = candidate;
      const isMatch = access.layout ? matches(access.layout, btf, id) : access.type !== "" && compatOf(btf, id) === access.type;
      return isMatch ? { place: candidate, bits: 0, bitSize: 0 } : { state: "incompatible", type: shapeOf(btf, id) };
    }
  }
};

const matchValue = (name: string, candidate: Place): Result => {
  const id = skipModifiers(candidate.btf, candidate.id);
  const found = candidate.btf.enumerators(id).find((each) => withoutFlavour(each.name) === withoutFlavour(name));
  return found && { place: { btf: candidate.btf, id }, bits: 0, bitSize: 0, value: found.value };
};

const matchField = (access: CoreAccess & { of: "field" }, candidate: Place, resolve: (place: Place) => Place): Result => {
  let place = candidate;
  let bits = (access.first ?? 0) * place.btf.sizeOf(place.id) * 8;
  let member: FoundMember | undefined;
  for (const step of access.steps) {
    if (step.member !== undefined) {
      const within = findMember(place, step.member, resolve);
      if (!within) return undefined;
      member = within;
      place = { btf: within.btf, id: within.member.type };
      const type = shapeOf(place.btf, place.id);
      if (!areCompatible(step.type, type)) return { state: "incompatible", type };
      bits += within.bits;
    } else if (step.index !== undefined) {
      const array = resolve(place);
      const element = elementAt(array, step, member);
      if (!element) return undefined;
      place = element;
      member = undefined;
      bits += step.index * place.btf.sizeOf(place.id) * 8;
    }
  }
  return { place, bits, bitSize: member?.member.bitSize ?? 0 };
};

/** An element of an array; what lies past its end is none, but for an array without a length that ends its struct (libbpf's is_flex_arr). */
const elementAt = ({ btf, id }: Place, { index = 0 }: CoreStep, member: FoundMember | undefined): Place | undefined => {
  if (btf.kindOf(id) !== "array") return undefined;
  const length = btf.lengthOf(id);
  const isFlexible = length === 0 && member?.isLast === true;
  return isFlexible || index < length ? { btf, id: skipModifiers(btf, btf.targetOf(id)) } : undefined;
};

interface FoundMember {
  readonly btf: Btf;
  readonly member: BtfMember;
  /** Bits from the start of what was searched. */
  readonly bits: number;
  /** Whether its struct ends with it. */
  readonly isLast: boolean;
}

/** The member of a name in a struct or union, or in those without a name within it. */
export const findMember = (within: Place, name: string, resolve: (place: Place) => Place): FoundMember | undefined => {
  // What was searched in vain is not searched again: no input makes that a long search.
  const searched = new Set<number>();
  const search = (place: Place, depth: number): FoundMember | undefined => {
    const { btf, id } = resolve(place);
    if (depth > MOST_NESTED || searched.has(id)) return undefined;
    searched.add(id);
    const members = btf.members(id);
    for (const [index, member] of members.entries()) {
      if (member.name === name) return { btf, member, bits: member.bitOffset, isLast: index === members.length - 1 };
      const found = member.name === "" ? search({ btf, id: member.type }, depth + 1) : undefined;
      if (found) return { ...found, bits: member.bitOffset + found.bits };
    }
    return undefined;
  };
  return search(within, 0);
};

/** libbpf's bpf_core_fields_are_compat, by shapes: what a field is made of must be of the same sort, and an enum of the same name. */
const areCompatible = (local: string, target: string): boolean => {
  const [from, to] = [sortOf(local), sortOf(target)];
  if (from.sort !== to.sort || from.sort === "other") return false;
  return from.sort !== "enum" || from.name === "" || to.name === "" || from.name === to.name;
};

/** What a shape is made of, the sizes of an array left out. */
const sortOf = (shape: string): { readonly sort: string; readonly name: string } => {
  const [element, sizes] = /^(.*?)((?:\[\d+\])*)$/s.exec(shape)!.slice(1) as [string, string];
  const arrays = sizes.replace(/\d+/g, "");
  const [keyword = "", name = ""] = element.split(" ");
  if (element.startsWith("fn(")) return { sort: "other", name: "" };
  if (element.endsWith("*")) return { sort: `pointer${arrays}`, name: "" };
  if (keyword === "struct" || keyword === "union") return { sort: `composite${arrays}`, name };
  if (keyword === "enum") return { sort: `enum${arrays}`, name };
  if (/^float\d/.test(keyword)) return { sort: `float${arrays}`, name: "" };
  return { sort: /^(bool|char|[su]\d+)$/.test(keyword) ? `int${arrays}` : "other", name: "" };
};

/** What a relocation is given (libbpf's bpf_core_calc_relo): types that match must all give the same. */
const valueOf = (ask: CoreAsk, match: Match): number | bigint | string => {
  const { place, value } = match;
  switch (ask) {
    case "field-offset":
      return loadOf(match).offset;
    case "field-size":
      return loadOf(match).size;
    case "field-signed":
      return place.btf.intOf(skipModifiers(place.btf, place.id)).signed ? 1 : 0;
    case "field-lshift":
      return 64 - (match.bits + widthOf(match) - loadOf(match).offset * 8);
    case "field-rshift":
      return 64 - widthOf(match);
    case "type-size":
      return place.btf.sizeOf(place.id);
    case "target-type-id":
      return `${place.btf.file} ${place.id}`;
    case "enum-value":
      return value ?? 0;
    case "field-exists":
    case "type-exists":
    case "type-matches":
    case "enum-exists":
    case "local-type-id":
      return 1;
  }
};

const widthOf = ({ place, bitSize }: Match): number => (bitSize > 0 ? bitSize : place.btf.sizeOf(place.id) * 8);

/** The bytes that are loaded for a field: for a bitfield, the fewest that its type's size and alignment allow. */
const loadOf = ({ place, bits, bitSize }: Match): { readonly offset: number; readonly size: number } => {
  let size = place.btf.sizeOf(place.id);
  if (bitSize === 0 || size === 0) return { offset: Math.floor(bits / 8), size };
  const aligned = (): number => Math.floor(bits / 8 / size) * size;
  while (size < 8 && bits + bitSize > (aligned() + size) * 8) size *= 2;
  return { offset: aligned(), size };
};
