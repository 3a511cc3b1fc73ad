import { InputError } from "../../shared/input-error.ts";
import { parseBtf, type Btf } from "../btf/btf.ts";
import { parseBtfExt, type BtfExt } from "../btf/ext.ts";
import { stringAt, type ByteSource } from "../bytes.ts";
import { parseElf, sectionBytes, sectionError, sectionNamed, type Elf } from "../elf/elf.ts";
import { relocationTables, type Relocations } from "../elf/relocations.ts";
import { SHN_UNDEF } from "../elf/symbols.ts";
import { isCode, readCode, type BpfCode, type BpfFunction, type CodePlace } from "./code.ts";
import { coreReader } from "./core.ts";
import type { BpfExtern, BpfFacts, BpfRelocation } from "./facts.ts";
import { readMaps } from "./maps.ts";
import { nameOf, type BpfNames } from "./names.ts";
import { opaqueReads } from "./opaque.ts";
import { siteMaker, type SiteOf } from "./places.ts";
import { programsOf } from "./programs.ts";
import { readStructOps } from "./struct-ops.ts";
import { readSymbols, type BpfSymbols } from "./symbols.ts";
import { datasecsOf, type DatasecEntry } from "./types.ts";

export type { BpfNames } from "./names.ts";

const EM_BPF = 247;
const SECTIONS_OF_EXTERNS = [".ksyms", ".kconfig"] as const;

/** The ELF side of a BPF object. @throws InputError for anything else, and for a big-endian one. */
const openObject = (source: ByteSource): { readonly elf: Elf; readonly symbols: BpfSymbols } => {
  const elf = parseElf(source);
  const refuse = (offset: number, message: string): never => {
    throw new InputError({ file: source.name, offset, message });
  };
  if (elf.machine !== EM_BPF) refuse(18, `not a BPF object: made for ${elf.arch}`);
  if (!elf.little) refuse(5, "big-endian BPF objects are not supported (little-endian ones are)");
  if (!elf.is64) refuse(4, "a BPF object of 32 bits (they have 64)");
  return { elf, symbols: readSymbols(elf) ?? refuse(0, "no symbol table: libbpf cannot load a stripped object") };
};

const typesOf = (elf: Elf): { readonly btf?: Btf; readonly ext?: BtfExt } => {
  const [types, lines] = [sectionNamed(elf, ".BTF"), sectionNamed(elf, ".BTF.ext")];
  if (!types) return {};
  const btf = parseBtf(sectionBytes(elf, types), elf.source.name, types.offset);
  return { btf, ...(lines && { ext: parseBtfExt(sectionBytes(elf, lines), elf.source.name, lines.offset, btf) }) };
};

/** The relocations of code, maps and struct_ops, by the section that they fill in; those of debug information are nobody's affair here. */
const relocationsOf = (elf: Elf): ReadonlyMap<number, Relocations> =>
  new Map(
    relocationTables(elf)
      .filter(({ target }) => isCode(target) || target.name.includes(".struct_ops"))
      .map((table) => [table.target.index, table.read()]),
  );

/** The `license` section, up to its NUL. */
const licenceOf = (elf: Elf): string | undefined => {
  const section = sectionNamed(elf, "license");
  if (!section) return undefined;
  const licence = stringAt(sectionBytes(elf, section), 0);
  if (licence === undefined) throw sectionError(elf, section, 0, "the licence has no end");
  return licence;
};

/**
 * What the loader fills in: kernel functions and variables, configuration values. Those that types list are told apart by them; what they list nowhere
 * is a function of another object, for the linker to find. Without types nothing tells, and a call of an undefined symbol is taken for one of a kfunc.
 */
const externsOf = (
  symbols: BpfSymbols,
  datasecs: ReadonlyMap<string, readonly DatasecEntry[]>,
  hasBtf: boolean,
  code: BpfCode,
  { toolchain }: BpfNames,
  sites: (places: readonly CodePlace[]) => BpfExtern["sites"],
): Pick<BpfFacts, "kfuncs" | "externs"> => {
  const kfuncs: BpfExtern[] = [];
  const externs: BpfFacts["externs"][number][] = [];
  const known = new Map(
    SECTIONS_OF_EXTERNS.flatMap((section) => (datasecs.get(section) ?? []).map((entry) => [entry.name, { ...entry, section }] as const)),
  );
  for (const { index, name, weak, section } of symbols.all) {
    if (section !== SHN_UNDEF || name === "") continue;
    const places = code.externs.get(index) ?? [];
    const extern = { name, weak, byCompiler: toolchain.includes(name), sites: sites(places) };
    const entry = known.get(name);
    if (entry && !entry.isFunction) externs.push({ ...extern, section: entry.section });
    else if (entry || (!hasBtf && places.length > 0)) kfuncs.push(extern);
  }
  return { kfuncs, externs };
};

