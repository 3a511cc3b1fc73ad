import type { Btf } from "../btf/btf.ts";
import { skipModifiers } from "../btf/shape.ts";
import { sectionBytes, sectionError, sectionNamed, SHT_NOBITS, type Elf, type Section } from "../elf/elf.ts";
import type { BpfMap } from "./facts.ts";
import { nameOf, type BpfNames } from "./names.ts";
import type { BpfSymbols } from "./symbols.ts";
import type { DatasecEntry } from "./types.ts";

const MAPS = ".maps";
const STT_SECTION = 3;

/** An integer is written as the length of an array that is pointed to: `int (*type)[BPF_MAP_TYPE_HASH]` (libbpf's get_map_field_int). */
const integerOf = (btf: Btf, id: number): number | undefined => {
  const pointer = skipModifiers(btf, id);
  const array = btf.targetOf(pointer);
  return btf.kindOf(pointer) === "ptr" && btf.kindOf(array) === "array" ? btf.lengthOf(array) : undefined;
};

/** The definition of the inner map: `struct {…} *values[]`. */
const innerOf = (btf: Btf, id: number): number | undefined => {
  if (btf.kindOf(id) !== "array") return undefined;
  const pointer = skipModifiers(btf, btf.targetOf(id));
  const inner = skipModifiers(btf, btf.targetOf(pointer));
  return btf.kindOf(pointer) === "ptr" && btf.kindOf(inner) === "struct" ? inner : undefined;
};

/** What the struct of a map says. */
interface Definition {
  readonly type: number | undefined;
  /** Id of the struct of the inner map. */
  readonly inner: number | undefined;
}

/** Reads definitions, each struct once. */
const definitionReader = (btf: Btf): ((id: number) => Definition) => {
  const known = new Map<number, Definition>();
  return (id) => {
    const found = known.get(id);
    if (found) return found;
    const members = btf.members(id);
    const [type, values] = ["type", "values"].map((name) => members.find((each) => each.name === name)?.type);
    const definition = {
      type: type === undefined ? undefined : integerOf(btf, type),
      inner: values === undefined ? undefined : innerOf(btf, values),
    };
    known.set(id, definition);
    return definition;
  };
};

/**
 * The maps that BTF describes: the variables of .maps (libbpf's parse_btf_map_def).
 * @throws InputError for a variable that says no type.
 */
const declaredMaps = (elf: Elf, symbols: BpfSymbols, btf: Btf, entries: readonly DatasecEntry[], names: BpfNames): readonly BpfMap[] => {
  const section = sectionNamed(elf, MAPS);
  if (!section) return [];
  const offsets = new Map(symbols.in(section).map(({ name, value }) => [name, value]));
  const definitionOf = definitionReader(btf);
  return entries.flatMap((entry) => {
    const offset = offsets.get(entry.name) ?? entry.offset;
    const map = (name: string, type: number | undefined, inner: boolean): BpfMap => {
      if (type === undefined) throw sectionError(elf, section, offset, `map ${name} says no type`);
      const typeName = nameOf(names.mapTypes, type, "map type");
      return { name, type, typeName, inner, legacy: false, site: { section: MAPS, offset } };
    };
    const { type, inner } = definitionOf(entry.type);
    const inside = inner === undefined ? [] : [map(`${entry.name}.inner`, definitionOf(inner).type, true)];
    return [map(entry.name, type, false), ...inside];
  });
};

/** `maps` (libbpf before 1.0, iproute2), `maps/NAME` (gobpf), `lirc_mode2/maps` (v4l-utils). */
const isLegacy = ({ name, type, size }: Section): boolean => type !== SHT_NOBITS && size > 0 && /(^|\/)maps(\/|$)/.test(name);

/** The maps that structs describe: struct bpf_map_def and struct bpf_elf_map both begin with the type, of 32 bits. */
const legacyMaps = (elf: Elf, symbols: BpfSymbols, names: BpfNames): readonly BpfMap[] =>
  elf.sections.filter(isLegacy).flatMap((section) => {
    const bytes = sectionBytes(elf, section);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return symbols
      .in(section)
      .filter(({ name, type }) => type !== STT_SECTION && name !== "")
      .sort((a, b) => a.value - b.value)
      .map(({ name, value }) => {
        if (value + 4 > section.size) throw sectionError(elf, section, 0, `map ${name} at byte ${value} of ${section.size}`);
        const type = view.getUint32(value, true);
        const typeName = nameOf(names.mapTypes, type, "map type");
        return { name, type, typeName, inner: false, legacy: true, site: { section: section.name, offset: value } };
      });
  });

/** The maps that an author declared, in the file's order. @throws InputError for one that says no type or lies outside its section. */
export const readMaps = (
  elf: Elf,
  symbols: BpfSymbols,
  btf: Btf | undefined,
  entries: readonly DatasecEntry[],
  names: BpfNames,
): readonly BpfMap[] => [...(btf ? declaredMaps(elf, symbols, btf, entries, names) : []), ...legacyMaps(elf, symbols, names)];
