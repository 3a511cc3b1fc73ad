import { failingOf, type Changed, type ChangedUse, type Diff, type DiffUse, type SubjectDiff } from "../findings/diff.ts";
import { evidenceLine } from "../findings/evidence.ts";
import { writtenNote } from "../findings/message.ts";
import type { Place, UseRow } from "../findings/model.ts";
import { visible } from "../shared/visible.ts";
import { keysOf, LEVELS } from "../shared/vocabulary.ts";
import type { JsonDiff } from "./diff-schema.ts";
import { evidenceJson } from "./evidence-json.ts";
import { folded, moreInline, moreLine } from "./fold.ts";
import { painter, plural, type Paint } from "./paint.ts";
import type { Dress } from "./reporter.ts";
import { crcText } from "../shared/crc.ts";

/** A diff as text, ending in a newline. Pure. */
export type DiffReporter = (diff: Diff, dress: Dress) => string;

/** Places of a use, or names of one kind of change, that a terminal shows in a line. */
const MAX_PLACES = 4;
const MAX_NAMES = 8;

const at = ({ file, line, column }: Place): string => visible(`${file}:${line}:${column}`);
const named = (use: DiffUse): string => visible(use.row.name) + writtenNote(use.facts);

/** Who promises it, or that nobody was asked. */
const promiseOf = ({ row, evidence }: DiffUse): string =>
  row.sibling === undefined
    ? (evidence.map((each) => evidenceLine(each).text)[0] ?? `${row.level}: ${LEVELS[row.level]}`)
    : `from ${visible(row.sibling)}`;

const groundOf = ({ kind, sibling, level }: UseRow): string =>
  (sibling === undefined ? level : `from ${visible(sibling)}`) + (kind === "symbol" ? "" : ` ${kind}`);

/** Uses as blocks: those that follow one another and have the same promise have it said once. */
const blocksOf = (uses: readonly DiffUse[], word: string, { fold }: Dress, paint: Paint): readonly string[] => {
  const blocks: { readonly promise: string; readonly lines: string[] }[] = [];
  const [shown, hidden] = folded(uses, fold);
  for (const use of shown) {
    const [first, ...others] = use.places;
    const state = use.fails ? paint("red", word) : word;
    const lines = [
      `${paint("bold", at(first!))}  ${state}  ${named(use)}  ${groundOf(use.row)}${use.fails ? `  ${paint("dim", "[fail-on-new]")}` : ""}`,
    ];
    if (others.length > 0) {
      const [places, left] = folded(others, fold, MAX_PLACES);
      lines.push(paint("dim", `    also at ${places.map(at).join(", ")}${moreInline(left)}`));
    }
    const promise = use.row.sibling === undefined ? promiseOf(use) : "";
    const last = blocks.at(-1);
    if (last?.promise === promise) last.lines.push(...lines);
    else blocks.push({ promise, lines });
  }
  return [
    ...blocks.map(({ promise, lines }) => [...lines, ...(promise === "" ? [] : [paint("dim", `    ${promise}`)])].join("\n")),
    ...moreLine(hidden, ` ${word}`).map((line) => paint("bold", line)),
  ];
};

const WORDS: Readonly<Record<string, string>> = { crc: "CRC", binding: "", provider: "from", level: "", origin: "by the", seen: "seen as" };

const changeText = ({ fact, from, to }: Changed<string>): string =>
  `${WORDS[fact] ?? fact} ${visible(from).trim()} -> ${visible(to).trim()}`.trim();

/** A rebuild on another kernel changes CRCs by the hundred: uses of which nothing else changed are one line. */
const changedLines = ({ name, changed }: SubjectDiff, { fold }: Dress, paint: Paint): readonly string[] => {
  const versions = changed.filter(({ changes }) => changes.every(({ fact }) => fact === "crc"));
  const line = (use: ChangedUse): string =>
    `${paint("bold", at(use.places[0]!))}  changed  ${visible(use.name)}  ${use.changes.map(changeText).join(", ")}`;
  const lines = (versions.length > 3 ? changed.filter((use) => !versions.includes(use)) : changed).map(line);
  if (versions.length > 3) {
    const [some, left] = folded(versions, fold, MAX_NAMES);
    lines.push(`${visible(name)}: other CRCs for ${some.map((use) => visible(use.name)).join(", ")}${moreInline(left)}`);
  }
  return lines;
};

/** What changed, a block for each subject. */
const changedBlocks = (subjects: readonly SubjectDiff[], dress: Dress, paint: Paint): readonly string[] => {
  const rows = subjects.flatMap((subject) => changedLines(subject, dress, paint).map((line) => ({ subject, line })));
  const [shown, hidden] = folded(rows, dress.fold);
  const blocks = new Map<SubjectDiff, string[]>();
  for (const { subject, line } of shown) {
    const lines = blocks.get(subject);
    if (lines) lines.push(line);
    else blocks.set(subject, [line]);
  }
  return [...[...blocks.values()].map((lines) => lines.join("\n")), ...moreLine(hidden, " changed").map((line) => paint("bold", line))];
};

