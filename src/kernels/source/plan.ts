// Which files of a source tree are compiled into which module, and with which flags.

import { normalised } from "./paths.ts";
import { commandFlags, flagsFrom, pathIn, settled, WORKS_IN_MODULE } from "./flags.ts";
import type { ReleaseHeaders } from "../headers/model.ts";
import { readDkms } from "./dkms.ts";
import { expandText, type MakeProblem, type Surroundings, variable, type Variables, wordsOf } from "./make-expand.ts";
import { KERNEL, TOP } from "./make-words.ts";
import { readMakefile } from "./make.ts";
import type { Flags, NotRead, Place, SourceTree, Undecided } from "./model.ts";

export interface PlannedFile {
  readonly path: string;
  readonly module: string;
  readonly flags: Flags;
  /** The condition of a makefile's that it hangs on whether it is compiled at all. */
  readonly undecided?: Undecided;
}

export interface Plan {
  readonly modules: readonly string[];
  readonly files: readonly PlannedFile[];
  readonly extraCflags: readonly Place[];
  readonly notRead: readonly NotRead[];
  /** The makefiles that were read, and what of them was not understood. */
  readonly makefiles: ReadonlySet<string>;
}

const MAX_FOLDERS = 200;
const MAX_MAKEFILE = 1_000_000;

/** What Kbuild takes for itself. */
const OF_MAKE = /^(M|KBUILD_EXTMOD|SUBDIRS|PWD|CURDIR|O|V|C|W|ARCH|CROSS_COMPILE|INSTALL_\w+|KERNELRELEASE)$/;

interface Found {
  readonly module: string;
  readonly files: readonly PlannedFile[];
}

const placeOf = ({ file, line }: { readonly file: string; readonly line: number }): Place => ({ file, line, column: 1 });

/** As the kernel names it, whose module names have no dash (scripts/Makefile.lib, name-fix). */
const moduleName = (name: string): string => name.replaceAll("-", "_");

