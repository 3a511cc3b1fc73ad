import type { Kernel } from "../kernels/model.ts";
import type { Gap } from "../shared/vocabulary.ts";
import type { Subject } from "../usage/model.ts";

/**
 * Why a kernel says nothing of a subject: what is exported, and with which CRC, differs from machine to machine; a BPF object is judged by BTF
 * alone, a module never.
 */
export const blindTo = ({ kind, arch }: Subject, kernel: Kernel): Gap | undefined => {
  if (kind === "bpf-object") return kernel.btf ? undefined : "kernel-without-btf";
  if (kernel.onlyBtf) return "kernel-without-exports";
  return arch === undefined || kernel.arch === undefined || arch === kernel.arch ? undefined : "other-architecture";
};

/** Whether a kernel says anything of a subject. A program asks no kernel: what it takes is promised, or it is not. */
export const judges = (subject: Subject, kernel: Kernel): boolean => subject.kind !== "program" && blindTo(subject, kernel) === undefined;

/**
 * Why the CRCs of a subject and a kernel cannot be compared at all.
 * @param base the kernel the subject was built on, which tells what made its CRCs.
 */
export const crcGap = (subject: Subject, kernel: Kernel, base: Kernel | undefined): Gap | undefined => {
  if (!kernel.hasCrcs) return "kernel-without-crcs";
  if (subject.uses.every((use) => use.kind !== "symbol" || use.weak || use.crc === undefined)) return "module-without-crcs";
  if (base?.generator !== undefined && kernel.generator !== undefined && base.generator !== kernel.generator) return "other-generator";
  return undefined;
};
