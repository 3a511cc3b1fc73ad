/** What the command ends with; printed in --help and the README. Never a count. */
export const EXIT = {
  /** Nothing at or above --fail-on. */
  clean: 0,
  /** Findings at or above --fail-on. */
  findings: 1,
  /** Something could not be checked: usage, an unreadable input, an invalid policy, a missing reference, nothing to check. */
  notChecked: 2,
  /** A fault of abi-lint itself (EX_SOFTWARE of sysexits.h). */
  bug: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
