import { InputError } from "../../shared/input-error.ts";
import { MAX_BTF_NAME } from "../../shared/limits.ts";
import { decodeText } from "../bytes.ts";

// The type section of BTF, walked once. Layouts: include/uapi/linux/btf.h and Documentation/bpf/btf.rst.

/** The kinds, each at its number (BTF_KIND_INT is 1). */
export const KINDS = [
  "void",
  "int",
  "ptr",
  "array",
  "struct",
  "union",
  "enum",
  "fwd",
  "typedef",
  "volatile",
  "const",
  "restrict",
  "func",
  "func-proto",
  "var",
  "datasec",
  "float",
  "decl-tag",
  "type-tag",
  "enum64",
  // A later kernel's, of which the layout section tells the size alone.
  "unknown",
] as const;
export type BtfKind = (typeof KINDS)[number];

/** What follows the 12 bytes of a struct btf_type: bytes once, and bytes for each of its vlen entries. */
const AFTER: Readonly<Partial<Record<BtfKind, { readonly once?: number; readonly each?: number }>>> = {
  int: { once: 4 },
  array: { once: 12 },
  struct: { each: 12 },
  union: { each: 12 },
  enum: { each: 8 },
  "func-proto": { each: 8 },
  var: { once: 4 },
  datasec: { each: 12 },
  "decl-tag": { once: 4 },
  enum64: { each: 12 },
};
const KNOWN = KINDS.filter((kind) => kind !== "unknown");
const ONCE = KNOWN.map((kind) => AFTER[kind]?.once ?? 0);
const EACH = KNOWN.map((kind) => AFTER[kind]?.each ?? 0);

/** Kinds whose third word is a type id, not a size (the union in struct btf_type). */
const REFERRING: ReadonlySet<BtfKind> = new Set([
  "ptr",
  "typedef",
  "volatile",
  "const",
  "restrict",
  "func",
  "func-proto",
  "var",
  "decl-tag",
  "type-tag",
]);
/** Where the id stands that a type refers to; 0 where there is none. */
const REFERS_AT = KINDS.map((kind) => (kind === "array" ? 12 : REFERRING.has(kind) ? 8 : 0));
const ARRAY = KINDS.indexOf("array");
const UNKNOWN = KINDS.indexOf("unknown");
/** Where in each entry its name and its type stand; -1 where it has none. */
const ENTRY_NAME = KINDS.map((kind) => (kind === "datasec" ? -1 : 0));
const ENTRY_TYPE = KINDS.map((kind) => (kind === "datasec" ? 0 : kind === "enum" || kind === "enum64" ? -1 : 4));

/** Links of modifiers, pointers, typedefs and arrays from one type; the kernel allows 32 (MAX_RESOLVE_DEPTH in kernel/bpf/btf.c). */
const MAX_CHAIN = 64;

/** The string section: of split BTF, what follows its base's. */
export interface Strings {
  /** Bytes, the base's included. */
  readonly end: number;
  /** Characters of the longest string, the base's included. */
  readonly longest: number;
  at(offset: number): string;
  /** Whether a string begins at the offset; in the middle of one it does not. */
  begins(offset: number): boolean;
}

/** The types of one section; those of a base stand in `base`. */
export interface Types {
  readonly view: DataView;
  /** Id of the first type of this section. */
  readonly first: number;
  /** Id behind the last type. */
  readonly count: number;
  /** Where each type begins in `view`, by id less `first`. */
  readonly starts: Uint32Array;
  readonly base?: Types;
}

/** Void, which stands in no section. */
export const VOID: Types = { view: new DataView(new ArrayBuffer(12)), first: 0, count: 1, starts: new Uint32Array(1) };

// Kind and vlen have 7 and 24 bits since Linux 7.1; before, 5 and 16, and the others were zero.
const numberAt = (view: DataView, at: number): number => view.getUint8(at + 7) & 0x7f;
/** The index of a type's kind in KINDS. */
export const kindAt = (view: DataView, at: number): number => Math.min(numberAt(view, at), UNKNOWN);
export const vlenAt = (view: DataView, at: number): number => view.getUint32(at + 4, true) & 0xff_ffff;
export const flagAt = (view: DataView, at: number): boolean => view.getUint8(at + 7) >= 0x80;

/** What a type points to or is made of, from where it begins; 0 where its kind refers to none. */
export const targetAt = (view: DataView, at: number): number => {
  const refers = REFERS_AT[kindAt(view, at)]!;
  return refers === 0 ? 0 : view.getUint32(at + refers, true);
};

export type Fail = (at: number, message: string) => never;

/** An InputError at an offset of a section, which begins at `base` in the file. */
export const failIn =
  (file: string, section: string, base: number): Fail =>
  (at, message) => {
    throw new InputError({ file, offset: base + at, section, message });
  };

