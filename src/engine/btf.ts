import type { CoreAnswer, KernelBtf } from "../kernels/btf/kernel-btf.ts";
import type { Kernel } from "../kernels/model.ts";
import type { CoreAccess } from "../shared/core-access.ts";
import type { Use } from "../usage/model.ts";

/** What a kernel's BTF says of a use of a BPF object. */
export type BtfView =
  /** There, and as it was: as the object has it, or for a function or tracepoint as the first kernel has it. */
  | { readonly state: "same"; readonly type?: string }
  /** A field at another offset (bytes), which CO-RE finds. */
  | { readonly state: "moved"; readonly from: number; readonly to: number; readonly type: string }
  | { readonly state: "retyped"; readonly from: string; readonly to: string }
  /** A field whose type libbpf refuses. */
  | { readonly state: "refused"; readonly from: string; readonly to: string }
  /** Not in this BTF: removed, configured out, inlined, or in a module that was not given. */
  | { readonly state: "absent" }
  /** BTF holds nothing of it. */
  | { readonly state: "unknown" };

const UNKNOWN: BtfView = { state: "unknown" };
const ABSENT: BtfView = { state: "absent" };
const SAME: BtfView = { state: "same" };

/** A shape that says nothing of what it points to: a pointer whose author did not care, or an array of no stated length. */
const isVague = (shape: string): boolean => /^(void|struct|union|fn) \*$|^(struct|union|enum)$|\[0\]$/.test(shape);

const localShape = (access: CoreAccess): string | undefined => (access.of === "field" ? access.steps.at(-1)?.type : undefined);

/** A field, type or value as the kernel's types answer for it, beside what the object was compiled with. */
const coreView = (access: CoreAccess, answer: CoreAnswer): BtfView => {
  const local = localShape(access);
  switch (answer.state) {
    case "absent":
      return ABSENT;
    case "incompatible":
      return { state: "refused", from: local ?? access.root, to: answer.type };
    case "ambiguous":
      return { state: "refused", from: local ?? access.root, to: "several types that disagree" };
    case "found":
      if (local !== undefined && local !== answer.type && !isVague(local) && !isVague(answer.type))
        return { state: "retyped", from: local, to: answer.type };
      return access.of === "field" && answer.offset !== undefined && answer.offset !== access.offset
        ? { state: "moved", from: access.offset, to: answer.offset, type: answer.type }
        : SAME;
    default:
      return UNKNOWN;
  }
};

/** Types on the first kernel that has the name and on this one: the same where any form survives. */
const compare = (first: readonly string[], now: readonly string[]): BtfView => {
  if (now.length === 0) return ABSENT;
  if (first.length === 0 || first.some((type) => now.includes(type))) return { state: "same", type: now[0]! };
  return { state: "retyped", from: first[0]!, to: now[0]! };
};

/** A kprobe may lie behind a function's entry: `tcp_sendmsg+0x10`. */
const functionOf = (name: string): string => name.replace(/\+\w+$/, "");

/** The system call that a name is about: `ksyscall/openat`, or its event. */
const syscallOf = ({ kind, name, how }: Use): string | undefined => {
  if (kind === "kprobe") return how?.split(", ").every((each) => /^k(ret)?syscall$/.test(each)) ? name : undefined;
  return kind === "tracepoint" ? /^syscalls\/sys_(?:enter|exit)_(\w+)$/.exec(name)?.[1] : undefined;
};

/** What one BTF says of the type of a use; none: it has no such thing; undefined: it cannot tell. */
const typesOf = (use: Use, btf: KernelBtf): readonly string[] | undefined => {
  const one = (type: string | undefined): readonly string[] => (type === undefined ? [] : [type]);
  const present = (isThere: boolean): readonly string[] => (isThere ? [""] : []);
  const { kind, name } = use;
  const syscall = syscallOf(use);
  if (syscall !== undefined) return present(btf.has("syscall", syscall));
  switch (kind) {
    case "kprobe":
    case "fentry":
      return name.includes("*") ? undefined : btf.functions(functionOf(name));
    case "kfunc":
      return btf.functions(name);
    case "raw-tracepoint":
      return one(btf.tracepoint(name));
    case "tracepoint":
      // The event's own format is text that BTF does not hold.
      return present(btf.tracepoint(name.slice(name.indexOf("/") + 1)) !== undefined);
    case "lsm-hook":
      return btf.has("lsm-hook", name) ? btf.functions(`bpf_lsm_${name}`) : [];
    case "struct-ops": {
      const dot = name.indexOf(".");
      return dot < 0 ? present(btf.has("struct-ops", name)) : one(btf.member(name.slice(0, dot), name.slice(dot + 1)));
    }
    case "bpf-iterator":
      return present(btf.has("bpf-iterator", name));
    case "bpf-helper":
      return present(btf.has("helper", name));
    case "bpf-map-type":
      return present(btf.has("map-type", name));
    case "bpf-program-type":
      return present(btf.has("program-type", name));
    case "kernel-variable":
      // Variables without a type in BTF are found in the kernel's symbol table, which is not at hand.
      return btf.has("variable", name) ? [""] : undefined;
    default:
      return undefined;
  }
};

/**
 * What a kernel's BTF says of a use.
 * @param kernels those with BTF, in the order asked: a function's or tracepoint's type is told from the first that has it.
 */
export const btfOf = (use: Use, kernels: readonly Kernel[], { btf }: Kernel): BtfView => {
  if (!btf || use.seen === "unknown") return UNKNOWN;
  if (use.core) return coreView(use.core.access, btf.core(use.core.access, use.core.asks));
  const now = typesOf(use, btf);
  if (now === undefined) return UNKNOWN;
  const first = kernels.map((kernel) => (kernel.btf ? typesOf(use, kernel.btf) : undefined)).find((types) => types && types.length > 0);
  return compare(first ?? [], now);
};

/** Whether libbpf needs it when it loads the object; what is left it needs to attach a program. */
export const isNeededToLoad = ({ kind, how }: Use): boolean => {
  const hows = how?.split(", ") ?? [];
  switch (kind) {
    case "kprobe":
    case "tracepoint":
      return false;
    case "raw-tracepoint":
      return hows.length === 0 || hows.includes("tp_btf");
    case "fentry":
      // fentry.multi and its siblings take a list of functions when they are attached.
      return hows.length === 0 || hows.some((each) => !each.includes(".multi"));
    default:
      return true;
  }
};

/** Whether a kernel may lack it without harm. */
export const isSpared = ({ weak, guarded }: Use): boolean => weak || guarded !== undefined;
