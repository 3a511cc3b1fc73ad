import { bytesOf, u16, u32, u64, type Part } from "./dwarf-object.ts";

// BTF written in memory. Layouts: include/uapi/linux/btf.h.

/** A type, given what gives each string its offset. Types are numbered from 1, in order. */
export type Type = (string: (text: string) => number) => Part;

const KIND = {
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  fwd: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
} as const;

const head = (name: number, kind: number, vlen: number, third: number, flag = false): Part => [
  u32(name),
  u16(vlen & 0xffff),
  vlen >>> 16,
  kind + (flag ? 0x80 : 0),
  u32(third),
];

export const int =
  (name: string, bytes: number, { signed = false, bool = false, bits = bytes * 8, offset = 0 } = {}): Type =>
  (string) => [head(string(name), KIND.int, 0, bytes), bits, 0, offset, (signed ? 1 : 0) + (bool ? 4 : 0)];
export const ptr =
  (to: number): Type =>
  () =>
    head(0, KIND.ptr, 0, to);
export const array =
  (of: number, length: number): Type =>
  () => [head(0, KIND.array, 0, 0), u32(of), u32(of), u32(length)];

interface Member {
  readonly name: string;
  readonly type: number;
  /** Bits. */
  readonly at: number;
  readonly bits?: number;
}
/** Written with the kind flag where a member is a bitfield. */
export const struct =
  (name: string, bytes: number, members: readonly Member[], kind: "struct" | "union" = "struct"): Type =>
  (string) => {
    const isPacked = members.some((each) => each.bits !== undefined);
    return [
      head(string(name), KIND[kind], members.length, bytes, isPacked),
      ...members.map((each) => [u32(string(each.name)), u32(each.type), u32(each.at + (each.bits ?? 0) * 2 ** 24)]),
    ];
  };
export const fwd =
  (name: string, of: "struct" | "union" = "struct"): Type =>
  (string) =>
    head(string(name), KIND.fwd, 0, 0, of === "union");
export const enumeration =
  (name: string, values: Readonly<Record<string, number>>, bytes = 4): Type =>
  (string) => [
    head(string(name), KIND.enum, Object.keys(values).length, bytes),
    ...Object.entries(values).map(([key, value]) => [u32(string(key)), u32(value >>> 0)]),
  ];
export const enum64 =
  (name: string, values: Readonly<Record<string, number>>): Type =>
  (string) => [
    head(string(name), 19, Object.keys(values).length, 8),
    ...Object.entries(values).map(([key, value]) => [u32(string(key)), u64(value)]),
  ];
/** A typedef or a modifier, which has no name. */
export const named =
  (kind: "typedef" | "const" | "volatile" | "restrict", name: string, to: number): Type =>
  (string) =>
    head(string(name), KIND[kind], 0, to);
export const proto =
  (result: number, ...parameters: readonly number[]): Type =>
  (string) => [
    head(0, 13, parameters.length, result),
    ...parameters.map((type, index) => [u32(type === 0 ? 0 : string(`p${index}`)), u32(type)]),
  ];
export const func =
  (name: string, type: number, linkage = 1): Type =>
  (string) =>
    head(string(name), KIND.func, linkage, type);
export const variable =
  (name: string, type: number): Type =>
  (string) => [head(string(name), 14, 0, type), u32(1)];
export const datasec =
  (name: string, bytes: number, ...entries: readonly (readonly [type: number, offset: number, size: number])[]): Type =>
  (string) => [head(string(name), 15, entries.length, bytes), ...entries.map((entry) => entry.map(u32))];
export const float =
  (name: string, bytes: number): Type =>
  (string) =>
    head(string(name), 16, 0, bytes);
/** decl-tag (17) of the whole of a type, or type-tag (18). */
export const tag =
  (kind: 17 | 18, name: string, to: number): Type =>
  (string) => [head(string(name), kind, 0, to), kind === 17 ? u32(0xffff_ffff) : []];
/** A type of a kind of one's own. */
export const other =
  (kind: number, vlen: number, ...rest: readonly Part[]): Type =>
  () => [head(0, kind, vlen, 0), ...rest];

export interface WrittenBtf {
  readonly bytes: Uint8Array;
  /** Bytes of strings and number of types, the base's included. */
  readonly strings: number;
  /** Where a string stands; a new one is not added. */
  offsetOf(text: string): number;
}

/**
 * BTF of these types.
 * @param more strings that no type has, for .BTF.ext; @param base of split BTF; @param layout bytes of a layout section.
 */
export const btfOf = (
  types: readonly Type[],
  { more = [], base, layout }: { more?: readonly string[]; base?: WrittenBtf; layout?: Part } = {},
): WrittenBtf => {
  const start = base?.strings ?? 0;
  const texts: string[] = base ? [] : [""];
  const offsets = new Map<string, number>(base ? [] : [["", 0]]);
  let end = start + (base ? 0 : 1);
  const string = (text: string): number => {
    const known = text === "" ? 0 : offsets.get(text);
    if (known !== undefined) return known;
    const at = end;
    offsets.set(text, at);
    texts.push(text);
    end += Buffer.byteLength(text) + 1;
    return at;
  };
  const section = bytesOf(...types.map((type) => type(string)));
  for (const text of more) string(text);
  const strings = bytesOf(...texts);
  const extra = layout === undefined ? undefined : bytesOf(layout);
  const bytes = bytesOf(
    u16(0xeb9f),
    [1, 0],
    u32(extra ? 32 : 24),
    [u32(0), u32(section.length), u32(section.length), u32(strings.length)],
    extra ? [u32(section.length + strings.length), u32(extra.length)] : [],
    [section, strings],
    extra ?? [],
  );
  return { bytes, strings: end, offsetOf: (text) => offsets.get(text)! };
};

/** Sections of records of one size in .BTF.ext: names and words as they stand there. */
export interface Records {
  readonly size: number;
  readonly sections: readonly { readonly name: number; readonly records: readonly (readonly number[])[]; readonly count?: number }[];
}

const area = ({ size, sections }: Records): Uint8Array =>
  bytesOf(
    u32(size),
    ...sections.map(({ name, records, count = records.length }) => [u32(name), u32(count), ...records.map((record) => record.map(u32))]),
  );

/** A .BTF.ext section; without relocations, with the short header of old compilers. */
export const extOf = (functions: Records, lines: Records, relocations?: Records): Uint8Array => {
  const areas = [area(functions), area(lines), ...(relocations ? [area(relocations)] : [])];
  let at = 0;
  const places = areas.map((bytes) => {
    const place = [u32(at), u32(bytes.length)];
    at += bytes.length;
    return place;
  });
  return bytesOf(u16(0xeb9f), [1, 0], u32(8 + places.length * 8), ...places, ...areas);
};
