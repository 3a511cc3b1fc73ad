import { intervalOf } from "../shared/interval.ts";
import type { Facts, Row } from "../kernels/history/read.ts";

// What the shipped files say of change, as two Markdown tables and a line: counts over all exports, never about one.

/** The long-term series, oldest first, and the newest kernel. */
export const SERIES = ["5.10", "6.1", "6.12", "7.3"];
/** In-tree .c files that mention an export: the groups and their lowest numbers. */
export const GROUPS = [
  { title: "0–1", from: 0 },
  { title: "2–3", from: 2 },
  { title: "4–10", from: 4 },
  { title: "11–50", from: 11 },
  { title: "51–200", from: 51 },
  { title: "more", from: 201 },
];

const percent = (part: number, whole: number): string => `${whole === 0 ? "–" : ((100 * part) / whole).toFixed(1)} %`;

const interval = (part: number, whole: number): string =>
  `${intervalOf(part, whole)
    .map((share) => (100 * share).toFixed(0))
    .join("–")} %`;

/** What happened to one export of a release until another. */
interface Step {
  readonly row: Row;
  readonly users: number;
  readonly isRemoved: boolean;
  /** Both prototypes are known, and neither the header's form nor the definition's survives. */
  readonly isChanged: boolean;
  readonly isUnknown: boolean;
  readonly isGplNow: boolean;
  readonly namespace: string | undefined;
}

const formsOf = (row: Row, release: number): readonly string[] =>
  ["signature", "definition"].flatMap((attribute) => row.value(attribute, release) ?? []);

/** Every export of release `from`, and what became of it in release `to`. */
export const stepsOf = ({ table }: Facts, from: number, to: number): readonly Step[] => {
  const exports = table("exports");
  return Array.from({ length: exports.size }, (_, index) => exports.at(index)).flatMap((row) => {
    const then = row.value("type", from);
    if (then === undefined) return [];
    const now = row.value("type", to);
    const before = formsOf(row, from);
    const after = formsOf(row, to);
    const isKnown = before.length > 0 && after.length > 0;
    return {
      row,
      users: Number(row.value("users", from) ?? 0),
      isRemoved: now === undefined,
      isChanged: now !== undefined && isKnown && !before.some((form) => after.includes(form)),
      isUnknown: now !== undefined && !isKnown,
      isGplNow: !then.includes("GPL") && now?.includes("GPL") === true,
      namespace: row.value("namespace", from) === undefined ? row.value("namespace", to) : undefined,
    };
  });
};

const count = <T>(list: readonly T[], is: (each: T) => boolean): number => list.filter(is).length;
export const isBroken = ({ isRemoved, isChanged }: Step): boolean => isRemoved || isChanged;

