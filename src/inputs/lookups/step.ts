import type { Place, Value } from "./values.ts";

/** Memory that an instruction names: at a register plus a number of bytes, or at a known place. */
export type Memory = { readonly register: number; readonly offset: number } | (Place & { readonly at?: number });

/** Where a value comes from. `plus` is added to the register. */
export type Operand =
  | { readonly kind: "value"; readonly value: Value }
  | { readonly kind: "register"; readonly register: number; readonly plus: number }
  | { readonly kind: "memory"; readonly memory: Memory };

export interface Write {
  readonly register: number;
  /** Undefined: anything. */
  readonly from?: Operand;
  /** A conditional move: the register may keep what it held. */
  readonly maybe?: boolean;
}

export interface Store {
  readonly to: Memory;
  /** Undefined: anything. */
  readonly from?: Operand;
}

/** What one instruction does, as far as it is told: what is not told is written as "anything". */
export interface Step {
  readonly at: number;
  readonly end: number;
  readonly writes: readonly Write[];
  readonly stores?: readonly Store[];
  /** A call, or (`returns` false) a jump that leaves the function. */
  readonly call?: { readonly target?: Operand; readonly returns: boolean };
  /** The offset in the section that is jumped to. */
  readonly jump?: number;
  /** Whether the next instruction may follow. */
  readonly next: boolean;
}

/** A relocation as the code's reader needs it: what it refers to, its addend in it. */
export interface Reference extends Place {
  /** Where it is filled in. */
  readonly at: number;
  readonly type: number;
  /** Of an undefined symbol or a whole function; "" for sections. */
  readonly name: string;
}

/** Machine code of one section. */
export interface Code {
  readonly base: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  referenceAt(offset: number): Reference | undefined;
}

/** What must be known of an architecture to follow values through its code. Registers are numbers below `registers`. */
export interface Architecture {
  readonly registers: number;
  /** The registers of the first arguments, in order. */
  readonly arguments: readonly number[];
  /** What a call may overwrite. */
  readonly clobbered: readonly number[];
  readonly result: number;
  readonly stack: number;
  /** The relocation type of a pointer in data. */
  readonly pointer: number;
  /** Undefined for an instruction that cannot be read: the rest of the function is not followed. */
  step(code: Code, at: number): Step | undefined;
  /** What may be calls or jumps without a relocation: where each stands, and the offset in the same code that it leads to. */
  calls(code: Code): Iterable<readonly [at: number, target: number]>;
  /** The places in code that a relocation of another place may jump to. */
  targetsOf(reference: Reference): readonly number[];
}
