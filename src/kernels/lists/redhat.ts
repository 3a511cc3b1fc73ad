import { InputError } from "../../shared/input-error.ts";
import { parseSymversLine } from "../symvers.ts";
import { eachLine, nameProblem, openNotes, refuseEmpty } from "./lines.ts";
import type { ListEntry, ListRange, VendorList } from "./model.ts";
import { addOnce } from "./names.ts";

/** As Red Hat spells them in titles and folders. */
const ARCH = "x86_64|i[3-6]86|ia64|ppc64le|ppc64|ppc|s390x|s390|aarch64|riscv64";
const TITLE = new RegExp(`^(.*?)_(${ARCH})_(?:stable|white)list$`);
/** RHEL 5 had a section for each subsystem and update: `rhel5_arch_x86_64_kernel_u2`. */
const OLD_TITLE = new RegExp(`^(rhel\\d+)_(?:arch_(${ARCH})_)?`);

/** Whether a section is one of Red Hat's: its name says a release, or an architecture and what it is. */
export const isRedHatTitle = (title: string): boolean => TITLE.test(title) || OLD_TITLE.test(title);

const readTitle = (title: string): Pick<VendorList, "title" | "release" | "arch"> => {
  const [, release, arch] = TITLE.exec(title) ?? OLD_TITLE.exec(title) ?? [];
  return { title, ...(release && { release }), ...(arch && { arch }) };
};

/**
 * Reads `kabi_stablelist_<arch>`, or `kabi_whitelist_<arch>` of old: `[title]`, then a symbol a line behind a TAB. ksc (utils.py read_list)
 * strips tabs and nothing else, so what is indented by blanks is on no list of its: read here all the same, with a note.
 */
export const parseStablelist = (text: string, file: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const notes = openNotes(file);
  let title: string | undefined;
  let section: string | undefined;
  eachLine(text, file, notes, (raw, line) => {
    if (raw.startsWith("[")) {
      section = /^\[(.*)\]\s*$/.exec(raw)?.[1];
      title ??= section;
      return section === undefined ? "a section without its closing bracket" : undefined;
    }
    const name = raw.trim();
    if (name === "" || name.startsWith("#")) return undefined;
    const wrong = nameProblem(name);
    if (wrong !== undefined) return wrong;
    if (raw.includes(" ")) notes.add("blanks", line, `blanks around "${name}": ksc strips tabs only and does not find it`);
    addOnce(symbols, { name, ...(section !== undefined && section !== title && { group: section }), line }, notes);
    return undefined;
  });
  refuseEmpty(symbols.size, file, "symbol");
  const said = title === undefined ? {} : readTitle(title);
  return { format: "redhat-stablelist", file, ...said, symbols, rules: [], ignored: [], notes: notes.all() };
};

/** One file of `kabi-module/kabi_<arch>/`. */
export interface KabiFile {
  readonly file: string;
  readonly arch?: string;
  readonly entry: ListEntry & { readonly range: ListRange };
  readonly notes: VendorList["notes"];
}

/** What stands in such a file, line by line: its range, which of its symvers lines counts, and those. */
interface Gathered {
  range?: ListRange;
  /** `#I:N`: the data line that counts, from 0. */
  index: number;
  readonly data: { readonly text: string; readonly line: number }[];
}

const gather = (gathered: Gathered, raw: string, line: number): string | undefined => {
  const [, key, value] = /^#([^0-9]+):(.*)$/.exec(raw) ?? [];
  if (key !== undefined) {
    if (key !== "I") return undefined;
    if (!/^\d{1,6}$/.test(value!.trim())) return `"${value}" is no index of a data line`;
    gathered.index = Number(value);
  } else if (raw.startsWith("#")) {
    const [, from, to] = /^#(\d+)-(\d*)\s*$/.exec(raw) ?? [];
    if (from === undefined) return `"${raw.slice(0, 80)}" is no range such as #6- or #6-8`;
    if (gathered.range) return "a second range";
    gathered.range = { from, ...(to && { to }) };
  } else if (raw !== "") gathered.data.push({ text: raw, line });
  return undefined;
};

/**
 * Reads the source form of one promise (redhat/kabi/show-kabi): `#FROM-[TO]`, minor releases of which TO no longer has it; metadata, of which
 * `#I:N` says which data line counts; lines as in Module.symvers. Red Hat's tool lists the *name of the file*, so both names must agree.
 */
export const parseKabiSymbolFile = (text: string, file: string): KabiFile => {
  const notes = openNotes(file);
  const gathered: Gathered = { index: 0, data: [] };
  eachLine(text, file, notes, (raw, line) => gather(gathered, raw, line));
  const refuse = (message: string, line = 1): never => {
    throw new InputError({ file, line, column: 1, message });
  };
  const { range = refuse("no range such as #6- in the first line"), index, data } = gathered;
  const { text: counted, line } = data[index] ?? refuse(`no data line ${index}, counted from 0`);
  const found = parseSymversLine(counted);
  if (typeof found === "string") return refuse(found, line);
  const [folder, named] = file.split("/").slice(-2);
  if (named !== undefined && named !== found.name) refuse(`the file is named "${named}" and holds "${found.name}"`, line);
  if (range.to !== undefined && Number(range.to) <= Number(range.from))
    notes.add("range", 1, `the range ${range.from}-${range.to} holds for no release`);
  const arch = new RegExp(`^kabi_(${ARCH})$`).exec(folder!)?.[1];
  return { file, ...(arch !== undefined && { arch }), entry: { ...found, range, line }, notes: notes.all() };
};

/**
 * The list that the files of one `kabi_<arch>` folder are together.
 * @param folder what to call it.
 * @throws InputError where they are of several architectures, or name a symbol twice.
 */
export const listOfKabiFiles = (files: readonly KabiFile[], folder: string): VendorList => {
  const symbols = new Map<string, ListEntry>();
  const arch = files.find((each) => each.arch !== undefined)?.arch;
  for (const { file, arch: its, entry } of files) {
    const at = { file, line: entry.line, column: 1 };
    if (its !== undefined && its !== arch) throw new InputError({ ...at, message: `for ${its}, where ${files[0]!.file} is for ${arch}` });
    if (symbols.has(entry.name)) throw new InputError({ ...at, message: `"${entry.name}" stands twice` });
    symbols.set(entry.name, entry);
  }
  refuseEmpty(symbols.size, folder, "symbol");
  return {
    format: "redhat-kabi-files",
    file: folder,
    ...(arch !== undefined && { arch }),
    symbols,
    rules: [],
    ignored: [],
    notes: files.flatMap(({ notes }) => notes),
  };
};

/** Whether a promise of this range holds for a minor release: the first counts, the last does not. */
export const holdsFor = ({ from, to }: ListRange, minor: number): boolean =>
  Number(from) <= minor && (to === undefined || minor < Number(to));
