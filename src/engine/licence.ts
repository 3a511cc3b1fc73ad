/** Exactly these, in case and spelling (include/linux/license.h license_is_gpl_compatible). */
const GPL_COMPATIBLE = new Set(["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"]);

/** Who refuses a GPL-only export to a module. */
export type Refuser = "modpost" | "loader";

/**
 * modpost wants every licence tag compatible, the loader looks at the first; a module without a tag counts as proprietary for both
 * (scripts/mod/modpost.c read_symbols, kernel/module/main.c setup_modinfo).
 */
export const refusersOf = (licences: readonly string[]): readonly Refuser[] => {
  const refusers: Refuser[] = [];
  if (licences.length === 0 || licences.some((tag) => !GPL_COMPATIBLE.has(tag))) refusers.push("modpost");
  if (!GPL_COMPATIBLE.has(licences[0] ?? "")) refusers.push("loader");
  return refusers;
};
