import type { BpfCode, BpfFunction } from "./code.ts";
import type { Attach, BpfProgram } from "./facts.ts";
import { sectionKind, type BpfNames, type BpfSectionName } from "./names.ts";
import type { StructOpsVariable } from "./struct-ops.ts";

/** A name that a kernel function can have; `+0x10`: so many bytes behind its entry. */
const FUNCTION = /^[\w.]+(\+\w+)?$/;
/** With `*` and `?` for several (libbpf's attach_kprobe_multi). */
const FUNCTIONS = /^[\w.*?]+$/;

/** What the section's name behind its first slash names; none where there is no such thing, so that user space must choose it. */
const targetOf = (kind: NonNullable<BpfSectionName["attach"]>, how: string, rest: string): string | undefined => {
  // `module:function` (libbpf's find_kernel_btf_id): modules are not asked for by name here.
  const name = kind === "fentry" ? rest.slice(rest.lastIndexOf(":") + 1) : rest;
  if (kind === "tracepoint") return /^[^/]+\/[^/]+$/.test(name) ? name : undefined;
  const isSeveral = /\.(multi|session)/.test(how);
  return (isSeveral ? FUNCTIONS : FUNCTION).test(name) ? name : undefined;
};

const attachOf = (kind: BpfSectionName | undefined, section: string): Attach => {
  if (kind?.attach === undefined) return { kind: "none" };
  const slash = section.indexOf("/");
  const how = slash < 0 ? section : section.slice(0, slash);
  if (kind.attach === "user") return { kind: "user", how };
  const target = slash < 0 ? undefined : targetOf(kind.attach, how, section.slice(slash + 1));
  return { kind: kind.attach, how, ...(target !== undefined && { target }) };
};

/**
 * Tells the programs from the subprograms, by section and offset.
 * A callback of struct_ops is loaded where a variable that is registered holds it (libbpf's bpf_object_adjust_struct_ops_autoload).
 */
export const programsOf = (
  { functions }: BpfCode,
  structOps: readonly StructOpsVariable[],
  names: BpfNames,
): readonly (Omit<BpfProgram, "site"> & { readonly function: BpfFunction })[] => {
  const registered = new Map<BpfFunction, boolean>();
  for (const { callbacks, optional } of structOps)
    for (const each of callbacks) registered.set(each.function, registered.get(each.function) === true || !optional);
  return functions
    .filter((each) => each.isProgram)
    .map((own) => {
      const section = own.section.name;
      const asked = section.startsWith("?");
      const kind = sectionKind(names, asked ? section.slice(1) : section);
      const isRegistered = registered.get(own);
      return {
        name: own.name,
        section,
        type: kind?.type ?? "unspec",
        attach: attachOf(kind, asked ? section.slice(1) : section),
        optional: isRegistered === undefined ? asked : !isRegistered,
        loadsAttach: kind?.load === true,
        function: own,
      };
    });
};
