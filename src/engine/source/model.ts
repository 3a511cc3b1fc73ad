// What is predicted of a source's build, as data: the sentences are a rule's.

import type { Place, Undecided } from "../../kernels/source/model.ts";

export const PREDICTION_KINDS = [
  "header-gone",
  "include-lost",
  "name-gone",
  "argument-count",
  "argument-type",
  "return-type",
  "member-gone",
  "member-type",
  "callback-type",
  "redefinition",
  "not-exported",
  "flag-ignored",
] as const;
export type PredictionKind = (typeof PREDICTION_KINDS)[number];

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
  /** `sure`: what the compiler reads is known, and it will not take it. */
  readonly confidence: "sure" | "undecided";
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
}
