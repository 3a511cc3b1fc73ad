import { MAX_TEXT } from "../../shared/limits.ts";
import { checkTypes, failIn, flagAt, KINDS, kindAt, openStrings, readTypes, targetAt, VOID, vlenAt } from "./types.ts";
import type { BtfKind, Strings, Types } from "./types.ts";

// BTF: the types of a kernel, a module or a BPF object. Documentation/bpf/btf.rst; layouts: include/uapi/linux/btf.h.

export type { BtfKind } from "./types.ts";

const MAGIC = 0xeb9f;
const HEADER = 24;
/** Since Linux 7.1 the header may tell of a layout section too. */
const HEADER_WITH_LAYOUT = 32;

export interface BtfMember {
  /** "" where anonymous. */
  readonly name: string;
  readonly type: number;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Bits of a bitfield; 0 of all else. */
  readonly bitSize: number;
}

/** Types by their number; 0 is void. What a kind does not have is empty, 0 or false. A number past the last is a RangeError. */
export interface Btf {
  readonly file: string;
  /** One more than the last id; the base's count. */
  readonly count: number;
  /** Of split BTF: what it was made against. Its ids come first. */
  readonly base?: Btf;
  kindOf(id: number): BtfKind;
  /** "" where anonymous. */
  nameOf(id: number): string;
  /** What a modifier, pointer, typedef, function, variable or tag refers to; the element of an array; the result of a func-proto. */
  targetOf(id: number): number;
  /** Bytes, through modifiers and typedefs; 0 of void, functions and forward declarations. */
  sizeOf(id: number): number;
  /** Of a struct or union, in order. */
  members(id: number): readonly BtfMember[];
  /** Of a func-proto; a last one of type 0 without a name stands for `...`. */
  parameters(id: number): readonly { readonly name: string; readonly type: number }[];
  /** Of an enum or enum64. An enum's values are read as signed 32-bit numbers, as libbpf does: before Linux 6.0 BTF does not say what they are. */
  enumerators(id: number): readonly { readonly name: string; readonly value: bigint }[];
  /** Elements of an array. */
  lengthOf(id: number): number;
  /** Of a datasec; offset and size in bytes. */
  variables(id: number): readonly { readonly type: number; readonly offset: number; readonly size: number }[];
  intOf(id: number): {
    readonly bits: number;
    readonly offset: number;
    readonly signed: boolean;
    readonly char: boolean;
    readonly bool: boolean;
  };
  /** Of a function or variable: 0 static, 1 global, 2 extern. */
  linkageOf(id: number): number;
  /** Whether a forward declaration is a union's. */
  isUnion(id: number): boolean;
  /** Ids of a name, in order. The index is made at the first call. */
  idsOf(name: string): readonly number[];
  /** All names of this section's types, each once. */
  names(): Iterable<string>;
  /** A string of the string section, the base's first; undefined outside it. */
  string(offset: number): string | undefined;
}

/** What the BTF split from one needs of it. */
const partsOf = new WeakMap<Btf, { readonly types: Types; readonly strings: Strings }>();

/**
 * Reads BTF.
 * @param bytes the section, or a raw BTF file.
 * @param file what to call it in errors.
 * @param offset where `bytes` begins in the file, for errors.
 * @param base of split BTF (a module's): the BTF it was made against.
 * @throws InputError for a section that is cut short, out of bounds, cyclic, big-endian, or that was made against another base.
 */
