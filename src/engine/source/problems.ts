// What of a source one release's compiler will not take. Each problem has a key that says what it is about, not where: the same problem on another
// release cancels it out.

import type { HeaderName, ReleaseHeaders } from "../../kernels/headers/model.ts";
import { type CType, parseType, showType } from "../../kernels/source/ctype.ts";
import type { OwnName, SourceFacts, SourceUnit, SourceUse, Value } from "../../kernels/source/model.ts";
import { kernelMember, kernelTag } from "../../kernels/source/world.ts";
import { aggregateOf, type Fit, fitsInto, isSameType } from "./fit.ts";
import type { PredictionKind } from "../../shared/vocabulary.ts";
import type { Prediction } from "./model.ts";

export interface Problem {
  readonly key: string;
  readonly kind: PredictionKind;
  readonly subject: string;
  readonly does: Prediction["does"];
  readonly count?: number;
  readonly argument?: number;
  readonly gives?: Prediction["gives"];
  readonly wanted?: string;
  /** Whether it breaks is the compiler's choice: it picks the integer that an enum is. */
  readonly isUnsure?: boolean;
  /** The header that has the name and is not reached. */
  readonly header?: string;
  /** The unit it was first seen in. */
  readonly unit: SourceUnit;
  readonly use: SourceUse | OwnName;
}

const MAX_ALIASES = 8;

/** What a call or a value of the name means: aliases followed; entries in reach if any are. */
const entriesOf = (name: string, headers: ReleaseHeaders, reached: ReadonlyMap<string, number>): readonly HeaderName[] => {
  let now = name;
  for (let step = 0; ; step++) {
    const all = headers.names(now);
    const near = all.filter(({ header }) => reached.has(header));
    const entries = near.length > 0 ? near : all;
    const alias = entries.find(
      (each) => each.form === "macro" && each.parameters === undefined && each.target !== undefined && each.target !== now,
    );
    if (alias?.form !== "macro" || step >= MAX_ALIASES || headers.names(alias.target!).length === 0) return entries;
    now = alias.target!;
  }
};

const functionType = (text: string): Extract<CType, { kind: "function" }> | undefined => {
  let type = parseType(text);
  if (type?.kind === "pointer") type = type.to;
  return type?.kind === "function" ? type : undefined;
};

/** Whether so many arguments may be given; undefined where that is not known. */
const accepts = (entry: HeaderName, count: number): boolean | undefined => {
  if (entry.form === "macro") {
    const { parameters, variadic } = entry;
    if (parameters === undefined) return undefined;
    return variadic ? count >= parameters - (parameters > 0 ? 1 : 0) : count === parameters || (parameters === 1 && count === 0);
  }
  if (entry.form !== "function" && entry.form !== "inline" && entry.form !== "variable") return undefined;
  const type = functionType(entry.type);
  if (type?.parameters === undefined) return undefined;
  return type.isVariadic ? count >= type.parameters.length : count === type.parameters.length;
};

const shown = (type: CType | undefined): string | undefined => (type === undefined ? undefined : showType(type));

const givesOf = (value: Value): NonNullable<Prediction["gives"]> => {
  const type = shown(value.type);
  return { ...(type !== undefined && { type }), ...(value.name !== undefined && { name: value.name }) };
};

type Judge = (unit: SourceUnit, use: SourceUse, headers: ReleaseHeaders) => readonly Omit<Problem, "unit" | "use" | "key">[];

/** The header that has it and is not there, or only behind the token `at`. */
const notReached = (
  entries: readonly { readonly header: string }[],
  { reached }: SourceUnit,
  at: number = Number.POSITIVE_INFINITY,
): string | undefined =>
  entries.length > 0 && !entries.some(({ header }) => (reached.get(header) ?? Number.POSITIVE_INFINITY) < at)
    ? entries[0]!.header
    : undefined;

const checkArguments = (
  callee: string,
  wanted: readonly Extract<CType, { kind: "function" }>[],
  values: readonly Value[],
  headers: ReleaseHeaders,
): ReturnType<Judge> =>
  values.flatMap((value, index) => {
    if (value.type === undefined) return [];
    const parameters = wanted.map(({ parameters: list }) => list?.[index]);
    const breaks =
      parameters.length > 0 &&
      parameters.every((each) => each !== undefined && fitsInto(value.type!, each, headers, value.isZero ?? false) === "breaks");
    const wantedText = shown(parameters[0]);
    return breaks
      ? [
          {
            kind: "argument-type",
            subject: callee,
            does: "passes",
            argument: index + 1,
            gives: givesOf(value),
            ...(wantedText !== undefined && { wanted: wantedText }),
          } as const,
        ]
      : [];
  });

const NAMESPACE_IS_STRING = 6 * 65536 + 13 * 256;

