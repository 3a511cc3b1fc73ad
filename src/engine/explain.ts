import type { Explanation } from "../findings/explanation.ts";
import type { Evidence } from "../findings/model.ts";
import { headerEvidence } from "./source/declared.ts";
import { btfEvidence, compiledEvidence, documentEvidence, offerEvidence, promiseEvidence, writtenAs } from "./finding.ts";
import { compileJudge, rowOf } from "./judge.ts";
import { timelineOf } from "./timeline.ts";
import { groundOf, lint, type LintInput } from "./lint.ts";

/** Explains a name in each subject that uses it: what it is, who promised it, what each kernel says, and every place with its chain. */
export const explain = (input: LintInput, name: string): readonly Explanation[] => {
  const judgeOf = compileJudge(input.subjects, groundOf(input));
  const { findings, waived, accepted, ...report } = lint(input);
  return input.subjects.flatMap((subject) =>
    subject.uses
      .filter((use) => use.name === name)
      .map((use): Explanation => {
        const judged = judgeOf(subject).judge(use);
        const about = (finding: (typeof findings)[number]): boolean =>
          finding.subject === subject.name && finding.interface?.name === use.name && finding.interface.kind === use.kind;
        const crcs = judged.views.flatMap(({ kernel, found }): Evidence[] =>
          found && use.crc !== undefined ? [{ kind: "crc", kernel: kernel.name, built: use.crc, kernelCrc: found.crc }] : [],
        );
        const timeline =
          input.past && use.kind === "symbol"
            ? timelineOf(input.past.history, use.name, input.past.rates, input.replacements ?? new Map())
            : undefined;
        return {
          subject: subject.name,
          path: subject.path,
          interface: { kind: use.kind, name: use.name },
          row: rowOf(judged),
          ...(use.crc !== undefined && { crc: use.crc }),
          ...(timeline && { timeline }),
          facts: { ...writtenAs(use) },
          evidence: [
            ...(subject.kind === "bpf-object"
              ? [...compiledEvidence(use, [], undefined), ...judged.views.map(btfEvidence)]
              : judged.views.flatMap((view) => headerEvidence(use, view.kernel) ?? [offerEvidence(view)])),
            ...crcs,
            ...documentEvidence(judged.context),
            ...promiseEvidence(judged.verdict),
          ],
          sites: use.sites,
          report: {
            ...report,
            findings: findings.filter(about),
            waived: waived.filter(({ finding }) => about(finding)),
            accepted: accepted.filter(about),
          },
        };
      }),
  );
};