/** CO-RE relocations; those of code that the linker left over from weak functions are passed over, as libbpf does. */
const coreRelocations = (
  elf: Elf,
  btf: Btf | undefined,
  ext: BtfExt | undefined,
  code: BpfCode,
  siteOf: SiteOf,
): readonly BpfRelocation[] => {
  if (!btf || !ext) return [];
  const read = coreReader(btf);
  const sections = new Map(elf.sections.toReversed().map((section) => [section.name, section]));
  return ext.relocations.flatMap(({ section: name, records }) => {
    const section = sections.get(name);
    if (!section) return [];
    return records.flatMap((record) => {
      const own = code.functionAt(section, record.at);
      const refuse = (why: string): never => {
        throw sectionError(elf, section, record.at, `CO-RE relocation: ${why}`);
      };
      return own ? [{ ...read(record, refuse), site: siteOf(own, record.at) }] : [];
    });
  });
};

/**
 * Reads a BPF object: ELF for machine 247 as clang or `bpftool gen object` writes it, before it is loaded.
 * @param names what numbers and section names mean (rules/data/bpf.yaml).
 * @throws InputError for anything else, for a big-endian object, for one that is cut short or contradicts itself.
 */
export const parseBpfObject = (source: ByteSource, names: BpfNames): BpfFacts => {
  const { elf, symbols } = openObject(source);
  const { btf, ext } = typesOf(elf);
  const datasecs = datasecsOf(btf);
  const relocations = relocationsOf(elf);
  const code = readCode(elf, symbols, relocations);
  const structOps = readStructOps(elf, symbols, btf, datasecs, relocations, code);
  const programs = programsOf(code, structOps, names);
  const reached = (from: (program: (typeof programs)[number]) => boolean): ReadonlySet<BpfFunction> =>
    code.reachedFrom(programs.filter(from).flatMap(({ function: own }) => code.functionAt(own.section, own.start) ?? []));
  const siteOf = siteMaker(
    ext,
    reached((each) => !each.optional),
    reached((each) => each.optional),
  );
  const sites = (places: readonly CodePlace[]): BpfExtern["sites"] => places.map((place) => siteOf(place.function, place.offset));
  const licence = licenceOf(elf);
  const core = coreRelocations(elf, btf, ext, code, siteOf);
  const opaque =
    core.length > 0
      ? []
      : opaqueReads(
          elf,
          code,
          reached(({ attach }) => attach.kind !== "user"),
        );
  return {
    ...(licence !== undefined && { licence }),
    programs: programs.map(({ function: own, ...program }) => ({ ...program, site: siteOf(own, own.start) })),
    helpers: [...code.helpers]
      .sort(([a], [b]) => a - b)
      .map(([id, places]) => ({ id, name: nameOf(names.helpers, id, "helper"), sites: sites(places) })),
    ...externsOf(symbols, datasecs, btf !== undefined, code, names, sites),
    maps: readMaps(elf, symbols, btf, datasecs.get(".maps") ?? [], names),
    structOps: structOps.map(({ section, offset, callbacks, ...rest }) => ({
      ...rest,
      callbacks: callbacks.map((each) => ({ member: each.member, program: each.function.name })),
      site: { section: section.name, offset, ...(rest.optional && { optional: true as const }) },
    })),
    relocations: core,
    opaqueReads: opaque.map(({ helper, added, ...place }) => ({
      helper: nameOf(names.helpers, helper, "helper"),
      added,
      site: siteOf(place.function, place.offset),
    })),
    sources: [...new Set((ext?.lines ?? []).flatMap(({ records }) => records.map(({ file }) => file)))].filter((file) => file !== ""),
    hasBtf: btf !== undefined,
  };
};