export const parseBtf = (bytes: Uint8Array, file: string, offset: number, base?: Btf): Btf => {
  const fail = failIn(file, ".BTF", offset);
  if (bytes.length < HEADER) fail(0, `BTF of ${bytes.length} bytes has no room for its header (${HEADER} bytes)`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = header.getUint16(0, true);
  if (magic === 0x9feb) fail(0, "big-endian BTF is not supported (little-endian is)");
  if (magic !== MAGIC) fail(0, `not BTF: the magic number is 0x${magic.toString(16).padStart(4, "0")} (0xeb9f expected)`);
  if (header.getUint8(2) !== 1) fail(2, `BTF version ${header.getUint8(2)} (1 expected)`);
  const word = (at: number): number => header.getUint32(at, true);
  const length = word(4);
  if (length < HEADER || length > bytes.length) fail(4, `header of ${length} bytes (at least ${HEADER} expected, ${bytes.length} in all)`);
  const [typeStart, typeLength, stringStart, stringLength] = [length + word(8), word(12), length + word(16), word(20)];
  if (typeStart % 4 !== 0) fail(8, `the type section begins at byte ${typeStart}, which is no multiple of 4`);
  if (typeStart + typeLength > bytes.length) fail(8, `the type section of ${typeLength} bytes ends past the end (${bytes.length} bytes)`);
  if (stringStart + stringLength > bytes.length)
    fail(16, `the string section of ${stringLength} bytes ends past the end (${bytes.length} bytes)`);
  if (stringLength > MAX_TEXT) fail(20, `a string section of ${stringLength} bytes (at most ${MAX_TEXT})`);
  const text = bytes.subarray(stringStart, stringStart + stringLength);
  if (!base && text[0] !== 0) {
    fail(
      stringStart,
      "the string section does not begin with the empty string (split BTF, as modules have it, needs the kernel's before it)",
    );
  }
  if (text.length > 0 && text.at(-1) !== 0) fail(stringStart + stringLength - 1, "the last string has no end");

  const [layoutStart, layoutLength] = length >= HEADER_WITH_LAYOUT ? [length + word(24), word(28)] : [0, 0];
  if (layoutStart + layoutLength > bytes.length)
    fail(24, `the layout section of ${layoutLength} bytes ends past the end (${bytes.length} bytes)`);

  const under = base && partsOf.get(base);
  const strings = openStrings(text, under?.strings);
  const failInTypes = failIn(file, ".BTF", offset + typeStart);
  const view = new DataView(bytes.buffer, bytes.byteOffset + typeStart, typeLength);
  const types = readTypes(view, bytes.subarray(layoutStart, layoutStart + layoutLength), under?.types ?? VOID, failInTypes);
  checkTypes(types, strings, base?.file, failInTypes);
  const btf = accessors(file, types, strings, base);
  partsOf.set(btf, { types, strings });
  return btf;
};

const accessors = (file: string, types: Types, strings: Strings, base: Btf | undefined): Btf => {
  const { count, first } = types;
  const locate = (id: number): { readonly view: DataView; readonly at: number } => {
    if (!(id >= 0 && id < count)) throw new RangeError(`${file}: type ${id} of ${count}`);
    let part = types;
    while (id < part.first) part = part.base!;
    return { view: part.view, at: part.starts[id - part.first]! };
  };
  const kindOf = (id: number): BtfKind => {
    const { view, at } = locate(id);
    return KINDS[kindAt(view, at)]!;
  };
  /** A word behind the first 12 bytes of a type of the kind; 0 of another. */
  const wordOf = (id: number, kind: BtfKind, after: number): number => {
    const { view, at } = locate(id);
    return kindOf(id) === kind ? view.getUint32(at + after, true) : 0;
  };
  /** One for each entry of `size` bytes, where the type is of one of the kinds. */
  const entries = <T>(id: number, kinds: readonly BtfKind[], size: number, entry: (view: DataView, at: number) => T): readonly T[] => {
    const { view, at } = locate(id);
    if (!kinds.includes(kindOf(id))) return [];
    return Array.from({ length: vlenAt(view, at) }, (_, index) => entry(view, at + 12 + index * size));
  };
  const name = (view: DataView, at: number): string => strings.at(view.getUint32(at, true));

  const makeIndex = (): ReadonlyMap<string, number[]> => {
    const index = new Map<string, number[]>();
    for (let id = first; id < count; id++) {
      const { view, at } = locate(id);
      if (view.getUint32(at, true) === 0) continue;
      const own = name(view, at);
      const ids = index.get(own);
      if (ids) ids.push(id);
      else index.set(own, [id]);
    }
    return index;
  };
  let index: ReadonlyMap<string, number[]> | undefined;
  const indexed = (): ReadonlyMap<string, number[]> => (index ??= makeIndex());

  const sizeOf = (id: number): number => {
    const { view, at } = locate(id);
    switch (kindOf(id)) {
      case "int":
      case "struct":
      case "union":
      case "enum":
      case "enum64":
      case "float":
      case "datasec":
        return view.getUint32(at + 8, true);
      case "ptr":
        return pointerSize();
      case "array":
        // libbpf refuses what is larger.
        return Math.min(view.getUint32(at + 20, true) * sizeOf(targetAt(view, at)), 0xffff_ffff);
      case "void":
      case "fwd":
      case "func":
      case "func-proto":
        return 0;
      default:
        return sizeOf(targetAt(view, at));
    }
  };
  const idsOf = (name: string): readonly number[] => {
    const own = indexed().get(name) ?? [];
    return base ? [...base.idsOf(name), ...own] : own;
  };
  // BTF does not say it: a pointer is as wide as a long (libbpf's determine_ptr_size).
  let pointer: number | undefined;
  const pointerSize = (): number =>
    (pointer ??= ["long int", "long unsigned int", "long", "unsigned long"].some((long) =>
      idsOf(long).some((id) => wordOf(id, "int", 8) === 4),
    )
      ? 4
      : 8);

  return {
    file,
    count,
    ...(base && { base }),
    kindOf,
    nameOf: (id) => {
      const { view, at } = locate(id);
      return name(view, at);
    },
    targetOf: (id) => {
      const { view, at } = locate(id);
      return targetAt(view, at);
    },
    sizeOf,
    members: (id) => {
      const { view, at } = locate(id);
      // With the kind flag, 24 bits are the offset and 8 the size of a bitfield.
      const isPacked = flagAt(view, at);
      return entries(id, ["struct", "union"], 12, (view, at) => {
        const place = view.getUint32(at + 8, true);
        return {
          name: name(view, at),
          type: view.getUint32(at + 4, true),
          bitOffset: isPacked ? place & 0xff_ffff : place,
          bitSize: isPacked ? place >>> 24 : 0,
        };
      });
    },
    parameters: (id) => entries(id, ["func-proto"], 8, (view, at) => ({ name: name(view, at), type: view.getUint32(at + 4, true) })),
    enumerators: (id) => {
      const { view, at } = locate(id);
      if (kindOf(id) === "enum")
        return entries(id, ["enum"], 8, (view, at) => ({ name: name(view, at), value: BigInt(view.getInt32(at + 4, true)) }));
      const isSigned = flagAt(view, at);
      return entries(id, ["enum64"], 12, (view, at) => {
        const value = view.getBigUint64(at + 4, true);
        return { name: name(view, at), value: isSigned ? BigInt.asIntN(64, value) : value };
      });
    },
    lengthOf: (id) => wordOf(id, "array", 20),
    variables: (id) =>
      entries(id, ["datasec"], 12, (view, at) => ({
        type: view.getUint32(at, true),
        offset: view.getUint32(at + 4, true),
        size: view.getUint32(at + 8, true),
      })),
    intOf: (id) => {
      const data = wordOf(id, "int", 12);
      const encoding = (data >>> 24) & 0xf;
      const [signed, char, bool] = [1, 2, 4].map((bit) => (encoding & bit) !== 0) as [boolean, boolean, boolean];
      return { bits: data & 0xff, offset: (data >>> 16) & 0xff, signed, char, bool };
    },
    linkageOf: (id) => {
      const { view, at } = locate(id);
      return kindOf(id) === "func" ? vlenAt(view, at) : wordOf(id, "var", 12);
    },
    isUnion: (id) => {
      const { view, at } = locate(id);
      return kindOf(id) === "fwd" && flagAt(view, at);
    },
    idsOf,
    names: () => indexed().keys(),
    string: (offset) => (offset >= 0 && offset < strings.end ? strings.at(offset) : undefined),
  };
};
