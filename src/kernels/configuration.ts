import type { Release } from "./history/layout.ts";

type Option = (name: string) => string | undefined;

/** Reads a kernel's .config. @returns what an option is set to ("y", "m", a number, a text without its quotes); undefined where it is not set. */
export const parseOptions = (text: string): Option => {
  const options = new Map([...text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!.replace(/^"(.*)"$/, "$1")]));
  return (name) => options.get(name);
};

/** What of a kernel's configuration decides how modules are loaded. */
export const loadingOf = (option: Option): NonNullable<Release["config"]> => {
  const modversions = option("MODVERSIONS") === "y";
  const compiler = option("CC_VERSION_TEXT");
  return {
    modversions,
    // Before 6.14 there was no choice (kernel/module/Kconfig), hence no option either.
    ...(modversions && { generator: option("GENDWARFKSYMS") === "y" ? "gendwarfksyms" : "genksyms" }),
    trimmed: option("TRIM_UNUSED_KSYMS") === "y",
    ...(compiler !== undefined && { compiler }),
  };
};

/** The machine a kernel is for, by the names of ELF's e_machine that are used throughout; undefined for others. */
export const archOf = (option: Option): string | undefined => {
  const has = (name: string): boolean => option(name) === "y";
  if (has("X86_64")) return "x86_64";
  if (has("X86_32")) return "i386";
  if (has("ARM64")) return "arm64";
  if (has("ARM")) return "arm";
  if (has("PPC64")) return has("CPU_LITTLE_ENDIAN") ? "ppc64le" : "ppc64";
  if (has("PPC32")) return "ppc";
  if (has("S390")) return has("64BIT") ? "s390x" : "s390";
  if (has("RISCV")) return has("64BIT") ? "riscv64" : "riscv32";
  if (has("MIPS")) return has("64BIT") ? "mips64" : "mips";
  return has("LOONGARCH") && has("64BIT") ? "loongarch64" : undefined;
};

/** MODULE_ARCH_VERMAGIC (arch/…/include/asm/vermagic.h) of the machines where it hangs on nothing else. */
const MACHINE: Readonly<Record<string, string>> = { x86_64: "", arm64: "aarch64", riscv32: "riscv", riscv64: "riscv", s390x: "" };

/**
 * VERMAGIC_STRING of include/linux/vermagic.h; like there it ends in a space where the machine adds no word.
 * Undefined where the configuration does not tell it: other machines, a randomised layout's seed, and PREEMPT_RT together with PREEMPT_BUILD,
 * where PREEMPT_RT's word is the second choice in 6.12 and the first in 7.3.
 */
export const vermagicOf = (uname: string, option: Option): string | undefined => {
  const has = (name: string): boolean => option(name) === "y";
  const machine = MACHINE[archOf(option) ?? ""];
  // CONFIG_PREEMPT in 5.10; CONFIG_PREEMPT_BUILD since, which CONFIG_PREEMPT selects.
  const [isPreempt, isRealTime] = [has("PREEMPT_BUILD") || has("PREEMPT"), has("PREEMPT_RT")];
  if (machine === undefined || (isPreempt && isRealTime) || has("RANDSTRUCT") || has("GCC_PLUGIN_RANDSTRUCT")) return undefined;
  const words = [
    has("SMP") && "SMP",
    isPreempt && "preempt",
    isRealTime && "preempt_rt",
    has("MODULE_UNLOAD") && "mod_unload",
    has("MODVERSIONS") && "modversions",
  ];
  return [uname, ...words.filter(Boolean), machine].join(" ");
};
