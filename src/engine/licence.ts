/** Exactly these, in case and spelling (include/linux/license.h license_is_gpl_compatible). */
const GPL_COMPATIBLE = new Set(["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"]);

/** Who refuses a GPL-only export to a module. */
export type Refuser = "modpost" | "loader";

/**
 * modpost wants every licence tag compatible, the loader looks at the first (scripts/mod/modpost.c read_symbols, kernel/module/main.c setup_modinfo). Without a
 * tag modpost refuses the module itself, and the loader takes it for proprietary. A weak symbol the loader then leaves at zero (simplify_symbols).
 */
export const refusersOf = (licences: readonly string[], isWeak = false): readonly Refuser[] => {
  const refusers: Refuser[] = [];
  if (licences.some((tag) => !GPL_COMPATIBLE.has(tag))) refusers.push("modpost");
  if (!isWeak && !GPL_COMPATIBLE.has(licences[0] ?? "")) refusers.push("loader");
  return refusers;
};
