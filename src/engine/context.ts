import type { Kernel, KernelExport } from "../kernels/model.ts";
import type { BaselineState, BudgetState, Gap, Level, Oddity, WaiverState } from "../shared/vocabulary.ts";
import type { Export, Subject, Use } from "../usage/model.ts";
import type { BtfView } from "./btf.ts";
import type { Lists } from "./lists.ts";
import type { Rebuild } from "./rebuild.ts";
import type { Prediction } from "./source/model.ts";

/** An entry of Documentation/ABI. */
export interface Documented {
  readonly level: "stable" | "testing" | "obsolete" | "removed";
  readonly file: string;
  /** The pattern that it is written with. */
  readonly what: string;
}

/** A module of the same run that exports what another uses. */
export interface Sibling {
  readonly subject: Subject;
  readonly export: Export;
}

/** What one kernel says of a use. */
export interface KernelView {
  readonly kernel: Kernel;
  /** The kernel's export, else the sibling's; absent where neither has the name. */
  readonly found?: KernelExport;
  /** Whether that is a sibling's export, because the kernel has none: it is versioned by the build that makes it. */
  readonly fromSibling: boolean;
  /** Whether the kernel's CRCs can be compared with the subject's at all. */
  readonly hasComparableCrcs: boolean;
  /** Whether the source behind the use still builds there. */
  readonly rebuild: Rebuild;
  /** What its BTF says of the use. */
  readonly btf: BtfView;
}

/** What a predicate sees: a use of a subject, on a kernel where one is asked; or a remark on the subject as a whole. */
export interface Context {
  readonly subject: Subject;
  readonly use?: Use;
  readonly level?: Level;
  /** Whether the committed manifest lacks the use; not known without one. */
  readonly isNew?: boolean;
  readonly sibling?: Sibling;
  /** Where Documentation/ABI speaks of a file; absent where it does not, or for what is no file. */
  readonly documented?: Documented;
  /** The version of Linux that first has it. */
  readonly since?: string;
  readonly view?: KernelView;
  /** Whether the project ships binaries: a module that must load as it was built. */
  readonly isBinary?: boolean;
  /** The vendors' lists; absent where there are none. */
  readonly lists?: Lists;
  /** The kernels that the promise which decided is kept on (globs); absent where it names none. */
  readonly promisedOn?: readonly string[];
  /** What will not compile of the source on the kernel of the view. */
  readonly prediction?: Prediction;
  readonly gap?: Gap;
  readonly oddity?: Oddity;
  readonly waiver?: WaiverState;
  readonly budget?: BudgetState;
  readonly baseline?: BaselineState;
}