/** Strings of a section, the last of which ends within it. */
export const openStrings = (bytes: Uint8Array, base: Strings | undefined): Strings => {
  const start = base?.end ?? 0;
  // One decoding of the whole and slices of it: a hundred thousand small ones take longer.
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const isPlain = /^[\x00-\x7f]*$/.test(all);
  let longest = base?.longest ?? 0;
  for (let from = 0, to = all.indexOf("\0"); to >= 0; from = to + 1, to = all.indexOf("\0", from)) longest = Math.max(longest, to - from);
  return {
    end: start + bytes.length,
    longest,
    at: (offset) => {
      if (base && offset < start) return base.at(offset);
      const from = offset - start;
      const to = all.indexOf("\0", from);
      return isPlain ? all.slice(from, to) : decodeText(bytes.subarray(from, to));
    },
    begins: (offset) => (base && offset < start ? base.begins(offset) : offset === start || bytes[offset - start - 1] === 0),
  };
};

/**
 * Finds where each type begins, and checks that it lies in the section and is of a kind whose size is known.
 * @param layout the layout section, a struct btf_layout for each kind; empty where there is none.
 */
export const readTypes = (view: DataView, layout: Uint8Array, base: Types, fail: Fail): Types => {
  const first = base.count;
  const starts = new Uint32Array(Math.ceil(view.byteLength / 12));
  let index = 0;
  for (let at = 0; at < view.byteLength; index++) {
    if (at + 12 > view.byteLength) fail(at, `type ${first + index} ends past the end of the type section`);
    const number = numberAt(view, at);
    const once = ONCE[number] ?? layout[number * 4];
    const each = EACH[number] ?? layout[number * 4 + 1];
    if (number === 0 || once === undefined || each === undefined) {
      return fail(at + 7, `type ${first + index} is of kind ${number}, which is not known`);
    }
    starts[index] = at;
    const size = 12 + once + each * vlenAt(view, at);
    if (at + size > view.byteLength) {
      fail(at, `type ${first + index} (${KINDS[kindAt(view, at)]}) of ${size} bytes ends past the end of the type section`);
    }
    at += size;
  }
  return { view, first, count: first + index, starts: starts.subarray(0, index), base };
};

/**
 * Checks every type id and every string offset of a type section.
 * @param baseName the file of the base of split BTF, for errors.
 */
export const checkTypes = (types: Types, strings: Strings, baseName: string | undefined, fail: Fail): void => {
  const { view, count, starts } = types;
  const misfit = baseName === undefined ? "" : ` (${baseName} is not its base)`;
  const name = (at: number): void => {
    const offset = view.getUint32(at, true);
    if (offset >= strings.end) fail(at, `name at offset ${offset} of ${strings.end} bytes of strings${misfit}`);
    // Ids of another base are often in range; its strings are never all at the same places.
    if (baseName !== undefined && !strings.begins(offset)) fail(at, `name at offset ${offset}, in the middle of a string${misfit}`);
    if (strings.longest <= MAX_BTF_NAME) return;
    const { length } = strings.at(offset);
    if (length > MAX_BTF_NAME) fail(at, `a name of ${length} characters (at most ${MAX_BTF_NAME})`);
  };
  const type = (at: number): void => {
    const id = view.getUint32(at, true);
    if (id >= count) fail(at, `type ${id} of ${count}${misfit}`);
  };
  for (const at of starts) {
    name(at);
    const kind = kindAt(view, at);
    if (REFERS_AT[kind]! > 0) type(at + REFERS_AT[kind]!);
    if (kind === ARRAY) type(at + 16);
    const each = EACH[kind] ?? 0;
    if (each === 0) continue;
    const entryName = ENTRY_NAME[kind]!;
    const entryType = ENTRY_TYPE[kind]!;
    const end = at + 12 + each * vlenAt(view, at);
    for (let entry = at + 12; entry < end; entry += each) {
      if (entryName >= 0) name(entry + entryName);
      if (entryType >= 0) type(entry + entryType);
    }
  }
  checkChains(types, fail);
};

/** No type leads to itself but through a struct or union, and none through a chain that no compiler writes. */
const checkChains = ({ view, first, starts }: Types, fail: Fail): void => {
  // How many types each leads through, itself included; 0: not known yet.
  const lengths = new Uint8Array(starts.length);
  const path: number[] = [];
  for (let index = 0; index < starts.length; index++) {
    let at = index;
    // What the base holds was checked with it.
    for (; at >= 0 && lengths[at] === 0; at = targetAt(view, starts[at]!) - first) {
      path.push(at);
      if (path.length > MAX_CHAIN)
        fail(starts[index]!, `type ${first + index} leads back to itself, or through more than ${MAX_CHAIN} types`);
    }
    let length = at >= 0 ? lengths[at]! : 0;
    while (path.length > 0) {
      if (++length > MAX_CHAIN) fail(starts[index]!, `type ${first + index} leads through more than ${MAX_CHAIN} types`);
      lengths[path.pop()!] = length;
    }
  }
};
