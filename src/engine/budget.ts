import type { SubjectReport } from "../findings/model.ts";
import { groundOf } from "../findings/summary.ts";
import type { ResolvedPolicy } from "../policy/model.ts";
import type { Remark } from "./remarks.ts";

/** What the agreed numbers of uses say of those that all subjects together have: the toolchain's and the siblings' apart. */
export const budgetRemarks = (subjects: readonly SubjectReport[], budget: ResolvedPolicy["budget"]): readonly Remark[] => {
  if (budget.length === 0) return [];
  const { levels } = groundOf(subjects.flatMap(({ uses }) => uses));
  return budget.flatMap(({ level, most, at }): Remark[] => {
    const count = levels[level];
    if (count === most) return [];
    return [
      {
        budget: count > most ? "exceeded" : "slack",
        names: [level],
        place: at,
        facts: { level, count: String(count), budget: String(most) },
      },
    ];
  });
};
