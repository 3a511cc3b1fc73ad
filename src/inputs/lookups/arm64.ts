import { NO_RETURN } from "./no-return.ts";
import type { Architecture, Code, Memory, Operand, Step, Write } from "./step.ts";

// include/uapi/linux/elf-em.h's machine 183; relocations: arch/arm64/include/asm/elf.h
const R_AARCH64_ABS64 = 257;
const R_AARCH64_ADR_PREL_LO21 = 274;
const R_AARCH64_ADD_ABS_LO12_NC = 277;
const R_AARCH64_LDST64_ABS_LO12_NC = 286;
const SP = 31;

const value = (base: string, offset: number, at?: number): Operand => ({
  kind: "value",
  value: { kind: "address", base, offset, ...(at !== undefined && { at }) },
});
const number = (value: number): Operand => ({ kind: "value", value: { kind: "number", value } });
const register = (register: number, plus = 0): Operand => ({ kind: "register", register, plus });
/** Register 31, stored, is zero. */
const stored = (source: number): Operand => (source === SP ? number(0) : register(source));
const signed = (value: number, bits: number): number => (value << (32 - bits)) >> (32 - bits);

/** Register 31 is the zero register but in an address: a write to it is none. */
const writing = (writes: readonly Write[]): readonly Write[] => writes.filter(({ register }) => register !== SP);

const branch = (code: Code, at: number, word: number): Step | undefined => {
  const end = at + 4;
  if ((word & 0x7c00_0000) === 0x1400_0000) {
    const returns = word >>> 31 === 1;
    const reference = code.referenceAt(at);
    const offset = at + signed(word & 0x3ff_ffff, 26) * 4;
    const target = reference ? value(reference.base, reference.offset) : value(code.base, offset);
    // The tracer's entry (arch/arm64/kernel/entry-ftrace.S) keeps every argument.
    if (reference?.name === "_mcount") return { at, end, writes: [], next: true };
    if (returns || reference)
      return { at, end, writes: [], call: { target, returns }, next: returns && !NO_RETURN.test(reference?.name ?? "") };
    return { at, end, writes: [], jump: offset, next: false };
  }
  // b.cond, cbz and cbnz; tbz and tbnz
  if ((word & 0xff00_0000) >>> 0 === 0x5400_0000 || (word & 0x7e00_0000) === 0x3400_0000)
    return { at, end, writes: [], jump: at + signed((word >>> 5) & 0x7_ffff, 19) * 4, next: true };
  if ((word & 0x7e00_0000) === 0x3600_0000) return { at, end, writes: [], jump: at + signed((word >>> 5) & 0x3fff, 14) * 4, next: true };
  // br, blr, ret and their authenticated forms
  if ((word & 0xfe00_0000) >>> 0 === 0xd600_0000) {
    const kind = (word >>> 21) & 7;
    const returns = kind === 1;
    if (kind > 1) return { at, end, writes: [], next: false };
    return { at, end, writes: [], call: { target: register((word >>> 5) & 31), returns }, next: returns };
  }
  // brk: a trap. Where the code goes on after one (WARN), other ways lead there.
  return (word & 0xffe0_001f) >>> 0 === 0xd420_0000 ? { at, end, writes: [], next: false } : undefined;
};

