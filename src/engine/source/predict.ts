// What of a source will not compile on one release, and does on another.

import type { ReleaseHeaders } from "../../kernels/headers/model.ts";
import { parseType, showType } from "../../kernels/source/ctype.ts";
import type { Place, SourceFacts, SourceUnit, Undecided } from "../../kernels/source/model.ts";
import { reachInto } from "../../kernels/source/reach.ts";
import { kernelMember, kernelTag } from "../../kernels/source/world.ts";
import { declaresName, MAX_DECLARES } from "./declared.ts";
import type { Declares, Prediction } from "./model.ts";
import { type Problem, problemsOf } from "./problems.ts";

const declaresOf = (subject: string, headers: ReleaseHeaders): readonly Declares[] => {
  if (subject.endsWith(".h") && !subject.includes(" ")) return headers.hasHeader(subject) ? [{ header: subject, form: "macro" }] : [];
  const [, tag, member] = /^((?:struct|union|enum) \w+)(?:\.(\w+))?$/.exec(subject) ?? [];
  if (tag === undefined) return headers.names(subject).slice(0, MAX_DECLARES).map(declaresName);
  const found = kernelTag(headers, tag).tag;
  if (found === undefined) return [];
  if (member === undefined) return found.isWhole ? [{ header: found.header, form: "struct" }] : [];
  const type = kernelMember(headers, tag, member);
  return type === "none" || !found.isWhole ? [] : [{ header: found.header, form: "member", ...(type && { type: showType(type) }) }];
};

const byPlace = (a: Place, b: Place): number => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column);

const placesOf = (problems: readonly { readonly use: { readonly place: Place } }[]): readonly Place[] =>
  [...new Map(problems.map(({ use: { place } }) => [`${place.file}:${place.line}:${place.column}`, place])).values()].sort(byPlace);

/** Whether a unit includes what neither release has and the tree has not: a header that is generated, or a folder that was not found. */
const hasUnknownInclude = ({ uses }: SourceUnit, a: ReleaseHeaders, b: ReleaseHeaders): boolean =>
  uses.some((use) => use.kind === "include" && !a.hasHeader(use.header) && !b.hasHeader(use.header));

/** A problem is one of B's alone only where A has what was meant; this says whether it has. */
const heldOn = (problem: Problem, a: ReleaseHeaders, b: ReleaseHeaders, aUnit: SourceUnit | undefined): boolean => {
  const { kind, subject } = problem;
  switch (kind) {
    case "header-gone":
      // A quoted one that neither has is generated when the module is built.
      return a.hasHeader(subject) || !("quoted" in problem.use && problem.use.quoted);
    case "name-gone":
      // A name that only headers out of reach have is the source's own affair.
      if (/ /.test(subject)) return declaresOf(subject, a).length > 0;
      if (a.names(subject).some(({ header }) => aUnit === undefined || aUnit.reached.has(header))) return true;
      // One that neither release has, called on this one alone; in capitals it may be a macro of another file's.
      return a.names(subject).length === 0 && problem.does === "calls" && !/^[A-Z_]/.test(subject);
    case "include-lost": {
      // What an own header that is not there would include is not known.
      if (hasUnknownInclude(problem.unit, a, b)) return false;
      const headers = /^(struct|union|enum) /.test(subject) ? kernelTag(a, subject).tag : undefined;
      const entries = headers === undefined ? a.names(subject) : [headers];
      return aUnit !== undefined && entries.some(({ header }) => aUnit.reached.has(header));
    }
    case "not-exported":
      return a.isExported(subject) === true;
    // A member that neither has, on this one alone: the source has a condition for it.
    default:
      return true;
  }
};