/** How many, and of which levels. */
const levelsText = (uses: readonly DiffUse[]): string => {
  const kernels = uses.filter(({ row }) => row.sibling === undefined);
  const parts = keysOf(LEVELS)
    .map((level) => [kernels.filter(({ row }) => row.level === level).length, level] as const)
    .filter(([count]) => count > 0)
    .map(([count, level]) => `${count} ${level}`);
  if (kernels.length < uses.length) parts.push(`${uses.length - kernels.length} from sibling modules`);
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
};

const isSame = ({ state, changes, taken, dropped, changed, toolchain }: SubjectDiff): boolean =>
  state === "kept" &&
  changes.length + taken.length + dropped.length + changed.length + toolchain.taken + toolchain.dropped + toolchain.changed === 0;

/** What of a subject itself changed, a line each, and how many uses. */
const summaryOf = (subject: SubjectDiff): readonly string[] => {
  const { name, state, changes, taken, dropped, changed, same, toolchain } = subject;
  const facts = changes.map((change) => `${visible(name)}: ${changeText(change)}`);
  const tools = toolchain.taken + toolchain.dropped + toolchain.changed;
  const counts = [
    ...(state === "kept" ? [] : [state]),
    ...(state === "removed" ? [] : [`${plural(taken.length, "use")} taken on${levelsText(taken)}`]),
    ...(state === "added" ? [] : [`${dropped.length} dropped`]),
    ...(state === "kept" ? [`${changed.length} changed`, `${same} the same`] : []),
    ...(tools > 0 ? [`toolchain: ${toolchain.taken} taken on, ${toolchain.dropped} dropped, ${toolchain.changed} changed`] : []),
  ];
  return [...facts, `${visible(name)}: ${counts.join(", ")}`];
};

/** For people: what was taken on first, failing uses before the others; then what was dropped and changed; then each subject in a line. */
export const text: DiffReporter = (diff, dress) => {
  const paint = painter(dress.color);
  const taken = diff.subjects.flatMap((subject) => subject.taken);
  const failing = failingOf(diff);
  // Of a module that is gone everything is dropped: its own line says so.
  const dropped = diff.subjects.filter(({ state }) => state === "kept").flatMap((subject) => subject.dropped);
  const blocks = [
    ...blocksOf([...failing, ...taken.filter(({ fails }) => !fails)], "taken on", dress, paint),
    ...blocksOf(dropped, "dropped", dress, paint),
    ...changedBlocks(diff.subjects, dress, paint),
  ];
  const same = diff.subjects.filter(isSame);
  const uses = same.reduce((total, subject) => total + subject.same, 0);
  const [summaries, hidden] = folded(diff.subjects.filter((subject) => !isSame(subject)).flatMap(summaryOf), dress.fold);
  const lines = [...summaries, ...moreLine(hidden)];
  if (same.length > 0) lines.push(`${plural(same.length, "module")} with ${plural(uses, "use")} unchanged`);
  if (diff.failOnNew.length > 0) {
    const count = failing.length > 0 ? plural(failing.length, "use") : "no use";
    lines.push(paint("bold", `${count} taken on at a level that fails (--fail-on-new ${diff.failOnNew.join(",")})`));
  }
  blocks.push(lines.join("\n"));
  return `${blocks.join("\n\n")}\n`;
};

/** A line for each place of each use that fails. */
export const gcc: DiffReporter = (diff) =>
  failingOf(diff)
    .flatMap((use) => use.places.map((place) => `${at(place)}: error: ${named(use)} is taken on, ${promiseOf(use)} [fail-on-new]\n`))
    .join("");

const useJson = ({ row, crc, facts, evidence, places }: DiffUse): JsonDiff["subjects"][number]["dropped"][number] => ({
  ...row,
  ...(crc !== undefined && { crc: crcText(crc) }),
  ...facts,
  evidence: evidence.map(evidenceJson),
  places: places.map((place) => ({ ...place })),
});

/** Everything, for other programs; its form is rules/schema/diff.json. */
export const json: DiffReporter = (diff) => {
  const sum = (count: (subject: SubjectDiff) => number): number => diff.subjects.reduce((total, subject) => total + count(subject), 0);
  const document: JsonDiff = {
    diff: 1,
    before: diff.before,
    after: diff.after,
    failOnNew: [...diff.failOnNew],
    summary: {
      taken: sum(({ taken }) => taken.length),
      dropped: sum(({ dropped }) => dropped.length),
      changed: sum(({ changed }) => changed.length),
      failing: failingOf(diff).length,
    },
    subjects: diff.subjects.map(({ name, path, state, changes, taken, dropped, changed, same, toolchain }) => ({
      name,
      path,
      state,
      changes: [...changes],
      taken: taken.map((use) => ({ ...useJson(use), fails: use.fails })),
      dropped: dropped.map(useJson),
      changed: changed.map((use) => ({ ...use, changes: [...use.changes], places: use.places.map((place) => ({ ...place })) })),
      same,
      toolchain,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};

export const DIFF_REPORTERS = { text, gcc, json } as const satisfies Record<string, DiffReporter>;
