import type { Btf } from "../btf/btf.ts";
import { sectionError, type Elf, type Section } from "../elf/elf.ts";
import type { Relocations } from "../elf/relocations.ts";
import type { BpfCode, BpfFunction } from "./code.ts";
import type { BpfSymbols } from "./symbols.ts";
import type { DatasecEntry } from "./types.ts";

/** A variable of a struct_ops type, and the functions that the linker puts into its members. */
export interface StructOpsVariable {
  readonly variable: string;
  /** Name of the struct, with its flavour. */
  readonly type: string;
  readonly callbacks: readonly { readonly member: string; readonly function: BpfFunction }[];
  readonly optional: boolean;
  readonly section: Section;
  /** Bytes from the start of the section. */
  readonly offset: number;
}

const SECTION = /^(\?)?\.struct_ops(\.link)?$/;

/** The functions that the linker puts into a section, by their offset in it. */
const pointersIn = (elf: Elf, symbols: BpfSymbols, table: Relocations | undefined, code: BpfCode): ReadonlyMap<number, BpfFunction> => {
  const pointers = new Map<number, BpfFunction>();
  for (let index = 0; index < (table?.count ?? 0); index++) {
    const offset = table!.offsets[index]!;
    const symbol = symbols.all[table!.symbols[index]!];
    const target = symbol && elf.sections[symbol.section];
    const pointed = target && code.functionAt(target, symbol.value);
    if (!pointed) throw sectionError(elf, table!.target, offset, "is filled with something that is no function of the object");
    pointers.set(offset, pointed);
  }
  return pointers;
};

/**
 * The operations tables that an object implements (libbpf's init_struct_ops_maps, bpf_object__collect_st_ops_relos).
 * @throws InputError for variables that overlap or whose type has no name, and for what is filled with no function of the object.
 */
export const readStructOps = (
  elf: Elf,
  symbols: BpfSymbols,
  btf: Btf | undefined,
  datasecs: ReadonlyMap<string, readonly DatasecEntry[]>,
  relocations: ReadonlyMap<number, Relocations>,
  code: BpfCode,
): readonly StructOpsVariable[] =>
  elf.sections.flatMap((section) => {
    const match = SECTION.exec(section.name);
    if (!btf || !match) return [];
    const offsets = new Map(symbols.in(section).map(({ name, value }) => [name, value]));
    const pointers = pointersIn(elf, symbols, relocations.get(section.index), code);
    let end = 0;
    return (datasecs.get(section.name) ?? [])
      .map((entry) => ({ ...entry, offset: offsets.get(entry.name) ?? entry.offset }))
      .sort((a, b) => a.offset - b.offset)
      .map(({ name, type, offset }): StructOpsVariable => {
        if (offset < end) throw sectionError(elf, section, offset, `variable ${name} overlaps the one before it`);
        if (btf.nameOf(type) === "") throw sectionError(elf, section, offset, `variable ${name} is of a type without a name`);
        end = offset + Math.max(1, btf.sizeOf(type));
        const callbacks = btf.members(type).flatMap((member) => {
          const callback = pointers.get(offset + member.bitOffset / 8);
          return callback ? [{ member: member.name, function: callback }] : [];
        });
        return { variable: name, type: btf.nameOf(type), callbacks, optional: match[1] !== undefined, section, offset };
      });
  });
