import { basename, dirname, resolve } from "node:path";
import { includedAs } from "../kernels/c/header.ts";
import { parseConfig, scanTree, type TreeFacts } from "../kernels/c/scan.ts";
import { archOf, parseOptions } from "../kernels/configuration.ts";
import { writeImported } from "../kernels/history/imported.ts";
import type { Kernel } from "../kernels/model.ts";
import { InputError } from "../shared/input-error.ts";
import { visible } from "../shared/visible.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { type Declared, declarationsOf } from "./kernel-declarations.ts";
import { openStore } from "./kernel-store.ts";
import { codeOf, CONFIG, HEADERS, nameOf, openTree, symversOf, textOf, unameOf, type KernelTree } from "./kernel-tree.ts";
import { policyFolder } from "./load-policy.ts";
import type { Progress } from "./progress.ts";
import { shippedOf } from "./shipped.ts";

export interface ImportOptions {
  readonly name?: string;
  readonly force?: boolean;
  readonly policy?: string;
}

/** The machine whose headers are understood: which branches a compiler takes differs from machine to machine. */
const READ_AS = "x86_64";

/** A name that is a file's, too, and that --kernel takes whole. @throws InputError */
const checkName = (name: string, where: string): string => {
  const wrong =
    name === ""
      ? "a kernel needs a name"
      : /^[.-]/.test(name)
        ? `a kernel's name must not begin with "${name[0]}"`
        : name.length > 200
          ? "a kernel's name has at most 200 characters"
          : /[/\\,=\s\u0000-\u001f\u007f]/.test(name)
            ? "a kernel's name must not have a slash, a comma, an equals sign or a blank in it"
            : undefined;
  if (wrong === undefined) return name;
  throw new InputError({ file: where, message: `"${name.slice(0, 80)}": ${wrong}`, hint: "--name NAME gives it another" });
};

/** What the headers say, and the sources where they are there; or why they are not read. */
const scan = (tree: KernelTree, config: string | undefined, exported: ReadonlySet<string>, progress: Progress): TreeFacts | string => {
  if (!tree.files.has(HEADERS)) return "no headers";
  if (config === undefined) return `headers not read, for want of the ${CONFIG} they are to be read with`;
  const arch = archOf(parseOptions(config));
  if (arch !== READ_AS) return `headers not read, because they are read as those of ${READ_AS} and this is ${arch ?? "another machine"}`;
  const code = codeOf(tree);
  const files = {
    *[Symbol.iterator]() {
      for (const [index, [path, file]] of code.entries()) {
        progress("reads files", index + 1, code.length);
        yield { path, text: Buffer.from(file.read()).toString("latin1") };
      }
      progress("works out what they declare");
    },
  };
  return scanTree(files, parseConfig(config), exported);
};

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** What was read, and what was not, in a line. */
const told = (tree: KernelTree, { size, hasCrcs }: Kernel, scanned: TreeFacts | string): string => {
  const crcs = hasCrcs ? "exports and CRCs" : "exports, no CRCs";
  const headers = codeOf(tree).filter(([path]) => includedAs(path) !== undefined).length;
  const what = typeof scanned === "string" ? `${scanned}: only ${crcs}` : `${crcs}, and the declarations of ${counted(headers, "header")}`;
  return `${counted(size, "export")}; ${what}${tree.links > 0 ? `; ${counted(tree.links, "link")} not followed` : ""}`;
};

/** Writes what the headers declare beside a kernel, in the place of what was there. @returns what to say of it; nothing where no headers were read. */
const keepDeclared = ({ host }: Io, path: string, declared: Declared | undefined): string => {
  if (typeof declared === "object") {
    host.write(path, declared.bytes);
    const { names, tags, headers } = declared.counts;
    return `${visible(`${host.shown(path)}: ${counted(names, "name")} and ${counted(tags, "type")} of ${counted(headers, "header")}`)}\n`;
  }
  if (host.kindOf(path) !== "missing") host.remove(path);
  return declared === undefined ? "" : `${visible(`what its headers declare is not kept: ${declared}`)}\n`;
};

/** Reads a kernel and writes its files. @returns what to say of it. */
const readKernel = async (given: readonly string[], options: ImportOptions, io: Io): Promise<string> => {
  const { host, progress = () => {} } = io;
  const store = openStore(host, policyFolder(host, shippedOf(io), options.policy));
  const pathFor = (name: string): string => {
    const path = store.pathOf(name);
    if (!options.force && host.kindOf(path) !== "missing")
      throw new InputError({ file: host.shown(path), message: "is there already", hint: "--force replaces it, --name gives another name" });
    return path;
  };
  if (options.name !== undefined) pathFor(checkName(options.name, "--name"));
  progress(`reads ${given.join(", ")}`);
  const tree = await openTree(host, given);
  const uname = unameOf(tree);
  const name = options.name ?? checkName(nameOf(host, tree), host.shown(tree.given));
  const path = pathFor(name);
  const config = textOf(tree, CONFIG);
  const kernel = symversOf(tree, name);
  const scanned = scan(tree, config, new Set(kernel.names()), progress);
  // No path of a machine: the files are made to be committed.
  const from = given.map((each) => basename(resolve(host.cwd, each).replace(/\/(build|source)$/, ""))).join(", ");
  const declared =
    typeof scanned === "string" || config === undefined ? undefined : declarationsOf(host, tree, { kernel, from, config }, progress);
  const bytes = writeImported({
    kernel,
    from,
    ...(uname !== undefined && { uname }),
    ...(tree.package !== undefined && { package: tree.package }),
    ...(config !== undefined && { config }),
    ...(typeof scanned !== "string" && { scan: scanned }),
  });
  host.makeFolder(dirname(path));
  host.write(path, bytes);
  const kept = keepDeclared(io, store.declarationsPath(name), declared);
  return `${visible(`${host.shown(path)}: ${told(tree, kernel, scanned)}`)}\n${kept}${visible(`--kernel ${name} judges against it`)}\n`;
};

/** `abi-lint kernel import WHAT…`: what one kernel exports and its headers offer, into a file beside the policy. */
export const importKernel = async (given: readonly string[], options: ImportOptions, io: Io): Promise<ExitCode> => {
  io.stdout.write(await readKernel(given, options, io));
  return EXIT.clean;
};