const judgeCall = (unit: SourceUnit, use: Extract<SourceUse, { kind: "call" }>, headers: ReleaseHeaders): ReturnType<Judge> => {
  const { callee, values, through } = use;
  const count = values.length;
  if (through !== undefined) {
    if (through.kind !== "function" || through.parameters === undefined) return [];
    const fits = through.isVariadic ? count >= through.parameters.length : count === through.parameters.length;
    if (!fits) return [{ kind: "argument-count", subject: callee, does: "calls", count }];
    return checkArguments(callee, [through], values, headers);
  }
  // Since 6.13 a namespace is given as a string (Documentation/core-api/symbol-namespaces.rst); the macro itself looks the same.
  if (callee === "MODULE_IMPORT_NS" && headers.version >= NAMESPACE_IS_STRING && values[0]?.name !== undefined)
    return [
      { kind: "argument-type", subject: callee, does: "passes", argument: 1, gives: { name: values[0].name }, wanted: "const char *" },
    ];
  const entries = entriesOf(callee, headers, unit.reached);
  if (entries.length === 0) return [{ kind: "name-gone", subject: callee, does: "calls", count }];
  const far = notReached(headers.names(callee), unit);
  if (far !== undefined) return [{ kind: "include-lost", subject: callee, does: "calls", header: far }];
  const answers = entries.map((entry) => accepts(entry, count));
  const problems: ReturnType<Judge>[number][] = [];
  if (answers.every((each) => each === false)) return [{ kind: "argument-count", subject: callee, does: "calls", count }];
  if (!entries.some(({ form }) => form === "macro")) {
    const types = entries.flatMap((each) =>
      each.form === "function" || each.form === "inline" || each.form === "variable" ? (functionType(each.type) ?? []) : [],
    );
    if (types.length === entries.length) problems.push(...checkArguments(callee, types, values, headers));
  }
  if (entries.every(({ form }) => form === "function") && headers.isExported(callee) === false)
    problems.push({ kind: "not-exported", subject: callee, does: "calls" });
  return problems;
};

const judgeName = (unit: SourceUnit, use: Extract<SourceUse, { kind: "name" }>, headers: ReleaseHeaders): ReturnType<Judge> => {
  const does = use.as === "type" ? "names-type" : use.as === "call" ? "calls" : "uses";
  const entries = headers.names(use.name);
  if (entries.length === 0) return [{ kind: "name-gone", subject: use.name, does }];
  const far = notReached(entries, unit);
  return far === undefined ? [] : [{ kind: "include-lost", subject: use.name, does, header: far }];
};

const judgeTag = (unit: SourceUnit, use: Extract<SourceUse, { kind: "tag" }>, headers: ReleaseHeaders): ReturnType<Judge> => {
  const { tag } = kernelTag(headers, use.tag);
  if (tag === undefined) return [{ kind: "name-gone", subject: use.tag, does: "names-type" }];
  if (use.whole === undefined) return [];
  if (!tag.isWhole) return [{ kind: "name-gone", subject: use.tag, does: "names-type" }];
  const far = notReached([tag], unit, use.whole);
  return far === undefined ? [] : [{ kind: "include-lost", subject: use.tag, does: "names-type", header: far }];
};

const judgeMember = (unit: SourceUnit, use: Extract<SourceUse, { kind: "member" }>, headers: ReleaseHeaders): ReturnType<Judge> => {
  const { tag } = kernelTag(headers, use.tag);
  if (tag === undefined) return [];
  if (!tag.isWhole) return [{ kind: "name-gone", subject: use.tag, does: "reads-member" }];
  const far = notReached([tag], unit);
  if (far !== undefined) return [{ kind: "include-lost", subject: use.tag, does: "reads-member", header: far }];
  return kernelMember(headers, use.tag, use.member) === "none"
    ? [{ kind: "member-gone", subject: `${use.tag}.${use.member}`, does: "reads-member" }]
    : [];
};

/** A pointer to a function, or to a typedef of one as proc_handler is. */
const isCallback = (type: CType, headers: ReleaseHeaders): boolean => {
  if (type.kind === "base") {
    const typedef = headers.names(type.name).find(({ form }) => form === "typedef");
    const stands = typedef?.form === "typedef" ? parseType(typedef.type) : undefined;
    return stands !== undefined && (stands.kind === "function" || (stands.kind === "pointer" && stands.to.kind === "function"));
  }
  return type.kind === "pointer" && (type.to.kind === "function" || (type.to.kind === "base" && isCallback(type.to, headers)));
};

