import { crcText } from "../shared/crc.ts";
import type { Form, Kernel, KernelExport, ListedKernel } from "./model.ts";

/** What of an export may differ between two kernels. */
const FACTS = ["type", "namespace", "exporter", "signature", "crc"] as const;
export type Fact = (typeof FACTS)[number];

/** A fact of an export, then and now; an empty text is "none". */
export interface Change {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What a fact came to, over the exports that both kernels have. */
export interface FactChanges {
  /** Of how many exports it is known on both. */
  readonly known: number;
  readonly changed: readonly Change[];
}

/** An export that is gone, and what the later headers offer under its name. */
export interface Removed extends KernelExport {
  readonly now?: { readonly form: Form; readonly header: string };
}

/** Why no CRC of two kernels is comparable. */
export type CrcGap = "before-without-crcs" | "after-without-crcs" | "other-generator" | "other-architecture";

export interface Comparison {
  /** Each list is sorted by name. */
  readonly removed: readonly Removed[];
  readonly added: readonly KernelExport[];
  /** Exports that both have. */
  readonly kept: number;
  readonly facts: Readonly<Record<Fact, FactChanges>>;
  readonly crcGap?: CrcGap;
  /** Names that rustc made, which change with it and not with the kernel: how many each has, and how many of them are left out here. */
  readonly rust: { readonly before: number; readonly after: number; readonly left: number };
  /** Of the names asked for, those that neither exports. */
  readonly neither: readonly string[];
}

/** A name mangled by rustc (RFC 2603, v0). */
const isRust = (name: string): boolean => /^_R[A-Z]/.test(name);

const crcGapOf = (before: Kernel, after: Kernel): CrcGap | undefined => {
  if (!before.hasCrcs) return "before-without-crcs";
  if (!after.hasCrcs) return "after-without-crcs";
  if (before.arch !== undefined && after.arch !== undefined && before.arch !== after.arch) return "other-architecture";
  const [made, makes] = [before.generator, after.generator];
  return made !== undefined && makes !== undefined && made !== makes ? "other-generator" : undefined;
};

/**
 * What of the exports of one kernel is gone, new or different on another. A signature changed only where neither the header's nor the
 * definition's form survives and no equal CRC says that the type is the same.
 * @param only the names to look at; all where none are given.
 */
export const compareKernels = (before: ListedKernel, after: ListedKernel, only?: ReadonlySet<string>): Comparison => {
  const [mine, theirs] = [new Set(before.names()), new Set(after.names())];
  const rustOf = (names: ReadonlySet<string>): number => [...names].filter(isRust).length;
  const counts = { before: rustOf(mine), after: rustOf(theirs) };
  // Those that are asked for are looked at, unless a side has left them all out, as the shipped history does.
  const looksAtRust = only !== undefined && counts.before > 0 && counts.after > 0;
  const all = [...(only ?? new Set([...mine, ...theirs]))];
  const names = all.filter((name) => looksAtRust || !isRust(name)).sort();
  const crcGap = crcGapOf(before, after);

  const removed: Removed[] = [];
  const added: KernelExport[] = [];
  const neither: string[] = [];
  const facts = Object.fromEntries(FACTS.map((fact) => [fact, { known: 0, changed: [] as Change[] }])) as Record<
    Fact,
    { known: number; changed: Change[] }
  >;
  const hold = (fact: Fact, name: string, from: string, to: string): void => {
    facts[fact].known++;
    if (from !== to) facts[fact].changed.push({ name, from, to });
  };
  let kept = 0;
  for (const name of names) {
    const [from, to] = [before.find(name), after.find(name)];
    if (from && to) {
      kept++;
      if (from.type !== "" && to.type !== "") hold("type", name, from.type, to.type);
      hold("namespace", name, from.namespace ?? "", to.namespace ?? "");
      hold("exporter", name, from.exporter, to.exporter);
      const hasSameCrc = crcGap === undefined && from.crc !== 0 && from.crc === to.crc;
      if (crcGap === undefined && from.crc !== 0 && to.crc !== 0) hold("crc", name, crcText(from.crc), crcText(to.crc));
      const [then = [], now = []] = [before.signatures?.(name), after.signatures?.(name)];
      if (then.length > 0 && now.length > 0) {
        const survives = hasSameCrc || then.some((type) => now.includes(type));
        hold("signature", name, then[0]!, survives ? then[0]! : now[0]!);
      }
    } else if (from) {
      const offered = after.headers?.find(name);
      removed.push({ ...from, ...(offered && { now: { form: offered.form, header: offered.header } }) });
    } else if (to) added.push(to);
    else neither.push(name);
  }
  const rust = { ...counts, left: all.length - names.length };
  return { removed, added, kept, facts, ...(crcGap !== undefined && { crcGap }), rust, neither };
};
