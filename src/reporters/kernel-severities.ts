import { visible } from "../shared/visible.ts";
import type { JsonKernelSeverities } from "./kernel-schema.ts";
import { folded, moreInline, moreLine } from "./fold.ts";
import { painter, plural, type Paint } from "./paint.ts";

/** Rows of each list, and modules in a line, that a terminal shows. */
const MAX_LISTED = 20;
const MAX_MODULES = 4;

type Change = JsonKernelSeverities["changes"][number];
type Kind = Change["kind"];
type Export = NonNullable<Change["from"]>;
type Tolerated = Change["tolerated"];

const KINDS = { added: "added", removed: "removed", crc: "other CRC", type: "other type" } as const satisfies Record<Kind, string>;

const COLUMNS = { not: "not tolerated", "by-rules": "by rules", implicitly: "implicitly" } as const satisfies Record<Tolerated, string>;

const how = ({ type, namespace, exporter }: Export): string =>
  [type, namespace === undefined ? "" : `in namespace ${namespace}`, `by ${exporter}`].filter(Boolean).join(" ");

/** An export without a CRC stands in Module.symvers with 0. */
const crcOf = (of: Export | undefined): string => of?.crc ?? "0x00000000";

/** What happened to an export, as `ksymvers compare` words it. */
const WHAT = {
  added: ({ to }) => `added: ${how(to!)}`,
  removed: ({ from }) => `removed: ${how(from!)}`,
  crc: ({ from, to }) => `CRC ${crcOf(from)} -> ${crcOf(to)}`,
  type: ({ from, to }) => `type ${from!.type} -> ${to!.type}`,
} as const satisfies Record<Kind, (change: Change) => string>;

/** Which rule says so; where none matches, the default does. */
const whyOf = ({ rule, tolerated }: Change, file: string): string => {
  if (!rule) return tolerated === "not" ? "no rule matches" : "";
  return tolerated === "implicitly" ? "" : `${file}:${rule.line} ${rule.pattern} ${rule.verdict}`;
};

const changeLine = (change: Change, file: string): string => {
  const why = whyOf(change, file);
  return visible(`  ${change.name}  ${WHAT[change.kind](change)}${why === "" ? "" : `  (${why})`}`);
};

const block = (head: string, lines: readonly string[], all: boolean, paint: Paint): readonly string[] => {
  if (lines.length === 0) return [];
  const [shown, hidden] = folded(lines, !all, MAX_LISTED);
  return [[paint("bold", head), ...shown, ...moreLine(hidden).map((line) => paint("dim", `  ${line}`))].join("\n")];
};

/** How many changes of each kind, by how they are taken. */
const countLines = (changes: readonly Change[]): readonly string[] => {
  const columns = Object.keys(COLUMNS) as Tolerated[];
  const kinds = Object.keys(KINDS) as Kind[];
  const width = Math.max(...kinds.map((kind) => KINDS[kind].length));
  const count = (kind: Kind, tolerated: Tolerated): number =>
    changes.filter((change) => change.kind === kind && change.tolerated === tolerated).length;
  return [
    `  ${"".padEnd(width)}${columns.map((column) => `  ${COLUMNS[column]}`).join("")}`,
    ...kinds.map(
      (kind) =>
        `  ${KINDS[kind].padEnd(width)}${columns.map((column) => `  ${String(count(kind, column)).padStart(COLUMNS[column].length)}`).join("")}`,
    ),
  ];
};

/** The modules whose symbols alone are looked at. */
const takers = ({ modules, uses }: NonNullable<JsonKernelSeverities["for"]>, all: boolean): string => {
  const [named, left] = folded(modules, !all, MAX_MODULES);
  return `  only the ${plural(uses, "symbol")} taken by ${named.map(visible).join(", ")}${moreInline(left)}`;
};

/** What of a kernel's changes a severity file tolerates, for people: counts, then lists. */
export const kernelSeveritiesText = (
  report: JsonKernelSeverities,
  { color, all }: { readonly color: boolean; readonly all: boolean },
): string => {
  const paint = painter(color);
  const { before, after, rules, changes, toleratedByRules: by, moved, namespaces, notCompared } = report;
  const failing = changes.filter(({ tolerated }) => tolerated === "not").length;
  const listed = (tolerated: Tolerated): readonly string[] =>
    changes.filter((change) => change.tolerated === tolerated).map((change) => changeLine(change, rules.file));
  const asides = (list: JsonKernelSeverities["moved"]): readonly string[] =>
    list.map(({ name, from, to }) => `  ${visible(name)}  ${visible(from || "none")} -> ${visible(to || "none")}`);
  const totals = [plural(by.additions, "addition"), plural(by.removals, "removal"), plural(by.modifications, "modification")].join(", ");
  const lines = [
    paint("bold", `${visible(before.name)} -> ${visible(after.name)}`),
    `  ${plural(before.exports, "export")} -> ${plural(after.exports, "export")}, judged by ${visible(rules.file)} (${plural(rules.count, "rule")})`,
    ...(report.for ? [takers(report.for, all)] : []),
    ...countLines(changes),
    `  tolerated by rules: ${totals}`,
    ...(notCompared.crcs > 0 ? [`  not compared: the CRCs of ${plural(notCompared.crcs, "export")}, which neither has`] : []),
    ...(notCompared.types > 0 ? [`  not compared: the types of ${plural(notCompared.types, "export")}, which one has not`] : []),
    failing > 0 ? paint("red", `  fails: ${plural(failing, "change")} not tolerated`) : "  passes: every change is tolerated",
  ];
  const blocks = [
    lines.join("\n"),
    ...block("not tolerated", listed("not"), all, paint),
    ...block("tolerated by rules", listed("by-rules"), all, paint),
    ...block("tolerated implicitly: a symbol more, a restriction less", listed("implicitly"), all, paint),
    ...block("moved to another module, not judged by severities", asides(moved), all, paint),
    ...block("other namespace, not judged by severities", asides(namespaces), all, paint),
  ];
  return `${blocks.join("\n\n")}\n`;
};
