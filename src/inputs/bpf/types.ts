import type { Btf } from "../btf/btf.ts";
import { skipModifiers } from "../btf/shape.ts";

/** A variable or function that the types of an object list for one of its sections. */
export interface DatasecEntry {
  readonly name: string;
  /** Id of the var or func. */
  readonly id: number;
  readonly isFunction: boolean;
  /** The variable's type behind typedefs and modifiers, or the function's func-proto. */
  readonly type: number;
  /** Bytes from the start of the section; the compiler leaves 0 and a relocation there, the linker the offset. */
  readonly offset: number;
}

/** What the types list for each section that they name (.maps, .ksyms, .kconfig, .struct_ops). */
export const datasecsOf = (btf: Btf | undefined): ReadonlyMap<string, readonly DatasecEntry[]> => {
  const sections = new Map<string, readonly DatasecEntry[]>();
  if (!btf) return sections;
  for (let id = 1; id < btf.count; id++) {
    if (btf.kindOf(id) !== "datasec") continue;
    const entries = btf.variables(id).map(({ type, offset }) => ({
      name: btf.nameOf(type),
      id: type,
      isFunction: btf.kindOf(type) === "func",
      type: skipModifiers(btf, btf.targetOf(type)),
      offset,
    }));
    const name = btf.nameOf(id);
    // One for each section; of two, libbpf takes the first.
    if (!sections.has(name)) sections.set(name, entries);
  }
  return sections;
};
