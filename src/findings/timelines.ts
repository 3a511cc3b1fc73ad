import type { Rate, Timeline } from "./timeline.ts";

/** Of the exports that one folder of the kernel defines: how many broke in each past step, and how many of those that are taken. */
export interface FolderChurn {
  /** As the kernel's tree names it: `mm`, `drivers/gpu/drm`. */
  readonly folder: string;
  /** Different names that the subjects take from it. */
  readonly taken: number;
  /** All its exports, by step. */
  readonly all: readonly Rate[];
  /** Of them those that are taken; the steps are those of `all`. */
  readonly own: readonly Rate[];
}

/** What became of the names that matter to a run, from release to release. */
export interface Timelines {
  /** What the releases are of. */
  readonly source: string;
  /** Oldest first; the marks of a timeline stand in this order. */
  readonly series: readonly { readonly name: string; readonly releases: readonly string[] }[];
  /** Those with findings first, then unpromised ones that were not always what they are. */
  readonly chosen: readonly Timeline[];
  /** More of the same for which there was no room. */
  readonly left: number;
  /** The folders that most is taken from first. */
  readonly folders: readonly FolderChurn[];
}
