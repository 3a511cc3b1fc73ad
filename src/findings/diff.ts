import type { InterfaceKind, Level } from "../shared/vocabulary.ts";
import type { Evidence, Place, UseRow } from "./model.ts";

// What a change takes on, drops and changes: facts, as those of a report.

/** A use on one side of the change. */
export interface DiffUse {
  readonly row: UseRow;
  readonly crc?: number;
  /** What the source calls it, where that differs. */
  readonly facts: Readonly<Record<string, string>>;
  /** The promise that decided, if any did. */
  readonly evidence: readonly Evidence[];
  /** Where it is (for what was dropped: was) taken; never empty. */
  readonly places: readonly Place[];
  /** Whether it was taken on at a level that --fail-on-new names. */
  readonly fails: boolean;
}

/** What of a use may change while its name stays; `level` and `provider` change with what surrounds it. */
export type ChangedFact = "binding" | "crc" | "seen" | "origin" | "level" | "provider";

export interface Changed<Fact extends string> {
  readonly fact: Fact;
  readonly from: string;
  readonly to: string;
}

export interface ChangedUse {
  readonly kind: InterfaceKind;
  readonly name: string;
  readonly level: Level;
  readonly changes: readonly Changed<ChangedFact>[];
  readonly places: readonly Place[];
}

/** What of a subject itself may change and bears on where it loads. */
export type SubjectFact = "licences" | "imports" | "vermagic" | "modversions" | "arch";

/** What the compiler and the kernel's build added: counted, not listed. */
export interface ToolchainCount {
  readonly taken: number;
  readonly dropped: number;
  readonly changed: number;
}

export interface SubjectDiff {
  readonly name: string;
  readonly path: string;
  readonly state: "added" | "removed" | "kept";
  readonly changes: readonly Changed<SubjectFact>[];
  readonly taken: readonly DiffUse[];
  readonly dropped: readonly DiffUse[];
  readonly changed: readonly ChangedUse[];
  /** Uses that are the same on both sides. */
  readonly same: number;
  readonly toolchain: ToolchainCount;
}

export interface Diff {
  /** The inputs, as they are printed. */
  readonly before: string;
  readonly after: string;
  /** The levels at which a use must not be taken on. */
  readonly failOnNew: readonly Level[];
  readonly subjects: readonly SubjectDiff[];
}

/** The uses that fail, of all subjects. */
export const failingOf = ({ subjects }: Diff): readonly DiffUse[] => subjects.flatMap(({ taken }) => taken.filter(({ fails }) => fails));
