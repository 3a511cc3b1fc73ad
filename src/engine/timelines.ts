import type { Finding, Report } from "../findings/model.ts";
import type { Mark, Timeline } from "../findings/timeline.ts";
import type { Timelines } from "../findings/timelines.ts";
import type { Past } from "./outlook.ts";
import type { Replacements } from "./replacements.ts";
import { timelineOf } from "./timeline.ts";
import { churnOf } from "./timelines-churn.ts";

/** More timelines than this are counted, not kept. */
const MAX_TIMELINES = 300;

/** More names than this are not looked at: a run over a whole distribution takes some 20,000. */
const MAX_NAMES = 30_000;

/** The name that a finding is about: what it takes, or what of it broke where that has another name. */
const nameOf = ({ interface: taken, facts }: Finding): readonly string[] =>
  taken?.kind === "symbol" || taken?.kind === "private" ? [facts["name"] ?? taken.name] : [];

const wasAlwaysTheSame = ({ series }: Timeline): boolean => series.every(({ marks }) => marks.every((mark) => mark === "as-first"));

/** How far a name is from what it first was, in the newest release. */
const DISTANCE = { absent: 0, unexported: 0, header: 1, changed: 1, "as-first": 2 } as const satisfies Record<Mark, number>;

const distanceOf = ({ series }: Timeline): number => DISTANCE[series.at(-1)?.marks.at(-1) ?? "as-first"];

/**
 * What became of the names that matter, for formats that show it: those with findings, and after them what authors took without a promise that any release
 * lacks or has with another type, first what is gone. Names that no release has are left out.
 */
export const timelinesFor = (report: Report, past: Past, replacements: Replacements): Timelines => {
  const { history, rates } = past;
  const found = new Set([...report.findings, ...report.waived.map(({ finding }) => finding), ...report.accepted].flatMap(nameOf));
  const uses = report.subjects.flatMap((subject) => subject.uses);
  const own = uses.filter(({ kind, origin, sibling }) => kind === "symbol" && origin === "author" && sibling === undefined);
  const unpromised = new Set(own.filter(({ level }) => level === "internal" || level === "unknown").map(({ name }) => name));
  const timelines = (names: Iterable<string>): readonly Timeline[] =>
    [...names].slice(0, MAX_NAMES).flatMap((name) => timelineOf(history, name, rates, replacements) ?? []);
  const moved = timelines([...unpromised].filter((name) => !found.has(name))).filter((timeline) => !wasAlwaysTheSame(timeline));
  const all = [...timelines(found), ...moved.toSorted((a, b) => distanceOf(a) - distanceOf(b))];
  return {
    source: history.name,
    series: [...new Set(history.releases.map((release) => release.series))].map((name) => ({
      name,
      releases: history.releases.filter(({ series }) => series === name).map((release) => release.name),
    })),
    chosen: all.slice(0, MAX_TIMELINES),
    left: Math.max(0, all.length - MAX_TIMELINES),
    folders: churnOf(past, new Set(own.map(({ name }) => name))),
  };
};
