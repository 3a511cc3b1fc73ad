// What the headers of one kernel declare: a tree of files in, facts out. The caller walks the tree.

import { definedNames, isOfArchitecture, isOfOtherArchitecture, withArchitecture } from "../c/architecture.ts";
import { learnAttributes } from "../c/attributes.ts";
import type { Certainty } from "../c/branches.ts";
import { NOT_HERE, type Options, parseConfig } from "../c/condition.ts";
import { type DeclaredName, expandableOf, holdsDeclarations, readDeclarations, type Declarations } from "../c/declarations.ts";
import type { Expandable, Expandables } from "../c/expand.ts";
import type { Definition } from "../c/macros.ts";
import type { DeclaredMember, DeclaredTag } from "../c/members.ts";
import { type Inclusion, reachOf } from "../c/reach.ts";
import { readUnits } from "../c/units.ts";
import type { HeaderName, Tag } from "./model.ts";
import { byPublicity } from "./order.ts";
import { folderRank, includeNames, isIncludable, resolveInclude, uapiParts } from "./paths.ts";

export interface SourceFile {
  /** From the top of the tree. */
  readonly path: string;
  readonly text: string;
}

/** A tag as an index keeps it: its members in the order of the text. */
export type TagKey = `${Tag["tag"]} ${string}`;

