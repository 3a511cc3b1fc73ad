// A compiler's word on predictions, where one and the target's headers are at hand. Nothing is run here: the command goes out, its messages come back.

import type { SourceUnit } from "../../kernels/source/model.ts";
import type { Confirmation } from "../../shared/vocabulary.ts";
import type { Prediction } from "./model.ts";

/** Where a target's headers and the module's source lie; folders without a slash at the end. */
export interface CompileTarget {
  readonly compiler: string;
  /** The headers' common part, or the whole tree: `/usr/src/linux-headers-6.12-common`. */
  readonly source: string;
  /** The configured part, with include/generated; the same folder where there is one. */
  readonly build: string;
  /** The kernel's name of it: x86. */
  readonly arch: string;
  readonly module: string;
}

/** What x86 and arm64 need of a compiler to parse their headers (arch/x86/Makefile). */
const OF_ARCH: Readonly<Record<string, readonly string[]>> = {
  x86: ["-m64", "-mno-sse", "-mno-mmx", "-mno-sse2", "-mno-80387", "-mcmodel=kernel", "-mno-red-zone"],
  arm64: ["-mgeneral-regs-only"],
};

/** Errors of every kernel's own flags (Makefile, scripts/Makefile.extrawarn), and of gcc 14. */
const ERRORS = [
  "implicit-function-declaration",
  "implicit-int",
  "incompatible-pointer-types",
  "int-conversion",
  "strict-prototypes",
  "return-type",
  "designated-init",
];

/** The command that parses one unit as Kbuild would compile it (LINUXINCLUDE and c_flags of the kernel's Makefile and scripts/Makefile.lib). */
export const compilerCommand = (
  { file, flags, module: name }: SourceUnit,
  { compiler, source, build, arch, module }: CompileTarget,
): readonly string[] => {
  const inModule = (path: string): string => (path === "" ? module : `${module}/${path}`);
  const base = file
    .slice(file.lastIndexOf("/") + 1)
    .replace(/\.c$/, "")
    .replaceAll("-", "_");
  const include = (...folders: readonly string[]): string[] => folders.map((folder) => `-I${folder}`);
  return [
    compiler,
    "-fsyntax-only",
    "-nostdinc",
    ...include(...flags.first.map(({ path }) => inModule(path))),
    ...include(`${source}/arch/${arch}/include`, `${build}/arch/${arch}/include/generated`, `${source}/include`, `${build}/include`),
    ...include(
      `${source}/arch/${arch}/include/uapi`,
      `${build}/arch/${arch}/include/generated/uapi`,
      `${source}/include/uapi`,
      `${build}/include/generated/uapi`,
    ),
    ...["compiler-version.h", "kconfig.h", "compiler_types.h"].flatMap((header) => ["-include", `${source}/include/linux/${header}`]),
    "-D__KERNEL__",
    "-std=gnu11",
    "-fshort-wchar",
    "-funsigned-char",
    "-fno-common",
    "-fno-PIE",
    "-fno-strict-aliasing",
    "-O2",
    ...(OF_ARCH[arch] ?? []),
    "-fms-extensions",
    ...ERRORS.map((name_) => `-Werror=${name_}`),
    "-DCC_USING_FENTRY",
    "-DMODULE",
    `-DKBUILD_BASENAME="${base}"`,
    `-DKBUILD_MODNAME="${name.replaceAll("-", "_")}"`,
    `-D__KBUILD_MODNAME=kmod_${name.replaceAll("-", "_")}`,
    ...include(...flags.folders.filter(({ lost }) => !lost).map(({ path }) => inModule(path))),
    ...flags.defines.flatMap(({ name: macro, body, isSure }) =>
      !isSure || macro === "KBUILD_MODNAME" ? [] : body === undefined ? [`-U${macro}`] : [`-D${macro}=${body}`],
    ),
    ...flags.forced.flatMap((path) => ["-include", inModule(path)]),
    inModule(file),
  ];
};

export interface CompilerMessage {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** The compiler went no further in this unit. */
  readonly isFatal: boolean;
}

const MESSAGE = /^([^\s:][^:\n]*):(\d+):(?:\d+:)? (fatal )?error: (.*)$/gm;

/** The errors of gcc or clang, with paths below `module` cut to that. */
export const readMessages = (text: string, module: string): readonly CompilerMessage[] =>
  [...text.replaceAll(/[\u2018\u2019]/g, "'").matchAll(MESSAGE)].map(([, file = "", line = "", fatal, words = ""]) => ({
    file: file.startsWith(`${module}/`) ? file.slice(module.length + 1) : file.replace(/^\.\//, ""),
    line: Number(line),
    text: words,
    isFatal: fatal !== undefined || /too many errors/.test(words),
  }));

/** Modpost's and Kbuild's part, which no compiler sees. */
const UNSEEN: ReadonlySet<Prediction["kind"]> = new Set(["not-exported"]);

/** What the messages of the units that a prediction stands in say of it. */
export const confirmationOf = (prediction: Prediction, compiled: readonly (readonly CompilerMessage[])[]): Confirmation => {
  if (UNSEEN.has(prediction.kind)) return "not-reached";
  const names = new Set(
    [prediction.subject, ...prediction.names].flatMap((name) => [
      name,
      name.split(".").at(-1)!.replace(/^h$/, name),
      name.replace(/^(?:struct|union|enum) /, ""),
    ]),
  );
  const all = compiled.flat();
  const speaksOf = ({ text }: CompilerMessage): boolean =>
    [...names].some(
      (name) =>
        text.includes(`'${name}'`) ||
        text.includes(`'${name}(`) ||
        text.includes(`"${name}"`) ||
        text.startsWith(`${name}:`) ||
        text.includes(` ${name}'`) ||
        text.startsWith(`'${name}' file`),
    );
  const at = (message: CompilerMessage): boolean =>
    prediction.places.some(({ file, line }) => file === message.file && line === message.line);
  if (all.some((message) => at(message) || speaksOf(message))) return "confirmed";
  return compiled.length === 0 || all.some(({ isFatal }) => isFatal) ? "not-reached" : "not-confirmed";
};
