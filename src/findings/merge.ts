import { InputError } from "../shared/input-error.ts";
import type { Finding, Report, SubjectReport } from "./model.ts";
import { compareFindings } from "./order.ts";

/** A report and the file that it was read from. */
export interface ReportFile {
  readonly file: string;
  readonly report: Report;
}

/** Each once, where it first stands: what is said of a kernel or of an unreadable input is in the report of every share. */
const once = <T>(all: readonly T[], keyOf: (each: T) => string): readonly T[] => {
  const seen = new Set<string>();
  return all.filter((each) => seen.size < seen.add(keyOf(each)).size);
};

/** Whether a finding is about the policy and not about a subject. */
const isOfPolicy = ({ waiver, budget, baseline }: Finding): boolean => (waiver ?? budget ?? baseline) !== undefined;

/**
 * The findings of all reports. What is said of the policy is said once; of shares of one run, only where each says it: a waiver that
 * one share needs is not unused.
 */
const findingsOf = (reports: readonly ReportFile[]): readonly Finding[] => {
  const keyOf = ({ fingerprint, places }: Finding): string => JSON.stringify([fingerprint, places]);
  const ofPolicy = reports.map(({ report }) => new Map(report.findings.filter(isOfPolicy).map((finding) => [keyOf(finding), finding])));
  const shared = new Map(ofPolicy.flatMap((each) => [...each]));
  const areShares = reports.some(({ report }) => report.shard);
  for (const key of shared.keys()) if (areShares && !ofPolicy.every((each) => each.has(key))) shared.delete(key);
  return [...reports.flatMap(({ report }) => report.findings.filter((finding) => !isOfPolicy(finding))), ...shared.values()].sort(
    compareFindings,
  );
};

/** Whether the shares of one run are all there, each once. @throws InputError naming those that are not. */
const checkShares = (reports: readonly ReportFile[]): void => {
  const shares = reports.flatMap(({ file, report }) => (report.shard ? [{ file, ...report.shard }] : []));
  if (shares.length === 0) return;
  const whole = reports.find(({ report }) => !report.shard);
  if (whole) throw new InputError({ file: whole.file, message: "is the report of a whole run, and others are shares of one" });
  const count = shares[0]!.of;
  const other = shares.find(({ of }) => of !== count);
  if (other) throw new InputError({ file: other.file, message: `is share ${other.share} of ${other.of}, the first is one of ${count}` });
  const twice = shares.find((each, index) => shares.findIndex(({ share }) => share === each.share) < index);
  if (twice) throw new InputError({ file: twice.file, message: `is share ${twice.share} of ${count} once more` });
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((share) => !shares.some((each) => each.share === share));
  if (missing.length > 0) throw new InputError({ file: shares[0]!.file, message: `share ${missing.join(", ")} of ${count} is not given` });
};

/** The subjects of shares in the order of the whole run; of other reports, in the order given. */
const subjectsOf = (reports: readonly ReportFile[]): readonly SubjectReport[] =>
  reports
    .flatMap(({ report }) => report.subjects.map((subject, index) => ({ subject, at: report.shard?.subjects[index] ?? 0 })))
    .sort((a, b) => a.at - b.at)
    .map(({ subject }) => subject);

/** Several reports as one: that of the run of which they are the shares, or of one run on all that they are about. */
export const mergeReports = (reports: readonly ReportFile[]): Report => {
  checkShares(reports);
  const all = <T>(of: (report: Report) => readonly T[]): readonly T[] => reports.flatMap(({ report }) => of(report));
  const kernels = once(
    all(({ kernels: each }) => each),
    (kernel) => JSON.stringify(kernel),
  );
  const twin = kernels.find(({ name }, index) => kernels.findIndex((each) => each.name === name) < index);
  if (twin) throw new InputError({ file: reports[0]!.file, message: `two kernels are called "${twin.name}" in these reports` });
  const findings = findingsOf(reports);
  const waived = all((report) => report.waived).toSorted((a, b) => compareFindings(a.finding, b.finding));
  const accepted = all((report) => report.accepted).toSorted(compareFindings);
  const used = new Set([...findings, ...waived.map(({ finding }) => finding), ...accepted].map(({ rule }) => rule));
  const rules = new Map(all((report) => Object.entries(report.rules)));
  return {
    subjects: subjectsOf(reports),
    kernels,
    findings,
    waived,
    accepted,
    problems: once(
      all((report) => report.problems),
      (problem) => JSON.stringify(problem),
    ),
    rules: Object.fromEntries([...used].sort().map((id) => [id, rules.get(id)!])),
  };
};
