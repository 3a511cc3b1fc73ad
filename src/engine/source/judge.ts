// A module's source beside each kernel: what is predicted of its build there.

import type { ReleaseHeaders } from "../../kernels/headers/model.ts";
import type { Kernel } from "../../kernels/model.ts";
import type { Place, SourceFacts } from "../../kernels/source/model.ts";
import type { Confirmation } from "../../shared/vocabulary.ts";
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
  /** What a compiler said of a kernel's predictions, in their order. */
  readonly answers?: ReadonlyMap<Kernel, readonly Confirmation[]>;
}

/** What is predicted of a source's build on a kernel; nothing where the headers of either are not known. Its places are relative to the source. */
export const predictionsOn = ({ base, as }: SourceOn, kernel: Kernel): readonly Prediction[] => {
  const [then, now] = [base.declared?.(), kernel.declared?.()];
  return then === undefined || now === undefined || kernel === base ? [] : predict(as(then), as(now), then, now);
};

/** Each kernel's view of a source, in their order. */
export const viewSource = (on: SourceOn, kernels: readonly Kernel[]): readonly SourceView[] => {
  const { base, as, shown, answers } = on;
  const placed = (place: Place): Place => ({ ...place, file: shown(place.file) });
  const shownAs = (each: Prediction, confirmation: Confirmation | undefined): Prediction => ({
    ...each,
    ...(confirmation && { confirmation }),
    places: each.places.map(placed),
    ...(each.undecided && { undecided: { ...each.undecided, place: placed(each.undecided.place) } }),
  });
  return kernels.map((kernel): SourceView => {
    const now = kernel.declared?.();
    if (base.declared === undefined || now === undefined) return { state: "unknown", kernel };
    const { namesUsed, untyped, notRead } = as(now);
    const said = answers?.get(kernel);
    const predictions = predictionsOn(on, kernel).map((each, index) => shownAs(each, said?.[index]));
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
