import { decodeText, bytesSource, type ByteSource } from "../inputs/bytes.ts";
import { parseManifest } from "../inputs/manifest.ts";
import { parseModule } from "../inputs/module.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import { subjectsFromManifest } from "../usage/from-manifest.ts";
import { subjectFromModule } from "../usage/from-module.ts";
import type { Subject } from "../usage/model.ts";
import type { Host } from "./host.ts";

export interface LoadedSubjects {
  readonly subjects: readonly Subject[];
  /** What could not be read, of the other inputs. */
  readonly problems: readonly Problem[];
}

/** A manifest is text; this much of its beginning tells it from a binary and from prose. */
const SNIFF = 4096;
/** Larger than the manifest of any distribution; a bound on memory. */
const MAX_TEXT = 512 * 1024 * 1024;

const isElf = (head: Uint8Array): boolean => head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;

/** Whether a text could be a manifest: its one mandatory key stands near the beginning. */
const looksLikeManifest = (head: Uint8Array): boolean => !head.includes(0) && /(^|[\s{,"'])manifest["']?\s*:/.test(decodeText(head));

/** What one input holds, by its content and not by its name. */
const subjectsOf = (source: ByteSource): readonly Subject[] => {
  const head = source.read(0, Math.min(source.size, SNIFF));
  if (!isElf(head) && looksLikeManifest(head)) {
    if (source.size > MAX_TEXT)
      throw new InputError({ file: source.name, message: `a manifest of ${source.size} bytes (at most ${MAX_TEXT})` });
    return subjectsFromManifest(parseManifest(decodeText(source.read(0, source.size)), source.name));
  }
  return [subjectFromModule(parseModule(source), source.name)];
};

const IS_MODULE = /\.ko$/;

/** The modules below a folder, in a stable order. Symbolic links are not followed: a tree that contains itself has no end. */
const modulesBelow = (host: Host, folder: string): string[] =>
  host.list(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    const kind = host.kindOf(path);
    if (kind === "folder") return modulesBelow(host, path);
    return kind === "file" && IS_MODULE.test(name) ? [path] : [];
  });

/**
 * Reads every input: modules, manifests, folders of modules, `-` for standard input.
 * A fault costs only the input it is in.
 */
export const loadSubjects = (host: Host, paths: readonly string[]): LoadedSubjects => {
  const subjects: Subject[] = [];
  const problems: Problem[] = [];
  const attempt = (read: () => readonly Subject[]): void => {
    try {
      subjects.push(...read());
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  };
  for (const path of paths) {
    if (path === "-") attempt(() => subjectsOf(bytesSource("-", host.readStdin())));
    else if (host.kindOf(path) === "folder") {
      attempt(() => {
        const files = modulesBelow(host, path);
        if (files.length === 0) throw new InputError({ file: host.shown(path), message: "is a directory with no kernel module in it" });
        for (const file of files) attempt(() => host.withFile(file, subjectsOf));
        return [];
      });
    } else attempt(() => host.withFile(path, subjectsOf));
  }
  return { subjects, problems };
};
