import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { bytesSource, decodeText, type ByteSource } from "../inputs/bytes.ts";
import { carve } from "../inputs/bpf/embedded.ts";
import type { BpfNames } from "../inputs/bpf/names.ts";
import { parseBpfObject } from "../inputs/bpf/object.ts";
import { decompressed } from "../inputs/container.ts";
import { isExported, readExported } from "../inputs/exported-manifest.ts";
import type { LookupDoors } from "../inputs/lookups/doors.ts";
import { parseModule, type ModuleFacts } from "../inputs/module.ts";
import { collect, collectLater, InputError, type Problem } from "../shared/input-error.ts";
import { MAX_TEXT } from "../shared/limits.ts";
import { subjectFromBpf } from "../usage/from-bpf.ts";
import { subjectOf, subjectsFromManifest } from "../usage/from-manifest.ts";
import { subjectFromModule } from "../usage/from-module.ts";
import { subjectFromProgram } from "../usage/from-program.ts";
import type { Subject, Use } from "../usage/model.ts";
import { compileNames, type SymbolNames } from "../usage/names.ts";
import { guardSites } from "./guards.ts";
import type { Host } from "./host.ts";
import type { Progress } from "./progress.ts";
import { folderOfMakefile, isSourceFolder } from "./source-folder.ts";
import type { ShippedData } from "./shipped.ts";

export interface LoadedSubjects {
  readonly subjects: readonly Subject[];
  /** Folders that hold a source, and neither a module nor a BPF object. */
  readonly folders: readonly string[];
  /** What could not be read, of the other inputs. */
  readonly problems: readonly Problem[];
}

export interface LoadOptions {
  /** What is known of symbol names. */
  readonly data: ShippedData;
  /** Whether to find the source lines of uses. */
  readonly places: boolean;
  /** Whether to take a digest of each module. */
  readonly digest?: boolean;
  /** Whether to look for BPF objects in the inputs, whatever they are: skeletons in programs and libraries. */
  readonly embedded?: boolean;
  /** Whether the places of a file's subjects are wanted; left out: of all. */
  readonly placesIn?: (path: string) => boolean;
  readonly progress?: Progress;
}

/** A manifest is text; this much of its beginning tells it from a binary and from prose. */
const SNIFF = 4096;
const CHUNK = 1 << 18;

const isElf = (head: Uint8Array): boolean => head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;

/** Whether an ELF header is one of BPF's machine, in either byte order. */
const isBpf = (head: Uint8Array): boolean => head[18] === (head[5] === 2 ? 0 : EM_BPF) && head[19] === (head[5] === 2 ? EM_BPF : 0);
const EM_BPF = 247;

