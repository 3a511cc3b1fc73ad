import type { Btf } from "../../inputs/btf/btf.ts";
import { skipModifiers, withoutFlavour } from "../../inputs/btf/shape.ts";
import type { CoreLayout, CoreMember } from "../../shared/core-access.ts";

/** A type nested deeper matches nothing; libbpf gives up there with an error. */
const MOST_NESTED = 32;

/** Whether a kernel's type has all that an object knows of its own (libbpf's bpf_core_types_match; the names of the roots are known to match). */
export const matches = (local: CoreLayout, btf: Btf, id: number): boolean => matchTypes({ btf, known: new Map() }, local, id, false, 0);

interface Matching {
  readonly btf: Btf;
  /** Answers by member of the object's type and type of the kernel's: nameless members are tried one by one, at every level. */
  readonly known: Map<CoreMember, Map<number, boolean>>;
}

const matchTypes = (matching: Matching, local: CoreLayout, unresolved: number, isBehindPointer: boolean, depth: number): boolean => {
  if (depth > MOST_NESTED) return false;
  const { btf } = matching;
  const id = skipModifiers(btf, unresolved);
  const kind = btf.kindOf(id);
  if (withoutFlavour("name" in local ? local.name : "") !== withoutFlavour(btf.nameOf(id))) return false;
  const next = (inner: CoreLayout, to: number, behind = isBehindPointer): boolean => matchTypes(matching, inner, to, behind, depth + 1);
  switch (local.kind) {
    case "void":
      return kind === "void";
    case "float":
      return false;
    case "int":
      return kind === "int" && btf.sizeOf(id) === local.bytes && btf.intOf(id).signed === local.signed;
    case "enum": {
      if ((kind !== "enum" && kind !== "enum64") || btf.sizeOf(id) !== local.bytes) return false;
      const values = btf.enumerators(id);
      const names = new Set(values.map((each) => withoutFlavour(each.name)));
      return local.values.length <= values.length && local.values.every((value) => names.has(withoutFlavour(value)));
    }
    case "struct":
    case "union":
      if (isBehindPointer) return kind === local.kind || (kind === "fwd" && btf.isUnion(id) === (local.kind === "union"));
      return kind === local.kind && matchMembers(matching, local.members ?? [], id, depth);
    case "fwd":
      if (kind === "fwd") return btf.isUnion(id) === (local.of === "union");
      return isBehindPointer && kind === local.of;
    case "ptr":
      return kind === "ptr" && next(local.to, btf.targetOf(id), true);
    case "array":
      return kind === "array" && btf.lengthOf(id) === local.length && next(local.to, btf.targetOf(id));
    case "func-proto": {
      const parameters = kind === "func-proto" ? btf.parameters(id) : [];
      if (kind !== "func-proto" || parameters.length !== local.parameters.length) return false;
      return local.parameters.every((each, index) => next(each, parameters[index]!.type)) && next(local.to, btf.targetOf(id));
    }
  }
};

/** Each member of the object's struct has one in the kernel's, whatever their order. */
const matchMembers = (matching: Matching, members: readonly CoreMember[], id: number, depth: number): boolean => {
  const targets = matching.btf.members(id);
  if (members.length > targets.length) return false;
  const byName = new Map<string, number[]>();
  for (const { name, type } of targets) {
    const types = byName.get(withoutFlavour(name));
    if (types) types.push(type);
    else byName.set(withoutFlavour(name), [type]);
  }
  return members.every((member) => {
    const known = matching.known.get(member) ?? new Map<number, boolean>();
    matching.known.set(member, known);
    return (byName.get(withoutFlavour(member.name)) ?? []).some((type) => {
      const answer = known.get(type) ?? matchTypes(matching, member.type, type, false, depth + 1);
      known.set(type, answer);
      return answer;
    });
  });
};
