import type { Changed, ChangedFact, ChangedUse, DiffUse, SubjectDiff, SubjectFact, ToolchainCount } from "../findings/diff.ts";
import type { UseRow } from "../findings/model.ts";
import type { Kernel } from "../kernels/model.ts";
import type { ResolvedPolicy } from "../policy/model.ts";
import type { Level } from "../shared/vocabulary.ts";
import type { Subject } from "../usage/model.ts";
import { placesOf, promiseEvidence, writtenAs } from "./finding.ts";
import { compileJudge, rowOf } from "./judge.ts";
import { crcText } from "../shared/crc.ts";

export interface DiffInput {
  readonly before: readonly Subject[];
  readonly after: readonly Subject[];
  readonly kernels: readonly Kernel[];
  readonly policy: ResolvedPolicy;
  /** The levels at which a use must not be taken on. */
  readonly failOnNew: readonly Level[];
}

/** A use with all that a diff says of it. */
type Side = Omit<DiffUse, "fails">;

/** The judged uses of each subject of one side, by kind and name. */
const compileSide = (subjects: readonly Subject[], { kernels, policy }: DiffInput): ((subject: Subject) => ReadonlyMap<string, Side>) => {
  const judgeOf = compileJudge(subjects, { kernels, promises: policy.promises, isBinary: policy.isBinary });
  return (subject) => {
    const { judge } = judgeOf(subject);
    return new Map(
      subject.uses.map((use) => {
        const judged = judge(use);
        const side: Side = {
          row: rowOf(judged),
          ...(use.crc !== undefined && { crc: use.crc }),
          facts: { ...writtenAs(use) },
          evidence: promiseEvidence(judged.verdict),
          places: placesOf(subject, use),
        };
        return [`${use.kind} ${use.name}`, side];
      }),
    );
  };
};

const changesOf = <Fact extends string>(pairs: readonly (readonly [fact: Fact, from: string, to: string])[]): Changed<Fact>[] =>
  pairs.filter(([, from, to]) => from !== to).map(([fact, from, to]) => ({ fact, from, to }));

const binding = ({ weak }: UseRow): string => (weak ? "weak" : "strong");
const version = (crc: number | undefined): string => (crc === undefined ? "none" : crcText(crc));
/** Different lists never read the same: what could pass for two names, or for none, is quoted. */
const list = (names: readonly string[]): string =>
  names.length > 0 ? names.map((name) => (name.includes(",") || name === "none" ? JSON.stringify(name) : name)).join(", ") : "none";

const useChanges = (from: Side, to: Side): Changed<ChangedFact>[] =>
  changesOf([
    ["binding", binding(from.row), binding(to.row)],
    ["crc", version(from.crc), version(to.crc)],
    ["seen", from.row.seen ?? "none", to.row.seen ?? "none"],
    ["origin", from.row.origin, to.row.origin],
    ["level", from.row.level, to.row.level],
    ["provider", from.row.sibling ?? "the kernel", to.row.sibling ?? "the kernel"],
  ]);

const subjectChanges = (from: Subject, to: Subject): Changed<SubjectFact>[] =>
  changesOf([
    ["licences", list(from.licences), list(to.licences)],
    ["imports", list(from.imports), list(to.imports)],
    ["vermagic", from.vermagic ?? "none", to.vermagic ?? "none"],
    ["modversions", from.modversions ?? "not said", to.modversions ?? "not said"],
    ["arch", from.arch ?? "not said", to.arch ?? "not said"],
  ]);

/** Where it stands in the source, then its name. */
const byPlace = (a: Side, b: Side): number => {
  const [p, q] = [a.places[0]!, b.places[0]!];
  return p.file < q.file ? -1 : p.file > q.file ? 1 : p.line - q.line || p.column - q.column || (a.row.name < b.row.name ? -1 : 1);
};

/** What the toolchain added is nobody's decision. */
const isToolchain = ({ row }: Side): boolean => row.origin === "toolchain";

/** The uses of a subject, before and after; none of a side that does not have it. */
const usesDiff = (
  from: ReadonlyMap<string, Side>,
  to: ReadonlyMap<string, Side>,
  failOnNew: readonly Level[],
): Pick<SubjectDiff, "taken" | "dropped" | "changed" | "same" | "toolchain"> => {
  const taken = [...to].filter(([key]) => !from.has(key)).map(([, side]) => side);
  const dropped = [...from].filter(([key]) => !to.has(key)).map(([, side]) => side);
  const both = [...to].flatMap(([key, side]) => {
    const old = from.get(key);
    return old ? [{ old, side, changes: useChanges(old, side) }] : [];
  });
  const altered = both.filter(({ changes }) => changes.length > 0).sort((a, b) => byPlace(a.side, b.side));
  const own = altered.filter(({ old, side }) => !isToolchain(old) || !isToolchain(side));
  const toolchain: ToolchainCount = {
    taken: taken.filter(isToolchain).length,
    dropped: dropped.filter(isToolchain).length,
    changed: altered.length - own.length,
  };
  const listed = (sides: readonly Side[], fails: (side: Side) => boolean): DiffUse[] =>
    sides
      .filter((side) => !isToolchain(side))
      .sort(byPlace)
      .map((side) => ({ ...side, fails: fails(side) }));
  return {
    // What a sibling provides is not taken from the kernel, whatever level its name would have there.
    taken: listed(taken, ({ row }) => row.sibling === undefined && failOnNew.includes(row.level)),
    dropped: listed(dropped, () => false),
    changed: own.map(({ side: { row, places }, changes }): ChangedUse => ({
      kind: row.kind,
      name: row.name,
      level: row.level,
      changes,
      places,
    })),
    same: both.length - altered.length,
    toolchain,
  };
};

/** Subjects by name; of several of one name the first belongs to the first, and so on. */
const byName = (subjects: readonly Subject[]): ReadonlyMap<string, Subject> => {
  const seen = new Map<string, number>();
  return new Map(
    subjects.map((subject) => {
      const count = seen.get(subject.name) ?? 0;
      seen.set(subject.name, count + 1);
      return [JSON.stringify([subject.name, count]), subject];
    }),
  );
};

/** What `after` takes on, drops and changes of `before`. Pure: the same input gives the same answer. */
export const diff = (input: DiffInput): readonly SubjectDiff[] => {
  const [before, after] = [byName(input.before), byName(input.after)];
  const [usesBefore, usesAfter] = [compileSide(input.before, input), compileSide(input.after, input)];
  const none: ReadonlyMap<string, Side> = new Map();
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key): SubjectDiff[] => {
    const [old, now] = [before.get(key), after.get(key)];
    const subject = now ?? old;
    if (!subject) return [];
    return [
      {
        name: subject.name,
        path: subject.path,
        state: old && now ? "kept" : now ? "added" : "removed",
        changes: old && now ? subjectChanges(old, now) : [],
        ...usesDiff(old ? usesBefore(old) : none, now ? usesAfter(now) : none, input.failOnNew),
      },
    ];
  });
};
