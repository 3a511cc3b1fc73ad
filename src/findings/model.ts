import type { Problem } from "../shared/input-error.ts";
import type {
  BaselineState,
  BtfState,
  BudgetState,
  Confirmation,
  Gap,
  Guard,
  InterfaceKind,
  Level,
  Oddity,
  Origin,
  Severity,
  Sighting,
  SubjectKind,
  WaiverState,
} from "../shared/vocabulary.ts";
import type { Timelines } from "./timelines.ts";

// What a check says: findings as facts, the rules' words beside them, and the uses they are about. Reporters turn it into text and know nothing else.

export type FindingSeverity = Exclude<Severity, "off">;

/** Where a verdict can be checked by hand. */
export type Evidence =
  | { readonly kind: "promise"; readonly level: Level; readonly by?: string; readonly source?: string; readonly at: PolicyLine }
  | { readonly kind: "export"; readonly kernel: string; readonly type: string; readonly exporter: string; readonly namespace?: string }
  | { readonly kind: "absent"; readonly kernel: string; readonly source: string; readonly name?: string }
  | { readonly kind: "crc"; readonly kernel: string; readonly built: number; readonly kernelCrc: number }
  | { readonly kind: "signature"; readonly kernel: string; readonly name: string; readonly signature: string }
  | { readonly kind: "declared"; readonly kernel: string; readonly name: string; readonly header: string }
  | {
      readonly kind: "list";
      readonly list: string;
      readonly file: string;
      /** Where the list has it; absent where it has not. */
      readonly line?: number;
      readonly crc?: number;
      readonly reason?: string;
    }
  /** What a kernel's BTF has: a type as text (none: there, BTF has no type of it), or nothing. */
  | {
      readonly kind: "btf";
      readonly kernel: string;
      readonly source: string;
      readonly state: BtfState;
      readonly type?: string;
      /** Bytes from the start of the structure. */
      readonly offset?: number;
    }
  /** What the BPF object was compiled with. */
  | { readonly kind: "compiled"; readonly type: string; readonly offset?: number }
  /** What a kernel's headers declare under a name that a source uses; without a header: nothing. */
  | {
      readonly kind: "declares";
      readonly kernel: string;
      readonly name: string;
      readonly header?: string;
      /** In C's own form: a type, or `#define f(_, _)`. */
      readonly text?: string;
    }
  /** The condition in a source that cannot be decided. */
  | { readonly kind: "condition"; readonly text: string; readonly file: string; readonly line: number }
  | { readonly kind: "compiler"; readonly kernel: string; readonly confirmation: Confirmation; readonly message?: string }
  | { readonly kind: "document"; readonly file: string; readonly what: string }
  | { readonly kind: "licence"; readonly tags: readonly string[] }
  | { readonly kind: "imports"; readonly namespaces: readonly string[] }
  | { readonly kind: "names"; readonly kernel?: string; readonly names: readonly string[]; readonly count: number };

/** The line of a policy file that decided. */
export interface PolicyLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A rule's verdict on one use (or on one gap) of one subject, for all kernels it holds on. */
export interface Finding {
  readonly rule: string;
  readonly severity: FindingSeverity;
  readonly subject: string;
  readonly interface?: { readonly kind: InterfaceKind; readonly name: string };
  /** What could not be checked, where the finding is about that. */
  readonly gap?: Gap;
  /** What does not add up, where the finding is about that. */
  readonly oddity?: Oddity;
  readonly waiver?: WaiverState;
  readonly budget?: BudgetState;
  readonly baseline?: BaselineState;
  readonly level?: Level;
  /** Kernels the verdict is about; none where it does not depend on a kernel. */
  readonly kernels: readonly string[];
  /** Values for the rule's message, by placeholder. */
  readonly facts: Readonly<Record<string, string>>;
  readonly evidence: readonly Evidence[];
  /** Never empty; the first is where it is shown. Each has a file, a line and a column. */
  readonly places: readonly Place[];
  /** Stable over moved lines and renamed files: rule, subject, interface and kernels. */
  readonly fingerprint: string;
}

/** A site that can be shown: the subject's own file at 1:1 where no source line is known. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function?: string;
  /** The header functions between the module's line and the place of the relocation, outermost first. */
  readonly through?: readonly string[];
}

/** A finding that the policy excuses, and by which waiver. */
export interface WaivedFinding {
  readonly finding: Finding;
  readonly reason: string;
  readonly owner: string;
  readonly until?: string;
}

/** The words of a rule. */
export interface RuleText {
  readonly id: string;
  readonly title: string;
  /** Template: `{placeholder}` stands for a fact of the finding. */
  readonly message: string;
  /** Words for the values of a placeholder: `words.gap["kernel-without-crcs"]`. */
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly why?: string;
  readonly instead?: string;
  readonly references: readonly string[];
  /** Whether it speaks of a subject as a whole, not of its uses. */
  readonly remarks: boolean;
}

/** One use as a report lists it. */
export interface UseRow {
  readonly kind: InterfaceKind;
  readonly name: string;
  readonly weak: boolean;
  readonly origin: Origin;
  readonly level: Level;
  /** For a name reached at run time: how sure that is. */
  readonly seen?: Sighting;
  /** Of a BPF object: how it is attached to, and why it may be missing without harm. */
  readonly how?: string;
  readonly guarded?: Guard;
  /** Of a program: how often it was seen. */
  readonly count?: number;
  /** The version of Linux that first has it, where that is known. */
  readonly since?: string;
  /** The module of the same run that exports it, where the kernel does not. */
  readonly sibling?: string;
  /** What the first kernel that exports it says. */
  /** The vendors' lists that have it; absent where the policy names none. */
  readonly lists?: readonly string[];
  readonly exportType?: string;
  readonly exporter?: string;
  readonly namespace?: string;
}

