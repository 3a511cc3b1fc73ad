import { sectionBytes, type Elf, type Section } from "../elf/elf.ts";
import { INSTRUCTION, type BpfCode, type BpfFunction, type CodePlace } from "./code.ts";

// Reads of kernel memory at offsets that were compiled in.

/** bpf_probe_read, which reads of either address space, and bpf_probe_read_kernel (include/uapi/linux/bpf.h). */
const READERS = [4, 113];
/** The third argument of both: where to read. */
const ADDRESS = 3;
/** The frame pointer. */
const STACK = 10;
const CALL = 0x85;
const ADD_CONSTANT = 0x07;
const MOVE = 0xbf;
/** Classes whose instructions write their destination register: loads and arithmetic (BPF_LD, BPF_LDX, BPF_ALU, BPF_ALU64). */
const WRITES: ReadonlySet<number> = new Set([0, 1, 4, 7]);

/** A call, and the constant that was added to the address it reads from. */
export interface OpaqueRead extends CodePlace {
  readonly helper: number;
  /** Bytes. */
  readonly added: number;
}

/** What was last added to the address before a call, backwards in the order of the file; undefined for one that came as it is, or is on the stack. */
const addedBefore = (view: DataView, start: number, call: number): number | undefined => {
  let register = ADDRESS;
  let added: number | undefined;
  for (let at = call - INSTRUCTION; at >= start; at -= INSTRUCTION) {
    const opcode = view.getUint8(at);
    const registers = view.getUint8(at + 1);
    // A call leaves nothing in the registers of its arguments.
    if (opcode === CALL && register <= 5) return added;
    if (!WRITES.has(opcode & 7) || (registers & 15) !== register) continue;
    const constant = view.getInt32(at + 4, true);
    if (opcode === MOVE) register = registers >> 4;
    else if (opcode !== ADD_CONSTANT) return added;
    else if (constant !== 0) added ??= constant;
    if (register === STACK) return undefined;
  }
  return added;
};

/**
 * The calls that read kernel memory at a constant distance from a pointer: a member of a structure, or an element of an array, as the compiler's headers
 * had it. Only for an object without CO-RE relocations, which would adapt it.
 * @param inKernel the functions whose programs hang on the kernel; from others bpf_probe_read reads the memory of programs.
 */
export const opaqueReads = (elf: Elf, { helpers }: BpfCode, inKernel: ReadonlySet<BpfFunction>): readonly OpaqueRead[] => {
  const views = new Map<Section, DataView>();
  const viewOf = (section: Section): DataView => {
    const known = views.get(section);
    if (known) return known;
    const bytes = sectionBytes(elf, section);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    views.set(section, view);
    return view;
  };
  return READERS.flatMap((helper) =>
    (helpers.get(helper) ?? []).flatMap((place) => {
      const { section, start } = place.function;
      const added = inKernel.has(place.function) ? addedBefore(viewOf(section), start, place.offset) : undefined;
      return added === undefined ? [] : [{ ...place, helper, added }];
    }),
  );
};