const wantedOn = ({ kind, subject, argument }: Problem, headers: ReleaseHeaders): string | undefined => {
  if (kind === "argument-type" && argument !== undefined) {
    const [declared] = declaresOf(subject, headers);
    let type = declared?.type === undefined ? undefined : parseType(declared.type);
    if (type?.kind === "pointer") type = type.to;
    const parameter = type?.kind === "function" ? type.parameters?.[argument - 1] : undefined;
    return parameter && showType(parameter);
  }
  return kind === "callback-type" || kind === "member-type" ? declaresOf(subject, headers)[0]?.type : undefined;
};

/**
 * The predictions for `b`, where the source is held to build on `a`.
 * @param asA the source as `a` has it compiled. @param asB as `b` has.
 */
export const predict = (asA: SourceFacts, asB: SourceFacts, a: ReleaseHeaders, b: ReleaseHeaders): readonly Prediction[] => {
  const before = problemsOf(asA, a);
  const units = new Map(asA.units.map((unit) => [unit.file, unit]));
  const found: Prediction[] = [];
  const causes = new Map<string, Problem[]>();
  for (const [key, problems] of problemsOf(asB, b)) {
    if (before.has(key)) continue;
    const held = problems.map((problem) => heldOn(problem, a, b, units.get(problem.unit.file)));
    const real = problems.filter((_, index) => held[index] !== false);
    if (real.length === 0) continue;
    // One cause, however many arguments, functions or counts it is met with.
    const [{ kind, subject, argument = 0 }] = real as [Problem];
    const cause = `${kind} ${argument} ${subject}`;
    const known = causes.get(cause);
    if (known === undefined) causes.set(cause, real);
    else known.push(...real);
  }
  const kept = [...causes.values()];
  const gone = new Set(kept.flatMap(([first]) => (first!.kind === "name-gone" && / /.test(first!.subject) ? first!.subject : [])));
  const mentionsGone = ({ gives, wanted, subject }: Problem): string | undefined =>
    [...gone].find(
      (tag) =>
        subject !== tag && [gives?.type, wanted, subject].some((text) => text !== undefined && new RegExp(`\\b${tag}\\b`).test(text)),
    );
  const follows = new Map<string, Problem[]>();
  const rest = kept.filter((problems) => {
    const [first] = problems;
    const tag = mentionsGone(first!);
    if (tag === undefined) return true;
    follows.set(tag, [...(follows.get(tag) ?? []), ...problems]);
    return false;
  });
  // Headers that are gone take with them what they led to.
  const goneHeaders = rest.flatMap(([first]) => (first!.kind === "header-gone" ? first!.subject : []));
  const ledTo = new Map(goneHeaders.map((header) => [header, reachFrom(header, a)]));
  const lost = new Map<string, Problem[]>();
  for (const problems of rest) {
    const [first] = problems as [Problem];
    if (first.kind === "include-lost") {
      const entries = /^(struct|union|enum) /.test(first.subject)
        ? [kernelTag(a, first.subject).tag].filter((each) => each !== undefined)
        : a.names(first.subject);
      const cause = goneHeaders.find((header) => entries.some((entry) => ledTo.get(header)!.has(entry.header))) ?? `<${first.header}`;
      lost.set(cause, [...(lost.get(cause) ?? []), ...problems]);
    } else found.push(predictionOf(first, [...problems, ...(follows.get(first.subject) ?? [])], a, b));
  }
  for (const [cause, problems] of lost) {
    if (!cause.startsWith("<")) {
      const at = found.findIndex(({ kind, subject }) => kind === "header-gone" && subject === cause);
      found[at] = { ...found[at]!, names: [...new Set([...found[at]!.names, ...problems.map(({ subject }) => subject)])].sort() };
      continue;
    }
    const prediction = predictionOf(problems[0]!, problems, a, b);
    found.push({ ...prediction, subject: cause.slice(1), names: [...new Set(problems.map(({ subject }) => subject))].sort() });
  }
  found.push(...flags(asA, asB, a, b));
  return found.sort((x, y) => byPlace(x.places[0] ?? NOWHERE, y.places[0] ?? NOWHERE) || (x.subject < y.subject ? -1 : 1));
};

