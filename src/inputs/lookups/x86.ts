import { NO_RETURN } from "./no-return.ts";
import type { Architecture, Code, Memory, Operand, Reference, Step, Write } from "./step.ts";
import { ABSOLUTE, decode, RIP, type Instruction } from "./x86-decode.ts";
import { overwritten, RAX, RCX, RDI, RDX, RSI, RSP } from "./x86-registers.ts";

// arch/x86/include/asm/elf.h
const R_X86_64_64 = 1;
const R_X86_64_PC32 = 2;
const R_X86_64_PLT32 = 4;
const R_X86_64_32 = 10;
const R_X86_64_32S = 11;

const REGISTERS = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];
/** Calls through a register, and returns, under mitigations (arch/x86/lib/retpoline.S). */
const THUNK = /^__x86_indirect_(?:call_|jump_)?thunk_(r\w+)$/;
const RETURN_THUNK = /^(?:__x86_return_thunk|retbleed_return_thunk|srso_\w*return_thunk)$/;
/** Called at a function's start; keeps every register (arch/x86/kernel/ftrace_64.S). */
const ENTRY = /^(?:__fentry__|mcount|__mcount)$/;

const isRelative = (type: number): boolean => type === R_X86_64_PC32 || type === R_X86_64_PLT32;
const isAbsolute = (type: number): boolean => type === R_X86_64_64 || type === R_X86_64_32 || type === R_X86_64_32S;

/** The place that a relocation of an operand names: relative ones are measured from the end of the instruction. */
const placeOf = (reference: Reference | undefined, end: number, relative: boolean) => {
  if (!reference || !(relative ? isRelative(reference.type) : isAbsolute(reference.type))) return undefined;
  const offset = reference.offset + (relative ? end - reference.at : 0);
  return { base: reference.base, offset, at: reference.at };
};

const value = (place: { base: string; offset: number; at: number } | undefined): Operand | undefined =>
  place && { kind: "value", value: { kind: "address", ...place } };
const number = (value: number): Operand => ({ kind: "value", value: { kind: "number", value } });
const register = (register: number, plus = 0): Operand => ({ kind: "register", register, plus });
const load = (memory: Memory | undefined): Operand | undefined => memory && { kind: "memory", memory };
const write = (register: number, from?: Operand): Write => (from ? { register, from } : { register });

/** The memory operand, where it is a register and a constant or a constant place. */
const memoryOf = (code: Code, one: Instruction): Memory | undefined => {
  if (one.base === undefined || one.segment) return undefined;
  const reference = one.displacementAt === undefined ? undefined : code.referenceAt(one.displacementAt);
  if (one.base === RIP || one.base === ABSOLUTE) return placeOf(reference, one.end, one.base === RIP);
  return reference ? undefined : { register: one.base, offset: one.displacement };
};

const immediateOf = (code: Code, one: Instruction): Operand | undefined => {
  const at = one.immediateAt;
  if (at === undefined) return undefined;
  const reference = code.referenceAt(at);
  if (reference) return value(placeOf(reference, one.end, false));
  if (one.immediateSize === 1) return number(code.view.getInt8(at));
  return one.immediateSize === 4 ? number(code.view.getInt32(at, true)) : undefined;
};

const branch = (code: Code, one: Instruction): Step => {
  const { at, end } = one;
  const isCall = one.map === 0 && one.opcode === 0xe8;
  const next = isCall || !(one.map === 0 && (one.opcode === 0xe9 || one.opcode === 0xeb));
  const reference = code.referenceAt(one.immediateAt!);
  const plain = { at, end, writes: [], next };
  if (!reference) {
    const offset = end + (one.immediateSize === 1 ? code.view.getInt8(one.immediateAt!) : code.view.getInt32(one.immediateAt!, true));
    if (isCall)
      return { ...plain, call: { target: { kind: "value", value: { kind: "address", base: code.base, offset } }, returns: true } };
    return { ...plain, jump: offset };
  }
  if (ENTRY.test(reference.name) || RETURN_THUNK.test(reference.name)) return plain;
  const thunk = REGISTERS.indexOf(THUNK.exec(reference.name)?.[1] ?? "");
  const target = thunk >= 0 ? register(thunk) : value(placeOf(reference, end, true));
  return { ...plain, next: next && !NO_RETURN.test(reference.name), call: { returns: isCall, ...(target && { target }) } };
};

/** Bytes that a push or a pop moves the stack by; 0 for others. */
const stackMove = ({ map, opcode, reg }: Instruction): number => {
  if (map === 1) return opcode === 0xa0 || opcode === 0xa8 ? -8 : opcode === 0xa1 || opcode === 0xa9 ? 8 : 0;
  if ((opcode >= 0x50 && opcode <= 0x57) || opcode === 0x68 || opcode === 0x6a || opcode === 0x9c) return -8;
  if ((opcode >= 0x58 && opcode <= 0x5f) || opcode === 0x8f || opcode === 0x9d) return 8;
  return opcode === 0xff && (reg & 7) === 6 ? -8 : 0;
};

