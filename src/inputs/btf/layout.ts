import type { CoreLayout } from "../../shared/core-access.ts";
import type { Btf } from "./btf.ts";
import { enter, skipModifiers, type Writer } from "./shape.ts";

/** A type with all that libbpf's bpf_core_types_match compares (tools/lib/bpf/relo_core.c). */
export const layoutOf = (btf: Btf, id: number): CoreLayout => layout({ btf, parts: 0 }, id, false, 0);

const layout = (writer: Writer, unresolved: number, isBehindPointer: boolean, depth: number): CoreLayout => {
  enter(writer, depth);
  const { btf } = writer;
  const id = skipModifiers(btf, unresolved);
  const kind = btf.kindOf(id);
  const name = btf.nameOf(id);
  const next = (to: number, behind = isBehindPointer): CoreLayout => layout(writer, to, behind, depth + 1);
  switch (kind) {
    case "void":
      return { kind };
    case "int":
      return { kind, name, bytes: btf.sizeOf(id), signed: btf.intOf(id).signed };
    case "enum":
    case "enum64":
      return { kind: "enum", name, bytes: btf.sizeOf(id), values: btf.enumerators(id).map((each) => each.name) };
    case "struct":
    case "union":
      if (isBehindPointer) return { kind, name };
      return { kind, name, members: btf.members(id).map((each) => ({ name: each.name, type: next(each.type) })) };
    case "fwd":
      return { kind, name, of: btf.isUnion(id) ? "union" : "struct" };
    case "ptr":
      return { kind, to: next(btf.targetOf(id), true) };
    case "array":
      return { kind, length: btf.lengthOf(id), to: next(btf.targetOf(id)) };
    case "func-proto":
      return { kind, parameters: btf.parameters(id).map((each) => next(each.type)), to: next(btf.targetOf(id)) };
    default:
      // libbpf knows no match for a float, and no C type is made of what is left.
      return { kind: "float" };
  }
};
