import type { Code } from "./step.ts";

/** One x86-64 instruction, cut into its parts (Intel SDM volume 2, chapter 2 and the opcode maps of appendix A). */
export interface Instruction {
  readonly at: number;
  readonly end: number;
  /** 0: one byte; 1: 0f; 2: 0f 38; 3: 0f 3a and all higher maps. */
  readonly map: number;
  readonly opcode: number;
  /** REX.W: 64-bit operands. */
  readonly wide: boolean;
  /** A prefix f2 or f3, else 0. */
  readonly repeat: number;
  /** A prefix fs or gs: memory of the processor's or the thread's own. */
  readonly segment: boolean;
  /** VEX or EVEX, with its second source register. */
  readonly vector?: number;
  /** REX.B, for registers in the opcode. */
  readonly high: number;
  readonly mod: number;
  readonly reg: number;
  readonly rm: number;
  readonly hasModrm: boolean;
  /** Memory without an index register; its base, or -1 for none (absolute) and -2 for the next instruction. */
  readonly base?: number;
  readonly displacement: number;
  readonly displacementAt?: number;
  readonly immediateAt?: number;
  readonly immediateSize: number;
}

export const ABSOLUTE = -1;
export const RIP = -2;
const LONGEST = 15;

const NO_MODRM_0F = [[0x05, 0x09], [0x0b, 0x0b], [0x0e, 0x0e], [0x30, 0x37], [0x77, 0x77], [0x80, 0x8f], [0xa0, 0xa2], [0xa8, 0xaa], [0xc8, 0xcf]] as const; // prettier-ignore
const IMMEDIATE_0F = new Set([0x0f, 0x70, 0x71, 0x72, 0x73, 0xa4, 0xac, 0xba, 0xc2, 0xc4, 0xc5, 0xc6]);
const INVALID = new Set([0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x82, 0x9a, 0xce, 0xd4, 0xd5, 0xd6, 0xea]); // prettier-ignore

const hasModrm = (map: number, opcode: number): boolean => {
  if (map === 1) return !NO_MODRM_0F.some(([from, to]) => opcode >= from && opcode <= to);
  if (map !== 0) return true;
  if (opcode < 0x40) return (opcode & 7) < 4;
  if (opcode >= 0x80 && opcode <= 0x8f) return true;
  if (opcode >= 0xd0 && opcode <= 0xdf) return opcode !== 0xd7;
  return [0x63, 0x69, 0x6b, 0xc0, 0xc1, 0xc6, 0xc7, 0xf6, 0xf7, 0xfe, 0xff].includes(opcode);
};

/** Bytes of the immediate operand; `z` is the size of those that follow the operand's size. */
const immediateSize = (map: number, opcode: number, reg: number, z: number, wide: boolean, address: number): number => {
  if (map === 3) return 1;
  if (map === 2) return 0;
  if (map === 1) return opcode >= 0x80 && opcode <= 0x8f ? 4 : IMMEDIATE_0F.has(opcode) ? 1 : 0;
  if (opcode < 0x40) return (opcode & 7) === 4 ? 1 : (opcode & 7) === 5 ? z : 0;
  if (opcode >= 0x70 && opcode <= 0x7f) return 1;
  if (opcode >= 0xb0 && opcode <= 0xb7) return 1;
  if (opcode >= 0xb8 && opcode <= 0xbf) return wide ? 8 : z;
  if (opcode >= 0xa0 && opcode <= 0xa3) return address;
  if (opcode >= 0xe0 && opcode <= 0xe7) return 1;
  if (opcode === 0xf6) return reg < 2 ? 1 : 0;
  if (opcode === 0xf7) return reg < 2 ? z : 0;
  if ([0x6a, 0x6b, 0x80, 0x83, 0xa8, 0xc0, 0xc1, 0xc6, 0xcd, 0xeb].includes(opcode)) return 1;
  if ([0x68, 0x69, 0x81, 0xa9, 0xc7].includes(opcode)) return z;
  if (opcode === 0xe8 || opcode === 0xe9) return 4;
  if (opcode === 0xc2 || opcode === 0xca) return 2;
  return opcode === 0xc8 ? 3 : 0;
};

