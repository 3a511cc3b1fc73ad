import type { Btf, BtfKind } from "../../inputs/btf/btf.ts";
import { shapeOf, skipModifiers, withoutFlavour } from "../../inputs/btf/shape.ts";
import { prototypeText } from "../../inputs/btf/text.ts";
import type { CoreAccess, CoreAsk } from "../../shared/core-access.ts";
import { answerOf, findMember, type CoreAnswer, type Place } from "./core.ts";

export type { CoreAnswer } from "./core.ts";

/** What a kernel's types say to those who load a BPF object there. */
export interface KernelBtf {
  /** The file of vmlinux' types, for evidence. */
  readonly file: string;
  /** How many there are, those of modules included. */
  readonly types: number;
  /** The prototypes of the functions of a name (static ones may share it), each once; none: not in this BTF. */
  functions(name: string): readonly string[];
  /** The arguments of a tracepoint, as its typedef `btf_trace_NAME` has them. */
  tracepoint(name: string): string | undefined;
  /** Whether there is such a thing; numbers of the UAPI by the name of their enumerator or what is special in it, in either case. */
  has(what: keyof typeof LOOK_UPS, name: string): boolean;
  /** A member of a struct: the prototype of a callback, the shape of any other. */
  member(type: string, member: string): string | undefined;
  /** Whether BPF programs may call a function: it has the tag `bpf_kfunc`. Undefined where this BTF tags none, as that of older kernels. */
  isKfunc(name: string): boolean | undefined;
  /**
   * What libbpf makes of a relocation. It is decided alone: libbpf does not try again the types of a name that another relocation of the same root has
   * ruled out, which matters only where the kernel has several that differ.
   * @param asks what the relocations ask of it: where several types have the name, they must agree on that.
   */
  core(access: CoreAccess, asks?: readonly CoreAsk[]): CoreAnswer;
}

/**
 * The prefixes of the architectures' system call wrappers (arch/x86/include/asm/syscall_wrapper.h and its siblings); of a call without arguments the wrapper
 * is an alias, which BTF does not have, and only __do_sys_ is a function.
 */
const SYSCALL_PREFIXES = ["__x64_sys_", "__arm64_sys_", "__s390x_sys_", "__riscv_sys_", "__se_sys_", "__do_sys_", "sys_"];

const LOOK_UPS = {
  "lsm-hook": (kernel, name) => kernel.hasOf("func", `bpf_lsm_${name}`),
  // The function is what libbpf attaches to; struct bpf_iter__NAME is its context.
  "bpf-iterator": (kernel, name) => kernel.hasOf("func", `bpf_iter_${name}`),
  "struct-ops": (kernel, name) => kernel.hasOf("struct", `bpf_struct_ops_${name}`),
  "map-type": (kernel, name) => kernel.hasEnumerator("bpf_map_type", "BPF_MAP_TYPE_", name),
  helper: (kernel, name) => kernel.hasEnumerator("bpf_func_id", "BPF_FUNC_", name.replace(/^bpf_/, "")),
  "program-type": (kernel, name) => kernel.hasEnumerator("bpf_prog_type", "BPF_PROG_TYPE_", name),
  variable: (kernel, name) => kernel.hasOf("var", name),
  syscall: (kernel, name) => SYSCALL_PREFIXES.some((prefix) => kernel.hasOf("func", `${prefix}${name}`)),
} satisfies Record<string, (kernel: LookUp, name: string) => boolean>;

interface LookUp {
  hasOf(kind: BtfKind, name: string): boolean;
  hasEnumerator(type: string, prefix: string, name: string): boolean;
}

/**
 * A kernel by its BTF.
 * @param parts vmlinux' first, then its modules', which are split from it or from the part of it that they carry along.
 */
