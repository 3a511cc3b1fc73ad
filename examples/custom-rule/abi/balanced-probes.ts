import type { Rule } from "abi-lint";

/** What is registered, and the symbols that undo it: any one of them will do. */
const UNDONE_BY: Readonly<Record<string, readonly string[]>> = {
  register_kprobe: ["unregister_kprobe", "unregister_kprobes"],
  register_kprobes: ["unregister_kprobes", "unregister_kprobe"],
  register_kretprobe: ["unregister_kretprobe", "unregister_kretprobes"],
  register_kretprobes: ["unregister_kretprobes", "unregister_kretprobe"],
};

export default {
  id: "balanced-probes",
  title: "A module takes its probes away again",
  severity: "error",
  message: "{name} plants a probe that {subject} never removes: it takes none of {undo}",
  facts: { undo: "what would remove the probe" },
  why: "A probe left behind calls into memory that the module no longer owns. The kernel does not remove it on unload.",
  instead: "one of {undo}, in the module's exit function",
  references: ["Documentation/trace/kprobes.rst"],
  check: (_, uses) => {
    const taken = new Set(uses.map(({ name }) => name));
    return uses.flatMap((use) => {
      const undo = UNDONE_BY[use.name];
      if (use.kind !== "symbol" || !undo || undo.some((name) => taken.has(name))) return [];
      return [{ use, facts: { undo: undo.join(", ") } }];
    });
  },
} satisfies Rule;
