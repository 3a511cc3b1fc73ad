import type { KernelExport, ListedKernel } from "../model.ts";
import { compileSeverities, type Severity } from "./severities.ts";
import type { SeverityRule } from "./model.ts";

/** What happened to an export, as SUSE's `ksymvers compare` tells it. */
interface What {
  readonly added: { readonly to: KernelExport };
  readonly removed: { readonly from: KernelExport };
  readonly crc: { readonly from: KernelExport; readonly to: KernelExport };
  readonly type: { readonly from: KernelExport; readonly to: KernelExport };
}

/** How a change is taken: `implicitly` is what asks nothing new of a module: a symbol more, a restriction less. */
export type Tolerance = "by-rules" | "implicitly" | "not";

export type SeverityChange = {
  [Kind in keyof What]: {
    readonly kind: Kind;
    readonly name: string;
    readonly tolerated: Tolerance;
    readonly rule?: SeverityRule;
  } & What[Kind];
}[keyof What];

/** A fact of an export that `ksymvers compare` does not look at; it fails nothing. */
export interface Aside {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

export interface SeverityComparison {
  /** Additions, removals, then what changed, each by name: SUSE's order. */
  readonly changes: readonly SeverityChange[];
  /** Whether any change is not tolerated: their exit status 1. */
  readonly fails: boolean;
  /** What their short form ends with; a symbol with two changes counts as tolerated where both are. */
  readonly toleratedByRules: { readonly additions: number; readonly removals: number; readonly modifications: number };
  /** Exports that moved to another module, and those whose namespace is another. */
  readonly moved: readonly Aside[];
  readonly namespaces: readonly Aside[];
  /** Exports that both have, of which neither carries a CRC, or one no type: nothing was compared there. */
  readonly notCompared: { readonly crcs: number; readonly types: number };
  /** Rules that are matched against namespaces for the want of a small letter, and whose pattern is a symbol here and no namespace: they match nothing. */
  readonly misread: readonly SeverityRule[];
}

/**
 * What an export type keeps from modules, one bit each (kabi.pl of SUSE's kernel-source). Their later tool knows the first two only, and
 * refuses the others.
 */
const [GPL, NOW, UNUSED] = [1, 2, 4];
const RESTRICTIONS: Readonly<Record<string, number>> = {
  EXPORT_SYMBOL: 0,
  EXPORT_SYMBOL_GPL: GPL | NOW,
  EXPORT_SYMBOL_GPL_FUTURE: GPL,
  EXPORT_UNUSED_SYMBOL: UNUSED,
  EXPORT_UNUSED_SYMBOL_GPL: UNUSED | GPL | NOW,
};

const addsNoRestriction = (from: string, to: string): boolean => {
  const [then, now] = [RESTRICTIONS[from], RESTRICTIONS[to]];
  return then !== undefined && now !== undefined && (now & ~then) === 0;
};

const misreadBy = (rules: readonly SeverityRule[], exports: readonly KernelExport[]): readonly SeverityRule[] => {
  const symbols = new Set(exports.map(({ name }) => name));
  const namespaces = new Set(exports.map(({ namespace }) => namespace));
  return rules.filter(({ kind, hasKind, pattern }) => kind === "namespace" && !hasKind && symbols.has(pattern) && !namespaces.has(pattern));
};

/**
 * Compares two kernels as SUSE's `ksymvers compare --rules` does (suse-kabi-tools src/symvers/mod.rs). A rule is asked about the module and
 * namespace that the symbol had in `before`; about those it has in `after` only where it is new.
 */
export const compareBySeverities = (before: ListedKernel, after: ListedKernel, rules: readonly SeverityRule[]): SeverityComparison => {
  const severityOf = compileSeverities(rules);
  const [mine, theirs] = [before, after].map((kernel) => [...kernel.names()].sort().map((name) => kernel.find(name)!)) as [
    KernelExport[],
    KernelExport[],
  ];
  const judge = ({ name, exporter, namespace }: KernelExport, isImplicit: boolean): { tolerated: Tolerance } & Pick<Severity, "rule"> => {
    const { verdict, rule } = severityOf({ symbol: name, module: exporter, ...(namespace !== undefined && { namespace }) });
    return { tolerated: verdict === "PASS" ? "by-rules" : isImplicit ? "implicitly" : "not", ...(rule && { rule }) };
  };

  const changes: SeverityChange[] = [];
  const toleratedByRules = { additions: 0, removals: 0, modifications: 0 };
  for (const to of theirs) {
    if (before.find(to.name)) continue;
    const judged = judge(to, true);
    if (judged.tolerated === "by-rules") toleratedByRules.additions++;
    changes.push({ kind: "added", name: to.name, ...judged, to });
  }
  for (const from of mine) {
    if (after.find(from.name)) continue;
    const judged = judge(from, false);
    if (judged.tolerated === "by-rules") toleratedByRules.removals++;
    changes.push({ kind: "removed", name: from.name, ...judged, from });
  }

  const moved: Aside[] = [];
  const namespaces: Aside[] = [];
  const notCompared = { crcs: 0, types: 0 };
  for (const from of mine) {
    const { name } = from;
    const to = after.find(name);
    if (!to) continue;
    const found: SeverityChange[] = [];
    if (from.crc === 0 && to.crc === 0) notCompared.crcs++;
    if (from.crc !== to.crc) found.push({ kind: "crc", name, ...judge(from, false), from, to });
    if (from.type === "" || to.type === "") notCompared.types++;
    else if (from.type !== to.type) found.push({ kind: "type", name, ...judge(from, addsNoRestriction(from.type, to.type)), from, to });
    if (found.length > 0 && found.every(({ tolerated }) => tolerated === "by-rules")) toleratedByRules.modifications++;
    changes.push(...found);
    if (from.exporter !== to.exporter) moved.push({ name, from: from.exporter, to: to.exporter });
    if (from.namespace !== to.namespace)
      namespaces.push({
        name,
        ...(from.namespace !== undefined && { from: from.namespace }),
        ...(to.namespace !== undefined && { to: to.namespace }),
      });
  }
  const fails = changes.some(({ tolerated }) => tolerated === "not");
  return { changes, fails, toleratedByRules, moved, namespaces, notCompared, misread: misreadBy(rules, [...mine, ...theirs]) };
};
