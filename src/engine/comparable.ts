import type { Kernel } from "../kernels/model.ts";
import type { Gap } from "../shared/vocabulary.ts";
import type { Subject } from "../usage/model.ts";

/** Whether a kernel says anything of a subject: what is exported, and with which CRC, differs from machine to machine. */
export const judgesArch = ({ arch }: Subject, kernel: Kernel): boolean =>
  arch === undefined || kernel.arch === undefined || arch === kernel.arch;

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
