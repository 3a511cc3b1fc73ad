// A module's source beside each kernel: what is predicted of its build there.

import type { ReleaseHeaders } from "../../kernels/headers/model.ts";
import type { Kernel } from "../../kernels/model.ts";
import type { Place, SourceFacts } from "../../kernels/source/model.ts";
import { gapOf, type Prediction, type SourceView } from "./model.ts";
import { predict } from "./predict.ts";
import { useOfPrediction } from "./uses.ts";

/** A source, and the kernel that it is held to build on, whose headers are known. */
export interface SourceOn {
  readonly base: Kernel;
  /** The source as a release's headers have it compiled; read once for each. */
  as(headers: ReleaseHeaders): SourceFacts;
  /** A file of it as it is printed. */
  shown(file: string): string;
}

/** Each kernel's view of a source, in their order. */
export const viewSource = ({ base, as, shown }: SourceOn, kernels: readonly Kernel[]): readonly SourceView[] => {
  const then = base.declared?.();
  const placed = (place: Place): Place => ({ ...place, file: shown(place.file) });
  const shownAs = (each: Prediction): Prediction => ({
    ...each,
    places: each.places.map(placed),
    ...(each.undecided && { undecided: { ...each.undecided, place: placed(each.undecided.place) } }),
  });
  return kernels.map((kernel): SourceView => {
    const now = kernel.declared?.();
    if (then === undefined || now === undefined) return { state: "unknown", kernel };
    const { namesUsed, untyped, notRead } = as(now);
    const predictions = kernel === base ? [] : predict(as(then), as(now), then, now).map(shownAs);
    return {
      state: "read",
      kernel,
      names: namesUsed,
      untyped,
      notRead: notRead.map((each) => ({ ...each, file: shown(each.file) })),
      isWhole: notRead.every((each) => gapOf(each) !== "source-not-read"),
      predictions: predictions.map((prediction) => ({ prediction, use: useOfPrediction(prediction) })),
    };
  });
};