/** Cuts the instruction at `at`; undefined where there is none that 64-bit code can hold, or it runs out of the code. */
export const decode = (code: Code, at: number): Instruction | undefined => {
  const { bytes, view } = code;
  const limit = Math.min(bytes.length, at + LONGEST);
  let [p, repeat, small, address, rex, segment] = [at, 0, false, 8, 0, false];
  for (; p < limit; p++) {
    const byte = bytes[p]!;
    if (byte === 0xf2 || byte === 0xf3) repeat = byte;
    else if (byte === 0x66) small = true;
    else if (byte === 0x67) address = 4;
    else if (byte === 0x64 || byte === 0x65) segment = true;
    else if (![0x26, 0x2e, 0x36, 0x3e, 0xf0].includes(byte)) break;
  }
  if (p < limit && (bytes[p]! & 0xf0) === 0x40) rex = bytes[p++]!;
  if (p + 1 > limit) return undefined;
  let [map, opcode, vector] = [0, bytes[p++]!, undefined as number | undefined];
  let [wide, r, x, b] = [(rex & 8) !== 0, (rex & 4) << 1, (rex & 2) << 2, (rex & 1) << 3];
  if (opcode === 0xc4 || opcode === 0xc5 || opcode === 0x62) {
    // VEX and EVEX hold the inverse of R, X, B and of the second source.
    const length = opcode === 0xc5 ? 1 : opcode === 0xc4 ? 2 : 3;
    if (p + length >= limit) return undefined;
    const [first, last] = [~bytes[p]!, bytes[p + (length === 1 ? 0 : 1)]!];
    r = (first & 0x80) >> 4;
    if (length > 1) [x, b, wide] = [(first & 0x40) >> 3, (first & 0x20) >> 2, (last & 0x80) !== 0];
    map = length === 1 ? 1 : bytes[p]! & (length === 2 ? 31 : 7);
    vector = (~last >> 3) & 15;
    p += length;
    opcode = bytes[p++]!;
    if (map === 0) return undefined;
    // EVEX map 5 and 6 (half precision) carry no immediate.
    map = map === 1 ? 1 : map === 3 ? 3 : 2;
  } else if (opcode === 0x0f) {
    if (p >= limit) return undefined;
    [map, opcode] = [1, bytes[p++]!];
    if (opcode === 0x38 || opcode === 0x3a) {
      if (p >= limit) return undefined;
      [map, opcode] = [opcode === 0x38 ? 2 : 3, bytes[p++]!];
    }
  } else if (INVALID.has(opcode)) return undefined;

  const modrm = hasModrm(map, opcode) && !(vector !== undefined && map === 1 && opcode === 0x77);
  let [mod, reg, rm, base] = [0, 0, 0, undefined as number | undefined];
  let [displacementAt, displacement] = [undefined as number | undefined, 0];
  if (modrm) {
    if (p >= limit) return undefined;
    const byte = bytes[p++]!;
    [mod, reg, rm] = [byte >> 6, ((byte >> 3) & 7) | r, (byte & 7) | b];
    if (mod !== 3) {
      let size = mod === 1 ? 1 : mod === 2 ? 4 : 0;
      base = rm;
      if ((rm & 7) === 4) {
        if (p >= limit) return undefined;
        const sib = bytes[p++]!;
        base = (sib & 7) | b;
        const noBase = mod === 0 && (sib & 7) === 5;
        if (noBase) [size, base] = [4, ABSOLUTE];
        if ((((sib >> 3) & 7) | x) !== 4) base = undefined;
      } else if (mod === 0 && (rm & 7) === 5) [size, base] = [4, RIP];
      if (size > 0) {
        if (p + size > bytes.length) return undefined;
        displacementAt = p;
        displacement = size === 1 ? view.getInt8(p) : view.getInt32(p, true);
        p += size;
      }
    }
  }
  const size = immediateSize(map, opcode, reg & 7, small ? 2 : 4, wide, address);
  const end = p + size;
  if (end > bytes.length || end - at > LONGEST) return undefined;
  return {
    at, end, map, opcode, wide, repeat, segment, high: b, mod, reg, rm, displacement, hasModrm: modrm, immediateSize: size,
    ...(vector !== undefined && { vector }), ...(base !== undefined && { base }),
    ...(displacementAt !== undefined && { displacementAt }), ...(size > 0 && { immediateAt: p }),
  }; // prettier-ignore
};
