// A rule's verdict on what is predicted of a source.

import { fingerprintOf } from "../../findings/fingerprint.ts";
import type { Evidence, Finding } from "../../findings/model.ts";
import { documentEvidence, type FindingGround, type Facts, placesOf, promiseEvidence, severityOf } from "../finding.ts";
import type { JudgedUse } from "../judge.ts";
import { appliesTo, replacementText } from "../replacements.ts";
import { declaresEvidence, textOf } from "./declared.ts";
import type { Prediction } from "./model.ts";

/** What one prediction has in common with that of another kernel, so that both are one finding. */
export const sameCause = ({ kind, confidence, subject, argument, count, gives, wantedAfter, after }: Prediction): string =>
  JSON.stringify([kind, confidence, subject, argument, count, gives, wantedAfter, after.map((each) => textOf(subject, each))]);

/** More names than this are counted, not listed. */
const MAX_NAMES = 8;

/** One finding for a prediction, for the kernels it is the same on. */
export const predictionFinding = (
  { rule, subject, base, replacements }: FindingGround,
  judged: JudgedUse,
  predictions: readonly { readonly prediction: Prediction; readonly kernel: string }[],
): Finding => {
  const { use, verdict, context } = judged;
  const [{ prediction }] = predictions as [{ readonly prediction: Prediction; readonly kernel: string }];
  const { kind, names, count, argument, gives, wantedBefore, wantedAfter, before, after, undecided } = prediction;
  const kernels = predictions.map(({ kernel }) => kernel);
  const known = replacements.get(use.name);
  const replacement = known && kernels.some((kernel) => appliesTo(known, kernel)) ? known : undefined;
  const others = names.filter((name) => name !== use.name);
  const facts: Facts = {
    name: use.name,
    kind: use.kind,
    subject: subject.name,
    level: verdict.level,
    kernels: kernels.join(", "),
    base: base?.name ?? "",
    names: others.slice(0, MAX_NAMES).join(", ") + (others.length > MAX_NAMES ? ", …" : ""),
    does: prediction.does,
    prediction: kind,
    ...(count !== undefined && { given: String(count) }),
    ...(argument !== undefined && { argument: String(argument) }),
    ...(gives && { gives: gives.name ?? gives.type ?? "" }),
    ...(gives?.type !== undefined && { "gives-type": gives.type }),
    ...(wantedBefore !== undefined && { "old-wanted": wantedBefore }),
    ...(wantedAfter !== undefined && { "new-wanted": wantedAfter }),
    ...(before[0] && { "old-type": textOf(use.name, before[0]), "old-header": before[0].header }),
    ...(after[0] && { "new-type": textOf(use.name, after[0]), "new-header": after[0].header }),
    ...(undecided && { condition: undecided.condition }),
    ...(replacement && { replacement: replacementText(replacement) }),
  };
  const evidence: Evidence[] = [
    ...(base && kind !== "flag-ignored" ? declaresEvidence(base.name, use.name, before) : []),
    ...predictions.flatMap(({ kernel, prediction: each }) =>
      kind === "flag-ignored" ? [] : declaresEvidence(kernel, use.name, each.after),
    ),
    ...(undecided
      ? [{ kind: "condition" as const, text: undecided.condition, file: undecided.place.file, line: undecided.place.line }]
      : []),
    ...predictions.flatMap(({ kernel, prediction: { confirmation } }): Evidence[] =>
      confirmation ? [{ kind: "compiler", kernel, confirmation }] : [],
    ),
    ...documentEvidence(context),
    ...promiseEvidence(verdict),
  ];
  return {
    rule: rule.id,
    severity: severityOf(rule),
    subject: subject.name,
    interface: { kind: use.kind, name: use.name },
    level: verdict.level,
    kernels,
    facts,
    evidence,
    places: placesOf(subject, use),
    fingerprint: fingerprintOf(rule.id, subject.name, `${use.kind} ${use.name}${argument === undefined ? "" : ` ${argument}`}`, kernels),
  };
};
