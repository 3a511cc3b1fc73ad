import type { Instruction } from "./x86-decode.ts";

// Numbers as instructions encode them (Intel SDM volume 2, table 2-2).
export const RAX = 0;
export const RCX = 1;
export const RDX = 2;
const RBX = 3;
export const RSP = 4;
const RBP = 5;
export const RSI = 6;
export const RDI = 7;

/** What one-byte opcodes overwrite without naming it. */
const IMPLICIT: Readonly<Record<number, readonly number[]>> = {
  0x98: [RAX], 0x99: [RDX], 0x9f: [RAX], 0xa4: [RSI, RDI, RCX], 0xa5: [RSI, RDI, RCX], 0xa6: [RSI, RDI, RCX], 0xa7: [RSI, RDI, RCX],
  0xaa: [RDI, RCX], 0xab: [RDI, RCX], 0xac: [RAX, RSI, RCX], 0xad: [RAX, RSI, RCX], 0xae: [RDI, RCX], 0xaf: [RDI, RCX],
  0xa0: [RAX], 0xa1: [RAX], 0xc9: [RSP, RBP], 0xc8: [RSP, RBP], 0xd7: [RAX], 0xe0: [RCX], 0xe1: [RCX], 0xe2: [RCX],
  0x6c: [RDI, RCX], 0x6d: [RDI, RCX], 0x6e: [RSI, RCX], 0x6f: [RSI, RCX], 0xe4: [RAX], 0xe5: [RAX], 0xec: [RAX], 0xed: [RAX],
}; // prettier-ignore

/** The registers that an instruction with no case of its own may overwrite: rather too many than too few. */
export const overwritten = ({ map, opcode, reg, rm, mod, high, repeat, hasModrm, vector }: Instruction): readonly number[] => {
  const direct = mod === 3 && hasModrm ? [rm] : [];
  if (vector !== undefined || map >= 2) return [...direct, reg, vector ?? RAX, RAX, RCX, RDX];
  if (map === 1) {
    if (opcode === 0x1e && repeat === 0xf3) return direct;
    if ((opcode >= 0x18 && opcode <= 0x1f) || opcode === 0x0b || opcode === 0xa3) return [];
    if ((opcode >= 0x80 && opcode <= 0x8f) || opcode === 0xa0 || opcode === 0xa8 || opcode === 0x77) return [];
    if (opcode >= 0xc8 && opcode <= 0xcf) return [(opcode & 7) | high];
    if (opcode >= 0x90 && opcode <= 0x9f) return direct;
    if (opcode >= 0x40 && opcode <= 0x4f) return [reg];
    return [...direct, reg, RAX, RBX, RCX, RDX];
  }
  if (opcode < 0x40) {
    if (opcode >= 0x38) return [];
    return (opcode & 7) < 4 ? [...direct, ...(opcode & 2 ? [reg] : [])] : [RAX];
  }
  if (opcode >= 0x50 && opcode <= 0x57) return [];
  if (opcode >= 0x91 && opcode <= 0x97) return [RAX, (opcode & 7) | high];
  if (opcode === 0x90) return high ? [RAX, 8] : [];
  if (opcode >= 0xb0 && opcode <= 0xbf) return [(opcode & 7) | high];
  if (opcode === 0x84 || opcode === 0x85 || opcode === 0xa8 || opcode === 0xa9) return [];
  if (opcode === 0x80 || opcode === 0x81 || opcode === 0x83) return (reg & 7) === 7 ? [] : direct;
  if (opcode === 0xf6 || opcode === 0xf7) return (reg & 7) < 2 ? [] : (reg & 7) < 4 ? direct : [RAX, RDX];
  if (opcode === 0xc0 || opcode === 0xc1 || (opcode >= 0xd0 && opcode <= 0xd3) || opcode >= 0xfe) return direct;
  if (opcode === 0x88 || opcode === 0x89 || opcode === 0xc6 || opcode === 0xc7 || opcode === 0x8f) return direct;
  if (opcode >= 0xd8 && opcode <= 0xdf) return [RAX];
  return [...(IMPLICIT[opcode] ?? []), ...(hasModrm ? [...direct, reg] : [])];
};
