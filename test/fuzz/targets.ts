import { parseAr } from "../../src/inputs/ar.ts";
import { carve } from "../../src/inputs/bpf/embedded.ts";
import type { BpfNames } from "../../src/inputs/bpf/names.ts";
import { parseBpfObject } from "../../src/inputs/bpf/object.ts";
import { parseBtf, type Btf } from "../../src/inputs/btf/btf.ts";
import { openBtf } from "../../src/inputs/btf/kernel.ts";
import { bytesSource, type ByteSource } from "../../src/inputs/bytes.ts";
import { readConditionals } from "../../src/inputs/conditionals.ts";
import { decompressed } from "../../src/inputs/container.ts";
import { openDwarf } from "../../src/inputs/dwarf/dwarf.ts";
import { parseElf } from "../../src/inputs/elf/elf.ts";
import { openSymbols } from "../../src/inputs/elf/symbols.ts";
import type { LookupDoors } from "../../src/inputs/lookups/doors.ts";
import { parseManifest } from "../../src/inputs/manifest.ts";
import { parseModule } from "../../src/inputs/module.ts";
import { parseStrace } from "../../src/inputs/strace.ts";
import { detectProgram, parseProgram } from "../../src/inputs/strace-forms.ts";
import { parseStraceSummary } from "../../src/inputs/strace-summary.ts";
import { parseSeccomp } from "../../src/inputs/seccomp.ts";
import { parseTar } from "../../src/inputs/tar.ts";
import { readDeb } from "../../src/cli/kernel-deb.ts";
import { openKernelBtf } from "../../src/kernels/btf/kernel-btf.ts";
import { parseConfig, scanTree } from "../../src/kernels/c/scan.ts";
import { archOf, loadingOf, parseOptions, vermagicOf } from "../../src/kernels/configuration.ts";
import { openCrcs } from "../../src/kernels/history/crcs.ts";
import { compileDocumented } from "../../src/kernels/history/documented.ts";
import { historyOf } from "../../src/kernels/history/history.ts";
import { kernelOfFacts } from "../../src/kernels/history/imported.ts";
import { openFacts, openFactsIn, type Facts } from "../../src/kernels/history/read.ts";
import { builtOn, findRelease } from "../../src/kernels/history/releases.ts";
import { predict } from "../../src/engine/source/predict.ts";
import { readMessages } from "../../src/engine/source/confirm.ts";
import type { ReleaseHeaders } from "../../src/kernels/headers/model.ts";
import { openDeclarations } from "../../src/kernels/headers/read.ts";
import { readRelease } from "../../src/kernels/headers/release.ts";
import { writeDeclarations } from "../../src/kernels/headers/write.ts";
import { openSource, readSource } from "../../src/kernels/source/read.ts";
import { compareBySeverities } from "../../src/kernels/lists/compare.ts";
import { compileIgnored, parseDebianIgnores, parseUbuntuIgnores } from "../../src/kernels/lists/ignored.ts";
import { parseKscResult } from "../../src/kernels/lists/ksc-result.ts";
import { parseDenied, parsePlain } from "../../src/kernels/lists/names.ts";
import { parseList } from "../../src/kernels/lists/parse.ts";
import { listOfKabiFiles, parseKabiSymbolFile, parseStablelist } from "../../src/kernels/lists/redhat.ts";
import { parseAndroidList, parseLibabigail } from "../../src/kernels/lists/sections.ts";
import { parseSeverities } from "../../src/kernels/lists/severities.ts";
import { parseSymversList, parseUbuntuAbi } from "../../src/kernels/lists/symvers-lists.ts";
import { callsFit } from "../../src/kernels/signature.ts";
import { parseSymvers } from "../../src/kernels/symvers.ts";
import { parseBaseline, renderBaseline } from "../../src/policy/baseline.ts";
import type { PolicySource } from "../../src/policy/load.ts";
import { resolvePolicy } from "../../src/policy/resolve.ts";
import { PolicyFile, RuleFile } from "../../src/policy/schema.ts";
import { freezeYaml, thawYaml } from "../../src/shared/frozen-yaml.ts";
import { compileGlobs } from "../../src/shared/glob.ts";
import { InputError } from "../../src/shared/input-error.ts";
import { validate } from "../../src/shared/validate.ts";
import { parseYaml, type YamlText } from "../../src/shared/yaml.ts";
import { subjectFromBpf } from "../../src/usage/from-bpf.ts";
import { subjectsFromManifest } from "../../src/usage/from-manifest.ts";
import { subjectFromModule } from "../../src/usage/from-module.ts";
import { subjectFromProgram } from "../../src/usage/from-program.ts";
import type { Subject } from "../../src/usage/model.ts";
import { compileNames, type SymbolNames, type ToolchainList, type WrittenList } from "../../src/usage/names.ts";
import { renderManifest } from "../../src/usage/to-manifest.ts";
import { mutateBytes, type Mutate } from "./bytes.ts";
import { reader } from "../../src/policy/reader.ts";
import type { Corpus } from "./corpus.ts";
import { mutateBtf, mutateElf } from "./fields.ts";
import { mutateCrcs, mutateHistory, mutateTar } from "./files.ts";
import { someDebs, someDwarf, someHistory, someTars, splitBtf, splitDebug, stripped } from "./made.ts";
import { mutateText } from "./text.ts";

