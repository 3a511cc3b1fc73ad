import { archOf, parseOptions } from "../configuration.ts";
import { parseConfig } from "../c/condition.ts";
import { isOfOtherArchitecture } from "../c/architecture.ts";
import { isIncludable } from "./paths.ts";
import { readHeaderTree, type SourceFile, versionIn } from "./tree.ts";
import type { ReleaseInput } from "./write.ts";

/** The kernel's build rules that say what of a module's Makefile counts; in a kernel's tree, or where a distribution has them apart. */
const KBUILD_FILES = ["scripts/Makefile.lib", "scripts/Makefile.build"] as const;

/** Whether `readRelease` reads a file of a tree. */
export const isHeaderFile = (path: string): boolean =>
  isIncludable(path) || isOfOtherArchitecture(path) || (KBUILD_FILES as readonly string[]).includes(path);

/** EXTRA_CFLAGS (Documentation/kbuild/makefiles.rst) was dropped in 6.15: scripts/Makefile.lib adds it to ccflags-y, or no file names it. */
const honoursExtraCflags = (texts: readonly string[]): boolean =>
  texts.some((text) => /^\s*ccflags-y\s*(\+=|:=).*\$\(EXTRA_CFLAGS\)/m.test(text));

/** 6.1.192 and its kin as LINUX_VERSION_CODE counts them; 0 where the text is none. */
const codeOf = (version: string): number => {
  const [, major = "0", minor = "0", patch = "0"] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number(major) * 65536 + Number(minor) * 256 + Math.min(Number(patch), 255);
};

/**
 * What one kernel declares, from the files of its headers: those of its build folder and of its sources, under the paths they have in one tree.
 * @param release its name, and where that says no version, nothing else does: what the tree's version.h says counts first.
 */
export const readRelease = (
  files: Iterable<SourceFile>,
  {
    release,
    config,
    from,
    exported,
  }: { readonly release: string; readonly config: string; readonly from?: string; readonly exported?: ReadonlySet<string> },
): ReleaseInput => {
  const headers: SourceFile[] = [];
  const kbuild: string[] = [];
  for (const file of files) {
    if ((KBUILD_FILES as readonly string[]).includes(file.path)) kbuild.push(file.text);
    else headers.push(file);
  }
  const version = versionIn(headers) ?? codeOf(release);
  const facts = readHeaderTree(headers, config);
  return {
    release: {
      release,
      version,
      arch: archOf(parseOptions(config)) ?? "",
      ...(from !== undefined && { from }),
      // Without the rules themselves, by the version that dropped it.
      honoursExtraCflags: kbuild.length > 0 ? honoursExtraCflags(kbuild) : version < codeOf("6.15"),
      hasExports: exported !== undefined,
      counts: { names: facts.names.size, tags: facts.tags.size, headers: facts.headers.size },
    },
    facts,
    config: parseConfig(config),
    ...(exported !== undefined && { exported }),
  };
};