export const openKernelBtf = (parts: readonly Btf[]): KernelBtf => {
  const vmlinux = parts[0]!;
  /** A part's own types of a name. */
  const ownIdsOf = (part: Btf, name: string): readonly number[] => part.idsOf(name).filter((id) => id >= (part.base?.count ?? 0));
  const placesOf = (name: string, kinds: readonly BtfKind[]): readonly Place[] =>
    parts.flatMap((btf) =>
      ownIdsOf(btf, name)
        .filter((id) => kinds.includes(btf.kindOf(id)))
        .map((id) => ({ btf, id })),
    );

  /** The type behind modifiers; of a module's stub for a type of vmlinux, that type. */
  const resolve = (place: Place): Place => {
    const id = skipModifiers(place.btf, place.id);
    const { base } = place.btf;
    if (!base || base === vmlinux || id >= base.count) return { btf: place.btf, id };
    const kind = base.kindOf(id) === "fwd" ? (base.isUnion(id) ? "union" : "struct") : base.kindOf(id);
    const real = vmlinux.idsOf(base.nameOf(id)).find((each) => vmlinux.kindOf(each) === kind);
    return real === undefined ? { btf: place.btf, id } : { btf: vmlinux, id: real };
  };

  const lookUp: LookUp = {
    hasOf: (kind, name) => placesOf(name, [kind]).length > 0,
    hasEnumerator: (type, prefix, name) => {
      const wanted = name.toUpperCase().startsWith(prefix) ? name.toUpperCase() : `${prefix}${name}`.toUpperCase();
      return placesOf(type, ["enum", "enum64"]).some(({ btf, id }) =>
        btf.enumerators(id).some((each) => each.name.toUpperCase() === wanted),
      );
    },
  };
  const candidates = candidatesIn(parts, ownIdsOf);
  let kfuncs: ReadonlySet<string> | undefined;

  return {
    file: vmlinux.file,
    types: parts.reduce((sum, part) => sum + part.count - (part.base?.count ?? 0), 0),
    functions: (name) => [...new Set(placesOf(name, ["func"]).map(({ btf, id }) => prototypeText(btf, id)))],
    tracepoint: (name) => {
      const [found] = placesOf(`btf_trace_${name}`, ["typedef"]);
      return found && tracepointText(found);
    },
    has: (what, name) => LOOK_UPS[what](lookUp, name),
    member: (type, member) => {
      for (const place of placesOf(type, ["struct", "union"])) {
        const found = findMember(place, member, resolve);
        if (found) return memberText({ btf: found.btf, id: found.member.type });
      }
      return undefined;
    },
    isKfunc: (name) => {
      kfuncs ??= new Set(placesOf("bpf_kfunc", ["decl-tag"]).map(({ btf, id }) => btf.nameOf(btf.targetOf(id))));
      return kfuncs.size === 0 ? undefined : kfuncs.has(name);
    },
    core: (access, asks = []) => answerOf(access, asks, candidates(access.root), resolve),
  };
};

/** The types that a relocation's root may mean: of its kind and its name without flavours, of vmlinux, and only where that has none, of modules. */
const candidatesIn = (
  parts: readonly Btf[],
  ownIdsOf: (part: Btf, name: string) => readonly number[],
): ((root: string) => readonly Place[]) => {
  const flavours = parts.map(flavouredIn);
  return (root) => {
    const space = root.indexOf(" ");
    const kind = root.slice(0, space);
    const name = withoutFlavour(root.slice(space + 1));
    const within = parts.map((btf, index) =>
      [name, ...flavours[index]!(name)]
        .flatMap((each) => ownIdsOf(btf, each))
        .filter((id) => btf.kindOf(id) === kind || (kind === "enum" && btf.kindOf(id) === "enum64"))
        .sort((a, b) => a - b)
        .map((id) => ({ btf, id })),
    );
    return within[0]!.length > 0 ? within[0]! : within.flat();
  };
};

/** The names with a flavour, by what they are without it. The index is made at the first call. */
const flavouredIn = (part: Btf): ((essential: string) => readonly string[]) => {
  let index: Map<string, string[]> | undefined;
  return (essential) => {
    if (!index) {
      index = new Map();
      for (const name of part.names()) {
        if (!name.includes("___") || withoutFlavour(name) === name) continue;
        const names = index.get(withoutFlavour(name));
        if (names) names.push(name);
        else index.set(withoutFlavour(name), [name]);
      }
    }
    return index.get(essential) ?? [];
  };
};

/** The pointer to a tracepoint's probe has a `void *` of the tracing core first, which no program sees. */
const tracepointText = ({ btf, id }: Place): string | undefined => {
  const pointer = skipModifiers(btf, id);
  const prototype = skipModifiers(btf, btf.targetOf(pointer));
  if (btf.kindOf(pointer) !== "ptr" || btf.kindOf(prototype) !== "func-proto") return undefined;
  return prototypeText(btf, prototype)
    .replace(/^void \(void \*(?:, )?/, "(")
    .replace(/^\(\)$/, "(void)");
};

const memberText = ({ btf, id }: Place): string => {
  const pointer = skipModifiers(btf, id);
  const target = btf.kindOf(pointer) === "ptr" ? skipModifiers(btf, btf.targetOf(pointer)) : pointer;
  return btf.kindOf(target) === "func-proto" ? prototypeText(btf, target) : shapeOf(btf, id);
};
