import type { Finding, FindingSeverity } from "./model.ts";

const WEIGHT = { error: 0, warning: 1, note: 2 } as const satisfies Record<FindingSeverity, number>;

/** Whether a severity is at or above another. */
export const atLeast = (severity: FindingSeverity, limit: FindingSeverity): boolean => WEIGHT[severity] <= WEIGHT[limit];

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** What a finding is about, apart from its rule and subject. */
export const aboutOf = ({ interface: taken, gap, oddity, waiver, budget, baseline }: Finding): string =>
  taken?.name ?? gap ?? oddity ?? waiver ?? budget ?? baseline ?? "";

/** Worst first; then by place, rule and interface, so that the same findings always stand in the same order. */
export const compareFindings = (a: Finding, b: Finding): number => {
  const [p, q] = [a.places[0]!, b.places[0]!];
  return (
    WEIGHT[a.severity] - WEIGHT[b.severity] ||
    compare(a.subject, b.subject) ||
    compare(p.file, q.file) ||
    p.line - q.line ||
    p.column - q.column ||
    compare(a.rule, b.rule) ||
    compare(aboutOf(a), aboutOf(b)) ||
    compare(a.fingerprint, b.fingerprint)
  );
};