/** Whether a subject loads on a kernel as it was built, and what stands against it; counts are of symbols. */
export interface LoadVerdict {
  readonly state: "yes" | "no" | "not-checked";
  /** Not exported there. */
  readonly missing: number;
  /** Exported with another CRC. */
  readonly crcs: number;
  /** GPL-only under a licence that the loader refuses. */
  readonly licence: number;
  /** In a namespace that is not imported, or that is not for this module. */
  readonly namespaces: number;
  readonly vermagic: "fits" | "differs" | "not-checked";
  readonly gaps: readonly Gap[];
}

/** Whether a subject's source still builds on a kernel, as far as exports and headers tell; counts are of symbols. */
export interface RebuildVerdict {
  readonly state: "yes" | "no" | "not-checked";
  /** No longer there, or no longer exported. */
  readonly gone: number;
  /** There with another type, which calls no longer fit. */
  readonly changed: number;
  /** GPL-only under a licence that modpost refuses. */
  readonly licence: number;
  readonly namespaces: number;
  /** What could not be told. */
  readonly unclear: number;
  readonly gaps: readonly Gap[];
  /** What its source tells; absent where that was not read, or not for this kernel. */
  readonly source?: SourceVerdict;
}

/** Whether a source builds on a kernel, as far as its headers tell; counts are of causes. Never that it will: there is more than headers. */
export interface SourceVerdict {
  readonly state: "yes" | "no" | "not-checked";
  /** What surely does not compile. */
  readonly causes: number;
  /** What may not. */
  readonly undecided: number;
  /** Header names that the source uses, each once. */
  readonly names: number;
  /** Expressions whose type is not understood and was needed. */
  readonly untyped: number;
  readonly gaps: readonly Gap[];
}

/** Whether a BPF object loads on a kernel, or its programs find what they attach to, as far as the kernel's BTF tells; counts are of uses. */
export interface BtfVerdict {
  readonly state: "yes" | "no" | "not-checked";
  /** Not in this BTF, and nothing guards them. */
  readonly missing: number;
  /** Fields whose type libbpf refuses. */
  readonly refused: number;
  /** There with another type: it loads, and may read something else. */
  readonly retyped: number;
  /** What BTF cannot tell. */
  readonly untold: number;
  readonly gaps: readonly Gap[];
}

/** One cell of the matrix: a subject on a kernel, its two questions apart. */
export type KernelVerdict =
  | { readonly of: "module"; readonly kernel: string; readonly load: LoadVerdict; readonly rebuild: RebuildVerdict }
  | { readonly of: "bpf-object"; readonly kernel: string; readonly load: BtfVerdict; readonly attach: BtfVerdict }
  | { readonly of: "source"; readonly kernel: string; readonly rebuild: SourceVerdict };

/** What past steps from long-term release to long-term release would have cost a subject. */
export interface Outlook {
  /** The uses that were counted: exports that its author took. */
  readonly counted: number;
  /** For each step, how many of them would have broken at the rates of exports with as many in-tree users. */
  readonly steps: readonly { readonly from: string; readonly to: string; readonly expected: number }[];
}

/** How many of a subject's symbols a vendor's list has. */
export interface ListScore {
  readonly list: string;
  readonly listed: number;
  readonly of: number;
}

/**
 * `built`: the subject was built on it; `nearest`: on another of its series, which is not known; `first`: it does not say on which;
 * `named`: it was said to build there; `silent`: the newest known on which nothing of its source is found to break.
 */
export interface Base {
  readonly kernel: string;
  readonly because: "built" | "nearest" | "first" | "named" | "silent";
}

export interface SubjectReport {
  readonly name: string;
  readonly kind: SubjectKind;
  readonly path: string;
  /** The kernel that changes are told from, and why it is this one; absent where no kernel has types or headers. */
  readonly base?: Base;
  /** One for each kernel, in the order asked; none for a program, which asks no kernel. */
  readonly verdicts: readonly KernelVerdict[];
  /** Absent where no history was asked. */
  readonly outlook?: Outlook;
  /** Absent where the policy names no list. */
  readonly lists?: readonly ListScore[];
  readonly uses: readonly UseRow[];
}

export interface KernelReport {
  readonly name: string;
  readonly source: string;
  readonly exports: number;
  readonly hasCrcs: boolean;
  /** How many types its BTF has; absent where that is not known. */
  readonly types?: number;
}

/** A share of a run: the report has its subjects alone, judged in the company of all. */
export interface Shard {
  /** 1-based. */
  readonly share: number;
  readonly of: number;
  /** Where its subjects stand among those of the whole run, 0-based. */
  readonly subjects: readonly number[];
}

/** Everything a check says. */
export interface Report {
  readonly shard?: Shard;
  readonly subjects: readonly SubjectReport[];
  readonly kernels: readonly KernelReport[];
  /** Worst first, then stable. */
  readonly findings: readonly Finding[];
  readonly waived: readonly WaivedFinding[];
  /** What the baseline accepts, for the kernels that it accepts it on. */
  readonly accepted: readonly Finding[];
  /** Inputs that could not be read: they are in no other list. */
  readonly problems: readonly Problem[];
  /** The words of each rule that has a finding, by id. */
  readonly rules: Readonly<Record<string, RuleText>>;
  /** What became of the names that matter; only for formats that show it. */
  readonly timelines?: Timelines;
}