/** The shipped files' rates of change from series to series (of each the newest release), by in-tree users, and of CRCs within one series. */
export const churn = (facts: Facts, headers: Facts, crc: (name: number, release: number) => number): string => {
  const newest = (series: string): number => facts.releases.findLastIndex((each) => each.series === series);
  const name = (release: number): string => facts.releases[release]!.name;
  const [a, b, c, d] = SERIES.map(newest) as [number, number, number, number];
  const pairs = [
    [a, b],
    [b, c],
    [c, d],
    [a, d],
  ] as const;
  const syscalls = facts.table("syscalls");
  const calls = Array.from({ length: syscalls.size }, (_, index) => syscalls.at(index));
  const lines = [
    "| step | exports | removed | prototype changed | prototype unknown | moved to GPL | gained a namespace | of these `module:` | syscalls removed |",
    "|---|---|---|---|---|---|---|---|---|",
    ...pairs.map(([from, to]) => {
      const steps = stepsOf(facts, from, to);
      const removed = count(steps, (each) => each.isRemoved);
      const changed = count(steps, (each) => each.isChanged);
      const unknown = count(steps, (each) => each.isUnknown);
      const before = calls.filter((each) => each.value("number", from) !== undefined);
      const gone = before.filter((each) => each.value("number", to) === undefined).map((each) => each.name);
      const cells = [
        `${name(from)} → ${name(to)}`,
        steps.length,
        `${removed} (${percent(removed, steps.length)})`,
        `${changed} (${percent(changed, steps.length - removed - unknown)} of those known in both)`,
        unknown,
        count(steps, (each) => each.isGplNow),
        count(steps, (each) => each.namespace !== undefined),
        count(steps, (each) => each.namespace?.startsWith("module:") === true),
        `${gone.length} of ${before.length}${gone.length > 0 ? ` (${gone.join(", ")})` : ""}`,
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ];

  // A prototype that one of the two releases does not tell is neither kept nor broken.
  const known = (from: number, to: number): readonly Step[] => stepsOf(facts, from, to).filter(({ isUnknown }) => !isUnknown);
  const past = known(b, c);
  const next = known(c, d);
  const declared = headers.table("headers");
  /** Whether source that uses what is no longer exported still finds it in a header, as an inline function or a macro. */
  const isHeadersNow = ({ row, isRemoved }: Step, release: number): boolean =>
    isRemoved && ["inline", "macro", "alias"].includes(declared.find(row.name)?.value("form", release) ?? "");
  const cellOf = (steps: readonly Step[], to: number): string => {
    const broken = steps.filter(isBroken);
    const headersNow = count(broken, (each) => isHeadersNow(each, to));
    return `${broken.length} of ${steps.length} (${percent(broken.length, steps.length)}), ${headersNow} (${percent(broken.length - headersNow, steps.length)})`;
  };
  lines.push(
    "",
    "Broken: removed or of another type; then how many of these a header offers now as an inline function or a macro, and the rate without them.",
    "",
    `| in-tree users | broken ${name(b)} → ${name(c)} | broken ${name(c)} → ${name(d)} |`,
    "|---|---|---|",
  );
  GROUPS.forEach(({ title, from }, index) => {
    const below = GROUPS[index + 1]?.from ?? Infinity;
    const cells = (
      [
        [past, c],
        [next, d],
      ] as const
    ).map(([steps, to]) =>
      cellOf(
        steps.filter(({ users }) => users >= from && users < below),
        to,
      ),
    );
    lines.push(`| ${title} | ${cells.join(" | ")} |`);
  });
  lines.push(`| all | ${cellOf(past, c)} | ${cellOf(next, d)} |`);

  const changedBefore = new Set(past.filter((each) => each.isChanged).map(({ row }) => row.name));
  const again = next.filter(({ row }) => changedBefore.has(row.name));
  const broke = count(again, isBroken);
  lines.push(
    "",
    `Of ${again.length} symbols whose prototype changed ${name(b)} → ${name(c)}, ${broke} (${percent(broke, again.length)}, ${interval(broke, again.length)}) broke ${name(c)} → ${name(d)}.`,
  );

  const first = facts.releases.findIndex((each) => each.series === facts.releases[b]!.series);
  const within = stepsOf(facts, first, b);
  const staying = within.filter(({ row }) => crc(row.index, first) !== 0 && crc(row.index, b) !== 0);
  const moved = count(staying, ({ row }) => crc(row.index, first) !== crc(row.index, b));
  const moves = count(staying, (each) => each.isChanged && crc(each.row.index, first) !== crc(each.row.index, b));
  lines.push(
    `Within ${name(first)} → ${name(b)}: ${count(within, (each) => each.isRemoved)} of ${within.length} exports removed, ${moved} of ${staying.length} CRCs changed ` +
      `(${percent(moved, staying.length)}), ${moves} of these with their prototype; the prototype changed and the CRC did not: ` +
      `${count(staying, (each) => each.isChanged && crc(each.row.index, first) === crc(each.row.index, b))}.`,
  );
  return `${lines.join("\n")}\n`;
};
