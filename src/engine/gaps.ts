import type { Gap } from "../findings/model.ts";
import type { Kernel } from "../kernels/model.ts";
import type { Subject } from "../usage/model.ts";

/** What could not be checked of a subject on a kernel, and for which names (none: for all). */
export interface GapFact {
  readonly gap: Gap;
  readonly kernel: Kernel;
  readonly names: readonly string[];
}

/**
 * Why CRCs of a subject and a kernel cannot be compared. A weak symbol carries none by design
 * (modpost skips it), and what neither side knows is another rule's affair.
 */
export const gapsOf = (subject: Subject, kernel: Kernel): readonly GapFact[] => {
  const symbols = subject.uses.filter((use) => use.kind === "symbol" && !use.weak);
  if (symbols.length === 0) return [];
  if (!kernel.hasCrcs) return [{ gap: "kernel-without-crcs", kernel, names: [] }];
  if (symbols.every((use) => use.crc === undefined)) return [{ gap: "module-without-crcs", kernel, names: [] }];
  const found = symbols.flatMap((use) => {
    const entry = kernel.find(use.name);
    return entry ? [{ use, entry }] : [];
  });
  const built = found.filter(({ use }) => use.crc === undefined).map(({ use }) => use.name);
  const offered = found.filter(({ use, entry }) => use.crc !== undefined && entry.crc === 0).map(({ use }) => use.name);
  const gaps: GapFact[] = [];
  if (built.length > 0) gaps.push({ gap: "use-without-crc", kernel, names: built });
  if (offered.length > 0) gaps.push({ gap: "export-without-crc", kernel, names: offered });
  return gaps;
};