const judgeAssign = (use: Extract<SourceUse, { kind: "assign" }>, headers: ReleaseHeaders): ReturnType<Judge> => {
  const { to, what, value, isFixed } = use;
  const wanted = showType(to);
  if (isFixed && what !== "variable" && what !== "return") return [{ kind: "member-type", subject: what, does: "writes-member", wanted }];
  if (value.type === undefined) return [];
  const fit: Fit = fitsInto(value.type, to, headers, value.isZero ?? false);
  if (fit !== "breaks" && fit !== "may-break") return [];
  const gives = givesOf(value);
  const unsure = fit === "may-break" ? { isUnsure: true } : {};
  if (what !== "variable" && what !== "return") {
    return [{ kind: isCallback(to, headers) ? "callback-type" : "member-type", subject: what, does: "assigns", gives, wanted, ...unsure }];
  }
  if (value.from?.kind === "call") return [{ kind: "return-type", subject: value.from.name, does: "assigns", gives, wanted, ...unsure }];
  if (value.from?.kind === "member") return [{ kind: "member-type", subject: value.from.name, does: "assigns", gives, wanted, ...unsure }];
  return [];
};

const judgeUse: Judge = (unit, use, headers) => {
  switch (use.kind) {
    case "include":
      return headers.hasHeader(use.header) ? [] : [{ kind: "header-gone", subject: use.header, does: "includes" }];
    case "call":
      return judgeCall(unit, use, headers);
    case "name":
      return judgeName(unit, use, headers);
    case "tag":
      return judgeTag(unit, use, headers);
    case "member":
      return judgeMember(unit, use, headers);
    case "assign":
      return judgeAssign(use, headers);
    case "operand":
      return use.value.from !== undefined && use.value.type !== undefined && aggregateOf(use.value.type, headers) !== undefined
        ? [
            {
              kind: use.value.from.kind === "call" ? "return-type" : "member-type",
              subject: use.value.from.name,
              does: "computes",
              gives: givesOf(use.value),
            },
          ]
        : [];
  }
};

/** Names that the source and a header in reach both declare, in ways that do not go together. */
const judgeOwn = (unit: SourceUnit, own: OwnName, headers: ReleaseHeaders): ReturnType<Judge> => {
  const problem = {
    kind: "redefinition",
    subject: own.name,
    does: "declares",
    ...(own.type && { gives: { type: showType(own.type) } }),
  } as const;
  if (own.form === "tag") {
    const { tag } = kernelTag(headers, own.name);
    return own.isDefinition && tag !== undefined && tag.isWhole && tag.sure && unit.reached.has(tag.header) ? [problem] : [];
  }
  if (own.form === "macro" || unit.hidden.has(own.name)) return [];
  const entries = headers.names(own.name).filter(({ sure, header }) => sure && unit.reached.has(header));
  const clashes = entries.some((entry) => {
    if (entry.form === "macro")
      return entry.target !== own.name && (own.form === "constant" || (own.form === "function" && own.isDefinition));
    if (own.form === "constant") return true;
    if (entry.form === "typedef" ? own.form !== "typedef" : own.form === "typedef") return true;
    if (entry.form === "constant") return true;
    if (entry.form === "inline" && own.isDefinition) return true;
    if (own.isStatic && (entry.form === "function" || entry.form === "variable")) return true;
    const type = parseType(entry.type);
    return type !== undefined && own.type !== undefined && isSameType(own.type, type, headers) === "breaks";
  });
  return clashes ? [problem] : [];
};

const keyOf = ({ kind, subject, count, argument, gives }: Omit<Problem, "unit" | "use" | "key">): string =>
  [kind, subject, count, argument, gives?.type, gives?.name].filter((each) => each !== undefined).join(" ");

/** All problems, each with all the uses that have it. */
export const problemsOf = (facts: SourceFacts, headers: ReleaseHeaders): ReadonlyMap<string, readonly Problem[]> => {
  const problems = new Map<string, Problem[]>();
  const add = (unit: SourceUnit, use: SourceUse | OwnName, found: ReturnType<Judge>): void => {
    for (const each of found) {
      const key = keyOf(each);
      const list = problems.get(key);
      const problem = { ...each, key, unit, use };
      if (list === undefined) problems.set(key, [problem]);
      else list.push(problem);
    }
  };
  for (const unit of facts.units) {
    const own = new Set(unit.own.map(({ name }) => name));
    for (const use of unit.uses) {
      // A macro of the source's that it also calls by the name of the kernel's.
      if (
        (use.kind === "name" || use.kind === "call") &&
        own.has(use.kind === "name" ? use.name : use.callee) &&
        headers.names(use.kind === "name" ? use.name : use.callee).length === 0
      )
        continue;
      add(unit, use, judgeUse(unit, use, headers));
    }
    for (const each of unit.own) add(unit, each, judgeOwn(unit, each, headers));
  }
  return problems;
};