/** Plans what Kbuild would compile of a tree for a release. */
export const planBuild = (tree: SourceTree, headers: ReleaseHeaders): Plan => {
  const all = new Set(tree.paths);
  const has = (path: string): boolean => all.has(path);
  const problems: MakeProblem[] = [];
  const notRead: NotRead[] = [];
  const makefiles = new Set<string>();
  const extraCflags = new Map<string, Place>();
  const dkms = readDkms(has("dkms.conf") ? (tree.text("dkms.conf") ?? "") : "");
  const textOf = new Map<string, string>();
  for (const path of tree.paths
    .filter((each) => /(^|\/)(Kbuild|[Mm]akefile|GNUmakefile|[^/]*\.mk|Makefile\.in)$/.test(each))
    .slice(0, 2000)) {
    const text = tree.text(path) ?? "";
    if (text.length <= MAX_MAKEFILE) textOf.set(path, text);
    else notRead.push({ file: path, why: "too-large" });
  }
  // CONFIG_X=m that a makefile passes to another make.
  const passed = new Map<string, string>(dkms.variables);
  for (const text of textOf.values())
    for (const [, name = "", value = ""] of text.matchAll(/\b(CONFIG_\w+)\s*:?=\s*([ym])\b/g))
      if (!passed.has(name)) passed.set(name, value);
  const around: Surroundings = {
    tree: {
      paths: tree.paths,
      text: (path) => textOf.get(path) ?? ((tree.text(path)?.length ?? 0) <= MAX_MAKEFILE ? tree.text(path) : undefined),
    },
    has,
    release: headers.release,
    config: (option) => headers.config(option) ?? passed.get(option),
  };
  const makefileOf = (folder: string): string | undefined =>
    ["Kbuild", "Makefile", "makefile", "GNUmakefile", "Makefile.in"]
      .map((name) => (folder === "" ? name : `${folder}/${name}`))
      .find((each) => textOf.has(each));
  const [major = "", minor = "", patch = ""] = headers.release.split(/[.+-]/);

  const given = new Map<string, string>();
  const startVariables = (root: string): Variables => {
    const top = root === "" ? TOP : `${TOP}/${root}`;
    const vars: Variables = new Map();
    const set = (values: Readonly<Record<string, string>>): void => {
      for (const [name, value] of Object.entries(values)) vars.set(name, variable(value));
    };
    set({
      KERNELRELEASE: headers.release,
      KERNELVERSION: `${headers.version >> 16}.${(headers.version >> 8) & 255}.${headers.version & 255}`,
      VERSION: major,
      PATCHLEVEL: minor,
      SUBLEVEL: /^\d+$/.test(patch) ? patch : "0",
    });
    set({
      M: top,
      PWD: top,
      CURDIR: top,
      KBUILD_EXTMOD: top,
      srctree: KERNEL,
      objtree: KERNEL,
      ARCH: headers.arch,
      SRCARCH: "x86",
      CC: "gcc",
    });
    set(Object.fromEntries(given));
    set(Object.fromEntries(dkms.variables));
    return vars;
  };

  // NAME=m and NAME=$(PWD)/include on the line of a make that a makefile starts: Kbuild then has them.
  for (const [path, text] of textOf) {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    if (folder.split("/").length > 3 || !/\$[({]\w*MAKE\w*[)}]|\bmake\b/.test(text)) continue;
    const vars = startVariables(folder);
    vars.delete("KERNELRELEASE");
    readMakefile(path, vars, around, []);
    for (const [line] of text.replace(/\\\n/g, " ").matchAll(/^.*(?:\$[({]\w*MAKE\w*[)}]|\bmake\b).*$/gm))
      for (const [, name = "", written = ""] of line.matchAll(/\s([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s"']+)/g)) {
        const value = expandText(written.replace(/["']/g, ""), vars, around).trim();
        if (!OF_MAKE.test(name) && !given.has(name) && (/^[ym]$/.test(value) || value.startsWith(TOP) || /^\S+(\.o|\/)( |$)/.test(value)))
          given.set(name, value);
      }
  }
  const certain = new Set(dkms.certain.map(moduleName));
  /** Of an object that a condition lists which was not understood: that condition, the last one before the object is named. */
  const hangsOn = (makefile: string, { word, isSure }: ReturnType<typeof wordsOf>[number]): Undecided | undefined => {
    if (isSure) return undefined;
    const named = (textOf.get(makefile) ?? "").split("\n").findIndex((line) => line.includes(word)) + 1;
    const problem = problems.findLast(({ file, line }) => file === makefile && (named === 0 || line <= named));
    return { condition: problem?.text ?? word, place: placeOf(problem ?? { file: makefile, line: Math.max(named, 1) }) };
  };
  const seen = new Set<string>();
  const inModule = headers.version >= WORKS_IN_MODULE;

  /** One folder as Kbuild reads it, and those below it that it names. */
  const readFolder = (folder: string, root: string, inherited: Variables): Found[] => {
    const makefile = makefileOf(folder);
    if (makefile === undefined || seen.has(folder) || seen.size >= MAX_FOLDERS) return [];
    seen.add(folder);
    makefiles.add(makefile);
    const vars: Variables = new Map(inherited);
    const here = folder === "" ? TOP : `${TOP}/${folder}`;
    vars.set("src", variable(here));
    vars.set("obj", variable(here));
    vars.set("MAKEFILE_LIST", variable(`${here}/${makefile.slice(folder === "" ? 0 : folder.length + 1)}`));
    readMakefile(makefile, vars, around, problems);
    const list = (name: string): ReturnType<typeof wordsOf> => wordsOf(name, vars, around);
    const toPath = pathIn(root, inModule);
    const honours = headers.kbuild.honoursExtraCflags;
    for (const { place } of list("EXTRA_CFLAGS")) if (place.file !== "") extraCflags.set(`${place.file}:${place.line}`, placeOf(place));
    const common = flagsFrom(
      [
        ...list("subdir-ccflags-y"),
        ...list("ccflags-y"),
        ...list("KBUILD_CFLAGS_MODULE"),
        ...list("CFLAGS_MODULE"),
        ...list("KBUILD_CPPFLAGS"),
        ...list("KBUILD_CFLAGS"),
        ...list("LINUXINCLUDE"),
      ],
      toPath,
    );
    const first = flagsFrom(list("NOSTDINC_FLAGS"), toPath);
    const extra = flagsFrom(list("EXTRA_CFLAGS"), toPath);
    const found: Found[] = [];
    const objects = [...list("obj-m"), ...list("obj-y")];
    for (const { word } of objects) {
      if (word.endsWith("/")) {
        const below: Variables = new Map(inherited);
        for (const name of ["NOSTDINC_FLAGS", "subdir-ccflags-y", "KBUILD_CPPFLAGS", "KBUILD_CFLAGS"]) {
          const known = vars.get(name);
          if (known !== undefined)
            below.set(
              name,
              variable(
                list(name)
                  .map((each) => each.word)
                  .join(" "),
              ),
            );
        }
        // What a makefile exports reaches those below; most export what they use there.
        for (const [name, value] of vars)
          if (!below.has(name) && /^(?!obj-|ccflags|EXTRA_CFLAGS|.*-(objs|y|m)$|CFLAGS_)/.test(name)) below.set(name, value);
        const path = normalised(`${folder}/${word}`);
        if (path !== undefined) found.push(...readFolder(path, root, below));
      }
    }
    for (const object_ of list("obj-m")) {
      const { word } = object_;
      if (!word.endsWith(".o")) continue;
      const name = word.slice(0, -2);
      const base = name.slice(name.lastIndexOf("/") + 1);
      const parts = [
        ...list(`${name}-objs`),
        ...list(`${name}-y`),
        ...list(`${name}-m`),
        ...(base === name ? [] : [...list(`${base}-objs`), ...list(`${base}-y`)]),
      ];
      const sources = (parts.length > 0 ? parts : [object_]).filter((each) => each.word.endsWith(".o"));
      // An object that is itself made of objects, as a library of the module's.
      const flat = sources.flatMap((each) => {
        const inner = each === object_ ? [] : [...list(`${each.word.slice(0, -2)}-objs`), ...list(`${each.word.slice(0, -2)}-y`)];
        return inner.length > 0 ? inner : [each];
      });
      const ofModule = certain.has(moduleName(base)) ? undefined : hangsOn(makefile, object_);
      const files: PlannedFile[] = [];
      for (const object of new Set(flat.map((each) => each.word))) {
        const undecided =
          ofModule ??
          (flat.some((each) => each.word === object && each.isSure)
            ? undefined
            : hangsOn(makefile, { ...object_, word: object, isSure: object === word }));
        const stem = (object.startsWith(TOP) ? normalised(object.slice(TOP.length)) : normalised(`${folder}/${object}`))?.slice(0, -2);
        if (stem === undefined) continue;
        const path = `${stem}.c`;
        if (!has(path)) {
          if (has(`${stem}.S`)) notRead.push({ file: `${stem}.S`, why: "assembler" });
          else if (!tree.paths.some((each) => each.startsWith(`${stem}.o`))) notRead.push({ file: path, why: "missing" });
          continue;
        }
        const own = flagsFrom([...list(`CFLAGS_${object.slice(object.lastIndexOf("/") + 1)}`), ...list(`CFLAGS_${object}`)], toPath);
        const before = commandFlags(path, tree, has);
        const kept = new Set([...common.defines, ...first.defines, ...own.defines].map((each) => each.name));
        const lostDefines = honours ? [] : extra.defines.flatMap((each) => (each.isSure && !kept.has(each.name) ? each.name : []));
        const folders = [...common.folders, ...own.folders].map((each) => ({ path: each, lost: false }));
        const flags: Flags = {
          defines: settled(
            [
              { name: "KBUILD_MODNAME", body: `"${base}"`, isSure: true },
              ...common.defines,
              ...(honours ? extra.defines : []),
              ...first.defines,
              ...own.defines,
            ],
            before?.defines.filter((each) => !lostDefines.includes(each.name)),
          ),
          first: first.folders.map((each) => ({ path: each })),
          folders: [
            ...folders,
            ...extra.folders.map((each) => ({ path: each, lost: !honours && !folders.some(({ path: other }) => other === each) })),
            ...(before?.folders ?? []).map((each) => ({ path: each, lost: !honours && extra.folders.includes(each) })),
          ],
          forced: [...common.forced, ...first.forced, ...(honours ? extra.forced : []), ...own.forced],
          lostDefines,
        };
        files.push({ path, module: base, flags, ...(undecided && before === undefined && { undecided }) });
      }
      found.push({ module: base, files });
    }
    return found;
  };

  const starts = dkms.folders.filter((folder) => makefileOf(folder) !== undefined);
  const candidates = [...textOf]
    .filter(([, text]) => /(^|\n)[ \t]*obj-[^\n]*=/.test(text))
    .map(([path]) => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ""))
    .sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1));
  const wanted = new Set(dkms.names.map(moduleName));
  const isWanted = ({ module }: Found): boolean => wanted.has(moduleName(module));
  let modules: Found[] = [];
  for (const list of [starts, candidates]) {
    const roots: string[] = [];
    for (const folder of new Set(list)) {
      // Kbuild goes only where it is told to: what no makefile above names is not built.
      if (list === candidates && roots.some((root) => root === "" || folder.startsWith(`${root}/`))) continue;
      const found = readFolder(folder, folder, startVariables(folder));
      if (found.some(({ files }) => files.length > 0)) roots.push(folder);
      modules.push(...found);
    }
    if (modules.some(isWanted)) break;
  }
  if (modules.some(isWanted)) modules = modules.filter(isWanted);
  if (modules.length === 0) {
    notRead.push({ file: candidates.length === 0 ? "Makefile" : makefileOf(candidates[0]!)!, why: "no-makefile" });
    // The names that dkms.conf gives are a hint.
    const files = dkms.names.flatMap((name) => {
      const path = tree.paths.find((each) => each.replaceAll("-", "_").endsWith(`${name.replaceAll("-", "_")}.c`));
      return path === undefined
        ? []
        : [{ path, module: name, flags: { defines: [], first: [], folders: [], forced: [], lostDefines: [] } }];
    });
    if (files.length > 0) modules = [{ module: dkms.names[0]!, files }];
  }
  const built = new Set(modules.map(({ module }) => moduleName(module)));
  for (const name of dkms.names)
    if (!built.has(moduleName(name))) notRead.push({ file: "dkms.conf", why: "module-not-found", detail: name });
  for (const { file, line, text } of problems) notRead.push({ file, line, why: "make-not-understood", detail: text });
  const files = new Map<string, PlannedFile>();
  for (const each of modules.flatMap((found) => found.files)) {
    const known = files.get(each.path);
    // Compiled for sure where one of several modules is.
    if (known === undefined || (known.undecided !== undefined && each.undecided === undefined)) files.set(each.path, each);
  }
  return {
    modules: modules.map(({ module }) => module),
    files: [...files.values()],
    extraCflags: [...extraCflags.values()],
    notRead,
    makefiles,
  };
};