const NOWHERE: Place = { file: "", line: 0, column: 0 };

const reachFrom = (header: string, headers: ReleaseHeaders): ReadonlySet<string> => {
  const reached = new Set<string>();
  reachInto(header, 0, headers, new Map(), reached);
  return reached;
};

const undecidedOf = ({ kind, use, unit }: Problem): Undecided | "arguments" | undefined => {
  const outer = use.undecided ?? unit.undecided;
  if (outer !== undefined) return outer;
  if (!("countUnsure" in use)) return undefined;
  if (kind === "argument-type" && use.valuesUndecided !== undefined) return use.valuesUndecided;
  return (kind === "argument-count" || kind === "argument-type") && use.countUnsure ? "arguments" : undefined;
};

const predictionOf = (first: Problem, problems: readonly Problem[], a: ReleaseHeaders, b: ReleaseHeaders): Prediction => {
  const certain = problems.filter((problem) => undecidedOf(problem) === undefined);
  const own = certain.length > 0 ? certain : problems;
  const { kind, subject, does, count, argument, gives } = first;
  const [wantedBefore, wantedAfter] = [wantedOn(first, a), first.wanted ?? wantedOn(first, b)];
  const why = certain.length > 0 ? undefined : undecidedOf(own[0]!);
  const undecided = why === "arguments" ? undefined : why;
  return {
    kind,
    confidence: certain.length > 0 && !unsureEntries(first, b) ? "sure" : "undecided",
    ...(undecided && { undecided }),
    subject,
    names: [...new Set(problems.map((each) => each.subject))].sort(),
    does,
    ...(count !== undefined && { count }),
    ...(argument !== undefined && { argument }),
    ...(gives && { gives }),
    ...(wantedBefore !== undefined && { wantedBefore }),
    ...(wantedAfter !== undefined && { wantedAfter }),
    before: declaresOf(subject, a),
    after: declaresOf(subject, b),
    places: placesOf(own),
  };
};

/** Whether what B declares hangs on a condition that the index could not decide. */
const unsureEntries = ({ kind, subject, isUnsure }: Problem, b: ReleaseHeaders): boolean => {
  if (isUnsure) return true;
  if (kind === "argument-count" || kind === "argument-type") return !/[ .]/.test(subject) && b.names(subject).some(({ sure }) => !sure);
  return false;
};

/** Flags of EXTRA_CFLAGS that the one release's Kbuild takes and the other's does not. */
const flags = (asA: SourceFacts, asB: SourceFacts, a: ReleaseHeaders, b: ReleaseHeaders): readonly Prediction[] => {
  if (asB.extraCflags.length === 0 || b.kbuild.honoursExtraCflags || !a.kbuild.honoursExtraCflags) return [];
  const headers = [...new Set(asB.lostIncludes.flatMap((each) => each.headers))].sort();
  // Macros that are then no macros: a name that is nowhere.
  const bare = asB.units.flatMap(({ uses, own, flags: { lostDefines }, undecided }) =>
    lostDefines.length === 0 || undecided !== undefined
      ? []
      : uses.flatMap((use) => {
          const name = use.kind === "name" ? use.name : use.kind === "call" ? use.callee : undefined;
          return name !== undefined &&
            use.undecided === undefined &&
            lostDefines.includes(name) &&
            b.names(name).length === 0 &&
            !own.some((each) => each.name === name)
            ? [{ name, use }]
            : [];
        }),
  );
  return [
    {
      kind: "flag-ignored",
      confidence: (headers.length > 0 || bare.length > 0) && asA.lostIncludes.length === 0 ? "sure" : "undecided",
      subject: "EXTRA_CFLAGS",
      names: [...new Set([...headers, ...bare.map(({ name }) => name)])].sort(),
      does: "sets-flag",
      before: [],
      after: [],
      places: [...asB.extraCflags, ...asB.lostIncludes.flatMap(({ places }) => places), ...placesOf(bare)],
    },
  ];
};