/** What the headers of one kernel declare. */
export interface HeaderFacts {
  /** By name; the most public header's first. */
  readonly names: ReadonlyMap<string, readonly HeaderName[]>;
  readonly tags: ReadonlyMap<TagKey, Tag>;
  /**
   * Every header under the name it is included by, and the headers it includes. One of uapi/ that is part of another has a list of its own as well,
   * under `uapi/linux/types.h`: who includes only that does not get what the whole one includes.
   */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** Headers that only say again what the configuration says, and those of device trees. */
const IS_SILENT = /^(generated\/(autoconf|asm-offsets|rq-offsets)\.h|dt-bindings\/)/;

/** x86's address space of per-CPU data, which since 6.15 is put together by macros (arch/x86/include/asm/percpu_types.h). */
const NAMED_SPACES = ["__percpu", "__percpu_qual", "__percpu_seg_override"].map((name) => [name, { call: false, keywords: [] }] as const);

/** Registers of chips: their macros for numbers are an eighth of all names, and nobody's module asks for them but the chip's own. */
const IS_OF_REGISTERS = /^(linux\/(mfd|bnge|bnxt)|video)\//;
/** What the macros of a tracepoint make for each other (include/linux/tracepoint.h); trace_x() and register_trace_x() are a module's. */
const IS_OF_TRACING = /^(__do_trace_|__trace_|__traceiter_|__SC[KT]__|check_trace_callback_type_|rust_do_trace_|STATIC_CALL)/;

/** Whether an index keeps a name of a header. */
const isKept = (header: string, each: DeclaredName): boolean =>
  header.startsWith("trace/")
    ? !IS_OF_TRACING.test(each.name)
    : !(each.form === "macro" && each.body !== undefined && /^[(\d-]/.test(each.body) && IS_OF_REGISTERS.test(header));

/** What a header is called that no other includes in this configuration. */
const BY_ITSELF = "its header is included by itself";

interface Macros {
  isMacro(name: string): boolean;
  /** Function-like macros, and others that hold declarations; their bodies are read when they are asked for. */
  readonly expandable: Expandables;
  /** Whether nothing but, perhaps, this file defines a macro. */
  definedOnlyIn(name: string, path: string): boolean;
}

const macrosOf = (headers: readonly SourceFile[], options: Options): Macros => {
  const definedIn = new Map<string, string | "several">();
  for (const { path, text } of headers)
    for (const name of definedNames(text)) definedIn.set(name, (definedIn.get(name) ?? path) === path ? path : "several");
  const definedOnlyIn = (name: string, path: string): boolean => (definedIn.get(name) ?? path) === path;
  const found = new Map<
    string,
    { readonly macro: Definition; readonly certainty: Certainty; readonly isStage: boolean; readonly isOneOfSeveral: boolean }
  >();
  for (const { path, text } of headers)
    readUnits(text, options, {
      bodies: false,
      presumesUndefined: (name) => definedOnlyIn(name, path),
      unit: () => {},
      define(macro, certainty) {
        if (certainty === 0 || !holdsDeclarations(macro)) return;
        // The surest definition counts; those of tracing's stages only where there is no other (include/trace/define_trace.h).
        const isStage = /^include\/trace\/[^/]+$|^include\/trace\/stages\//.test(path);
        const known = found.get(macro.name);
        if (known === undefined || (known.isStage && !isStage) || (known.isStage === isStage && known.certainty < certainty))
          found.set(macro.name, { macro, certainty, isStage, isOneOfSeveral: false });
        else if (known.isStage === isStage && known.certainty === certainty && known.macro.body.trim() !== macro.body.trim())
          found.set(macro.name, { ...known, isOneOfSeveral: true });
      },
    });
  const made = new Map<string, Expandable>();
  const expandable: Expandables = (name) => {
    const definition = found.get(name);
    // Two headers that both define it for sure are never read together.
    if (definition === undefined || (definition.isOneOfSeveral && definition.certainty === 2)) return undefined;
    const known = made.get(name);
    if (known !== undefined) return known;
    const tokens: Expandable = { ...expandableOf(definition.macro), ...(definition.isOneOfSeveral && { isOneOfSeveral: true }) };
    made.set(name, tokens);
    return tokens;
  };
  return { expandable, definedOnlyIn, isMacro: (name) => found.get(name)?.macro.parameters !== undefined };
};

const VERSION_FILE = "include/generated/uapi/linux/version.h";

/** LINUX_VERSION_CODE as the build of a tree wrote it. */
export const versionIn = (headers: readonly SourceFile[]): number | undefined => {
  const code = /LINUX_VERSION_CODE\s+(\d+)/.exec(headers.find(({ path }) => path === VERSION_FILE)?.text ?? "")?.[1];
  return code === undefined ? undefined : Number(code);
};

/** The C that the kernel is written in: gnu11 since 5.18 (its Makefile), gnu89 before, in which there is no such macro. */
const languageOf = (version: number | undefined): Options =>
  new Map([["__STDC_VERSION__", version === undefined || version >= 0x05_12_00 ? "201112L" : NOT_HERE]]);

interface Read {
  readonly header: string;
  /** `uapi/linux/types.h`, of one that is part of linux/types.h. */
  readonly part: string | undefined;
  readonly found: Declarations;
}

const least = (a: Certainty, b: Certainty): Certainty => (a < b ? a : b);

/** How sure it is that each header is read at all: one that only dead branches include is for modules to include by itself. */
const reachedBy = (read: readonly Read[], names: ReadonlySet<string>): ReadonlyMap<string, Certainty> => {
  const inclusions: Inclusion[] = [];
  for (const { header, found } of read)
    for (const { target, certainty } of found.includes) {
      const to = resolveInclude(target, header, names);
      if (to !== undefined) inclusions.push({ from: header, to, certainty });
    }
  return reachOf(names, inclusions);
};

const sameText = (a: HeaderName): string => {
  const { sure: _sure, condition: _condition, ...rest } = a;
  return JSON.stringify(rest);
};

const isDenied = (a: string, b: string): boolean => a === `!${b}` || b === `!${a}` || a === `!(${b})` || b === `!(${a})`;

/** One entry for each thing that is said; what is said under a condition and under its opposite is sure. */
const merged = (all: readonly HeaderName[]): readonly HeaderName[] => {
  const known = new Map<string, HeaderName>();
  for (const each of all) {
    const key = sameText(each);
    const other = known.get(key);
    if (other === undefined) known.set(key, each);
    else if (!other.sure && (each.sure || isDenied(other.condition ?? "", each.condition ?? ""))) {
      const { condition: _condition, ...rest } = each;
      known.set(key, { ...rest, sure: true });
    }
  }
  return [...known.values()].sort(byPublicity);
};

/** Headers whose macros for numbers keep these: constants of devices are thousands, and no module asks for their value. */
const KEEPS_NUMBERS = /^(linux|asm|asm-generic|net|scsi|generated)\/[^/]+$/;

const shown = (header: string, { certainty, condition, name: _name, ...rest }: DeclaredName, reach: Certainty): HeaderName => {
  const sure = least(certainty, reach) === 2;
  const why = condition ?? (reach < 2 ? BY_ITSELF : undefined);
  const common = { header, sure, ...(!sure && why !== undefined && { condition: why }) };
  if (rest.form !== "macro" || rest.body === undefined || /^[A-Za-z_]/.test(rest.body) || KEEPS_NUMBERS.test(header))
    return { ...common, ...rest };
  const { body: _body, ...macro } = rest;
  return { ...common, ...macro };
};

type FoundTag = DeclaredTag & { readonly header: string; readonly certainty: Certainty; readonly condition?: string };

const betterTag = (a: FoundTag, b: FoundTag): boolean =>
  Number(a.members !== undefined) - Number(b.members !== undefined) > 0 ||
  (Number(a.members !== undefined) === Number(b.members !== undefined) &&
    (a.certainty > b.certainty || (a.certainty === b.certainty && folderRank(a.header) < folderRank(b.header))));

/** Structs in structs by tag alone (-fms-extensions): deeper than this their members are not listed. */
const MAX_EMBEDDED = 8;

const membersOf = (tag: FoundTag, tags: ReadonlyMap<string, FoundTag>, depth = 0): readonly DeclaredMember[] =>
  (tag.members ?? []).flatMap((member): readonly DeclaredMember[] => {
    if (member.name !== "") return [member];
    const inner = depth < MAX_EMBEDDED ? tags.get(member.type) : undefined;
    return inner === undefined ? [] : membersOf(inner, tags, depth + 1);
  });

/**
 * Reads the headers of one kernel, each file once and in any order; files that are no headers are passed over.
 * @param files with their paths from the top of the tree: include/, arch/x86/include/ with what is generated there, other architectures' include/asm/.
 * @param config the text of the .config they are read with.
 */
export const readHeaderTree = (files: Iterable<SourceFile>, config: string): HeaderFacts => {
  const headers: SourceFile[] = [];
  const ofOthers = new Set<string>();
  for (const file of files) {
    if (isIncludable(file.path)) headers.push(file);
    else if (isOfOtherArchitecture(file.path)) for (const name of definedNames(file.text)) ofOthers.add(name);
  }
  const parsed = parseConfig(config);
  const given = new Map([...parsed, ...languageOf(versionIn(headers))]);
  const options = withArchitecture(given, headers, ofOthers);
  const attributes = new Map([
    ...learnAttributes(
      headers.map(({ text }) => text),
      parsed,
    ),
    ...NAMED_SPACES,
  ]);
  const macros = macrosOf(headers, options);
  const knowledge = { attributes, macros: macros.expandable, isMacro: macros.isMacro };
  const nameOf = includeNames(new Map(headers.map(({ path, text }) => [path, text])));
  const all = new Set(nameOf.values());
  const parts = uapiParts(nameOf);
  const withParts = new Set([...all, ...parts.values()]);
  const read = headers.map(({ path, text }): Read => {
    const header = nameOf.get(path)!;
    const part = parts.get(path);
    const found = readDeclarations(text, isOfArchitecture(path) ? given : options, knowledge, (name) => macros.definedOnlyIn(name, path));
    return { header, part, found: IS_SILENT.test(header) ? { ...found, names: [], tags: [] } : found };
  });
  const reach = reachedBy(read, all);

  const names = new Map<string, HeaderName[]>();
  const tags = new Map<string, FoundTag>();
  const includes = new Map<string, Set<string>>([...withParts].map((header) => [header, new Set()]));
  for (const { header, part, found } of read) {
    const reached = reach.get(header) ?? 2;
    // asm-generic/ that x86 replaces is never read.
    const isReplaced = reached === 0 && header.startsWith("asm-generic/");
    const certainty: Certainty = reached === 0 ? 1 : reached;
    for (const { target, certainty: sure } of found.includes) {
      const to = resolveInclude(target, header, withParts);
      if (to === undefined || to === header || to === `uapi/${header}` || sure === 0) continue;
      includes.get(header)!.add(to);
      if (part !== undefined) includes.get(part)!.add(to);
    }
    if (isReplaced) continue;
    for (const each of found.names) {
      if (!isKept(header, each)) continue;
      const entry = shown(header, each, certainty);
      const known = names.get(each.name);
      if (known === undefined) names.set(each.name, [entry]);
      else known.push(entry);
    }
    for (const each of found.tags) {
      const key = `${each.tag} ${each.name}`;
      const why = each.condition ?? (certainty < 2 ? BY_ITSELF : undefined);
      const tag: FoundTag = { ...each, header, certainty: least(each.certainty, certainty), ...(why !== undefined && { condition: why }) };
      const known = tags.get(key);
      if (known === undefined || betterTag(tag, known)) tags.set(key, tag);
    }
  }
  const byText = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : a > b ? 1 : 0);
  return {
    names: new Map([...names].sort(byText).map(([name, each]) => [name, merged(each)])),
    tags: new Map(
      [...tags].sort(byText).map(([key, tag]) => {
        const sure = tag.certainty === 2;
        const whole: Tag = {
          tag: tag.tag,
          name: tag.name,
          header: tag.header,
          sure,
          ...(!sure && tag.condition !== undefined && { condition: tag.condition }),
          isWhole: tag.members !== undefined,
          members: membersOf(tag, tags).map(({ name, type, condition }) => ({
            name,
            type,
            sure: condition === undefined || condition === tag.condition,
          })),
        };
        return [key as TagKey, whole];
      }),
    ),
    headers: new Map([...includes].sort(byText).map(([header, each]) => [header, [...each].sort()])),
  };
};
