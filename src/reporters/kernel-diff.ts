import { visible } from "../shared/visible.ts";
import type { JsonKernelDiff } from "./kernel-schema.ts";
import { folded, moreInline, moreLine } from "./fold.ts";
import { painter, plural, type Paint } from "./paint.ts";

/** What of a diff is shown, and how. */
export interface KernelDiffDress {
  readonly color: boolean;
  /** Lists in full: in a pipe, and where they are asked for. */
  readonly all: boolean;
  /** Each CRC that differs, too. */
  readonly crcs: boolean;
}

/** Rows of each list, and modules in a line, that a terminal shows. */
const MAX_LISTED = 20;
const MAX_MODULES = 4;

type Facts = JsonKernelDiff["facts"];
type Fact = keyof Facts;
type Export = JsonKernelDiff["added"][number];

const GAPS = {
  "before-without-crcs": ({ before }) => `${visible(before.name)} has none`,
  "after-without-crcs": ({ after }) => `${visible(after.name)} has none`,
  "other-generator": ({ before, after }) => `made by ${before.generator} and by ${after.generator}`,
  "other-architecture": ({ before, after }) => `one is ${visible(before.arch!)}, the other ${visible(after.arch!)}`,
} as const satisfies Record<NonNullable<JsonKernelDiff["crcGap"]>, (diff: JsonKernelDiff) => string>;

/** Why nothing is known of a fact, where that is so of all exports. */
const whyUnknown = (diff: JsonKernelDiff, fact: Fact): string => {
  if (fact === "crc") return diff.crcGap === undefined ? "no export has one on both" : GAPS[diff.crcGap](diff);
  if (fact !== "signature") return "no export has one on both";
  const without = [diff.before, diff.after].filter(({ headers }) => !headers).map(({ name }) => visible(name));
  return without.length > 0 ? `not known of ${without.join(" and ")}` : "known of no export on both";
};

const countOf = (diff: JsonKernelDiff, fact: Fact): string => {
  const { known, changed } = diff.facts[fact];
  if (known === 0 && diff.kept > 0) return `not comparable: ${whyUnknown(diff, fact)}`;
  const rest = known < diff.kept ? `, ${diff.kept - known} not comparable` : "";
  return `${changed.length} of ${known}${rest}`;
};

const LABELS = {
  type: "other type",
  namespace: "other namespace",
  exporter: "other exporter",
  signature: "other signature",
  crc: "other CRC",
} as const satisfies Record<Fact, string>;

const how = ({ type, namespace, exporter }: Export): string =>
  [type, namespace === undefined ? "" : `in namespace ${namespace}`, `by ${exporter}`].filter(Boolean).map(visible).join(" ");

const OFFERED = { function: "declared", variable: "declared", inline: "inline", macro: "a macro", alias: "a macro" } as const;

const removedLine = (each: JsonKernelDiff["removed"][number]): string => {
  const now = each.now
    ? `; now ${OFFERED[each.now.form]} in <${visible(each.now.header)}>${/^(function|variable)$/.test(each.now.form) ? ", not exported" : ""}`
    : "";
  return `  ${visible(each.name)}  ${how(each)}${now}`;
};

const changeLine = (fact: Fact, { name, from, to }: Facts[Fact]["changed"][number]): string => {
  const [then, now] = [from, to].map((text) => visible(text === "" ? "none" : text));
  return fact === "signature" ? `  ${visible(name)}\n    then  ${then}\n    now   ${now}` : `  ${visible(name)}  ${then} -> ${now}`;
};

const block = (head: string, lines: readonly string[], all: boolean, paint: Paint): readonly string[] => {
  if (lines.length === 0) return [];
  const [shown, hidden] = folded(lines, !all, MAX_LISTED);
  return [[paint("bold", head), ...shown, ...moreLine(hidden).map((line) => paint("dim", `  ${line}`))].join("\n")];
};

/** What differs between two kernels, for people: counts, then lists. */
export const kernelDiffText = (diff: JsonKernelDiff, { color, all, crcs }: KernelDiffDress): string => {
  const paint = painter(color);
  const { before, after, facts, removed, added, rust, neither } = diff;
  const names = [before, after].map(({ name }) => visible(name));
  const facts_ = Object.keys(LABELS) as Fact[];
  const counts = [
    ["removed", String(removed.length)],
    ["added", String(added.length)],
    ...facts_.map((fact) => [LABELS[fact], countOf(diff, fact)] as const),
  ];
  const width = Math.max(...counts.map(([label]) => label!.length));
  const head = [
    paint("bold", `${names[0]} -> ${names[1]}`),
    `  ${plural(before.exports, "export")} -> ${plural(after.exports, "export")}, ${diff.kept} of them in both`,
  ];
  if (diff.for) {
    const { modules, uses } = diff.for;
    const [named, left] = folded(modules, !all, MAX_MODULES);
    const takers = named.map(visible).join(", ") + moreInline(left);
    head[1] = `  ${plural(uses, "symbol")} taken by ${takers}, ${diff.kept} of them exported by both`;
    if (neither.length > 0) counts.push(["in neither", String(neither.length)]);
  }
  if (before.arch !== undefined && after.arch !== undefined && before.arch !== after.arch)
    head.push(`  kernels of two machines: ${visible(before.arch)} and ${visible(after.arch)}`);
  const lines = [...head, ...counts.map(([label, text]) => `  ${label!.padEnd(width)}  ${text}`)];
  if (rust.left > 0)
    lines.push(`  not compared: ${plural(rust.left, "name")} of Rust, which change with the compiler (${rust.before} -> ${rust.after})`);
  const crcHint = !crcs && facts.crc.changed.length > 0;
  if (crcHint) lines.push(paint("dim", "  --crcs lists the CRCs"));
  const blocks = [
    lines.join("\n"),
    ...block("removed", removed.map(removedLine), all, paint),
    ...block(
      "added",
      added.map((each) => `  ${visible(each.name)}  ${how(each)}`),
      all,
      paint,
    ),
    ...facts_
      .filter((fact) => fact !== "crc" || crcs)
      .flatMap((fact) =>
        block(
          LABELS[fact],
          facts[fact].changed.map((change) => changeLine(fact, change)),
          all,
          paint,
        ),
      ),
    ...block(
      "exported by neither",
      neither.map((name) => `  ${visible(name)}`),
      all,
      paint,
    ),
  ];
  return `${blocks.join("\n\n")}\n`;
};
