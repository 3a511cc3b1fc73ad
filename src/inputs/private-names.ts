// scripts/mod/modpost.c ignore_undef_symbol: names the linker or the module loader provides itself.
const EVERYWHERE = new Set(["__this_module", "_GLOBAL_OFFSET_TABLE_"]);
const PPC = /^_(?:rest|save)(?:gpr|32gpr|vr)_/;
const PPC64 = /^_(?:rest|save)(?:gpr[01]|fpr|vr)_/;

/** Whether an undefined symbol is no dependency on the kernel but the toolchain's or the loader's own affair on that architecture. */
export const isPrivateName = (name: string, arch: string): boolean => {
  if (EVERYWHERE.has(name)) return true;
  if (arch === "ppc") return PPC.test(name);
  return arch.startsWith("ppc64") && (name === ".TOC." || PPC64.test(name));
};