/** A reader, opened over the seeds: what inputs are made of, how, and what reads them. */
export interface Opened {
  readonly seeds: readonly Uint8Array[];
  readonly mutate: Mutate;
  /** Reads an input to its end. Whatever it throws but an InputError is a fault. */
  run(bytes: Uint8Array): unknown;
}

export interface Target {
  /** How many inputs are for it, beside those of the others. */
  readonly share: number;
  open(corpus: Corpus): Opened;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");

/** A reader of text. */
const ofText = (seeds: readonly Uint8Array[], run: (text: string) => unknown): Opened => ({
  seeds,
  mutate: mutateText,
  run: (bytes) => run(textOf(bytes)),
});

const dataOf = (corpus: Corpus, name: string): unknown => parseYaml(textOf(corpus.file(`rules/data/${name}`)), name).value;

interface Names {
  readonly names: SymbolNames;
  readonly doors: LookupDoors;
}
const namesOf = (corpus: Corpus): Names => ({
  names: compileNames(dataOf(corpus, "toolchain.yaml") as ToolchainList, dataOf(corpus, "written-names.yaml") as WrittenList),
  doors: (dataOf(corpus, "lookups.yaml") as { doors: LookupDoors }).doors,
});

/** A module read as the command reads it, and its manifest written and read again. */
const readModule = ({ names, doors }: Names, source: ByteSource, debug?: ByteSource): void => {
  const placesOf = (arch: string, name: string): boolean => !names.isToolchain(arch, name);
  const facts = parseModule(source, { placesOf, doors, ...(debug && { debug }) });
  rendered(subjectFromModule(facts, "m.ko", names));
};

/** Modules that are as large as those that people have would make few inputs: these have a few kilobytes. */
const MODULES = /^test\/fixtures\/[^/]*\.ko$|^given\/.*\.ko$/;

const readDwarf = (bytes: Uint8Array): void => {
  const elf = parseElf(bytesSource("x.ko", bytes));
  const symbols = openSymbols(elf);
  const dwarf = symbols && openDwarf(elf, symbols);
  if (!dwarf) return;
  for (const { index, size } of elf.sections) {
    const step = Math.max(1, Math.floor(size / 16));
    for (let at = 0, left = 20; at <= size && left > 0; at += step, left--) {
      dwarf.framesAt(index, at);
      dwarf.variableAt(index, at);
    }
  }
};

/** A subject's manifest, read again. Its sources are looked for below the module's folder: no name of one may lead out of it. */
const rendered = (subject: Subject): void => {
  const away = subject.uses.flatMap(({ sites }) => sites).find(({ file }) => /^\/|(^|\/)\.\.\//.test(file ?? ""));
  if (away) throw new Error(`a path that leads away: ${away.file}`);
  const text = renderManifest([subject]);
  if (text.length < 20_000) subjectsFromManifest(parseManifest(text, "m.json"));
};

/** A BPF object, its subject, and what a kernel says of each of its questions. */
const readBpf = (names: BpfNames, kernels: readonly Btf[], source: ByteSource): void => {
  const subject = subjectFromBpf(parseBpfObject(source, names), "x.bpf.o");
  rendered(subject);
  for (const kernel of kernels.map((btf) => openKernelBtf([btf]))) {
    for (const { core, name } of subject.uses) {
      if (core) kernel.core(core.access, core.asks);
      kernel.functions(name);
    }
  }
};

/** All that a kernel's BTF is asked, of names that it has and of names that it has not. */
const askBtf = (btf: Btf): void => {
  const kernel = openKernelBtf([btf]);
  const names = ["task_struct", "vfs_read", "sk_buff", "nothing"];
  let left = 60;
  for (const name of btf.names()) if (left-- > 0) names.push(name);
  for (const name of names) {
    kernel.functions(name);
    kernel.tracepoint(name);
    kernel.isKfunc(name);
    kernel.member(name, "pid");
    kernel.has("map-type", name);
    kernel.has("syscall", name);
    for (const root of [`struct ${name}`, `enum ${name}`, `typedef ${name}`]) {
      kernel.core({ of: "field", root, steps: [{ member: "pid", type: "int" }, { index: 1, type: "int" }], offset: 0 }, ["field-offset", "field-size", "field-exists"]); // prettier-ignore
      kernel.core({ of: "type", root, type: "struct" }, ["type-exists", "type-size", "type-matches"]);
      kernel.core({ of: "enum", root, value: "A" }, ["enum-value"]);
    }
  }
};

const rawBtf = (corpus: Corpus): readonly Uint8Array[] => corpus.matching(/\.btf$/);

/** A policy text as the project's own; it may name no other file. */
const openPolicy = (corpus: Corpus): ((text: string) => unknown) => {
  const thaw = (pattern: RegExp, schema: typeof RuleFile | typeof PolicyFile): YamlText[] =>
    corpus.names(pattern).map((path) => {
      const yaml = parseYaml(textOf(corpus.file(path)), path);
      return thawYaml(freezeYaml(yaml, validate(yaml, schema)));
    });
  const presets = thaw(/^rules\/presets\/[^/]+\.yaml$/, PolicyFile);
  const source: Omit<PolicySource, "read"> = {
    reader,
    rules: thaw(/^rules\/[^/]+\.yaml$/, RuleFile),
    promises: thaw(/^rules\/promises\/[^/]+\.yaml$/, PolicyFile),
    presets: new Map(presets.map((preset) => [preset.file.slice("rules/presets/".length, -".yaml".length), preset])),
    list: () => undefined,
  };
  return (text) => {
    const policy = resolvePolicy("./p.yaml", {
      ...source,
      read: (path) => {
        if (path === "./p.yaml") return { file: "p.yaml", text };
        throw new InputError({ file: path, message: "no such file" });
      },
    });
    // What the engine makes of patterns, before any finding.
    for (const { match } of [...policy.rules, ...policy.promises, ...policy.waivers])
      if (match.name !== undefined) compileGlobs(match.name as string | readonly string[])("kfree_skb");
  };
};

const SYMBOLS = ["kfree", "vfree", "__kmalloc", "del_timer", "nvme_start_queues", "", "a".repeat(200)];

const LISTS = {
  any: parseList,
  stablelist: parseStablelist,
  "kabi-file": (text, file) => listOfKabiFiles([parseKabiSymbolFile(text, file)], file),
  symvers: parseSymversList,
  severities: parseSeverities,
  android: parseAndroidList,
  denied: parseDenied,
  libabigail: parseLibabigail,
  debian: parseDebianIgnores,
  "ubuntu-abi": parseUbuntuAbi,
  "ubuntu-ignore": parseUbuntuIgnores,
  plain: parsePlain,
} as const satisfies Record<string, typeof parseList>;

/** Every reader of a list over one text, whatever the text looks like; each may refuse it, none may fall over. */
const readLists = (text: string): void => {
  let refused: InputError | undefined;
  let read = 0;
  for (const parse of Object.values(LISTS)) {
    try {
      const list = parse(text, "kabi_x86_64/kfree");
      read++;
      const ignored = compileIgnored(list);
      for (const name of SYMBOLS) ignored(name, `drivers/net/${name}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused = error;
    }
  }
  if (read === 0 && refused) throw refused;
};

const readSeverities = (text: string): void => {
  const { rules } = parseSeverities(text, "severities");
  const kernel = (lines: string) => parseSymvers(lines, "k", "k.symvers");
  const [before, after] = [
    "0x00000001\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n0x00000002\tvfree\tmm/a\tEXPORT_SYMBOL_GPL\tNS\n",
    `0x00000003\tkfree\tvmlinux\tEXPORT_SYMBOL_GPL\t\n0x00000002\t${"a".repeat(300)}\tdrivers/net/x\tEXPORT_SYMBOL\t\n`,
  ];
  compareBySeverities(kernel(before!), kernel(after!), rules);
};

/** A history opened whole, and one of which only what is looked up is read and no checksum is compared. */
const readHistoryFile = (bytes: Uint8Array): void => {
  askHistory(openFactsIn(bytesSource("x.exports", bytes)));
  askHistory(openFacts(bytes, "x.exports"));
};

const askHistory = (facts: Facts): void => {
  const history = historyOf({ exports: facts, name: "x", headers: () => facts, crcs: () => () => 1 });
  findRelease(history.releases, "6.1");
  builtOn(history.releases, "6.1.0-56-amd64 SMP");
  let left = 100;
  const names = ["kfree", "vfree"];
  for (const name of history.names()) if (left-- > 0) names.push(name);
  for (const release of [0, history.releases.length - 1].filter((each) => each >= 0)) {
    const kernel = history.kernel(release);
    for (const name of names) {
      const found = kernel.find(name);
      if (found) void found.crc;
      kernel.headers?.find(name);
      kernel.headers?.through(name);
      kernel.signatures?.(name);
      history.exported(name)?.values("source");
    }
    for (const name of kernel.names()) if (left-- < -200) void name;
  }
  const documented = compileDocumented(facts);
  for (const path of ["/sys/devices/system/cpu/cpu1/topology/core_id", "/proc/1/maps", ...names]) documented(path);
  if (history.releases.length === 1) kernelOfFacts(facts, "x").find("kfree");
};

/** One text as a header, a source, an assembler file and headers that are not for x86. */
const scanText = (text: string): void => {
  const tree = ["include/linux/a.h", "arch/x86/include/asm/a.h", "kernel/a.c", "arch/x86/lib/a.S", "arch/arm/include/asm/a.h"].map((path) => ({ path, text })); // prettier-ignore
  scanTree(tree, parseConfig("CONFIG_A=y\nCONFIG_B=m\nCONFIG_NR_CPUS=64\n"), new Set(["kfree", "dma_buf_get", "logger_new", "foo"]));
};

/** The index of the headers of some kernels, each of one header. */
const indexOf = (...headers: readonly string[]): Uint8Array =>
  writeDeclarations(
    "fuzz",
    headers.map((text, number) =>
      readRelease(
        [
          { path: "scripts/Makefile.lib", text: "ccflags-y += $(EXTRA_CFLAGS)\n" },
          { path: "include/linux/kernel.h", text },
          { path: "include/linux/version.h", text: `#define LINUX_VERSION_CODE ${393_000 + number}\n` },
        ],
        { release: `6.${number + 1}`, config: "CONFIG_SMP=y\nCONFIG_LOOSE=m\n", exported: new Set(["kfree", "dma_buf_get"]) },
      ),
    ),
  );

/** Everything that an index is asked. */
const askIndex = (bytes: Uint8Array): void => {
  const index = openDeclarations(bytes, "x.declarations");
  const [names, tags, headers, options] = [index.names(), index.tags(), index.headers(), index.options()].map((each) => [...each].slice(0, 60)); // prettier-ignore
  for (let release = 0; release < Math.min(index.releases.length, 3); release++) {
    const of = index.headersOf(release);
    for (const name of [...names!, "kfree", "nothing"]) {
      of.names(name);
      of.isExported(name);
    }
    for (const tag of tags!) of.tag(...(tag.split(" ", 2) as ["struct", string]));
    for (const header of headers!) of.includes(header);
    for (const option of options!) of.config(option);
  }
};

const MAKEFILE =
  "obj-m := mod.o\nmod-y := main.o $(EXTRA)\nccflags-y += -DWITH=1 -I$(src)/include\nifeq ($(CONFIG_SMP),y)\nmod-y += smp.o\nendif\n";
const DKMS =
  'PACKAGE_NAME="mod"\nMAKE="make -C ${kernel_source_dir} M=${dkms_tree}/mod/1/build KVER=6"\nBUILT_MODULE_NAME[0]="mod"\nDEST_MODULE_LOCATION[0]="/kernel/"\n';

/** What is read of a source that stands beside its Makefile, for two kernels, and what is predicted of it. */
const readTree = (kernels: readonly [ReleaseHeaders, ReleaseHeaders], files: Readonly<Record<string, string>>): void => {
  const source = openSource({ paths: Object.keys(files).sort(), text: (path) => files[path] });
  const [then, now] = kernels.map((kernel) => readSource(source, kernel));
  predict(then!, now!, ...kernels);
};

/** Two kernels that differ in what their one header declares. */
const twoKernels = (corpus: Corpus): readonly [ReleaseHeaders, ReleaseHeaders] => {
  const [header = new Uint8Array(0)] = corpus.matching(/^test\/fixtures\/include\/linux\/kernel\.h$/);
  const text = textOf(header);
  const index = openDeclarations(indexOf(text, text.replaceAll("int", "long").replace(/kfree/g, "kfree_now")), "x");
  return [index.headersOf(0), index.headersOf(1)];
};

const readConfig = (text: string): void => {
  const option = parseOptions(text);
  loadingOf(option);
  archOf(option);
  vermagicOf("6.1.0", option);
};

/** The first line is a pattern, the others are names. */
const matchGlobs = (text: string): void => {
  const [pattern = "", ...names] = text.split("\n", 50);
  if (pattern === "") return;
  const test = compileGlobs(pattern);
  for (const name of names) test(name);
};
const GLOBS = ["__x86_indirect_thunk_*\n__x86_indirect_thunk_rax\nkfree", "{vmalloc,v[a-f]ree*}\nvfree\nvmalloc", "drivers/**/net/*\ndrivers/a/b/net/x\ndrivers/net/x", "*a*a*a*b\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "[!_]*_?[a-z]\nab_cd", "module:*\nmodule:kvm"]; // prettier-ignore

const encoded = (texts: readonly string[]): readonly Uint8Array[] => texts.map((text) => new Uint8Array(Buffer.from(text)));

const SIGNATURES = [
  "int (struct socket *, struct sockaddr *, int)\nint (struct socket *, struct sockaddr *, int, bool)",
  "void (const char *, ...)\nvoid (*(int))(void)",
  "struct list_head\nu32 (*)(void)",
];

/** The readers, by name. A further one is a row here. */
export const TARGETS = {
  module: {
    share: 90,
    open: (corpus) => {
      const names = namesOf(corpus);
      return { seeds: corpus.matching(MODULES), mutate: mutateElf, run: (bytes) => readModule(names, bytesSource("m.ko", bytes)) };
    },
  },
  "debug-file": {
    share: 12,
    open: (corpus) => {
      const names = namesOf(corpus);
      const module = bytesSource("m.ko", stripped(corpus.file("test/fixtures/logger.ko")));
      return {
        seeds: [splitDebug(corpus.file("test/fixtures/logger.ko"))],
        mutate: mutateElf,
        run: (bytes) => readModule(names, module, bytesSource("m.debug", bytes)),
      };
    },
  },
  dwarf: {
    share: 130,
    open: (corpus) => ({ seeds: [...someDwarf(), ...corpus.matching(/\.ko$|\.o$/)], mutate: mutateElf, run: readDwarf }),
  },
  container: {
    share: 30,
    open: (corpus) => ({
      seeds: [
        ...corpus.matching(/logger\.ko\.(xz|zst)$|^given\/.*\.(gz|xz|zst)$/),
        ...someDebs()
          .slice(1)
          .map((deb) => deb.subarray(132)),
      ],
      mutate: mutateBytes,
      run: (bytes) => decompressed(bytesSource("x", bytes)),
    }),
  },
  tar: { share: 70, open: () => ({ seeds: someTars(), mutate: mutateTar, run: (bytes) => parseTar(bytesSource("x.tar", bytes)) }) },
  ar: { share: 30, open: () => ({ seeds: someDebs(), mutate: mutateBytes, run: (bytes) => parseAr(bytesSource("x.deb", bytes)) }) },
  deb: { share: 20, open: () => ({ seeds: someDebs(), mutate: mutateBytes, run: (bytes) => readDeb(bytesSource("x.deb", bytes)) }) },
  bpf: {
    share: 80,
    open: (corpus) => {
      const names = dataOf(corpus, "bpf.yaml") as BpfNames;
      const kernels = rawBtf(corpus)
        .slice(0, 2)
        .map((bytes) => parseBtf(bytes, "kernel", 0));
      return {
        seeds: corpus.matching(/\.bpf\.o$/),
        mutate: mutateElf,
        run: (bytes) => readBpf(names, kernels, bytesSource("x.bpf.o", bytes)),
      };
    },
  },
  carve: {
    share: 10,
    open: (corpus) => {
      const objects = corpus.matching(/\.bpf\.o$/);
      const programs = objects.map((object, index) => Buffer.concat([Buffer.alloc(100 + index), object, Buffer.alloc(7), objects[0]!]));
      return { seeds: programs, mutate: mutateBytes, run: (bytes) => carve(bytesSource("x", bytes)) };
    },
  },
  btf: { share: 70, open: (corpus) => ({ seeds: rawBtf(corpus), mutate: mutateBtf, run: (bytes) => askBtf(parseBtf(bytes, "x.btf", 0)) }) },
  "split-btf": {
    share: 20,
    open: (corpus) => {
      const [kernel] = rawBtf(corpus);
      const base = parseBtf(kernel!, "vmlinux", 0);
      const run = (bytes: Uint8Array): void => askBtf(openBtf(bytesSource("x.ko", bytes), "x.ko", base));
      return { seeds: [splitBtf(kernel!)], mutate: mutateBtf, run };
    },
  },
  strace: {
    share: 40,
    open: (corpus) =>
      ofText(corpus.matching(/^test\/fixtures\/strace\/|\.strace$/), (text) => {
        detectProgram(text);
        rendered(subjectFromProgram(parseProgram(text, "x.strace"), "x.strace"));
        for (const parse of [parseStrace, parseStraceSummary, parseSeccomp]) {
          try {
            parse(text, "x");
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
          }
        }
      }),
  },
  manifest: {
    share: 60,
    open: (corpus) =>
      ofText(
        corpus
          .matching(/^(examples|test\/cases)\/.*(manifest\.(json|yaml)|uses\.yaml|old\.yaml|new\.yaml)$/)
          .filter(({ length }) => length < 6000),
        (text) => renderManifest(subjectsFromManifest(parseManifest(text, "m.yaml"))),
      ),
  },
  policy: {
    share: 60,
    open: (corpus) =>
      ofText(
        corpus
          .matching(/(abi-lint|policy|project|team|strict)\.yaml$|^rules\/[^/]*\.yaml$|^rules\/(promises|presets)\//)
          .filter(({ length }) => length < 6000),
        openPolicy(corpus),
      ),
  },
  baseline: {
    share: 40,
    open: (corpus) =>
      ofText(
        [
          ...corpus.matching(/baseline\.yaml$/),
          ...encoded([
            renderBaseline([
              ["missing-symbol", "m", "symbol", "kfree", "6.1"],
              ["no-licence", "m", "gap", "x\u001b", ""],
            ]),
          ]),
        ],
        (text) => renderBaseline(parseBaseline(text, "b.yaml").accepted.map(({ identity }) => identity)),
      ),
  },
  lists: { share: 130, open: (corpus) => ofText(corpus.matching(/^(test\/lists|data)\/|\.symvers$/), readLists) },
  severities: { share: 40, open: (corpus) => ofText(corpus.matching(/severities/), readSeverities) },
  "ksc-result": {
    share: 60,
    open: (corpus) => ofText(corpus.matching(/ksc-result\.txt$/), (text) => parseKscResult(text, "ksc-result.txt")),
  },
  symvers: {
    share: 90,
    open: (corpus) => ofText(corpus.matching(/symvers$|Module\.kabi/), (text) => parseSymvers(text, "k", "Module.symvers")),
  },
  history: {
    share: 60,
    open: (corpus) => ({
      seeds: ["amd64.exports", "amd64.headers"].flatMap((file) =>
        [3, 1].map((releases) => someHistory(corpus, `rules/history/${file}`, releases, 40)),
      ),
      mutate: mutateHistory,
      run: readHistoryFile,
    }),
  },
  "history-shipped": {
    share: 1,
    open: (corpus) => ({
      seeds: [corpus.file("rules/history/amd64.exports"), corpus.file("rules/history/amd64.headers")],
      mutate: mutateHistory,
      run: readHistoryFile,
    }),
  },
  crcs: {
    share: 10,
    open: () => ({
      seeds: [new Uint8Array(Buffer.concat([Buffer.from("abi-lint crcs  1\x0a\0\0\0\x02\0\0\0\0\0\0\0", "latin1"), Buffer.alloc(80, 7)]))],
      mutate: mutateCrcs,
      run: (bytes) => openCrcs(bytes, "x.crcs", 10, 2)(9, 1),
    }),
  },
  conditionals: {
    share: 30,
    open: (corpus) =>
      ofText(corpus.matching(/\.[ch]$/), (text) => {
        const { around, aroundAll, defines } = readConditionals(text);
        for (let line = 1; line < 400; line += 7) around(line);
        for (const name of ["kfree", "dma_buf_get", ...[...defines.keys()].slice(0, 5)]) aroundAll(name);
      }),
  },
  c: { share: 50, open: (corpus) => ofText(corpus.matching(/\.[chS]$/), scanText) },
  "header-index": {
    share: 40,
    open: (corpus) => {
      const headers = corpus.matching(/^test\/fixtures\/include\/.*\.h$/).map(textOf);
      return { seeds: [indexOf(...headers.slice(0, 2)), indexOf(headers.join("\n"))], mutate: mutateHistory, run: askIndex };
    },
  },
  "header-tree": { share: 30, open: (corpus) => ofText(corpus.matching(/\.h$/), (text) => askIndex(indexOf(text))) },
  source: {
    share: 60,
    open: (corpus) => {
      const kernels = twoKernels(corpus);
      // As a header of another file, too, where that is not the same work over again.
      return ofText(corpus.matching(/\.[ch]$/), (text) =>
        readTree(kernels, { Makefile: MAKEFILE, "main.c": text, "smp.c": '#include "main.h"\nint a;\n', "main.h": text.slice(0, 100_000) }),
      );
    },
  },
  makefile: {
    share: 30,
    open: (corpus) => {
      const kernels = twoKernels(corpus);
      const run = (text: string): void => {
        readTree(kernels, { Makefile: text, Kbuild: text, "main.c": "int f(void) { return kfree(0); }\n", "sub/Makefile": MAKEFILE });
        readTree(kernels, { Makefile: MAKEFILE, "dkms.conf": text, "main.c": "int f(void);\n" });
        readMessages(text, "/m");
      };
      return ofText([...encoded([MAKEFILE, DKMS]), ...corpus.matching(/(Makefile|Kbuild)$/)], run);
    },
  },
  config: {
    share: 10,
    open: () =>
      ofText(
        encoded(['CONFIG_X86_64=y\nCONFIG_MODVERSIONS=y\nCONFIG_CC_VERSION_TEXT="gcc 12"\n# CONFIG_A is not set\nCONFIG_SMP=y\n']),
        readConfig,
      ),
  },
  globs: { share: 30, open: () => ofText(encoded(GLOBS), matchGlobs) },
  signature: {
    share: 9,
    open: () => ofText(encoded(SIGNATURES), (text) => callsFit(text.split("\n")[0] ?? "", text.split("\n")[1] ?? "")),
  },
} as const satisfies Record<string, Target>;

export type TargetName = keyof typeof TARGETS;