/** The instructions by which addresses travel. Undefined for all others. */
const movement = (code: Code, one: Instruction): Pick<Step, "writes" | "stores"> | undefined => {
  const { map, opcode, mod, reg, rm, wide, high } = one;
  const direct = mod === 3;
  if (map === 1 && opcode >= 0x40 && opcode <= 0x4f && wide) {
    const from = direct ? register(rm) : load(memoryOf(code, one));
    return { writes: [{ ...write(reg, from), maybe: true }] };
  }
  if (map !== 0) return undefined;
  if (opcode >= 0xb8 && opcode <= 0xbf) return { writes: [write((opcode & 7) | high, immediateOf(code, one))] };
  if (opcode === 0xc7 && (reg & 7) === 0) {
    const from = immediateOf(code, one);
    if (direct) return { writes: [write(rm, from)] };
    const to = memoryOf(code, one);
    return { writes: [], ...(to && { stores: [{ to, ...(from && { from }) }] }) };
  }
  if (opcode === 0x8d && wide) {
    const memory = memoryOf(code, one);
    if (!memory) return { writes: [write(reg)] };
    const from = "register" in memory ? register(memory.register, memory.offset) : value({ at: 0, ...memory });
    return { writes: [write(reg, from)] };
  }
  if (opcode === 0x8b && wide) return { writes: [write(reg, direct ? register(rm) : load(memoryOf(code, one)))] };
  if (opcode === 0x89 && direct && wide) return { writes: [write(rm, register(reg))] };
  if (opcode === 0x89 && !direct) {
    const to = memoryOf(code, one);
    return { writes: [], ...(to && { stores: [{ to, ...(wide && { from: register(reg) }) }] }) };
  }
  if ((opcode === 0x31 || opcode === 0x33) && direct && reg === rm) return { writes: [write(rm, number(0))] };
  if ((opcode === 0x81 || opcode === 0x83) && direct && wide && ((reg & 7) === 0 || (reg & 7) === 5)) {
    const by = immediateOf(code, one);
    const amount = by?.kind === "value" && by.value.kind === "number" ? by.value.value : undefined;
    return { writes: [write(rm, amount === undefined ? undefined : register(rm, (reg & 7) === 0 ? amount : -amount))] };
  }
  // A stack pointer that is aligned is that of another frame.
  if ((opcode === 0x81 || opcode === 0x83) && direct && wide && (reg & 7) === 4 && rm === RSP)
    return {
      writes: [write(RSP, { kind: "value", value: { kind: "address", base: `frame aligned at ${code.base}+${one.at}`, offset: 0 } })],
    };
  return undefined;
};

const step = (code: Code, at: number): Step | undefined => {
  const one = decode(code, at);
  if (!one || !agrees(code, one)) return undefined;
  const { end, map, opcode, mod, rm, reg } = one;
  const jumps = (map === 0 && ((opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xe0 && opcode <= 0xe3) || opcode === 0xe8 || opcode === 0xe9 || opcode === 0xeb)) || (map === 1 && opcode >= 0x80 && opcode <= 0x8f && one.vector === undefined); // prettier-ignore
  if (jumps) return branch(code, one);
  if (map === 0 && opcode === 0xff && [2, 3, 4, 5].includes(reg & 7)) {
    const target = mod === 3 ? register(rm) : load(memoryOf(code, one));
    const returns = (reg & 7) < 4;
    return { at, end, writes: [], call: { returns, ...(target && { target }) }, next: returns };
  }
  // A trap: where the code goes on after one (WARN), other ways lead there.
  if (map === 1 && [0x0b, 0xb9, 0xff].includes(opcode) && one.vector === undefined) return { at, end, writes: [], next: false };
  if (map === 0 && [0xc2, 0xc3, 0xca, 0xcb, 0xcc, 0xcf].includes(opcode)) return { at, end, writes: [], next: false };
  const moved = one.vector === undefined ? movement(code, one) : undefined;
  if (moved) return { at, end, ...moved, next: true };
  const writes = overwritten(one).map((each) => write(each));
  const by = one.vector === undefined ? stackMove(one) : 0;
  if (by !== 0) {
    const popped = map === 0 && opcode >= 0x58 && opcode <= 0x5f ? [write((opcode & 7) | one.high)] : [];
    return { at, end, writes: [...writes, ...popped, write(RSP, register(RSP, by))], next: true };
  }
  return { at, end, writes, next: true };
};

/** Each relocation within an instruction must be at an operand, else the reader is out of step with the code. */
const agrees = (code: Code, one: Instruction): boolean => {
  for (let at = one.at; at < one.end; at++) {
    if (at !== one.displacementAt && at !== one.immediateAt && code.referenceAt(at)) return false;
  }
  return true;
};

function* calls({ bytes, view }: Code): Generator<readonly [at: number, target: number]> {
  for (let at = 0; at + 5 <= bytes.length; at++)
    if (bytes[at] === 0xe8 || bytes[at] === 0xe9) yield [at, view.getInt32(at + 1, true) + at + 5];
}

export const x86: Architecture = {
  registers: 16,
  arguments: [RDI, RSI, RDX, RCX, 8, 9],
  clobbered: [RAX, RCX, RDX, RSI, RDI, 8, 9, 10, 11],
  result: RAX,
  stack: RSP,
  pointer: R_X86_64_64,
  step,
  calls,
  targetsOf: ({ type, offset }) => (isAbsolute(type) ? [offset] : [offset, offset + 4]),
};
