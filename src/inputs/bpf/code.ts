import { sectionBytes, sectionError, SHF_EXECINSTR, type Elf, type Section } from "../elf/elf.ts";
import type { Relocations } from "../elf/relocations.ts";
import { SHN_UNDEF, STT_FUNC, type ElfSymbol } from "../elf/symbols.ts";
import type { BpfSymbols } from "./symbols.ts";

// The instructions of an object. Layout: struct bpf_insn in include/uapi/linux/bpf.h; Documentation/bpf/standardization/instruction-set.rst.

const SHT_PROGBITS = 1;
/** Bytes of an instruction. */
export const INSTRUCTION = 8;
const CALL = 0x85;
/** A 64-bit immediate: two slots, the second with 0 for an opcode. */
const LOAD_IMMEDIATE = 0x18;
const PSEUDO_CALL = 1;

export interface BpfFunction {
  readonly name: string;
  readonly section: Section;
  /** Bytes from the start of the section. */
  readonly start: number;
  readonly end: number;
  /** Else a subprogram: in `.text`, from where libbpf appends it to the programs that call it. */
  readonly isProgram: boolean;
}

/** An instruction: the function it stands in, and its offset in the section in bytes. */
export interface CodePlace {
  readonly function: BpfFunction;
  readonly offset: number;
}

export interface BpfCode {
  /** In the order of sections and of offsets in them. */
  readonly functions: readonly BpfFunction[];
  /** Calls of helpers by their number. */
  readonly helpers: ReadonlyMap<number, readonly CodePlace[]>;
  /** Calls of undefined symbols and loads of their addresses, by the symbol's index. */
  readonly externs: ReadonlyMap<number, readonly CodePlace[]>;
  /** By the first of its names. */
  functionAt(section: Section, offset: number): BpfFunction | undefined;
  /** The functions that some lead to by calls or by handing on an address, themselves included. */
  reachedFrom(starts: readonly BpfFunction[]): ReadonlySet<BpfFunction>;
}

export const isCode = (section: Section): boolean =>
  section.type === SHT_PROGBITS && (section.flags & SHF_EXECINSTR) !== 0 && section.size > 0;

/** The functions of a section, in order. Two names may share a function; else none overlaps another. */
const functionsOf = (elf: Elf, section: Section, symbols: readonly ElfSymbol[]): readonly BpfFunction[] => {
  const functions = symbols
    .filter(({ type }) => type === STT_FUNC)
    .map(({ name, value, size }) => {
      if (size === 0 || value % INSTRUCTION !== 0 || size % INSTRUCTION !== 0 || value + size > section.size)
        throw sectionError(
          elf,
          section,
          0,
          `function ${name}, ${size} bytes from byte ${value}, is no run of instructions of ${section.size} bytes`,
        );
      return { name, section, start: value, end: value + size, isProgram: section.name !== ".text" };
    })
    .sort((a, b) => a.start - b.start);
  for (const [index, { name, start, end }] of functions.entries()) {
    const before = functions[index - 1];
    if (before && start < before.end && (start !== before.start || end !== before.end))
      throw sectionError(elf, section, start, `function ${name} overlaps ${before.name}`);
  }
  return functions;
};

/** Of several names of a function the first. */
const isFirstName = ({ section, start }: BpfFunction, index: number, all: readonly BpfFunction[]): boolean =>
  all[index - 1]?.section !== section || all[index - 1]?.start !== start;

const lastAt = (list: readonly BpfFunction[], offset: number): BpfFunction | undefined => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  const found = list[low - 1];
  return found && offset < found.end ? found : undefined;
};

const add = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
};

/**
 * Reads the functions of an object and what their instructions refer to. Instructions outside every function are passed over as libbpf does:
 * the linker leaves them where another object's function took the place of a weak one.
 * @param relocations those of a section, by its index.
 * @throws InputError for instructions that are cut short, functions out of bounds, calls that lead nowhere.
 */
