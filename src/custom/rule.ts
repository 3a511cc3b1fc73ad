import type { InterfaceKind, Level, Severity } from "../shared/vocabulary.ts";
import type { Subject, Use } from "../usage/model.ts";

// What a rule written in TypeScript is made of: `import type { Rule } from "abi-lint"`. Types only: a rule is checked against the text
// of this file and of what it imports, so that what authors see and what abi-lint hands over cannot drift apart.

export type { InterfaceKind, Level, Subject, Use };

/** What a kernel, or another module of the same run, says of a symbol that it exports. */
export interface Offer {
  /** `EXPORT_SYMBOL`, `EXPORT_SYMBOL_GPL`, or empty where the kernel's list does not say. */
  readonly type: string;
  /** `vmlinux`, or the path of the exporting module without `.ko`. */
  readonly exporter: string;
  readonly namespace?: string;
  /** Absent where the kernel carries no CRC for it. */
  readonly crc?: number;
}

/** What one kernel that was asked about has under a use's name. */
export interface KernelOffer {
  readonly kernel: string;
  /** Absent where it exports no such name. */
  readonly offer?: Offer;
}

/** A use and all that abi-lint learnt about it: plain data, a copy of its own for each rule. */
export interface UseView extends Use {
  /** The level of the promise that decided. */
  readonly level: Level;
  /** `sibling`: another module of the same run exports it. */
  readonly provider: "kernel" | "sibling";
  /** One for each kernel that was asked about, in the order asked. */
  readonly kernels: readonly KernelOffer[];
}

/** What a rule has to say of one use. */
export interface Verdict {
  /** The use: as it was handed over, or its index. */
  readonly use: UseView | number;
  /** The kernels it is about, by name; left out where it does not depend on a kernel. */
  readonly kernels?: readonly string[];
  /** A value for each placeholder that the rule declares in `facts`. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** A rule: `export default { … } satisfies Rule`. */
export interface Rule {
  /** kebab-case; what a waiver names. */
  readonly id: string;
  readonly title: string;
  readonly severity: Exclude<Severity, "off">;
  /** Template: `{name}` and the other placeholders of rules in YAML, and those of `facts`. */
  readonly message: string;
  /** Placeholders of the rule's own, and what each stands for. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly why?: string;
  /** What to use instead; a template too. */
  readonly instead?: string;
  readonly references?: readonly string[];
  /** Judges one subject. The same subject and uses must give the same verdicts. */
  check(subject: Subject, uses: readonly UseView[]): readonly Verdict[];
}
