// What abi-lint reads at most: every input may have been made to exhaust it. Each bound stands far above what real inputs reach, which is
// said beside it; what passes it is an InputError that names the bound. Bounds that follow from an input's own size stand where they are
// computed; those of a form's own making (a LEB128's bytes, an instruction's) where it is read.

const MIB = 1 << 20;

/** Bytes that a compressed file may hold, whatever its size: a package of a kernel's headers has 60 MB, vmlinux with debug information 700. */
export const MAX_UNPACKED = 1024 * MIB;
/** A small one may hold so many all the same. */
export const MIN_UNPACKED = 64 * MIB;
/** How often a compressed file's size it may hold beyond that: real modules reach 15 times. */
export const MAX_RATIO = 200;
/** The same of a debug section: these shrink to a third or a tenth. */
export const MIN_SECTION_UNPACKED = 16 * MIB;
export const MAX_SECTION_RATIO = 100;

/** Sections of an ELF file: nvidia.ko has 15,000 with -ffunction-sections, a module of the kernel 93. */
export const MAX_SECTIONS = 100_000;
/** Symbols of one: a module with debug information has 514,000 (riscv64, with the compiler's local labels). */
export const MAX_SYMBOLS = 4_000_000;
/** Bytes of a name in an ELF file or its debug information: the kernel's own end at 511 (KSYM_NAME_LEN), mangled ones of Rust and C++ may go on. */
export const MAX_NAME = 65_536;
/** Relocations of one section: the largest of a kernel's modules has 359,000. */
export const MAX_RELOCATIONS = 4_000_000;
/** Symbols that a module takes, exports or has a version for, each: the most that one takes is 1,269. */
export const MAX_MODULE_SYMBOLS = 100_000;
/** Bytes of .modinfo: option.ko's 1,600 aliases take 76,000. */
export const MAX_MODINFO = MIB;
/** Places where a module takes symbols: amdgpu has 58,000. */
export const MAX_SITES = 500_000;
/** Frames of inlined calls at all these places together: nvidia-uvm has 28,000. */
export const MAX_FRAMES = 1_000_000;
/** Names that a module is seen to look up at run time, candidates included; the most that a real module has is 310. */
export const MAX_LOOKUPS = 20_000;

/** Units of debug information: vmlinux has 3,000. */
export const MAX_UNITS = 20_000;
/** Names, functions, ranges and lines of debug information that are kept: ten times what the largest module of a kernel has. */
export const MAX_KEPT = 8_000_000;
/** Bytes of a path in debug information: no call of Linux takes a longer one (PATH_MAX). */
export const MAX_PATH = 4096;

/** Characters of a type's name in BTF: the kernel takes 511 (KSYM_NAME_LEN; kernel/bpf/btf.c, __btf_name_valid). */
export const MAX_BTF_NAME = 1024;

/** Members of an archive: a kernel's sources are 90,000 files, a Debian package has three parts. */
export const MAX_TAR_MEMBERS = 200_000;
export const MAX_AR_MEMBERS = 1000;
/** Bytes of a name or of further records that stand before a member: the longest path has 4,096. */
export const MAX_TAR_NAME = 65_536;
/** Bytes of a package's control file: the largest of Debian's have some thousands. */
export const MAX_CONTROL = MIB;

/**
 * Bytes of a text, less than a string of Node's can hold: a kernel's Module.symvers has 5 MB, the largest header of a driver 24
 * (dcn_3_2_0_sh_mask.h of 6.1); only logs of strace grow as long as somebody lets them.
 */
export const MAX_TEXT = 256 * MIB;

/** Characters of the headers of one kernel all together: those of 7.3 have 50 million. */
export const MAX_HEADERS_TEXT = 256 * MIB;

/** Characters of a YAML or JSON text, of which each takes a hundred bytes of memory: the manifest of i915 or amdgpu has 5 million. */
export const MAX_YAML = 16 * MIB;
/** Levels of a YAML or JSON text: a policy has 8, a report 10. */
export const MAX_YAML_DEPTH = 64;
/** Nodes that the aliases of a YAML text stand for, all together: they are for a word or a list that is said twice. */
export const MAX_YAML_ALIASED = 10_000;
/** Faults of one text that are told of: a hundred are more than anybody mends at once. */
export const MAX_TEXT_PROBLEMS = 100;

/** Characters of a glob: a symbol's name has 511 at most (KSYM_NAME_LEN, include/linux/kallsyms.h). */
export const MAX_GLOB = 1000;
/** Patterns that the braces of one glob stand for: `{a,b}{c,d}` are four. */
export const MAX_GLOB_ALTERNATIVES = 100;

/** Characters of a line of a list: the longest have some hundreds. */
export const MAX_LINE = 65_536;
/** Lines of a list or a Module.symvers: a kernel exports 40,000 symbols at most. */
export const MAX_LINES = 200_000;
/** Faults of a list that are told of: after so many a text is not what it was read as, and further lines would only repeat it. */
export const MAX_LIST_PROBLEMS = 10;

/** Files below the folder of a module's source: virtualbox has 1,100, nvidia with its headers 2,300; and folders in one another. */
export const MAX_SOURCE_FILES = 50_000;
export const MAX_SOURCE_DEPTH = 40;
