import type { Elf } from "../elf/elf.ts";

/** What a relocation does to its field: nothing, symbol + addend, or that added to or taken from what stands there. */
export type Effect = "none" | "set" | "add" | "subtract";

/** The relocations that assemblers write into debug information: plain words, and differences where the linker moves code. */
interface Types {
  readonly set: readonly number[];
  readonly add?: readonly number[];
  readonly subtract?: readonly number[];
}

const RISCV: Types = { set: [1, 2, 54, 55, 56, 60], add: [33, 34, 35, 36], subtract: [37, 38, 39, 40, 61] };

/** By e_machine; each from the processor's ELF supplement, as in the kernel's arch headers (asm/elf.h) and binutils' include/elf. */
const TYPES: Readonly<Record<number, Types>> = {
  3: { set: [1] }, // R_386_32
  8: { set: [2, 18] }, // R_MIPS_32, R_MIPS_64
  20: { set: [1, 24] }, // R_PPC_ADDR32, R_PPC_UADDR32
  21: { set: [1, 24, 38, 43] }, // R_PPC64_ADDR32, _UADDR32, _ADDR64, _UADDR64
  22: { set: [1, 3, 4, 22] }, // R_390_8, _16, _32, _64
  40: { set: [2] }, // R_ARM_ABS32
  62: { set: [1, 10, 11, 12, 14] }, // R_X86_64_64, _32, _32S, _16, _8
  183: { set: [257, 258, 259] }, // R_AARCH64_ABS64, _ABS32, _ABS16
  243: RISCV, // R_RISCV_32, _64, _SET8.._SET32, _SET_ULEB128; _ADD8.._ADD64; _SUB8.._SUB64, _SUB_ULEB128
  247: { set: [2, 3, 4] }, // R_BPF_64_ABS64, _ABS32, _NODYLD32
  258: { set: [1, 2], add: [47, 48, 50, 51, 107], subtract: [52, 53, 55, 56, 108] }, // R_LARCH_32, _64, _ADD*, _SUB*
};

const EM_MIPS = 8;
const LEB = new Set([243, 258]);

export interface Effects {
  of(type: number): Effect | undefined;
  readonly leb: boolean;
  /** Symbol and type of an Elf64_Rel(a)'s r_info. */
  info64(view: DataView, at: number): { readonly symbol: number; readonly type: number };
}

/** What the relocations of an object's machine do; undefined for a machine whose numbers are not known here. */
export const effectsOf = (elf: Elf): Effects | undefined => {
  const types = TYPES[elf.machine];
  if (!types) return undefined;
  const effects = new Map<number, Effect>([[0, "none"]]);
  for (const type of types.set) effects.set(type, "set");
  for (const type of types.add ?? []) effects.set(type, "add");
  for (const type of types.subtract ?? []) effects.set(type, "subtract");
  const { little, machine } = elf;
  return {
    of: (type) => effects.get(type),
    leb: LEB.has(machine),
    info64: (view, at) => {
      // mips64 keeps r_sym in the first four bytes of either byte order, and up to three types in the last (arch/mips/include/asm/elf.h).
      if (machine === EM_MIPS) return { symbol: view.getUint32(at, little), type: view.getUint8(at + 7) };
      return { symbol: view.getUint32(at + (little ? 4 : 0), little), type: view.getUint32(at + (little ? 0 : 4), little) };
    },
  };
};
