import { CORE_ASKS, type CoreAccess, type CoreAsk, type CoreStep } from "../../shared/core-access.ts";
import type { Btf, BtfMember } from "../btf/btf.ts";
import type { CoreRelocation } from "../btf/ext.ts";
import { layoutOf } from "../btf/layout.ts";
import { compatOf, rootOf, shapeOf, skipModifiers } from "../btf/shape.ts";

// What a CO-RE relocation asks, spelt out. Documentation/bpf/llvm_reloc.rst ("CO-RE Relocations"); libbpf's bpf_core_parse_spec (relo_core.c).

const ASKS = Object.keys(CORE_ASKS) as CoreAsk[];
/** BPF_CORE_SPEC_MAX_LEN of libbpf. */
const MOST_STEPS = 64;
/** Longer than the name of anything in C: the kernel's names end at 512 (KSYM_NAME_LEN). */
const LONGEST = 4096;

export interface CoreQuestion {
  readonly ask: CoreAsk;
  readonly access: CoreAccess;
  readonly name: string;
}

/** A root by its name alone, where it has one. */
const bare = (root: string): string => {
  const name = root.slice(root.indexOf(" ") + 1);
  return name === "" ? root.trimEnd() : name;
};

/** Refuses a relocation, at its place. */
export type Refuse = (why: string) => never;

/** What of the types is asked for again and again, found once. */
interface Types {
  readonly btf: Btf;
  members(id: number): readonly BtfMember[];
  shape(id: number): string;
}

const once = <T>(find: (id: number) => T): ((id: number) => T) => {
  const known = new Map<number, T>();
  return (id) => {
    const found = known.get(id) ?? find(id);
    known.set(id, found);
    return found;
  };
};

/** Reads relocations, each different one once. An access that its own types do not have is refused. */
export const coreReader = (btf: Btf): ((relocation: CoreRelocation, refuse: Refuse) => CoreQuestion) => {
  const known = new Map<string, CoreQuestion>();
  const types: Types = { btf, members: once((id) => btf.members(id)), shape: once((id) => shapeOf(btf, id)) };
  return (relocation, refuse) => {
    if (relocation.access.length > LONGEST) refuse(`an access string of ${relocation.access.length} characters`);
    const key = `${relocation.kind} ${relocation.type} ${relocation.access}`;
    const question = known.get(key) ?? read(types, relocation, refuse);
    if (question.name.length > LONGEST) refuse(`a name of ${question.name.length} characters`);
    known.set(key, question);
    return question;
  };
};

const read = (types: Types, { type, access, kind }: CoreRelocation, refuse: Refuse): CoreQuestion => {
  const { btf } = types;
  const ask = ASKS[kind]!;
  const root = rootOf(btf, type);
  const indices = /^\d{1,9}(:\d{1,9})*$/.test(access) ? access.split(":").map(Number) : refuse(`${access} is no row of indices`);
  if (indices.length > MOST_STEPS) refuse(`more than ${MOST_STEPS} steps`);
  if (ask.startsWith("field-")) return { ask, ...fieldOf(types, type, root, indices, refuse) };
  if (ask.startsWith("enum-")) {
    const value = btf.enumerators(skipModifiers(btf, type))[indices[0]!]?.name ?? refuse(`${root} has no value ${access}`);
    return { ask, access: { of: "enum", root, value }, name: `${bare(root)}.${value}` };
  }
  const layout = ask === "type-matches" && { layout: layoutOf(btf, type) };
  return { ask, access: { of: "type", root, type: compatOf(btf, type), ...layout }, name: root };
};

/** Walks from the root through its members and elements. */
const fieldOf = (
  { btf, members, shape }: Types,
  type: number,
  root: string,
  [first = 0, ...rest]: readonly number[],
  refuse: Refuse,
): { readonly access: CoreAccess; readonly name: string } => {
  const steps: CoreStep[] = [];
  let id = skipModifiers(btf, type);
  let bits = first * btf.sizeOf(id) * 8;
  let name = first === 0 ? bare(root) : `${bare(root)}[${first}]`;
  let isLast = false;
  for (const index of rest) {
    switch (btf.kindOf(id)) {
      case "struct":
      case "union": {
        const all = members(id);
        const member = all[index] ?? refuse(`${name} has no member ${index}, only ${all.length}`);
        isLast = index === all.length - 1;
        bits += member.bitOffset;
        id = skipModifiers(btf, member.type);
        steps.push({ ...(member.name !== "" && { member: member.name }), type: shape(id) });
        if (member.name !== "") name += `.${member.name}`;
        break;
      }
      case "array": {
        const length = btf.lengthOf(id);
        // A last member without a length has as many elements as there is room for (libbpf's is_flex_arr).
        if (index >= length && !(length === 0 && isLast)) refuse(`${name} has no element ${index}, only ${length}`);
        id = skipModifiers(btf, btf.targetOf(id));
        bits += index * btf.sizeOf(id) * 8;
        isLast = false;
        steps.push({ index, type: shape(id) });
        name += `[${index}]`;
        break;
      }
      default:
        refuse(`${name} is a ${btf.kindOf(id)} and has no parts`);
    }
  }
  const access: CoreAccess = { of: "field", root, ...(first > 0 && { first }), steps, offset: Math.floor(bits / 8) };
  return { access, name };
};
