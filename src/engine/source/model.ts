// What is predicted of a source's build, as data: the sentences are a rule's.

import type { Base } from "../../findings/model.ts";
import type { Kernel } from "../../kernels/model.ts";
import type { NotRead, Place, Undecided } from "../../kernels/source/model.ts";
import type { Confidence, Confirmation, Gap, PredictionKind } from "../../shared/vocabulary.ts";
import type { Use } from "../../usage/model.ts";

/** What a release declares under the name. */
export interface Declares {
  readonly header: string;
  /** `void (struct v4l2_fh *)`, `macro of 2 arguments` is left to the words: a macro has `parameters`. */
  readonly form: "function" | "inline" | "macro" | "constant" | "typedef" | "variable" | "struct" | "member";
  readonly type?: string;
  readonly parameters?: number;
  readonly isVariadic?: boolean;
}

export interface Prediction {
  readonly kind: PredictionKind;
  readonly confidence: Confidence;
  /** Of an undecided one: the condition it stands under. */
  readonly undecided?: Undecided;
  /** A function, `struct foo`, `struct foo.member`, or a header. */
  readonly subject: string;
  /** Every name that the one cause takes away or changes, the subject among them where it is one. */
  readonly names: readonly string[];
  /** What the source does with it. */
  readonly does:
    | "includes"
    | "calls"
    | "uses"
    | "names-type"
    | "reads-member"
    | "writes-member"
    | "assigns"
    | "passes"
    | "declares"
    | "computes"
    | "sets-flag";
  /** How many arguments the source gives. */
  readonly count?: number;
  /** Which argument, 1-based. */
  readonly argument?: number;
  /** The type of what the source gives, and its name. */
  readonly gives?: { readonly type?: string; readonly name?: string };
  /** What is wanted for it, on either release. */
  readonly wantedBefore?: string;
  readonly wantedAfter?: string;
  readonly before: readonly Declares[];
  readonly after: readonly Declares[];
  /** Each once, in the order of the source. */
  readonly places: readonly Place[];
  /** What a compiler said of it, where one was asked. */
  readonly confirmation?: Confirmation;
}

/** What one kernel says of a subject's source. */
export type SourceView =
  | {
      readonly state: "read";
      readonly kernel: Kernel;
      /** Header names that it uses, each once. */
      readonly names: number;
      /** Expressions whose type is not understood, and was needed. */
      readonly untyped: number;
      readonly notRead: readonly NotRead[];
      /** Whether every file of it was read. */
      readonly isWhole: boolean;
      /** With the use that each is about. */
      readonly predictions: readonly { readonly prediction: Prediction; readonly use: Use }[];
    }
  /** What the kernel's headers declare is not known. */
  | { readonly state: "unknown"; readonly kernel: Kernel };

/** The source of a subject. */
export interface Source {
  /** The kernel that it is held to build on. */
  readonly base: Kernel;
  /** Why it is this one, where what it was built on does not tell. */
  readonly because?: Extract<Base["because"], "named" | "silent">;
  /** What each kernel says of it, in their order. */
  views(kernels: readonly Kernel[]): readonly SourceView[];
}

const OF_MAKEFILES: ReadonlySet<NotRead["why"]> = new Set(["make-not-understood", "assembler"]);

/** What it means for a verdict that something was not read: a file that counts, or a part of the makefiles that may decide nothing. */
export const gapOf = ({ why }: NotRead): Gap => (OF_MAKEFILES.has(why) ? "build-not-understood" : "source-not-read");
