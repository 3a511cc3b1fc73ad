interface Taken {
  /** Which argument it is, counted from 1. */
  readonly argument: number;
  /** A function of this name that is defined in the module is the door too. */
  readonly ownDefinition?: boolean;
}
interface InStruct extends Taken {
  /** How many pointers' sizes into the struct the name's pointer stands. */
  readonly member: number;
  /** Where, in the same measure, the kernel leaves the address that it found. */
  readonly found?: number;
}
interface Counted {
  /** Which argument says how many elements an array has. */
  readonly count: number;
}

/**
 * What a kernel function that reaches others by name takes: a string that names a function or a module, an array of strings,
 * a struct with the name in it, an array of pointers to such; or nothing, where the module's own code selects.
 */
export type Door =
  | ({ readonly takes: "name" } & Taken)
  | ({ readonly takes: "module" } & Taken)
  | ({ readonly takes: "names" } & Taken & Counted)
  | ({ readonly takes: "struct" } & InStruct)
  | ({ readonly takes: "structs" } & InStruct & Counted)
  | { readonly takes: "nothing"; readonly ownDefinition?: boolean };

/** The doors by their names (rules/data/lookups.yaml). */
export type LookupDoors = Readonly<Record<string, Door>>;

/** Something that a module reaches by its name at run time. */
export interface NameLookup {
  /** The kernel function that is asked: kallsyms_lookup_name, register_kprobe, … */
  readonly door: string;
  /** Undefined: cannot be known. */
  readonly name?: string;
  readonly kind: "symbol" | "module";
  /**
   * `call`: a string constant that is handed over in this very call.
   * `struct`: a constant in the right member of a struct that is handed over.
   * `string`: a candidate; the door is used, the string may be what is handed to it.
   */
  readonly evidence: "call" | "struct" | "string";
  /** The section and the byte in it of the relocation that brings in the name, else of the call. */
  readonly section: string;
  readonly offset: number;
  /** The function of the module that does it. */
  readonly function?: string;
}