export const readCode = (elf: Elf, symbols: BpfSymbols, relocations: ReadonlyMap<number, Relocations>): BpfCode => {
  const sections = elf.sections.filter(isCode);
  const functions = sections.flatMap((section) => functionsOf(elf, section, symbols.in(section)));
  const bySection = new Map<number, BpfFunction[]>();
  for (const each of functions.filter(isFirstName)) add(bySection, each.section.index, each);
  const functionAt = (section: Section, offset: number): BpfFunction | undefined => lastAt(bySection.get(section.index) ?? [], offset);
  const helpers = new Map<number, CodePlace[]>();
  const externs = new Map<number, CodePlace[]>();
  const callees = new Map<BpfFunction, BpfFunction[]>();

  for (const section of sections) {
    if (section.size % INSTRUCTION !== 0) throw sectionError(elf, section, 0, `${section.size} bytes are no whole number of instructions`);
    const bytes = sectionBytes(elf, section);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const symbolAt = symbolsBy(elf, symbols.all, relocations.get(section.index));
    for (const own of bySection.get(section.index) ?? []) {
      for (let offset = own.start; offset < own.end; offset += INSTRUCTION) {
        const opcode = bytes[offset]!;
        if (opcode !== CALL && opcode !== LOAD_IMMEDIATE) continue;
        const place = { function: own, offset };
        const symbol = symbolAt(offset);
        const immediate = view.getInt32(offset + 4, true);
        const source = bytes[offset + 1]! >> 4;
        if (symbol && symbol.section === SHN_UNDEF) add(externs, symbol.index, place);
        else if (opcode === CALL && !symbol && source === 0) add(helpers, immediate, place);
        else if (opcode === LOAD_IMMEDIATE ? symbol : source === PSEUDO_CALL) {
          const to = opcode === CALL ? calleeOf(section, offset, immediate, symbol) : addressOf(immediate, symbol!);
          const target = elf.sections[to.section];
          const callee = target && functionAt(target, to.offset);
          // A loaded address is mostly that of a map or a variable.
          if (callee) add(callees, own, callee);
          else if (opcode === CALL) throw sectionError(elf, section, offset, "a call that leads to no function");
        }
      }
    }
  }
  return {
    functions,
    helpers,
    externs,
    functionAt,
    reachedFrom: (starts) => {
      const reached = new Set(starts);
      for (const each of reached) for (const callee of callees.get(each) ?? []) reached.add(callee);
      return reached;
    },
  };
};

/** The symbol that the instruction at an offset is relocated by. */
const symbolsBy = (
  elf: Elf,
  symbols: readonly ElfSymbol[],
  table: Relocations | undefined,
): ((offset: number) => ElfSymbol | undefined) => {
  if (!table) return () => undefined;
  const found = new Map<number, ElfSymbol>();
  for (let i = 0; i < table.count; i++) {
    const symbol = symbols[table.symbols[i]!];
    if (!symbol)
      throw sectionError(elf, table.target, table.offsets[i]!, `is relocated by symbol ${table.symbols[i]} of ${symbols.length}`);
    found.set(table.offsets[i]!, symbol);
  }
  return (offset) => found.get(offset);
};

interface Target {
  readonly section: number;
  readonly offset: number;
}

/**
 * What a call of the object's own code leads to. A relocation names a global function (with an immediate of -1) or the section of a static one;
 * without one the immediate counts instructions from the next (libbpf's bpf_object__reloc_code).
 */
const calleeOf = (section: Section, offset: number, immediate: number, symbol: ElfSymbol | undefined): Target =>
  symbol
    ? { section: symbol.section, offset: symbol.value + (immediate + 1) * INSTRUCTION }
    : { section: section.index, offset: offset + (immediate + 1) * INSTRUCTION };

/** What a loaded address may be: of a function, where its section holds code. */
const addressOf = (immediate: number, symbol: ElfSymbol): Target => ({ section: symbol.section, offset: symbol.value + immediate });
