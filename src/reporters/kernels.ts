import { visible } from "../shared/visible.ts";
import type { JsonKernel, JsonKernelList } from "./kernel-schema.ts";
import { folded, moreInline, moreLine } from "./fold.ts";
import { painter, plural } from "./paint.ts";
import type { Dress } from "./reporter.ts";

type Known = JsonKernelList["releases"][number];

/** CONFIG_CC_VERSION_TEXT in two words: "gcc 12.2.0" of "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0". */
const compilerOf = (text: string): string => {
  const plain = text.replace(/\([^()]*\)/g, " ");
  const version = /(?<![\w.-])\d+(\.\d+)+/.exec(plain)?.[0];
  const name = /clang|gcc/.exec(plain)?.[0];
  return name === undefined || version === undefined ? text : `${name} ${version}`;
};

const crcsOf = ({ crcs, config }: Known): string => (crcs ? "CRCs" : config?.modversions === true ? "CRCs all zero" : "no CRCs");

/** Columns as wide as their widest cell; the last is not padded. */
const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
};

/** A text set in lines of a width, each line but the first behind an indent. */
const wrap = (text: string, indent: number, width: number): string => {
  const lines: string[] = [];
  // A count stays with what it counts.
  for (const word of text.split(/(?<!\d) /)) {
    const line = lines.at(-1);
    if (line === undefined || indent + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
};

const rowOf = (known: Known): readonly string[] =>
  [
    known.name,
    known.package ?? known.about,
    plural(known.exports, "export"),
    crcsOf(known),
    known.config?.compiler === undefined ? "" : compilerOf(known.config.compiler),
    known.vermagic?.trimEnd() ?? "",
  ].map(visible);

/** A list of kernels, for people. */
export const listText = ({ releases }: JsonKernelList, dress: Dress): string => {
  const paint = painter(dress.color);
  const lines = table(releases.map(rowOf)).map((line) => `  ${line}`);
  const block = (origin: Known["origin"], head: string, empty: string): string => {
    const mine = lines.filter((_, index) => releases[index]!.origin === origin);
    const [shown, hidden] = folded(mine, dress.fold);
    const rows = [...shown, ...moreLine(hidden).map((line) => paint("dim", `  ${line}`))];
    return `${paint("bold", head)}\n${mine.length > 0 ? rows.join("\n") : `  ${empty}`}\n`;
  };
  return `${block("shipped", "shipped", "none")}\n${block("imported", "imported", "none: abi-lint kernel import adds one")}`;
};

const yesNo = (value: boolean): string => (value ? "yes" : "no");

/** The most frequent first, those of equal frequency by name. */
const counted = (counts: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(counts)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name === "" ? "of no type" : name}`);

/** All that is known of one kernel, for people. */
export const showText = (known: JsonKernel, dress: Dress): string => {
  const { config, counts, declared } = known;
  const namespaces = counted(counts.namespaces);
  const [named, left] = folded(namespaces, dress.fold);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["package", known.package],
    ["machine", known.arch ?? "not known"],
    ["uname -r", known.uname ?? "not known"],
    ["vermagic", known.vermagic?.trimEnd() ?? "not known"],
    ["compiler", config ? (config.compiler ?? "not said") : "not known"],
    [
      "MODVERSIONS",
      config ? `${yesNo(config.modversions)}${config.generator === undefined ? "" : `, by ${config.generator}`}` : "not known",
    ],
    ["TRIM_UNUSED_KSYMS", config ? yesNo(config.trimmed) : "not known"],
    ["exports", `${known.exports}: ${counted(counts.types).join(", ")}`],
    ["exported by", `vmlinux ${counts.vmlinux}, ${plural(counts.modules, "module")} ${known.exports - counts.vmlinux}`],
    ["namespaces", namespaces.length === 0 ? "none" : `${namespaces.length}: ${named.join(", ")}${moreInline(left)}`],
    ["CRCs", counts.crcs === 0 ? "none" : `of ${plural(counts.crcs, "export")}`],
    ["types", counts.signatures === 0 ? "none" : `of ${plural(counts.signatures, "export")}`],
    ["headers", known.headers ? "known" : "not known: only what loads there can be judged, not what builds"],
    [
      "declared",
      declared
        ? `${plural(declared.names, "name")} and ${plural(declared.tags, "type")} of ${plural(declared.headers, "header")}`
        : "not known: no source can be read against its headers",
    ],
    ["kept in", `${known.file} (${known.origin})`],
    ["about", known.about],
  ];
  const told = rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, visible(value)] as const]));
  const indent = 4 + Math.max(...told.map(([label]) => label.length));
  const lines = told.map(([label, value]) => `${label.padEnd(indent - 2)}${wrap(value, indent, dress.width)}`);
  return `${[painter(dress.color)("bold", visible(known.name)), ...lines.map((line) => `  ${line}`)].join("\n")}\n`;
};
