/** A system call of x86-64. */
interface Syscall {
  readonly number: string;
  /** "64", or "common" where x32 has it under the same number. */
  readonly abi: string;
}

/**
 * Reads arch/x86/entry/syscalls/syscall_64.tbl: the system calls of the 64-bit ABI by name. Left out are numbers without an entry point, which
 * are only kept from being used again, and the calls of x32 alone.
 */
export const parseSyscalls = (text: string): ReadonlyMap<string, Syscall> => {
  const calls = new Map<string, Syscall>();
  for (const [, number, abi, name] of text.matchAll(/^(\d+)[ \t]+(64|common)[ \t]+(\w+)[ \t]+\w/gm))
    calls.set(name!, { number: number!, abi: abi! });
  return calls;
};