/** Whether a text could be a manifest: its one mandatory key stands near the beginning. */
const looksLikeManifest = (head: Uint8Array): boolean => !head.includes(0) && /(^|[\s{,"'])manifest["']?\s*:/.test(decodeText(head));

/** SHA-256 of the module itself: decompressed, without the signature that was appended to it. */
const digestOf = (source: ByteSource, { signature }: ModuleFacts): string => {
  const hash = createHash("sha256");
  const size = signature?.start ?? source.size;
  for (let at = 0; at < size; at += CHUNK) hash.update(source.read(at, Math.min(CHUNK, size - at)));
  return hash.digest("hex");
};

/** The options as a reader wants them. */
interface Known {
  readonly names: () => SymbolNames;
  readonly doors: LookupDoors;
  readonly places: boolean;
  readonly digest: boolean;
  readonly embedded: boolean;
  readonly bpf: () => BpfNames;
}

/** BPF objects in a file of any kind, by where they lie in it; one that cannot be read costs only itself. */
const embeddedIn = (source: ByteSource, { bpf }: Known, problems: Problem[]): readonly Subject[] => {
  const images = carve(source);
  if (images.length === 0) throw new InputError({ file: source.name, message: "holds no BPF object" });
  return images.flatMap(({ offset, source: image }) => {
    const name = images.length === 1 ? source.name : `${source.name}@0x${offset.toString(16)}`;
    return collect(problems, () => subjectFromBpf(parseBpfObject({ ...image, name }, bpf()), name)) ?? [];
  });
};

/** SHA-256 of a whole input. */
const digestOfAll = (source: ByteSource): string => {
  const hash = createHash("sha256");
  for (let at = 0; at < source.size; at += CHUNK) hash.update(source.read(at, Math.min(CHUNK, source.size - at)));
  return hash.digest("hex");
};

const textOf = (source: ByteSource, what: string): string => {
  if (source.size > MAX_TEXT) throw new InputError({ file: source.name, message: `${what} of ${source.size} bytes (at most ${MAX_TEXT})` });
  return decodeText(source.read(0, source.size));
};

/** A BPF object or a program as it was asked for: their places cost nothing to find, and may still not be wanted. */
const finished = (subject: Subject, source: ByteSource, { digest, places }: Known): Subject => ({
  ...subject,
  ...(digest && { sha256: digestOfAll(source) }),
  ...(!places && { uses: subject.uses.map((use) => ({ ...use, sites: [] })) }),
});

/** What one input holds, by its content and not by its name. */
const subjectsOf = async (
  source: ByteSource,
  debug: ByteSource | undefined,
  options: Known,
  problems: Problem[],
): Promise<readonly Subject[]> => {
  const { places, digest, names, doors, bpf } = options;
  if (options.embedded) return embeddedIn(source, options, problems);
  const head = source.read(0, Math.min(source.size, SNIFF));
  if (!isElf(head)) {
    const exported = source.size <= MAX_TEXT && isExported(head) ? readExported(textOf(source, "a manifest")) : undefined;
    if (exported) {
      const alike = new Map<string, Use>();
      return exported.map((entry) => subjectOf(entry, { file: source.name, line: 1, column: 1 }, undefined, alike));
    }
    const { detectProgram, parseManifest, parseProgram } = await import("./texts.ts");
    const isProgram = !head.includes(0) && detectProgram(decodeText(head)) !== undefined;
    if (isProgram) return [finished(subjectFromProgram(parseProgram(textOf(source, "a log"), source.name), source.name), source, options)];
    if (looksLikeManifest(head)) return subjectsFromManifest(parseManifest(textOf(source, "a manifest"), source.name));
  } else if (isBpf(head)) return [finished(subjectFromBpf(parseBpfObject(source, bpf()), source.name), source, options)];
  const known = names();
  const facts = parseModule(source, {
    ...(places && { placesOf: (arch: string, name: string) => !known.isToolchain(arch, name) }),
    ...(debug && { debug }),
    doors,
  });
  const subject = subjectFromModule(facts, source.name, known);
  return [digest ? { ...subject, sha256: digestOf(source, facts) } : subject];
};

const MODULE = /\.ko(\.(gz|xz|zst))?$/;
/** What a folder is searched for: modules, and BPF objects under the name that libbpf's own examples give them. */
const INPUT = /\.(ko(\.(gz|xz|zst))?|bpf\.o)$/;

/**
 * The modules and BPF objects below a folder, in a stable order; a link that leads nowhere is one of them, and fails when it is read.
 * A folder is entered once, however many links lead to it; one that cannot be listed costs only itself.
 */
const modulesBelow = (host: Host, top: string, problems: Problem[]): string[] => {
  const seen = new Set<string>();
  const below = (folder: string): string[] => {
    const real = host.realPath(folder);
    if (seen.has(real)) return [];
    seen.add(real);
    return host.list(folder).flatMap((name) => {
      const path = join(folder, name);
      return collect(problems, () => inFolder(path, host.kindOf(path))) ?? [];
    });
  };
  const inFolder = (path: string, kind: ReturnType<Host["kindOf"]>): string[] => {
    if (kind === "folder" && !INPUT.test(path)) return below(path);
    // Node reads a name that is not UTF-8 as one that is not there.
    if (kind === "missing" && path.includes("\ufffd"))
      throw new InputError({ file: host.shown(path), message: "its name is not UTF-8, so that it cannot be opened" });
    return INPUT.test(path) && (kind === "file" || kind === "missing") ? [path] : [];
  };
  return below(top);
};

/** The modules that a kbuild `modules.order` lists: relative to it, as objects since 6.3 (scripts/Makefile.modpost). */
const modulesOrdered = (host: Host, file: string): string[] =>
  host
    .readText(file)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => join(line.startsWith("/") ? "" : dirname(file), line.replace(/\.o$/, ".ko")));

/** The files that an input stands for. */
const filesOf = (host: Host, path: string, folders: string[], problems: Problem[]): readonly string[] => {
  if (path.endsWith("modules.order")) return modulesOrdered(host, path);
  const source = folderOfMakefile(path);
  if (source !== undefined && host.kindOf(path) === "file") {
    folders.push(source);
    return [];
  }
  if (host.kindOf(path) !== "folder") return [path];
  const before = problems.length;
  const files = modulesBelow(host, path, problems);
  if (files.length === 0 && isSourceFolder(host, path)) folders.push(path);
  else if (files.length === 0 && problems.length === before)
    throw new InputError({
      file: host.shown(path),
      message: "is a directory with neither a kernel module nor a BPF object in it, and no Makefile, Kbuild or dkms.conf",
    });
  return files;
};

/** Bytes of a file that is read at once: of larger ones a look at the symbols takes a part; for a digest all is read. */
const AT_ONCE = 1 << 17;
const AT_ONCE_WHOLE = 1 << 21;

/** Reads one file, and beside a stripped module the debug information that was split off it. */
const loadFile = (host: Host, file: string, options: Known, problems: Problem[]): Promise<readonly Subject[]> => {
  const atOnce = options.digest ? AT_ONCE_WHOLE : AT_ONCE;
  const load = async (source: ByteSource): Promise<readonly Subject[]> => {
    const plain = await decompressed(source);
    const split = `${file.replace(/\.(gz|xz|zst)$/, "")}.debug`;
    const guarded = (subjects: readonly Subject[]): readonly Subject[] =>
      options.places && MODULE.test(file) ? subjects.map((subject) => guardSites(host, subject)) : subjects;
    if (!options.places || !MODULE.test(file) || host.kindOf(split) !== "file")
      return guarded(await subjectsOf(plain, undefined, options, problems));
    return host.withFile(split, async (debug) => guarded(await subjectsOf(plain, await decompressed(debug), options, problems)));
  };
  return host.withFile(file, load, atOnce);
};

/**
 * Reads every input: modules, BPF objects, logs of system calls, manifests, folders, lists of modules, `-` for standard input.
 * A fault costs only the input it is in.
 */
export const loadSubjects = async (
  host: Host,
  paths: readonly string[],
  { data, places, digest = false, embedded = false, placesIn, progress }: LoadOptions,
): Promise<LoadedSubjects> => {
  let names: SymbolNames | undefined;
  const options: Known = {
    names: () => (names ??= compileNames(data.toolchain, data.written)),
    doors: data.doors,
    bpf: () => data.bpf,
    places,
    digest,
    embedded,
  };
  const optionsFor = (file: string): Known => ({ ...options, places: places && (placesIn?.(host.shown(file)) ?? true) });
  const subjects: Subject[] = [];
  const folders: string[] = [];
  const problems: Problem[] = [];
  let done = 0;
  for (const [index, path] of paths.entries()) {
    await collectLater(problems, async () => {
      if (path === "-") {
        const source = await decompressed(bytesSource("-", host.readStdin()));
        for (const subject of await subjectsOf(source, undefined, options, problems)) subjects.push(subject);
        return;
      }
      const files = filesOf(host, path, folders, problems);
      // How many there are in all is known when the last path is looked into.
      const all = index === paths.length - 1 ? done + files.length : undefined;
      for (const file of files) {
        progress?.("reads inputs", ++done, all);
        // A manifest may have more subjects than a call has arguments.
        await collectLater(problems, async () => {
          for (const subject of await loadFile(host, file, optionsFor(file), problems)) subjects.push(subject);
        });
      }
    });
  }
  return { subjects, folders, problems };
};