/** The instructions by which addresses travel. */
const movement = (code: Code, at: number, word: number): Pick<Step, "writes" | "stores"> | undefined => {
  const [rd, rn, rm] = [word & 31, (word >>> 5) & 31, (word >>> 16) & 31];
  const reference = code.referenceAt(at);
  const low = reference && value(reference.base, reference.offset, at);
  // adr; adrp alone holds no more than a page: the low part that follows names the place whole.
  if ((word & 0x9f00_0000) >>> 0 === 0x1000_0000 && reference?.type === R_AARCH64_ADR_PREL_LO21)
    return { writes: writing([{ register: rd, from: low! }]) };
  // add and sub of an immediate, 64 bits
  if ((word & 0xbf80_0000) >>> 0 === 0x9100_0000) {
    if (reference) return { writes: [reference.type === R_AARCH64_ADD_ABS_LO12_NC ? { register: rd, from: low! } : { register: rd }] };
    const amount = ((word >>> 10) & 0xfff) << ((word >>> 22) & 1 ? 12 : 0);
    return { writes: [{ register: rd, from: register(rn, word & 0x4000_0000 ? -amount : amount) }] };
  }
  // mov xd, xm, which is orr xd, xzr, xm
  if ((word & 0xffe0_ffe0) >>> 0 === 0xaa00_03e0)
    return { writes: writing([{ register: rd, ...(rm === SP ? { from: number(0) } : { from: register(rm) }) }]) };
  // movz
  if ((word & 0x7fe0_0000) === 0x5280_0000) return { writes: writing([{ register: rd, from: number((word >>> 5) & 0xffff) }]) };
  // csel, 64 bits: one of two
  if ((word & 0xffe0_0c00) >>> 0 === 0x9a80_0000 && rd !== SP && rn !== SP && rm !== SP)
    return { writes: rd === rn ? [{ register: rd, from: register(rm), maybe: true }] : rd === rm ? [{ register: rd, from: register(rn), maybe: true }] : [{ register: rd, from: register(rn) }, { register: rd, from: register(rm), maybe: true }] }; // prettier-ignore
  // ldr and str, 64 bits, unsigned offset
  if ((word & 0xff80_0000) >>> 0 === 0xf900_0000) {
    const place = reference?.type === R_AARCH64_LDST64_ABS_LO12_NC ? { base: reference.base, offset: reference.offset, at } : undefined;
    const memory: Memory | undefined = place ?? (reference ? undefined : { register: rn, offset: ((word >>> 10) & 0xfff) * 8 });
    if (word & 0x40_0000) return { writes: writing([{ register: rd, ...(memory && { from: { kind: "memory", memory } }) }]) };
    return { writes: [], ...(memory && { stores: [{ to: memory, from: stored(rd) }] }) };
  }
  // stp, 64 bits, signed offset: 1 writes back after, 3 before, the others not
  if ((word & 0xfe40_0000) >>> 0 === 0xa800_0000) {
    const [mode, by] = [(word >>> 23) & 3, signed((word >>> 15) & 0x7f, 7) * 8];
    const offset = mode === 1 ? 0 : by;
    const second = (word >>> 10) & 31;
    const stores = [
      { to: { register: rn, offset }, from: stored(rd) },
      { to: { register: rn, offset: offset + 8 }, from: stored(second) },
    ];
    return { writes: mode === 1 || mode === 3 ? [{ register: rn, from: register(rn, by) }] : [], stores };
  }
  return undefined;
};

/** What a load or store of no case of its own may overwrite, by its form (Arm ARM, C4.1.94: bits 29 to 27; bit 26: vector registers). */
const overwrittenByMemory = (word: number): readonly number[] => {
  const [rd, rn, second, status] = [word & 31, (word >>> 5) & 31, (word >>> 10) & 31, (word >>> 16) & 31];
  const isVector = (word & 0x400_0000) !== 0;
  const form = (word >>> 27) & 7;
  if (form === 5) {
    const loaded = !isVector && word & 0x40_0000 ? [rd, second] : [];
    return (word >>> 23) & 1 ? [...loaded, rn] : loaded;
  }
  if (form === 7) {
    const isStore = (word & 0xc0_0000) === 0;
    if (word & 0x100_0000) return isVector || isStore ? [] : [rd];
    const [isRegister, mode] = [(word & 0x20_0000) !== 0, (word >>> 10) & 3];
    const loaded = isVector || (isStore && (!isRegister || mode === 2)) ? [] : [rd];
    return !isRegister && mode & 1 ? [...loaded, rn] : loaded;
  }
  // Exclusive and compare-and-swap forms, of pairs too; literals; all else.
  return form === 1 && !isVector ? [rd, rd + 1, second, status, status + 1] : form === 3 ? [rd] : [rd, rn, second, status];
};

/** What any other instruction may overwrite, by its class (Arm ARM, C4.1: bits 28 to 25). */
const overwritten = (word: number): readonly Write[] => {
  const isMemory = ((word >>> 25) & 5) === 4;
  // Outside of memory forms only add and sub write the stack pointer, and those have their case.
  const registers = isMemory ? overwrittenByMemory(word) : [word & 31].filter((each) => each !== SP);
  return registers.map((register) => ({ register: register & 31 }));
};

const step = (code: Code, at: number): Step | undefined => {
  if (at + 4 > code.bytes.length || at % 4 !== 0) return undefined;
  const word = code.view.getUint32(at, true);
  if (word === 0) return undefined;
  const branched = branch(code, at, word);
  if (branched) return branched;
  const moved = movement(code, at, word);
  return { at, end: at + 4, writes: moved?.writes ?? overwritten(word), ...(moved?.stores && { stores: moved.stores }), next: true };
};

function* calls({ bytes, view }: Code): Generator<readonly [at: number, target: number]> {
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const word = view.getUint32(at, true);
    if ((word & 0x7c00_0000) === 0x1400_0000) yield [at, at + signed(word & 0x3ff_ffff, 26) * 4];
  }
}

export const arm64: Architecture = {
  registers: 32,
  arguments: [0, 1, 2, 3, 4, 5, 6, 7],
  clobbered: [...Array(19).keys(), 30],
  result: 0,
  stack: SP,
  pointer: R_AARCH64_ABS64,
  step,
  calls,
  targetsOf: ({ offset }) => [offset],
};
